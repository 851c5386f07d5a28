"""Reading: versions and copies in the reader, what was not used, and the ways out of a refusal."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from corpus import Article
from corpus.archive.database import Archive
from rag.model import Answer, Event, Filters, Turn
from tests.web.ask.test_ask_tab import ask, opened
from tests.web.conftest import ScriptedAssistant, cite, in_words, passage_with, served
from tests.web.server.test_access import serious

if TYPE_CHECKING:
    from playwright.sync_api import Page

BODY = (
    "The lighthouse of Eastfield was painted green on Monday, the harbour office said. The keeper, Ana Sousa, chose the "
    "colour herself.\n\nThe work took four days and cost 9,000 euros, which the town paid. Boats had complained that the "
    "old white tower could not be seen against the snow of the hills behind it in winter."
)
CHANGED = BODY.replace("9,000 euros", "12,000 euros")
FIRST = Article(
    "lighthouse", "Lighthouse painted green", BODY, "Eastfield Gazette", published_at=datetime(2020, 3, 2, tzinfo=UTC)
)
COPY = Article("copy", "Green lighthouse", BODY, "Coast <Daily>", published_at=datetime(2020, 3, 3, tzinfo=UTC))


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Return an archive with an article that was answered from, then changed, and its copy at another outlet."""
    made = Archive(tmp_path / "archive.sqlite3")
    made.put(FIRST)
    made.put(COPY)
    made.put(replace(FIRST, body=CHANGED, updated_at=datetime(2020, 3, 5, tzinfo=UTC)), live=True)
    return made


def answered_from_the_first(
    assistant: ScriptedAssistant, question: str, history: Sequence[Turn], filters: Filters | None
) -> Iterator[Event]:
    if "refuse" in question:
        refusal = Answer(
            question,
            "not_found",
            "The archive does not say.",
            standalone="A fuller question?",
            nearest=(COPY,),
            filters=Filters(outlets=("Coast <Daily>",)) if filters is None else filters,
        )
        yield Event("done", refusal.text, (), refusal)
        return
    citation = cite(1, FIRST, "9,000 euros")
    unused = passage_with(COPY, "painted green", 2)
    passage = replace(citation.passage, copies=(COPY,))
    citation = replace(citation, passage=passage)
    yield from in_words(
        Answer(question, "answered", "It cost 9,000 euros [1].", citations=(citation,), passages=(passage, unused))
    )


def test_the_reader_shows_versions_and_copies(page: "Page", archive: Archive) -> None:
    assert [a.version for a in archive.versions("lighthouse")] == [1, 2]
    assert [a.id for a in archive.copies("lighthouse")] == ["copy"]
    with served(lambda: ScriptedAssistant(archive, answered_from_the_first)) as url:
        opened(page, url)
        ask(page, "What did it cost?")
        assert page.inner_text("#card-0-1 .more span") == "1 copy"
        page.click("#card-0-1 .read")
        page.wait_for_selector(".sheet mark")
        assert page.inner_text(".sheet mark") == "9,000 euros"
        assert page.inner_text(".versions [aria-current]") == "Version 1 · 2 Mar 2020"
        assert "changed this text since" in page.inner_text(".sheet .notice")
        assert serious(page) == []
        page.click(".versions .read")
        page.wait_for_selector(".versions [aria-current]:has-text('Version 2 · 5 Mar 2020')")
        assert "12,000 euros" in page.inner_text(".sheet .text")
        assert page.locator(".sheet .notice").count() == 0
        assert page.inner_text(".sheet .nearest li span") == "Coast <Daily> · 3 Mar 2020"
        page.click(".sheet .nearest .read")
        page.wait_for_selector(".sheet h2:has-text('Green lighthouse')")
        page.keyboard.press("Escape")
        page.wait_for_selector(".sheet", state="detached")
        assert page.evaluate("document.activeElement.closest('#card-0-1') !== null")


def test_what_was_retrieved_and_not_used_can_be_seen(page: "Page", archive: Archive) -> None:
    with served(lambda: ScriptedAssistant(archive, answered_from_the_first)) as url:
        opened(page, url)
        ask(page, "What did it cost?")
        assert not page.is_visible("#cards .unused .card")
        page.click("#cards .unused summary")
        assert page.inner_text("#cards .unused .card h3") == "Green lighthouse"
        assert serious(page) == []


def test_a_refusal_says_what_to_try_and_each_way_can_be_taken(page: "Page", archive: Archive) -> None:
    assistant = ScriptedAssistant(archive, answered_from_the_first)
    with served(lambda: assistant) as url:
        opened(page, url)
        ask(page, "refuse this")
        assert page.locator("#turn-0 .tries button").all_inner_texts() == [
            "Search without “Coast <Daily>”",
            "Ask it apart from what was said before",
        ]
        assert serious(page) == []
        page.click("#turn-0 .tries button >> nth=0")
        page.wait_for_function("document.querySelectorAll('#turn-0 .tries button').length === 1")
        assert assistant.asked[1] == ("refuse this", (), Filters())
        ask(page, "What did it cost?", turns=2)
        assert page.locator("#turn-0 .tries").count() == 0
