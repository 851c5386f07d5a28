"""How many articles there are by month and the like: exact, within filters, as data and as text."""

import pytest

from corpus.archive.database import Archive
from rag import Answer, Assistant, Filters
from rag.answer.period_counts import draw_bars


@pytest.fixture(scope="module")
def assistant(newsroom_on_both_records: Assistant) -> Assistant:
    return newsroom_on_both_records


def counted(answer: Answer) -> dict[str, int]:
    return {period.label: period.count for period in answer.periods if period.count}


def test_articles_that_hold_a_word_are_counted_by_month_empty_months_included(assistant: Assistant) -> None:
    answer = assistant.ask("How many articles mention Arden by year?")
    assert answer.status == "answered"
    assert counted(answer) == {"2022": 1, "2023": 1}
    monthly = assistant.ask("How many articles mention Arden per month?")
    assert (len(monthly.periods), counted(monthly)) == (18, {"June 2022": 1, "November 2023": 1})


def test_the_whole_archive_is_counted_within_filters(assistant: Assistant) -> None:
    answer = assistant.ask("How many articles are there by month?", filters=Filters(outlets=("Coast Wire",)))
    assert counted(answer) == {"March 2024": 1, "July 2024": 1}
    assert [period["count"] for period in answer.to_record()["periods"]] == [1, 0, 0, 0, 1]


def test_a_question_without_a_period_has_no_counts(assistant: Assistant) -> None:
    assert assistant.ask("How many articles mention Arden?").periods == ()


@pytest.mark.parametrize(
    ("said", "periods"),
    [("over time", 2), ("month by month", 2), ("each quarter", 2), ("per day", 2), ("for each week", 2)],
)
def test_periods_are_named_in_several_ways(assistant: Assistant, said: str, periods: int) -> None:
    answer = assistant.ask(f"How many articles mention Arden {said}?")
    assert len(counted(answer)) == periods
    assert sum(counted(answer).values()) == 2


def test_bars_say_the_counts_and_leave_empty_runs_out(assistant: Assistant) -> None:
    lines = list(draw_bars(assistant.ask("How many articles mention Arden per month?").periods))
    assert [line.split()[:3] for line in lines] == [
        ["June", "2022", "1"],
        ["…", "16", "without"],
        ["November", "2023", "1"],
    ]


def test_days_of_a_selection(assistant: Assistant) -> None:
    archive: Archive = assistant.archive
    assert archive.days(Filters(outlets=("Arden Post",)).selection) == {"2022-06-14": 1, "2023-11-20": 1}
