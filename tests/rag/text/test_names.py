import pytest

from rag.text.names import Name, add_definite_article, find_initials, find_name_words, find_names, is_named


def read(text: str) -> list[str]:
    return [" ".join(name.words) for name in find_names(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yahoo said that the FTC met Joseph Simons.", ["yahoo", "ftc", "joseph simons"]),
        ("Officials told Reuters.", ["reuters"]),
        ("Hackers stole data in May.", []),
        ("He met Theresa May in the U.S. capital.", ["theresa may", "us"]),
        ("It was Epic v. Google, or Epic vs. Apple.", ["epic", "google", "epic", "apple"]),
        ("He left. Google stayed.", ["google"]),
        ("According to The Verge, Kim Jong-un won.", ["verge", "kim jong-un"]),
    ],
)
def test_names_of_a_sentence(text: str, expected: list[str]) -> None:
    assert read(text) == expected


def holds(claim: str, text: str, article: str = "") -> bool:
    (name,) = find_names(f"We met {claim}")
    assert isinstance(name, Name)
    return is_named(
        name, find_name_words(text), lambda: find_initials(text + article), lambda: find_name_words(text + article)
    )


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("FTC", "the Federal Trade Commission met"),
        ("Federal Trade Commission", "the FTC met"),
        ("China", "the Chinese president"),
        ("United States", "a U.S. court"),
        ("González", "Mario Costeja Gonzalez's case"),
        ("President Rousseff", "Rousseff opened it"),
    ],
)
def test_one_name_stands_for_another(claim: str, text: str) -> None:
    assert holds(claim, text)


def test_full_name_may_come_from_the_article() -> None:
    assert holds("Sundar Pichai", "Pichai spoke.", " Sundar Pichai is the chief executive.")
    assert not holds("Tim Pichai", "Pichai spoke.", " Sundar Pichai is the chief executive.")


def test_a_given_name_may_be_cut_short_before_its_family_name() -> None:
    assert holds("Max Schrems", "Maximillian Schrems sued.")
    assert not holds("Max Schrems", "Maximillian Keller sued.")
    assert not holds("Meta", "A metal works closed.")


def test_other_name_is_not_held() -> None:
    assert not holds("Marriott", "Yahoo said so.")


def test_first_word_of_a_piece_counts_in_the_middle_of_a_sentence() -> None:
    assert find_names("Brexit and trade") == ()
    (name,) = find_names("Brexit and trade", mid_sentence=True)
    assert (name.words, name.start, name.end, name.opening) == (("brexit",), 0, 6, False)


def test_a_name_is_written_with_the_article_that_a_text_mostly_gives_it() -> None:
    text = "Didi told the US regulator. The EU and the US agreed; Didi left the US. The Didi app stayed."
    assert [add_definite_article(name, text) for name in ("US", "EU", "Didi")] == ["the US", "EU", "Didi"]
