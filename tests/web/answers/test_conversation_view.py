"""Chips, the as-of line, and sources that can be pasted."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from corpus import Article, Chunk
from rag.model import Answer, Citation, Claim, Filters, Passage
from web.answers.answer_footer import answer_cost, describe_usage
from web.answers.conversation_view import render_conversation
from web.answers.evidence_cards import group_sources, render_evidence
from web.conversations.conversation import Conversation, Exchange
from web.markup.chips import describe_dates, name_filters, remove_filter, render_understanding
from web.reader.article_reader import parse_spans
from web.reader.article_view import render_paragraphs, render_reader

FILTERS = Filters(
    since=datetime(2017, 9, 1, tzinfo=UTC),
    until=datetime(2017, 10, 1, tzinfo=UTC),
    outlets=("A: one", "B"),
    languages=("en",),
    label="in September",
)


def citation(n: int, published: datetime | None) -> Citation:
    article = Article(f"id{n}", f"Title {n}", "Body.", "Desk", "https://example.org/", published_at=published)
    return Citation(n, Passage(Chunk(article, 0, 0, 5), n, 1.0), 0, 5)


def line(*dates: datetime | None) -> str:
    answer = Answer("q", "answered", "t", citations=tuple(citation(n, d) for n, d in enumerate(dates, 1)))
    return describe_dates(answer)


def test_filters_are_named_and_each_can_be_undone() -> None:
    assert name_filters(FILTERS) == [
        ("time", "in September (from 1 Sep 2017 before 1 Oct 2017)"),
        ("outlets:A: one", "A: one"),
        ("outlets:B", "B"),
        ("languages:en", "English"),
    ]
    assert remove_filter(FILTERS, "outlets:A: one").outlets == ("B",)
    assert remove_filter(FILTERS, "time") == Filters(outlets=("A: one", "B"), languages=("en",))
    assert not remove_filter(
        remove_filter(remove_filter(remove_filter(FILTERS, "time"), "outlets:A: one"), "outlets:B"), "languages:en"
    )
    assert remove_filter(FILTERS, "nonsense") == FILTERS


def test_a_question_understood_as_written_has_no_chips() -> None:
    assert render_understanding(Answer("q?", "answered", "t", standalone="q? ")) == ""


def test_the_evidence_is_dated() -> None:
    early, late = datetime(2017, 9, 7, tzinfo=UTC), datetime(2018, 3, 1, tzinfo=UTC)
    assert line(late, None, early) == "Evidence from 7 Sep 2017 to 1 Mar 2018"
    assert line(early, early) == "Evidence of 7 Sep 2017"
    assert line(None) == "The date of the evidence is not known"
    assert line() == "No passage was found"


def test_sources_are_numbered_below_the_answer() -> None:
    answer = Answer("q", "answered", "Yes [1].", citations=(citation(1, None), citation(1, None)))
    assert group_sources(answer) == "Yes [1].\n\n[1] Title 1 · Desk · date unknown · https://example.org/"


def test_what_is_copied_carries_the_flags() -> None:
    claims = (Claim("It fell.", (), "flagged", "no source is cited"), Claim("It was late.", (), "unchecked"))
    assert group_sources(Answer("q", "answered", "It fell. It was late.", claims=claims)) == (
        "It fell. It was late.\n\nNOT SUPPORTED: “It fell.” – no source is cited\nNOT CHECKED: “It was late.”"
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("12-40,50-61", [(12, 40), (50, 61)]),
        ("", []),
        ("4-2", []),
        ("a-b,1-2", [(1, 2)]),
        (None, []),
        ("-1-5", []),
        ("0-0,3-3", [(0, 0)]),
    ],
)
def test_offsets_from_the_page_are_read_or_dropped(text: object, found: list[tuple[int, int]]) -> None:
    assert parse_spans(text) == found


def test_paragraphs_keep_their_offsets() -> None:
    body = "One.\n\nTwo.\n\n\n\nThree."
    assert [body[a:b] for a, b in render_paragraphs(body)] == ["One.", "Two.", "Three."]


def test_what_an_answer_took_is_told_where_a_model_wrote_it() -> None:
    usage = {"input_tokens": 2_000_000, "output_tokens": 500_000}
    assert answer_cost(usage, 0.5, 4) == 3.0
    assert describe_usage(Answer("q", "answered", "t"), 0) == ""
    answer = Answer("q", "answered", "t", model="openai:x", usage={"input_tokens": 1200, "output_tokens": 50})
    assert describe_usage(answer, 0) == "openai:x · 1,200 tokens read, 50 written"
    assert describe_usage(answer, 0.00123).endswith(" · $0.0012")


def test_only_so_many_offsets_are_read() -> None:
    assert parse_spans(",".join(f"{2 * n}-{2 * n + 1}" for n in range(100_000)))[-1] == (398, 399)


def test_a_cited_headline_is_marked_in_its_card_and_in_the_article() -> None:
    cited = replace(citation(1, None), start=0, end=0)
    exchange = Exchange("q", answer=Answer("q", "answered", "Yes [1].", citations=(cited, citation(1, None))))
    cards = render_evidence(Conversation([exchange]))
    assert "<mark>Title 1</mark>" in cards
    assert "<mark>Body.</mark>" in cards
    marks = parse_spans(re.findall(r'data-marks="([^"]+)"', cards)[0])
    article = render_reader(cited.passage.article, marks=marks)
    assert "<mark>Title 1</mark>" in article
    assert "<mark>Title 1</mark>" not in render_reader(cited.passage.article, marks=marks[1:])


class Ending(Exchange):
    """An exchange whose answer comes right after somebody has looked whether it is there."""

    def __getattribute__(self, name: str) -> object:
        value = super().__getattribute__(name)
        if name == "answer" and value is None:
            self.answer, self.stage = Answer("What rises?", "answered", "Tolls rise."), "done"
        return value


def test_an_answer_that_comes_while_it_is_drawn_is_shown_the_next_time() -> None:
    conversation = Conversation([Ending("What rises?", stage="writing", text="Tolls")])
    assert "Writing" in render_conversation(conversation)
    assert "Tolls rise." in render_conversation(conversation)
