"""The page in a real browser: ask, follow the evidence, read, go on, stop, begin anew."""

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.archive.database import Archive
from corpus.errors import ModelError, SettingsError
from rag.model import Answer, Event, Filters, Turn
from tests.web.conftest import ScriptedAssistant, by_default, equifax_answer, in_words, served

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUESTION = "How many people did the Equifax breach affect?"


def opened(page: "Page", url: str) -> None:
    page.goto(url)
    page.wait_for_selector("#welcome [data-act=ask]")


def shows_state(page: "Page", text: str) -> None:
    """Wait for a text in the corner that tells the state: a page comes with one, and asks for the newest after that."""
    page.wait_for_function("text => document.querySelector('#state').innerText.includes(text)", arg=text)


def ask(page: "Page", question: str, turns: int = 1) -> None:
    page.fill("#box textarea", question)
    page.click("#ask")
    page.wait_for_function(f"document.querySelectorAll('#talk .turn').length === {turns}")
    page.wait_for_selector("#stop", state="hidden")
    page.wait_for_selector(f"#turn-{turns - 1} .asof")


def wait_until(page: "Page", holds: Callable[[], bool]) -> None:
    """Wait until something holds on this side."""
    for _ in range(300):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it never held")


def test_a_question_is_answered_with_its_evidence_beside_it(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, QUESTION)
    assert page.inner_text("#turn-0 .q") == QUESTION
    assert page.inner_text("#turn-0 .a strong") == "143 million"
    assert [n.inner_text() for n in page.query_selector_all("#turn-0 a.n")] == ["1", "2", "3", "1"]
    assert "See [9]." in page.inner_text("#turn-0 .a")
    assert page.inner_text("#turn-0 .asof span").startswith("Evidence from 8 Sep 2017 to ")
    assert len(page.query_selector_all("#cards .card[id]")) == 3
    assert page.inner_text("#card-0-1 mark") == "143 million"
    assert page.inner_text("#card-0-1 .meta") == "Newsdesk Business Desk · 8 Sep 2017"
    assert page.inner_text("#cards summary") == "3 passages retrieved and not used"


def test_a_mark_leads_to_its_card(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    page.set_viewport_size({"width": 1440, "height": 420})
    ask(page, QUESTION)
    page.click("#turn-0 a.n >> nth=2")
    page.wait_for_selector("#card-0-3.on")
    page.wait_for_function(
        "(() => { const at = document.querySelector('#card-0-3 mark').getBoundingClientRect();"
        "return at.top > 0 && at.bottom < innerHeight })()"
    )
    assert page.evaluate("document.activeElement.id") == "card-0-3"
    page.hover("#turn-0 a.n >> nth=0")
    assert page.inner_text("#tip").endswith("· Newsdesk Business Desk · 8 Sep 2017")


def test_a_claim_without_support_is_flagged_in_words(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, QUESTION)
    assert page.inner_text("#turn-0 .un").startswith("The company had known since early May")
    assert "wavy" in page.eval_on_selector("#turn-0 .un", "e => getComputedStyle(e).textDecoration")
    assert page.inner_text("#turn-0 .flag") == "Not supported: “May” does not occur in passage 1."


def test_the_whole_article_opens_with_the_words_marked(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, QUESTION)
    page.click("#card-0-1 .read")
    page.wait_for_selector(".sheet mark")
    assert page.inner_text(".sheet mark") == "143 million"
    assert "The company discovered the intrusion on 29 July" in page.inner_text(".sheet .text")
    assert page.evaluate("document.activeElement.className") == "sheet"
    page.keyboard.press("Escape")
    page.wait_for_selector(".sheet", state="detached")
    assert page.evaluate("document.activeElement.dataset.act") == "read"
    page.keyboard.press("Enter")
    page.wait_for_selector(".sheet mark")
    page.click(".sheet .close")
    page.wait_for_selector(".sheet", state="detached")


def test_a_refusal_offers_the_nearest_articles(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, "Who won the World Cup?")
    assert page.inner_text("#turn-0 .a") == "The archive does not say."
    assert len(page.query_selector_all("#turn-0 .nearest li")) == 3
    headline = page.inner_text("#turn-0 .nearest .read >> nth=0")
    page.click("#turn-0 .nearest .read >> nth=0")
    page.wait_for_selector(".sheet")
    assert page.inner_text(".sheet h2") == headline


def test_an_example_is_asked_with_a_click_and_the_page_cleared(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    page.click("#welcome [data-act=ask] >> nth=1")
    page.wait_for_selector("#turn-0 .asof")
    assert page.inner_text("#turn-0 .q") == "Who ran the DNS root zone before October 2016?"
    page.wait_for_selector("#welcome", state="hidden")
    page.click("#new")
    page.wait_for_selector("#welcome [data-act=ask]")
    page.wait_for_selector("#turn-0", state="detached")


def test_a_question_that_is_empty_or_too_long_is_not_asked(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    page.click("#ask")
    page.wait_for_selector("text=The question is empty")
    page.fill("#box textarea", "x" * 3000)
    assert len(page.input_value("#box textarea")) == 2000
    assert page.query_selector(".turn") is None


def test_a_follow_up_carries_the_conversation_and_old_evidence_stays(
    page: "Page", page_url: str, assistant: ScriptedAssistant
) -> None:
    opened(page, page_url)
    ask(page, QUESTION)
    ask(page, "And the World Cup?", turns=2)
    assert page.inner_text("#cards .cards:not([hidden])") == "No passage holds the answer."
    page.click("#turn-0 a.n >> nth=0")
    page.wait_for_selector("#card-0-1.on")
    page.click("#turn-1 [data-act=retry]")
    wait_until(page, lambda: len(assistant.asked) == 3)
    page.wait_for_selector("#turn-1 .asof")
    assert len(page.query_selector_all(".turn")) == 2
    history = tuple(turn.role for turn in assistant.asked[1][1])
    assert (assistant.asked[1][0], history) == ("And the World Cup?", ("user", "assistant"))
    assert assistant.asked[1][1][0].content == QUESTION
    assert assistant.asked[2][:2] == assistant.asked[1][:2]


def test_stop_ends_an_answer_and_says_that_it_is_not_whole(
    page: "Page", page_url: str, assistant: ScriptedAssistant
) -> None:
    halted = threading.Event()

    def halting(
        _: ScriptedAssistant, question: str, history: Sequence[Turn], filters: Filters | None
    ) -> Iterator[Event]:
        if question == "Go on.":
            yield from by_default(assistant, question, history, filters)
            return
        yield Event("writing", "The first words")
        halted.wait(30)
        yield from in_words(equifax_answer(assistant.archive, question))

    assistant.script = halting
    opened(page, page_url)
    page.fill("#box textarea", QUESTION)
    page.keyboard.press("Enter")
    page.wait_for_selector("#turn-0 .a:has-text('The first words')")
    assert page.locator("#turn-0 .stage .done").all_inner_texts() == ["Searching", "Reading"]
    assert page.inner_text("#turn-0 .stage .now") == "Writing…"
    page.click("#stop")
    page.wait_for_selector("#turn-0 .note:has-text('Stopped: this is not a whole answer')")
    halted.set()
    ask(page, "Go on.", turns=2)
    assert "The first words" in page.inner_text("#turn-0 .a")
    assert "143 million" not in page.inner_text("#turn-0 .a")


def test_chips_say_what_was_understood_and_can_be_undone(
    page: "Page", page_url: str, assistant: ScriptedAssistant
) -> None:
    def narrowed(
        _: ScriptedAssistant, question: str, history: Sequence[Turn], filters: Filters | None
    ) -> Iterator[Event]:
        used = Filters(outlets=("Desk <A>", "Desk B")) if filters is None else filters
        found = equifax_answer(assistant.archive, question)
        parts = () if assistant.whole else ("How many?", "When?")
        answer = Answer(
            question, "answered", found.text, f"{question} (Equifax)", found.citations, filters=used, parts=parts
        )
        yield Event("done", answer.text, (), answer)

    assistant.script = narrowed
    opened(page, page_url)
    ask(page, "How many?")
    chips = [chip.inner_text().rstrip("×") for chip in page.query_selector_all("#turn-0 .chip")]
    assert chips == ["How many? (Equifax)", "Desk <A>", "Desk B", "2 parts"]
    page.click("#turn-0 .chip >> nth=1 >> button")
    page.wait_for_function("document.querySelectorAll('.chip').length === 3")
    assert assistant.asked[1] == ("How many?", (), Filters(outlets=("Desk B",)))
    page.wait_for_selector("#stop", state="hidden")
    page.click("#turn-0 .chip:has-text('2 parts') button")
    page.wait_for_function("document.querySelectorAll('.chip').length === 2")
    assert (assistant.asked[2], assistant.whole) == (("How many?", (), Filters(outlets=("Desk B",))), True)


def test_a_model_that_fails_and_an_error_are_told_in_words(
    page: "Page", page_url: str, assistant: ScriptedAssistant
) -> None:
    def failing(
        _: ScriptedAssistant, question: str, history: Sequence[Turn], filters: Filters | None
    ) -> Iterator[Event]:
        yield Event("searching")
        if question == "cut":
            return
        raise ModelError("The model <b>refused</b>; check the key.") if question == "model" else ValueError("secret-7")

    assistant.script, assistant.model_name = failing, "openai:<i>x</i>"
    opened(page, page_url)
    shows_state(page, "Model: openai:<i>x</i>")
    for turn, (question, told) in enumerate(
        [
            ("model", "The model <b>refused</b>; check the key."),
            ("bug", "Something went wrong here, and no answer was made; ask again. What the server printed says why."),
            ("cut", "The answer broke off before it was whole; ask again."),
        ]
    ):
        ask(page, question, turns=turn + 1)
        assert page.inner_text(f"#turn-{turn} .flag") == told
    assert "secret-7" not in page.content()


def test_questions_wait_until_the_archive_is_open(page: "Page", starter_archive: Path) -> None:
    gate = threading.Event()

    def slow() -> ScriptedAssistant:
        gate.wait(30)
        return ScriptedAssistant(Archive(starter_archive), by_default)

    with served(slow) as url:
        page.goto(url)
        page.wait_for_selector("#state :text('Opening the archive')")
        page.fill("#box textarea", QUESTION)
        page.click("#ask")
        page.wait_for_selector("#turn-0 .stage:has-text('Waiting for the archive')")
        gate.set()
        page.wait_for_selector("#turn-0 .asof")
        page.wait_for_selector("#state :text('69 articles')")


def test_an_archive_that_cannot_be_opened_says_why(page: "Page") -> None:
    def broken() -> ScriptedAssistant:
        raise SettingsError("data: is no folder; name one with --data")

    with served(broken) as url:
        page.goto(url)
        page.wait_for_selector("#state .flag:has-text('data: is no folder; name one with --data')")
        page.fill("#box textarea", QUESTION)
        page.click("#ask")
        page.wait_for_selector("#turn-0 .flag:has-text('data: is no folder; name one with --data')")


def test_an_index_being_built_is_said_beside_and_in_the_answer(
    page: "Page", page_url: str, assistant: ScriptedAssistant
) -> None:
    assistant.indexed = (12, 69)
    opened(page, page_url)
    shows_state(page, "Building the index: 12 of 69 articles")
    assert page.eval_on_selector("#state progress", "e => e.value") == 12
    page.fill("#box textarea", QUESTION)
    page.click("#ask")
    page.wait_for_selector("#turn-0 .stage:has-text('Waiting for the index')")
    page.wait_for_selector("#turn-0 .asof")
    assert page.inner_text("#turn-0 .note") == "The index is being built: 12 of 69 articles could be searched."
    assistant.indexed = None
    page.wait_for_selector("#state .busy", state="detached")


def test_a_question_waits_for_an_index_that_is_soon_built(
    page: "Page", page_url: str, assistant: ScriptedAssistant
) -> None:
    assistant.indexed = (68, 69)
    opened(page, page_url)
    page.fill("#box textarea", QUESTION)
    page.click("#ask")
    page.wait_for_selector("#turn-0 .note:has-text('68 of 69 articles so far')")
    assistant.indexed = None
    page.wait_for_selector("#turn-0:has(.asof):not(:has(.note))")
