"""A plan is kept only where the conversation and the archive bear it out."""

import json
from datetime import UTC, datetime

import pytest

from rag.model import Filters, Turn
from rag.question.outlet_mentions import Outlets
from rag.question.query import parse_question
from rag.question.search_plan import ArchiveScope, SearchPlan, apply_plan, plan_coverage, read_plan

NOW = datetime(2024, 8, 1, tzinfo=UTC)
OUTLETS = Outlets(["Coast Wire", "Arden Post", "Polygon"])
SCOPE = ArchiveScope(OUTLETS, ("Mara Lind and Otto Berg", "Ines Holm"), ("en",))


def read(question: str, *searches: dict[str, str], history: tuple[Turn, ...] = (), **more: str) -> SearchPlan | None:
    reply = json.dumps({"searches": list(searches), "kind": "fact", **more})
    return read_plan(reply, question, history, SCOPE, NOW)


def hints(question: str, history: tuple[Turn, ...] = (), **search: str) -> Filters:
    found = read(question, {"find": "toll", "want": "fact", **search}, history=history)
    assert found
    return found.searches[0].hints


def at(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("question", "since", "until", "kept"),
    [
        ("What was said in 2018?", "2018-01-01", "2018-12-31", (at(2018), at(2019))),
        ("What was said in early 2018?", "2018-01-01", "2018-04-30", (at(2018), at(2018, 5))),
        ("What was said last week?", "2024-07-22", "2024-07-28", (at(2024, 7, 22), at(2024, 7, 29))),
        ("What was said since 2018?", "2018-01-01", "", (at(2018), None)),
        ("What was said about the toll?", "2018-01-01", "2018-12-31", (None, None)),
        ("What was said in 2018?", "2017-01-01", "2018-12-31", (None, None)),
        ("What was said in 2018?", "2018-01-01", "2019-12-31", (None, None)),
        ("What was said in 2018?", "yesterday", "", (None, None)),
    ],
)
def test_a_time_must_lie_in_one_that_is_named(
    question: str, since: str, until: str, kept: tuple[datetime | None, datetime | None]
) -> None:
    found = hints(question, since=since, until=until)
    assert (found.since, found.until) == kept


def test_a_time_of_an_earlier_turn_counts_one_of_an_answer_does_not() -> None:
    asked = (Turn("user", "What happened in 2018?"), Turn("assistant", "A toll was set in 2016 [1]."))
    assert hints("And the toll?", asked, since="2018-01-01", until="2018-12-31").since == at(2018)
    assert hints("And the toll?", asked, since="2016-01-01", until="2016-12-31").since is None


@pytest.mark.parametrize(
    ("question", "outlet", "kept"),
    [
        ("What did Coast Wire say?", "coast wire", ("Coast Wire",)),
        ("What did Coast Wire say?", "Arden Post", ()),
        ("What did the Moon Gazette say?", "Moon Gazette", ()),
        ("What does polygon make of it?", "Polygon", ("Polygon",)),
        ("What is said of it?", "Polygon", ()),
    ],
)
def test_an_outlet_must_be_named_and_held(question: str, outlet: str, kept: tuple[str, ...]) -> None:
    assert hints(question, outlet=outlet).outlets == kept


@pytest.mark.parametrize(
    ("question", "byline", "kept"),
    [
        ("What did Mara Lind write on it?", "Mara Lind", "Mara Lind"),
        ("What did Mara Lind write on it?", "Ines Holm", ""),
        ("What did Tom Nobody write on it?", "Tom Nobody", ""),
    ],
)
def test_a_byline_must_be_named_and_held(question: str, byline: str, kept: str) -> None:
    found = read(question, {"find": "toll", "want": "fact", "byline": byline})
    assert found
    assert found.searches[0].byline == kept


def test_searches_are_cleaned_counted_and_cut() -> None:
    found = read("Who?", *({"find": f"![x](http://e.example) fact {n % 5} " + "x" * 900} for n in range(9)))
    assert found
    assert len(found.searches) == 4
    assert all(len(part.text) <= 200 and "http" not in part.text for part in found.searches)


def test_a_reader_sees_what_each_search_prefers() -> None:
    found = read(
        "What did Coast Wire and Mara Lind write in 2018?",
        {"find": "toll", "outlet": "Coast Wire", "byline": "Mara Lind", "since": "2018-01-01", "until": "2018-12-31"},
    )
    assert found
    assert found.searches[0].said == "toll, Coast Wire, Mara Lind, from 1 Jan 2018, before 1 Jan 2019"
    assert found.searches[0].text == "toll"


def test_what_is_wanted_says_how_passages_are_read() -> None:
    wanted = [("date", "when"), ("number", "how_many"), ("who", "who"), ("quotation", "quotation")]
    found = read("Who?", *({"find": f"toll {want}", "want": want} for want, _ in wanted))
    assert found
    assert [part.kind for part in found.searches] == [kind for _, kind in wanted]


def test_a_plan_becomes_the_parts_of_a_query() -> None:
    query = parse_question("Was the toll or the ferry first?", now=NOW, outlets=OUTLETS)
    found = read("Was the toll or the ferry first?", {"find": "toll starts"}, {"find": "ferry starts"}, kind="order")
    assert found
    planned = apply_plan(query, found)
    assert [part.said for part in planned.parts] == ["toll starts", "ferry starts"]
    assert (planned.form, planned.several) == ("order", True)
    one = read("When does the toll rise?", {"find": "toll rise"})
    assert one
    assert apply_plan(parse_question("When does the toll rise?", now=NOW, outlets=OUTLETS), one).parts == ()


def test_only_what_was_asked_is_counted() -> None:
    query = parse_question("How often was the toll a story?", now=NOW, outlets=OUTLETS)
    for topic, counted in (("toll", True), ("Selmouth toll", False)):
        found = read("How often was the toll a story?", {"find": topic}, kind="count")
        assert found
        assert (plan_coverage(apply_plan(query, found)) is not None) == counted
