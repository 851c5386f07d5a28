"""The page in a real browser: ask, follow the evidence, read, go on, stop, begin anew."""

import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from corpus.errors import SettingsError
from rag import Assistant
from rag.model import Event
from tests.conftest import open_page
from tests.model_server import ModelServer, Reply
from tests.waiting import PATIENCE_S
from tests.web.conftest import Newsroom, served
from tests.web.page_waits import wait_absent, wait_hidden, wait_shown
from tests.web.recorded_replies import reply_as_recorded

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

QUESTION = "How many people did the Equifax breach affect?"
FOLLOW_UP = "And the World Cup?"


def opened(page: "Page", url: str) -> None:
    page.goto(url)
    wait_shown(page, "#welcome")
    shows_state(page, "article")


def shows_state(page: "Page", text: str) -> None:
    """Wait for a text in the corner that tells the state: a page comes with one, and asks for the newest after that."""
    page.wait_for_function("text => document.querySelector('#state').innerText.includes(text)", arg=text)


def ask(page: "Page", question: str, turns: int = 1) -> None:
    page.fill("#box textarea", question)
    page.click("#ask")
    page.wait_for_function(f"document.querySelectorAll('#talk .turn').length === {turns}")
    wait_hidden(page, "#stop")
    wait_shown(page, f"#turn-{turns - 1} .asof")


def ask_again(page: "Page", button: str, turn: int = 0) -> None:
    """Click what asks a question once more, and wait for the new answer: the old one stands until that begins."""
    asked = page.get_attribute(f"#turn-{turn}", "data-asked")
    page.click(button)
    wait_shown(page, f"#turn-{turn}:not([data-asked='{asked}']) .asof")
    wait_hidden(page, "#stop")


def wait_until(page: "Page", holds: Callable[[], object]) -> None:
    """Wait until something holds on this side, while Playwright goes on with the other."""
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends, "It did not come to hold."
        page.wait_for_timeout(50)


@pytest.fixture(scope="module")
def answered(browser: "Browser", session_page: str) -> Iterator["Page"]:
    """Open a page with an answer, for tests that only look at it and leave it as it was."""
    with open_page(browser) as page:
        opened(page, session_page)
        ask(page, QUESTION)
        yield page


def test_a_question_is_answered_with_its_evidence_beside_it(answered: "Page") -> None:
    page = answered
    assert page.inner_text("#turn-0 .q") == QUESTION
    assert page.inner_text("#turn-0 .a strong") == "143 million"
    assert [n.inner_text() for n in page.query_selector_all("#turn-0 a.n")] == ["1", "2", "3", "1"]
    assert page.inner_text("#turn-0 .asof span").startswith("Evidence from 3 Oct 2017 to ")
    assert len(page.query_selector_all("#cards .card[id]")) == 3
    assert "143 million" in page.inner_text("#card-0-1 mark >> nth=0")
    assert page.inner_text("#card-0-1 .meta") == "Newsdesk Business Desk · 3 Oct 2017"
    unused = page.locator("#cards .unused .card").count()
    assert unused > 3
    assert page.inner_text("#cards summary") == f"{unused} passages retrieved and not used"


def test_a_mark_leads_to_its_card(answered: "Page") -> None:
    page = answered
    page.set_viewport_size({"width": 1440, "height": 420})
    page.click("#turn-0 a.n >> nth=2")
    wait_shown(page, "#card-0-3.on")
    page.wait_for_function(
        "(() => { const at = document.querySelector('#card-0-3 mark').getBoundingClientRect();"
        "return at.top > 0 && at.bottom < innerHeight })()"
    )
    assert page.evaluate("document.activeElement.id") == "card-0-3"
    page.hover("#turn-0 a.n >> nth=0")
    assert page.inner_text("#tip").endswith("· Newsdesk Business Desk · 3 Oct 2017")
    page.set_viewport_size({"width": 1440, "height": 900})


def test_a_claim_without_support_is_flagged_in_words(answered: "Page") -> None:
    page = answered
    assert page.inner_text("#turn-0 .un").startswith("The company had known since 9 May 2016")
    assert "wavy" in page.eval_on_selector("#turn-0 .un", "e => getComputedStyle(e).textDecoration")
    assert page.inner_text("#turn-0 .flag").startswith("⚑1 Not supported: “9 May 2016” does not occur in passage 1")


def test_the_whole_article_opens_with_the_words_marked(answered: "Page") -> None:
    page = answered
    page.click("#card-0-1 .read")
    wait_shown(page, ".sheet mark")
    assert "143 million" in page.inner_text(".sheet mark >> nth=0")
    assert "as former chief faces Congress" in page.inner_text(".sheet h2")
    assert page.evaluate("document.activeElement.className") == "sheet"
    page.keyboard.press("Escape")
    wait_absent(page, ".sheet")
    assert page.evaluate("document.activeElement.dataset.act") == "read"
    page.keyboard.press("Enter")
    wait_shown(page, ".sheet mark")
    page.click(".sheet .close")
    wait_absent(page, ".sheet")


def test_a_refusal_offers_the_nearest_articles(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, "Who won the World Cup?")
    assert page.inner_text("#turn-0 .a") == "This archive does not hold an answer to that."
    assert len(page.query_selector_all("#turn-0 .nearest li")) == 3
    headline = page.inner_text("#turn-0 .nearest .read >> nth=0")
    page.click("#turn-0 .nearest .read >> nth=0")
    wait_shown(page, ".sheet")
    assert page.inner_text(".sheet h2") == headline


def test_an_example_is_asked_with_a_click_and_the_page_cleared(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    page.click("#welcome [data-act=ask] >> nth=1")
    wait_shown(page, "#turn-0 .asof")
    assert page.inner_text("#turn-0 .q") == "What did Xi Jinping say about cyber-hegemony in Wuzhen?"
    wait_hidden(page, "#welcome")
    page.click("#new")
    wait_shown(page, "#welcome [data-act=ask]")
    wait_absent(page, "#turn-0")


def test_new_question_and_a_conversation_lead_to_the_first_tab_and_leave_what_is_typed(
    page: "Page", page_url: str
) -> None:
    opened(page, page_url)
    ask(page, QUESTION)
    page.fill("#box textarea", "Half a quest")
    page.get_by_role("tab", name="Archive").click()
    wait_shown(page, "#articles .articles")
    page.click("#new")
    wait_shown(page, "#welcome [data-act=ask]")
    assert page.input_value("#box textarea") == "Half a quest"
    page.get_by_role("tab", name="Timeline").click()
    page.click("#kept .open >> nth=0")
    wait_shown(page, "#turn-0 .asof")
    assert page.input_value("#box textarea") == "Half a quest"
    ask_again(page, "#turn-0 [data-act=retry]")
    assert page.input_value("#box textarea") == "Half a quest"


def lefts(page: "Page", *selectors: str) -> set[int]:
    return {round(page.locator(each).first.bounding_box()["x"]) for each in selectors}  # type: ignore[index]


def test_everything_begins_at_one_left_edge_and_evidence_takes_room_where_there_is_some(
    page: "Page", page_url: str
) -> None:
    opened(page, page_url)
    assert not page.is_visible("#evidence")
    assert len(lefts(page, "#tabs [role=tab]", ".welcome h2", "#composer")) == 1
    ask(page, QUESTION)
    assert page.is_visible("#evidence")
    assert len(lefts(page, "#tabs [role=tab]", "#turn-0 .a", "#composer")) == 1
    page.get_by_role("tab", name="Archive").click()
    wait_shown(page, "#articles .articles")
    assert len(lefts(page, "#tabs [role=tab]", "#holdings", "#search")) == 1


def test_on_a_phone_a_card_leads_back_to_its_sentence(page: "Page", page_url: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(reduced_motion="reduce")
    opened(page, page_url)
    ask(page, QUESTION)
    assert not page.is_visible("#cards .unused .back")
    page.click("#turn-0 a.n >> nth=3")
    page.click("#card-0-1 .back")
    mark = page.locator("#turn-0 a.n").nth(3)
    assert mark.evaluate("e => e === document.activeElement")
    box = mark.bounding_box()
    assert box is not None
    assert 0 < box["y"] < 844
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for width in (390, 360, 320):
        page.set_viewport_size({"width": width, "height": 844})
        last = page.get_by_role("tab", name="Eval").bounding_box()
        assert last is not None
        assert last["x"] + last["width"] <= width


def test_a_question_that_is_empty_or_too_long_is_not_asked(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    page.click("#ask")
    page.wait_for_selector("text=The question is empty")
    page.fill("#box textarea", "x" * 3000)
    assert len(page.input_value("#box textarea")) == 2000
    assert page.query_selector(".turn") is None


def test_a_follow_up_carries_the_conversation_and_old_evidence_stays(
    page: "Page", page_url: str, model: ModelServer
) -> None:
    opened(page, page_url)
    ask(page, QUESTION)
    ask(page, FOLLOW_UP, turns=2)
    assert QUESTION in model.plans[-1].text
    assert FOLLOW_UP in model.plans[-1].text
    assert page.inner_text("#cards .cards:not([hidden])").startswith("No passage holds the answer.")
    page.click("#turn-0 a.n >> nth=0")
    wait_shown(page, "#card-0-1.on")
    model.plans.clear()
    ask_again(page, "#turn-1 [data-act=retry]", turn=1)
    assert len(page.query_selector_all(".turn")) == 2
    assert QUESTION in model.plans[0].text
    assert FOLLOW_UP in model.plans[0].text


def test_stop_ends_an_answer_and_says_that_it_is_not_whole(page: "Page", page_url: str, model: ModelServer) -> None:
    model.reply = lambda _: Reply(
        "The first words were followed by 143 million others.", pause_s=2 * PATIENCE_S, pause_from=3
    )
    opened(page, page_url)
    page.fill("#box textarea", QUESTION)
    page.keyboard.press("Enter")
    wait_shown(page, "#turn-0 .a", "The first words")
    assert page.locator("#turn-0 .stage .done").all_inner_texts() == ["Searching", "Reading"]
    assert page.inner_text("#turn-0 .stage .now") == "Writing…"
    page.click("#stop")
    wait_shown(page, "#turn-0 .note", "Stopped: this is not a whole answer")
    assert model.abandoned.wait(PATIENCE_S)
    model.reply = reply_as_recorded
    ask(page, "What did Equifax pay?", turns=2)
    assert "The first words" in page.inner_text("#turn-0 .a")
    assert "143 million" not in page.inner_text("#turn-0 .a")


def chips(page: "Page") -> list[str]:
    return [chip.inner_text().rstrip("×") for chip in page.query_selector_all("#turn-0 .chip")]


def test_chips_say_what_was_understood_and_can_be_undone(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, "According to Newsdesk Business Desk, what did Equifax say since 2018?")
    assert chips(page) == ["since 2018, Newsdesk Business Desk (from 1 Jan 2018)", "Newsdesk Business Desk"]
    ask_again(page, "#turn-0 .chip >> nth=0 >> button")
    assert chips(page) == ["Newsdesk Business Desk"]
    ask_again(page, "#turn-0 .chip button")
    assert chips(page) == []


def test_a_question_of_two_parts_can_be_asked_as_one(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, "How many people did the Equifax breach affect, and who ran the DNS root zone?")
    assert chips(page) == ["2 parts"]
    ask_again(page, "#turn-0 .chip button")
    assert chips(page) == []


class FaultyAssistant(Assistant):
    """Have a fault of its own in the middle of an answer, which no part of the real one has at the wish of a test."""

    def stream(self, question: str, *arguments: Any, **options: Any) -> Iterator[Event]:
        yield Event("searching")
        if question != "cut":
            raise ValueError("secret-7")


def test_an_error_is_reported_in_words(page: "Page", starter: Newsroom, model: ModelServer) -> None:
    with served(lambda: starter.open(model, FaultyAssistant, llm="openai:<i>x</i>")) as url:
        opened(page, url)
        shows_state(page, "Model: openai:<i>x</i>")
        for turn, (question, reported) in enumerate(
            [
                (
                    "bug",
                    "Something went wrong here, and no answer was made; ask again. What the server printed says why.",
                ),
                ("cut", "The answer broke off before it was whole; ask again."),
            ]
        ):
            ask(page, question, turns=turn + 1)
            assert page.inner_text(f"#turn-{turn} .flag") == reported
        assert "secret-7" not in page.content()


def test_a_model_that_fails_is_named_and_sentences_of_the_articles_answer(
    page: "Page", starter: Newsroom, model: ModelServer
) -> None:
    model.reply = lambda _: Reply(status=401)
    with served(lambda: starter.open(model)) as url:
        opened(page, url)
        ask(page, QUESTION)
        assert "key" in page.inner_text("#turn-0")
        assert page.locator("#turn-0 a.n").count() >= 1


def test_questions_wait_until_the_archive_is_open(page: "Page", starter: Newsroom) -> None:
    gate = threading.Event()

    def open_slowly() -> Assistant:
        gate.wait(PATIENCE_S)
        return starter.open()

    with served(open_slowly) as url:
        page.goto(url)
        wait_shown(page, "#state", "Opening the archive")
        page.fill("#box textarea", QUESTION)
        page.click("#ask")
        wait_shown(page, "#turn-0 .stage", "Waiting for the archive")
        gate.set()
        wait_shown(page, "#turn-0 .asof")
        wait_shown(page, "#state", "69 articles")


def test_an_archive_that_cannot_be_opened_says_why(page: "Page") -> None:
    def fail() -> Assistant:
        raise SettingsError("data: is no folder; name one with --data")

    with served(fail) as url:
        page.goto(url)
        wait_shown(page, "#state .flag", "data: is no folder; name one with --data")
        page.fill("#box textarea", QUESTION)
        page.click("#ask")
        wait_shown(page, "#turn-0 .flag", "data: is no folder; name one with --data")


def test_an_index_being_built_is_reported_in_the_rail_and_in_the_answer(page: "Page", growing: Newsroom) -> None:
    assistant = growing.own()
    with served(lambda: assistant, wait_s=0.5) as url:
        opened(page, url)
        shows_state(page, "Building the index: 2 of 3 articles")
        assert page.eval_on_selector("#state progress", "e => e.value") == 2
        page.fill("#box textarea", QUESTION)
        page.click("#ask")
        wait_shown(page, "#turn-0 .asof")
        assert (
            page.inner_text("#turn-0 .note >> nth=0") == "The index is being built: 2 of 3 articles could be searched."
        )
        assistant.sync()
        wait_absent(page, "#state .busy")


def test_a_question_waits_for_an_index_that_is_soon_built(page: "Page", growing: Newsroom) -> None:
    assistant = growing.own()
    with served(lambda: assistant, wait_s=PATIENCE_S) as url:
        opened(page, url)
        page.fill("#box textarea", QUESTION)
        page.click("#ask")
        wait_shown(page, "#turn-0 .stage", "Waiting for the index")
        wait_shown(page, "#turn-0 .note", "2 of 3 articles so far")
        assistant.sync()
        wait_shown(page, "#turn-0:has(.asof):not(:has(.note))")
