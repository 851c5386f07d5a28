import pytest

from rag.question.outlet_mentions import Outlets, clean_name

ARCHIVE = Outlets(
    [
        "The Verge", "The Age", "Fortune", "Polygon", "Time", "TechCrunch", "The New York Times", "The Guardian", "",
        "BBC News - Entertainment & Arts", "CBSSports.com",
        "Business Today | Latest Stock Market And Economy News India",
        "The Independent - Travel", "The Independent - Sports", "The Sydney Morning Herald", "FOX News - Health",
    ]
)  # fmt: skip


def found(text: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(text[m.start : m.end], m.names) for m in ARCHIVE.find(text)]


@pytest.mark.parametrize(
    ("text", "said", "name"),
    [
        ("Did the Verge article say so?", "Verge", "The Verge"),
        ("What is on theverge.com today?", "theverge.com", "The Verge"),
        ("What did the NYT write?", "NYT", "The New York Times"),
        ("according to New York Times reporters", "New York Times", "The New York Times"),
        ("What does 'Fortune' say?", "'Fortune'", "Fortune"),
        ("as reported by Fortune, he left", "Fortune", "Fortune"),
        ("the Polygon article on Barbie", "Polygon", "Polygon"),
        ("What did The Age report?", "The Age", "The Age"),
        ("a BBC report", "BBC", "BBC News - Entertainment & Arts"),
        ("a Business Today story", "Business Today", "Business Today | Latest Stock Market And Economy News India"),
        ("CBS Sports reported it", "CBS Sports", "CBSSports.com"),
        ("the Sydney Moring Herald said", "Sydney Moring Herald", "The Sydney Morning Herald"),
        ("the FOX News - Health article", "FOX News - Health", "FOX News - Health"),
    ],
)
def test_usual_forms_are_found(text: str, said: str, name: str) -> None:
    assert found(text) == [(said, (name,))]


@pytest.mark.parametrize(
    "text",
    [
        "He made a fortune in real estate.",
        "What is the age of the universe?",
        "How many sides has a polygon?",
        "Who is the guardian of the child?",
        "Was it the first time?",
        "When did Time Warner merge?",
        "Who wrote Age of Empires?",
        "",
    ],
)
def test_ordinary_words_are_no_outlets(text: str) -> None:
    assert found(text) == []


def test_a_paper_with_sections_gives_all_of_them_unless_one_is_named() -> None:
    both = ("The Independent - Sports", "The Independent - Travel")
    assert found("Did The Independent report it?") == [("The Independent", both)]
    assert found("Did 'The Independent - Travel' report it?") == [("'The Independent - Travel'", both[1:])]


def test_a_doubtful_name_in_a_row_with_a_sure_one_counts() -> None:
    assert [names for _, names in found("told both Fortune and TechCrunch")] == [("Fortune",), ("TechCrunch",)]


def test_taglines_are_cut() -> None:
    assert clean_name("Live Science: The Most Interesting Articles") == "Live Science"
    assert clean_name("The Roar | Sports Writers Blog") == "The Roar"


def test_initials_shared_by_two_papers_name_none() -> None:
    assert Outlets(["Daily Star Post", "Dallas Sun Press"]).find("as the DSP wrote") == []
