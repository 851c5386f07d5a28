from rag.text.figures import find_figures
from rag.verification.claim_demands import Demands, find_counted_things, overlaps

CLAIM = (
    "On 5 May 2014 Ida Brandt paid 12 million euros, one of 40 buyers, under Proposition 9, "
    "and said “we paid 99 dollars to Tom Vale in June”."
)


def wordings(claim: Demands, parts: str) -> list[str]:
    return [claim.text[part.start : part.end].strip() for part in getattr(claim, parts)]


def test_what_a_claim_states_is_looked_up_outside_its_quotations() -> None:
    claim = Demands(CLAIM)
    assert [claim.text[a:b] for a, b in claim.quotations] == ["we paid 99 dollars to Tom Vale in June"]
    assert wordings(claim, "figures") == ["12 million euros", "40"]
    assert wordings(claim, "moments") == ["5 May 2014"]
    assert wordings(claim, "full_names") == ["Ida Brandt"]


def test_a_word_in_quotation_marks_is_no_quotation() -> None:
    assert Demands("He called it a “gift”.").quotations == ()


def test_a_date_counted_from_an_unknown_day_is_none() -> None:
    assert Demands("She left last year and came back yesterday.").moments == ()


def test_a_title_and_a_last_name_are_no_full_name() -> None:
    assert wordings(Demands("Yesterday President Brandt met Mayor Tom Vale."), "full_names") == ["Mayor Tom Vale"]


def test_nouns_of_german_are_no_names() -> None:
    assert Demands("Die Stadt Kiel zahlte Anna Berg das Geld.", "de").full_names == ()


def test_stop_words_are_no_stems() -> None:
    assert Demands("The towns of the coast").stems == Demands("town, coast").stems


def test_what_a_figure_counts_ends_with_its_phrase() -> None:
    text = "The law has 79 short articles in seven chapters."
    first, second = find_figures(text, "en")
    assert find_counted_things(text, first, "en") == {"short", "articl"}
    assert find_counted_things(text, second, "en") == {"chapter"}


def test_spans_overlap_by_a_character_and_not_by_an_end() -> None:
    assert overlaps((2, 4), [(3, 9)])
    assert not overlaps((2, 4), [(4, 9), (0, 2)])
