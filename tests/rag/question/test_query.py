from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from rag.model import Filters, Turn
from rag.question.query import Outlets, Query, parse_question

NOW = datetime(2024, 5, 15, 12, tzinfo=UTC)
ARCHIVE = Outlets(["The Verge", "TechCrunch", "Fortune", "BBC News"])


def ask(question: str, *turns: str, filters: Filters | None = None, now: datetime = NOW) -> Query:
    history = [Turn("assistant" if i % 2 else "user", t) for i, t in enumerate(turns)]
    return parse_question(question, history, now=now, outlets=ARCHIVE, filters=filters)


def test_a_time_of_publication_narrows_the_search_and_is_named() -> None:
    query = ask("What did parliament decide last week?")
    assert query.filters == Filters(
        since=datetime(2024, 5, 6, tzinfo=UTC), until=datetime(2024, 5, 13, tzinfo=UTC), label="last week"
    )
    assert not query.hints


def test_a_date_that_is_asked_about_is_only_a_hint() -> None:
    query = ask("What happened on 16 December 2015?")
    assert not query.filters
    assert (query.hints.since, query.hints.until) == (
        datetime(2015, 12, 16, tzinfo=UTC),
        datetime(2015, 12, 17, tzinfo=UTC),
    )
    assert query.hints.label == "on 16 December 2015"


def test_as_of_shuts_out_what_came_later_though_another_date_is_named() -> None:
    query = ask("The 2013 theft: how many accounts, going by what was known at the end of 2016?")
    assert (query.filters.since, query.filters.until) == (None, datetime(2017, 1, 1, tzinfo=UTC))


def test_two_dated_reports_are_no_filter_for_the_whole() -> None:
    query = ask(
        "Between the TechCrunch report on Google's trial published on October 31, 2023, and The Verge report on "
        "Apple's defence of the deal published on September 26, 2023, was there a change?"
    )
    assert not query.filters
    assert [(p.hints.outlets, p.hints.since) for p in query.parts[:2]] == [
        (("TechCrunch",), datetime(2023, 10, 31, tzinfo=UTC)),
        (("The Verge",), datetime(2023, 9, 26, tzinfo=UTC)),
    ]


def test_a_part_that_names_nothing_is_of_the_time_of_the_first() -> None:
    parts = ask("How did the vote go in March 2015 and who was chairman?").parts
    assert [p.hints.since for p in parts] == [datetime(2015, 3, 1, tzinfo=UTC)] * 2
    parts = ask("How did the vote go in March 2015 and who leads Yahoo?").parts
    assert [p.hints.since for p in parts] == [datetime(2015, 3, 1, tzinfo=UTC), None]
    parts = ask("What was the fine in March 2015 and what is the fine now?").parts
    assert [p.hints.since for p in parts] == [datetime(2015, 3, 1, tzinfo=UTC), None]


@pytest.mark.parametrize(
    ("question", "filtered", "hinted"),
    [
        ("Only from The Verge: who left Twitter?", ("The Verge",), ()),
        ("Who left Twitter in TechCrunch's coverage?", ("TechCrunch",), ()),
        ("According to the BBC, who left Twitter?", ("BBC News",), ()),
        ("Who left Twitter, according to the BBC?", ("BBC News",), ()),
        ("What did The Verge article say about Twitter?", (), ("The Verge",)),
        ("Did Fortune and TechCrunch report it?", (), ("Fortune", "TechCrunch")),
    ],
)
def test_an_outlet_narrows_only_where_it_is_demanded(
    question: str, filtered: tuple[str, ...], hinted: tuple[str, ...]
) -> None:
    query = ask(question)
    assert (query.filters.outlets, query.hints.outlets) == (filtered, hinted)


def test_what_the_user_set_wins() -> None:
    since = datetime(2020, 1, 1, tzinfo=UTC)
    query = ask("What happened last week?", filters=Filters(since=since, label="set"))
    assert query.filters == Filters(since=since, label="set")
    languages = ask("What happened last week?", filters=Filters(languages=("de",)))
    assert languages.filters.languages == ("de",)
    assert languages.filters.since is None


def test_a_filter_that_the_user_removed_stays_removed() -> None:
    assert ask("What happened last week?").filters
    assert not ask("What happened last week?", filters=Filters()).filters


@pytest.mark.parametrize(
    ("question", "latest"),
    [
        ("What is the latest count of users?", True),
        ("How many are online, on the most recent figure?", True),
        ("What do visitors get today?", True),
        ("Is that still right?", True),
        ("What is the current figure?", True),
        ("Who is now chief executive of Equifax after the breach?", False),
        ("How many signed in 2018?", False),
    ],
)
def test_the_newest_state_is_wanted_only_where_it_is_asked_for(question: str, latest: bool) -> None:
    assert ask(question).latest is latest


def test_what_is_asked_for_after_an_instant_is_known() -> None:
    assert ask("What has he said since 2025?").asks_after == datetime(2025, 1, 1, tzinfo=UTC)
    assert ask("What was said after March 2018?").asks_after == datetime(2018, 4, 1, tzinfo=UTC)
    assert ask("What was said before March 2018?").asks_after is None


def test_a_follow_up_is_understood_with_what_went_before() -> None:
    query = ask("And in 2017?", "How many users did China have in 2016?", "Many [1].")
    assert query.standalone == "How many users did China have in 2017?"
    assert query.question == "And in 2017?"
    assert query.hints.since == datetime(2017, 1, 1, tzinfo=UTC)
    assert query.kind == "how_many"


def test_yesterday_is_counted_on_the_clock_of_the_stated_now() -> None:
    east = datetime(2024, 5, 16, 3, tzinfo=timezone(timedelta(hours=9)))  # 15 May, 18:00 UTC.
    assert ask("Any news from yesterday?", now=east).filters.since == east.replace(day=15, hour=0)


_TEXT = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(
            "what about 2017 last week between and from to 31 February 99 years ago since the Verge report , while ? "
            "' \" : he it they Q3 2021 the 1990s in May past 999 decades winter according to BBC or Compare [1] "
            "2014-2016".split()
        ),
        max_size=25,
    ).map(" ".join),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(_TEXT, _TEXT, _TEXT)
@example("COMPARE B AND :", "", "")
def test_any_text_is_understood_somehow(question: str, before: str, answer: str) -> None:
    query = ask(question, before, answer)
    assert query.question == question
    assert all(part.text.strip() for part in query.parts)
    assert len(query.parts) != 1


BERLIN = timezone(timedelta(hours=1))
JUST_MONDAY = datetime(2024, 3, 11, 0, 15, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("asked", "since", "until"),
    [
        ("What happened this week?", datetime(2024, 3, 11, tzinfo=BERLIN), datetime(2024, 3, 18, tzinfo=BERLIN)),
        ("What happened last week?", datetime(2024, 3, 4, tzinfo=BERLIN), datetime(2024, 3, 11, tzinfo=BERLIN)),
        ("What happened yesterday?", datetime(2024, 3, 10, tzinfo=BERLIN), None),
        (
            "Which articles were published on 31 December 2023?",
            datetime(2023, 12, 31, tzinfo=UTC),
            datetime(2024, 1, 1, tzinfo=UTC),
        ),
    ],
)
def test_what_is_counted_from_now_is_counted_on_its_clock_and_days_are_those_of_the_outlets(
    asked: str, since: datetime, until: datetime | None
) -> None:
    query = parse_question(asked, now=JUST_MONDAY, outlets=ARCHIVE)
    assert query.filters.since == since
    assert until is None or query.filters.until == until
