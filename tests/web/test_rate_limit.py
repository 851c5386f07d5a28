"""Questions per client and minute, against a clock that the test turns; and what the page and programs are told."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from starlette.responses import PlainTextResponse
from starlette.types import Message, Scope

from rag import Assistant
from tests import http_client
from tests.at_once import at_once
from tests.web.ask.test_ask_tab import QUESTION, ask, ask_again, opened
from tests.web.conftest import EQUIFAX, Newsroom, served
from tests.web.page_waits import wait_shown
from tests.web.server.test_access import serious
from tests.web.test_api import call
from web.accounts.sign_in import USER
from web.markup.waiting_time import duration
from web.rate_limit import Asking, RateLimit
from web.server.question_limit import QuestionLimit
from web.shared_state import SharedState

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_a_client_waits_until_its_first_question_is_a_minute_old(state: SharedState) -> None:
    now = [100.0]
    allowance = RateLimit(state=state, per_minute=2, clock=lambda: now[0])
    assert allowance.take("a") == 0
    now[0] = 110
    assert allowance.take("a") == 0
    assert allowance.take("a") == 50
    assert allowance.take("b") == 0
    now[0] = 160
    assert allowance.take("a") == 0
    assert allowance.take("a") == 10


def test_a_refused_question_is_not_counted(state: SharedState) -> None:
    now = [0.0]
    allowance = RateLimit(state=state, per_minute=1, clock=lambda: now[0])
    allowance.take("a")
    assert [allowance.take("a") for _ in range(100)] == [60] * 100
    now[0] = 60
    assert allowance.take("a") == 0


def test_nobody_waits_for_longer_when_the_clock_is_set_back(state: SharedState) -> None:
    now = [10_000.0]
    allowance = RateLimit(state=state, per_minute=1, clock=lambda: now[0])
    allowance.take("a")
    now[0] = 0
    assert [allowance.take("a") for _ in range(2)] == [0, 60]


def test_clients_long_silent_are_forgotten(state: SharedState) -> None:
    allowance = RateLimit(state=state, per_minute=1, clients=2, clock=lambda: 0.0)
    for client in ("a", "b", "c"):
        allowance.take(client)
    assert allowance.take("a") == 0
    assert allowance.take("c") == 60


def test_a_question_that_was_none_is_given_back(state: SharedState) -> None:
    now = [0.0]
    allowance = RateLimit(state=state, per_minute=2, clock=lambda: now[0])
    allowance.take("a")
    now[0] = 10
    allowance.take("a")
    allowance.give_back("a")
    allowance.give_back("b")
    assert [allowance.take("a"), allowance.take("a")] == [0, 50]


def test_questions_at_several_pages_are_counted_together(state: SharedState) -> None:
    pages = [RateLimit(per_minute=3, clock=lambda: 0.0, state=state) for _ in range(2)]
    at_once(lambda n: pages[n % 2].take("a"), range(8))
    assert [page.take("a") for page in pages] == [60, 60]
    pages[1].give_back("a")
    assert [page.take("a") for page in pages] == [0, 60]


def test_without_a_limit_nobody_waits_and_nothing_is_remembered() -> None:
    allowance = RateLimit(per_minute=0)
    assert [allowance.take("a") for _ in range(1000)] == [0] * 1000
    allowance.give_back("a")


def test_a_wait_is_rounded_up() -> None:
    now = [0.0]
    allowance = RateLimit(per_minute=1, clock=lambda: now[0])
    allowance.take("a")
    now[0] = 59.9
    assert allowance.take("a") == 1


def test_a_wait_is_said_in_words() -> None:
    assert [duration(s) for s in (1, 59, 119, 120, 121, 900)] == [
        "1 second",
        "59 seconds",
        "119 seconds",
        "2 minutes",
        "3 minutes",
        "15 minutes",
    ]


@pytest.fixture(scope="module")
def minutes() -> list[float]:
    """Return the clock of the page below: it stands still within a test, however slow the machine is."""
    return [0.0]


@pytest.fixture(scope="module")
def limited_page(starter: Newsroom, minutes: list[float]) -> Iterator[str]:
    with served(starter.open, per_minute=3, clock=lambda: 60 * minutes[0]) as url:
        yield url


@pytest.fixture
def limited(limited_page: str, minutes: list[float]) -> str:
    """Return the address of a page that lets one ask three questions in a minute, which never ends; another has begun."""
    minutes[0] += 2
    return limited_page


def refuses(page: "Page", selector: str) -> None:
    """Click, and wait for a new line that says how long to wait; mark it, so that the next one is told from it."""
    page.click(selector)
    wait_shown(page, "#composer .pause:not([data-seen])", "You can ask again in ")
    page.evaluate("document.querySelector('#composer .pause').dataset.seen = 'yes'")


def test_a_line_at_the_question_box_says_how_long_to_wait_whatever_was_clicked(page: "Page", limited: str) -> None:
    opened(page, limited)
    page.click("#welcome [data-act=ask] >> nth=0")
    wait_shown(page, "#turn-0 .asof")
    ask(page, QUESTION, turns=2)
    ask_again(page, "#turn-1 [data-act=retry]", turn=1)
    refuses(page, "#turn-1 [data-act=retry]")
    page.fill("#box textarea", "One more?")
    page.keyboard.press("Enter")
    line = page.wait_for_selector("#composer .pause:not([data-seen])")
    assert line is not None
    assert line.inner_text().startswith("No more than 3 questions can be asked in a minute. You can ask again in ")
    assert page.input_value("#box textarea") == "One more?"
    assert serious(page) == []
    page.click("#new")
    refuses(page, "#welcome [data-act=ask] >> nth=1")
    assert page.locator(".turn").count() == 0


def test_the_line_counts_down_stays_and_ends(page: "Page", limited: str) -> None:
    opened(page, limited)
    for _ in range(3):
        call(limited, "search", "Equifax", 1, "", "", "")
    page.fill("#box textarea", "One more?")
    page.click("#ask")
    first = int(page.inner_text("#composer [role=timer]").split()[0])
    page.wait_for_function(
        "first => parseInt(document.querySelector('#composer [role=timer]').innerText) < first", arg=first
    )
    page.evaluate("document.querySelector('#composer [role=timer]').until = Date.now()")
    wait_shown(page, "#composer .pause", "You can ask again now.")


def test_a_choice_that_asks_nothing_is_not_counted(page: "Page", limited: str) -> None:
    opened(page, limited)
    ask(page, QUESTION)
    for _ in range(5):
        page.evaluate(
            """() => { const made = document.createElement('button');
            made.dataset.act = 'undo'; made.dataset.what = 'nothing';
            document.querySelector('#turn-0').append(made); made.click(); made.remove(); }"""
        )
    ask(page, QUESTION, turns=2)
    ask(page, QUESTION, turns=3)


LIMIT_LINE = "No more than 3 questions can be asked in a minute. You can ask again in "


def test_programs_are_told_how_long_to_wait(limited: str) -> None:
    answers = [call(limited, "search", "Equifax", 1, "", "", "") for _ in range(3)]
    assert [name for name, _ in answers] == ["complete"] * 3
    refused = http_client.post(f"{limited}/gradio_api/call/search", json={"data": ["Equifax", 1, "", "", ""]})
    assert refused.status_code == 429
    assert refused.json()["error"].startswith(LIMIT_LINE)
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert call(limited, "get_article", EQUIFAX)[0] == "complete"


@contextmanager
def served_closed(starter: Newsroom, per_minute: int) -> Iterator[tuple[str, httpx.Client, threading.Event]]:
    """Serve a page whose archive is not open until an event is set, so that no question ends before; yield the event last."""
    may_open = threading.Event()

    def open_late() -> Assistant:
        may_open.wait()
        return starter.open()

    with (
        served(open_late, per_minute=per_minute, clock=lambda: 0.0) as url,
        http_client.open_client(f"{url}/gradio_api") as client,
    ):
        try:
            yield url, client, may_open
        finally:
            may_open.set()


def test_a_question_too_many_is_refused_while_all_others_wait_for_their_turn(starter: Newsroom) -> None:
    """As many questions are being answered as can be, and none ends before the archive is open."""
    with served_closed(starter, per_minute=9) as (url, client, may_open):
        call = {"data": ["Equifax?", "", "", ""]}
        events = [client.post("/call/ask", json=call).json()["event_id"] for _ in range(9)]
        numbers = {event["api_name"]: event["id"] for event in client.get(f"{url}/config").json()["dependencies"]}
        joining = {**call, "fn_index": numbers["ask"], "session_hash": "a"}
        refused = [client.post(f"/{path}", json=joining) for path in ("call/ask", "queue/join")]
        odd = [client.post("/queue/join", json={**joining, "fn_index": n}) for n in (str(numbers["ask"]), True)]
        may_open.set()
        ended = [client.get(f"/call/ask/{event}").text for event in events]
    assert [answer.status_code for answer in refused] == [429, 429]
    assert [answer.status_code for answer in odd] == [400, 400]
    assert all("event: complete" in text for text in ended)


def find_events(config: dict[str, Any], element: str, trigger: str) -> list[int]:
    """Return the numbers of the events that an element of the page starts."""
    wanted = next(part["id"] for part in config["components"] if part["props"].get("elem_id") == element)
    return [event["id"] for event in config["dependencies"] if [wanted, trigger] in event["targets"]]


def test_what_the_page_asks_too_often_takes_no_place_in_the_queue(starter: Newsroom) -> None:
    """One question is allowed, and the archive is not open, so that nothing that is let through ends meanwhile."""
    with served_closed(starter, per_minute=1) as (url, client, _):
        config = client.get(f"{url}/config").json()
        (submit,), (draft,) = find_events(config, "ask", "click"), find_events(config, "check-draft", "click")
        shown = find_events(config, "reader", "submit")
        click = find_events(config, "talk", "submit")[0]

        def join(number: int, data: list[Any], act: str = "", session: str = "a") -> httpx.Response:
            call = {"fn_index": number, "data": data, "session_hash": session, "event_data": {"act": act}}
            return client.post("/queue/join", json=call)

        refused_first = [join(submit, ["Equifax?", None]).status_code for _ in range(40)]
        clicked = [join(click, [None], act) for act in ("ask", "retry", "edit", "undo")]
        others = [join(click, [None], act).status_code for act in ("copy", "")]
        stories = [join(number, [None], "outlets").status_code for number in shown]
        stories_without = [join(number, [None]).status_code for number in shown]
        checked = join(draft, ["A text.", None])
    assert refused_first == [200] + [429] * 39
    assert [answer.status_code for answer in clicked] == [429] * 4
    assert others == [200, 200]
    assert sorted(stories) == [200, 429]
    assert stories_without == [200, 200]
    told = clicked[0].json()
    assert clicked[0].headers["retry-after"] == "60"
    assert told["error"] == "No more than 1 question can be asked in a minute. You can ask again in 60 seconds."
    assert (told["place"], told["detail"]) == ("pause", [])
    assert 'data-seconds="60"' in told["line"]
    assert checked.json()["place"] == "draft-pause"
    assert checked.json()["error"].endswith("You can check a draft in 60 seconds.")


def test_users_behind_one_address_are_counted_apart() -> None:
    async def ask(user: str, path: str = "/gradio_api/call/ask") -> int:
        scope: Scope = {"type": "http", "method": "POST", "path": path, "client": ("192.0.2.1", 1), USER: user}
        sent: list[Message] = []

        async def keep(message: Message) -> None:
            sent.append(message)

        async def receive() -> Message:
            return {"type": "http.request"}

        await limit(scope, receive, keep)
        return int(sent[0]["status"])

    limit = QuestionLimit(PlainTextResponse("asked"), RateLimit(per_minute=1), {"ask": Asking()})
    codes = [asyncio.run(ask(user)) for user in ("ann", "ann", "bob", "", "")]
    assert codes == [200, 429, 200, 200, 429]
    assert asyncio.run(ask("ann", "/gradio_api/call/get_article")) == 200
