from pathlib import Path

from corpus import Article
from eval.loaders import load
from eval.question import GoldEvidence, Question, QuestionSet
from eval.validation import validate
from rag.model import Turn

ARTICLE = Article("a", "Title", "The treaty was signed\n\nin Dubai in 2012.")


def defects(*questions: Question) -> list[str]:
    found = validate(QuestionSet("s", Path("s.jsonl"), "own", questions), {"a": ARTICLE})
    return [f"{defect.item}: {defect.reason}" for defect in found]


def test_a_quote_must_stand_in_its_article() -> None:
    good = Question("1", "Where?", ("Dubai",), evidence=(GoldEvidence("a", "in Dubai in 2012."),))
    wrong = Question(
        "2", "Where?", ("Dubai",), evidence=(GoldEvidence("a", "in Geneva"), GoldEvidence("z", "in Dubai"))
    )
    folded = Question("3", "Where?", ("Dubai",), evidence=(GoldEvidence("a", "signed in Dubai"),))
    assert defects(good, wrong, folded) == [
        "2: the quote 'in Geneva' is not in a",
        "2: article 'z' is not there",
        "3: the quote 'signed in Dubai' is not in a (spaces or line breaks differ)",
    ]


def test_form() -> None:
    assert defects(
        Question("1", "Q", type="null", evidence=(GoldEvidence("a", "Dubai"),)),
        Question("2", "Q", type="fact"),
        Question("3", "Q", ("x",), history=(Turn("user", "Hello"),)),
        Question("4", "Q", ("x",), evidence=(GoldEvidence("a", " Dubai"),)),
    ) == [
        "1: a null question must have no evidence",
        "2: neither answer nor evidence nor assertions: give it the type null if the archive does not hold it",
        "3: the history must end with the assistant's turn",
        "4: the quote ' Dubai' has spaces around it",
    ]


def test_without_articles_no_quote_is_looked_up() -> None:
    question = Question("1", "Q", ("x",), evidence=(GoldEvidence("nowhere", "nothing"),))
    assert validate(QuestionSet("s", Path("s"), "own", (question,)), None) == []


def test_the_development_set_is_clean(multihop: Path) -> None:
    found = load(multihop)
    assert validate(found, {article.id: article for article in found.articles}) == []
