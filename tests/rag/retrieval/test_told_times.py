"""Which sentences tell of the time that a question names."""

from datetime import UTC, datetime

import pytest

from rag.model import Filters
from rag.retrieval.sentence_ranking import Sentence
from rag.retrieval.told_times import fit_time, may_answer, order_timely_first
from tests.rag.passages import passage

MONTH = Filters(since=datetime(2015, 2, 1, tzinfo=UTC), until=datetime(2015, 3, 1, tzinfo=UTC))
YEAR = Filters(since=datetime(2015, 1, 1, tzinfo=UTC), until=datetime(2016, 1, 1, tzinfo=UTC))


def sentence(text: str, year: int, score: float = 0.5, id: str = "a") -> Sentence:
    of = passage(text, id=id, published_at=datetime(year, 3, 1, tzinfo=UTC))
    return Sentence(of, 0, len(text), 0.5, 0.5, 0.5, 1.0, score)


def test_an_account_of_the_time_that_is_named_leads() -> None:
    best, other = sentence("The vote was 2 to 3.", 2017, 0.7, "b"), sentence("The vote was 3 to 2.", 2015, 0.65)
    assert [s.passage.article.id for s in order_timely_first([best, other], YEAR)] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "year", "wanted", "fit"),
    [
        ("She voted for the rules on 26 February 2015.", 2024, MONTH, "in"),
        ("She voted for the rules in February 2015.", 2024, MONTH, "in"),
        ("She voted for the rules in 2015.", 2024, YEAR, "in"),
        ("She voted for the rules in 2017.", 2024, YEAR, "out"),
        # The year of the month is not yet the month.
        ("She had voted for the rules in 2015.", 2024, MONTH, "open"),
        ("The rules take effect in 2015.", 2014, MONTH, "open"),
        ("The rules take effect in 2016.", 2014, MONTH, "out"),
    ],
)
def test_a_mere_year_does_not_tell_of_a_month(text: str, year: int, wanted: Filters, fit: str) -> None:
    assert fit_time(sentence(text, year), wanted) == fit


@pytest.mark.parametrize(
    ("text", "fit"),
    [
        ("In March of that year the ferry was sold.", "in"),
        ("The same year the ferry was sold.", "in"),
        ("In March the ferry was sold.", "out"),
        ("In March 2018 of all times the ferry was sold that year.", "out"),
    ],
)
def test_that_year_is_the_one_named_last_before(text: str, fit: str) -> None:
    before = "The line began in 2006. In 2010 it lost money. "
    of = passage(before + text, published_at=datetime(2018, 3, 1, tzinfo=UTC))
    told = Sentence(of, len(before), len(before + text), 0.5, 0.5, 0.5, 1.0, 0.5)
    wanted = Filters(since=datetime(2010, 1, 1, tzinfo=UTC), until=datetime(2011, 1, 1, tzinfo=UTC))
    assert fit_time(told, wanted) == fit


def test_for_a_month_an_article_of_it_leads_what_names_it_later() -> None:
    told = "The board voted 3 to 2 on 26 February 2015."
    later = sentence(f"It undid what {told}", 2017, 0.55, "b")
    then = Sentence(
        passage(told, published_at=datetime(2015, 2, 27, tzinfo=UTC)), 0, len(told), 0.5, 0.5, 0.5, 1.0, 0.5
    )
    assert [s.passage.article.id for s in order_timely_first([later, then], MONTH)] == ["a", "b"]
    assert [s.passage.article.id for s in order_timely_first([later, then], YEAR)] == ["b", "a"]


def test_a_month_is_answered_by_what_tells_of_it_and_a_year_by_what_tells_of_no_other() -> None:
    later = sentence("She had voted for the rules in 2015.", 2024)
    assert not may_answer(later, MONTH)
    assert may_answer(later, YEAR)
    assert may_answer(sentence("She left the board in February 2015.", 2024), MONTH)
    assert not may_answer(sentence("She left the board in 2017.", 2024), YEAR)
    assert may_answer(sentence("She left the board in 2021.", 2024), Filters(since=datetime(2022, 1, 1, tzinfo=UTC)))
