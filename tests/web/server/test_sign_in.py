"""A page with accounts: nothing without a name and its password, and no rush of attempts that stops it for others."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from gradio_client import Client
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from tests import http_client
from tests.waiting import PATIENCE_S
from tests.web.ask.test_ask_tab import QUESTION, ask
from tests.web.conftest import PASSWORD, Newsroom, accounts_of, served
from tests.web.page_waits import wait_shown
from tests.web.server.test_access import serious
from web.accounts.account import Account, Accounts
from web.accounts.account_file import AccountFile
from web.accounts.sign_in import SignIn
from web.accounts.sign_in_attempts import Attempts

if TYPE_CHECKING:
    from playwright.sync_api import Page

PAGE = {"accept": "text/html"}


def sign_in(page: "Page", name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")


def leave(page: "Page") -> None:
    """Leave a page as who signed in there does by closing it; one that is still open would itself go to sign in again."""
    page.goto("about:blank")
    page.context.clear_cookies()


@contextmanager
def signed_in(url: str, name: str, password: str = PASSWORD) -> Iterator[httpx.Client]:
    """Yield a client that has signed in."""
    with http_client.open_client(url) as client:
        assert client.post("/login", data={"username": name, "password": password}).status_code == 200
        yield client


async def behind(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as what stands behind the door."""
    await PlainTextResponse("here")(scope, receive, send)


def test_a_request_that_goes_on_ends_with_the_account(tmp_path: Path) -> None:
    accounts = accounts_of(tmp_path, "anna", "bert")

    async def leaves(who: str, removed: str) -> bool:
        """Return whether a request of somebody ends when an account is removed; else it goes on until it is cancelled."""

        async def wait_for_leaving(scope: Scope, receive: Receive, send: Send) -> None:
            entered.set()
            while (await receive())["type"] != "http.disconnect":
                pass
            await PlainTextResponse("left")(scope, receive, send)

        entered, door = asyncio.Event(), SignIn(wait_for_leaving, accounts, "c", look_s=0.01)
        account = accounts.get(who)
        assert account is not None
        cookies, transport = {"c": door.sessions.begin(account)}, httpx.ASGITransport(door)
        async with httpx.AsyncClient(transport=transport, base_url="http://page", cookies=cookies) as client:
            request = asyncio.ensure_future(client.get("/"))
            await entered.wait()
            accounts.source.change(lambda lines: lines.remove(removed))
            done, _ = await asyncio.wait({request}, timeout=PATIENCE_S if who == removed else 0.2)
            request.cancel()
        return bool(done)

    assert [asyncio.run(leaves("anna", removed)) for removed in ("bert", "anna")] == [False, True]


def asked(door: SignIn, *requests: dict[str, Any]) -> list[httpx.Response]:
    """Send requests to a door all at once, each a POST to /login by a client of its own."""

    async def ask(request: dict[str, Any], address: str) -> httpx.Response:
        transport = httpx.ASGITransport(door, client=(address, 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.post("/login", **request)

    async def ask_all() -> list[httpx.Response]:
        return await asyncio.gather(*(ask(request, request.pop("address", "10.0.0.1")) for request in requests))

    return asyncio.run(ask_all())


@pytest.fixture(scope="module")
def accounts(tmp_path_factory: pytest.TempPathFactory) -> Accounts:
    return accounts_of(tmp_path_factory.mktemp("accounts"), "anna", "bert")


@pytest.fixture(scope="module")
def url(starter: Newsroom, accounts: Accounts) -> Iterator[str]:
    with served(starter.open, accounts=accounts) as address:
        yield address


def test_only_who_signed_in_may_ask(page: "Page", url: str) -> None:
    page.goto(f"{url}/?q=Equifax%20%22%3F")
    assert serious(page) == []
    sign_in(page, "anna", "wrong password")
    page.wait_for_selector("text=The name or the password is wrong.")
    assert page.input_value("[name=username]") == "anna"
    assert page.evaluate("document.activeElement.name") == "password"
    sign_in(page, "anna")
    wait_shown(page, "#turn-0 .asof")
    assert page.inner_text("#turn-0 .q") == 'Equifax "?'
    ask(page, QUESTION, turns=2)
    assert page.locator("#turn-1 a.n").count() >= 1
    cookies = page.context.cookies()
    assert f"session-{url.rpartition(':')[2]}" in {cookie["name"] for cookie in cookies}
    assert all(cookie["sameSite"] == "Strict" for cookie in cookies)
    # The time zone is written by the page's own script, and is no secret.
    assert [cookie["name"] for cookie in cookies if not cookie["httpOnly"]] in ([], ["newsdesk-zone"])


def test_nothing_else_is_served_to_who_did_not_sign_in(url: str) -> None:
    for path in (
        "/",
        "/config",
        "/gradio_api/info",
        "/gradio_api/heartbeat/x",
        "/report/x",
        "/assets/index.js",
        "/gradio_api/queue/data?session_hash=x",
    ):
        answer = http_client.get(url + path)
        assert (answer.status_code, answer.json()["detail"][:14]) == (401, "Sign in first:"), path
    for path in ("/gradio_api/call/ask", "/gradio_api/queue/join", "/gradio_api/cancel", "/gradio_api/run/predict"):
        assert http_client.post(url + path, json={}).status_code == 401, path
    page = http_client.get(f"{url}/report/x", headers=PAGE)
    assert (page.status_code, "<form" in page.text, "Equifax" in page.text) == (401, True, False)
    assert http_client.get(f"{url}/page/signin.css").status_code == 200
    assert http_client.get(f"{url}/page/../config").status_code == 401


def test_signing_out_ends_the_session_on_the_server_and_leaves_nothing_in_the_browser(page: "Page", url: str) -> None:
    page.goto(url)
    sign_in(page, "anna")
    wait_shown(page, "#user .user")
    assert page.inner_text("#user .user span") == "anna"
    stolen = {cookie["name"]: cookie["value"] for cookie in page.context.cookies()}
    assert http_client.get(f"{url}/config", cookies=stolen).status_code == 200
    page.get_by_role("button", name="Sign out").click()
    page.get_by_label("Password").wait_for()
    assert not any(cookie["name"].startswith("session") for cookie in page.context.cookies())
    assert http_client.get(f"{url}/config", cookies=stolen).status_code == 401
    page.go_back()
    page.get_by_label("Password").wait_for()


def test_signing_out_leaves_other_sessions(url: str) -> None:
    with signed_in(url, "anna") as first, signed_in(url, "anna") as second:
        assert first.get("/logout").status_code == 303
        assert first.get("/config").json()["username"] == "anna"
        assert first.post("/logout").status_code == 303
        assert first.get("/config").status_code == 401
        assert second.get("/config").json()["username"] == "anna"
        assert second.get("/", headers=PAGE).headers["cache-control"] == "no-store"


def test_a_removed_account_and_a_changed_password_end_the_session(starter: Newsroom, tmp_path: Path) -> None:
    accounts = accounts_of(tmp_path, "anna", "bert")
    with (
        served(starter.open, accounts=accounts) as url,
        signed_in(url, "anna") as anna,
        signed_in(url, "bert") as bert,
    ):
        kept = accounts.get("bert")
        assert kept is not None
        (tmp_path / "accounts.txt").write_text(kept.line(), encoding="utf-8")
        assert (anna.get("/config").status_code, bert.get("/config").status_code) == (401, 200)
        (tmp_path / "accounts.txt").write_text(accounts.make("bert", "another horse").line(), encoding="utf-8")
        assert bert.get("/config").status_code == 401
        with signed_in(url, "bert", "another horse") as again:
            assert again.get("/config").status_code == 200


def test_the_client_that_comes_with_gradio_signs_in(url: str, tmp_path: Path) -> None:
    client = Client(url, auth=("anna", PASSWORD), verbose=False, download_files=str(tmp_path))
    answer = client.predict("Equifax?", "", "", "", api_name="/ask")
    assert answer["status"] == "answered"


def test_another_site_that_leads_here_asks_nothing_in_somebody_s_name(url: str) -> None:
    led = http_client.get(f"{url}/?q=Equifax&outlets=A", headers={**PAGE, "sec-fetch-site": "cross-site"})
    assert 'name="address" value="/?outlets=A"' in led.text
    assert 'Signed in already? <a href="/?outlets=A">' in led.text
    own = http_client.get(f"{url}/?q=Equifax", headers={**PAGE, "sec-fetch-site": "none"})
    assert 'name="address" value="/?q=Equifax"' in own.text


@pytest.mark.parametrize(
    ("wanted", "led_to"),
    [
        ("/a/2017%2Fa?v=1", "/a/2017%2Fa?v=1"),
        ("/?q=Equifax", "/?q=Equifax"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/\t/evil.example", "/"),
        ("https://evil.example", "/"),
        ("/é", "/"),
        ("", "/"),
    ],
)
def test_signing_in_leads_to_the_address_that_was_asked_for_and_never_elsewhere(
    url: str, wanted: str, led_to: str
) -> None:
    form = {"username": "anna", "password": PASSWORD, "address": wanted}
    answer = http_client.post(f"{url}/login", data=form, headers=PAGE)
    assert (answer.status_code, answer.headers["location"]) == (303, led_to)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/json"}, b'{"username": "anna"}'),
        ({"content-type": "application/x-www-form-urlencoded"}, b"username=anna&password=" + b"x" * 10_000),
        ({"content-type": "application/x-www-form-urlencoded"}, b"&".join(b"a=b" for _ in range(11))),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x--"),
        ({}, b""),
    ],
)
def test_what_is_no_form_is_refused_before_anything_is_hashed(
    accounts: Accounts, headers: dict[str, str], body: bytes
) -> None:
    (answer,) = asked(SignIn(behind, accounts, "session", held_s=0), {"headers": headers, "content": body})
    assert (answer.status_code, answer.json()["detail"][:4]) == (400, "Send")


def test_odd_names_and_passwords_are_wrong_and_no_more(accounts: Accounts) -> None:
    odd = [("", ""), ("x" * 5000, "y"), ("\x00\u202e", "\x00"), ("anna\r\nset-cookie: a=b", "%ff")]
    requests: list[dict[str, Any]] = [{"data": {"username": name, "password": word}} for name, word in odd]
    form = {"content-type": "application/x-www-form-urlencoded"}
    requests.append({"content": b"username=%ff%00&password=%ed%a0%80", "headers": form})
    for answer in asked(SignIn(behind, accounts, "session", held_s=0), *requests):
        assert (answer.status_code, answer.json()) == (401, {"detail": "The name or the password is wrong."})
        assert "set-cookie" not in answer.headers


def test_too_many_attempts_are_refused_and_the_page_says_how_long(page: "Page", url: str) -> None:
    page.goto(url)
    for _ in range(8):  # As the wait is short at first, a slow machine may have waited it out.
        with page.expect_navigation() as came:
            sign_in(page, "bert", "a wrong guess")
        if page.locator("[role=timer]").count():
            break
    assert "There were too many attempts to sign in. You can try again in " in came.value.text()  # It counts down here.
    assert serious(page) == []
    wait_shown(page, "p.pause", "You can try again now.")
    sign_in(page, "bert")
    wait_shown(page, "#user .user")


def test_programs_are_told_in_a_header_how_long_to_wait(accounts: Accounts) -> None:
    wrong = [{"data": {"username": "bert", "password": "a wrong guess"}} for _ in range(8)]
    answers = asked(SignIn(behind, accounts, "session", attempts=Attempts(clock=lambda: 0.0), held_s=0), *wrong)
    assert sorted(answer.status_code for answer in answers) == [401] * 3 + [429] * 5
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert refused.headers["retry-after"] == "1"
    assert refused.json() == {"detail": "There were too many attempts to sign in. Try again in 1 second."}


def test_an_attack_on_a_name_keeps_nobody_out_who_knows_the_password(accounts: Accounts) -> None:
    attempts = Attempts()
    for i in range(1000):
        attempts.take(f"attacker {i}", "anna")
    right = {"data": {"username": "anna", "password": PASSWORD}}
    (answer,) = asked(SignIn(behind, accounts, "session", attempts=attempts, held_s=0), right)
    assert answer.json() == {"success": True}


class Watched(Accounts):
    """Note on which threads passwords are hashed, and how many are at once; every password is wrong."""

    def __init__(self, path: Path) -> None:
        super().__init__(AccountFile(path))
        self.threads: set[int] = set()
        self.names: list[str] = []
        self.at_once = self.most_at_once = 0
        self.full = threading.Event()
        self.go_on = threading.Event()
        self._lock = threading.Lock()

    def verify(self, name: str, password: str) -> Account | None:
        with self._lock:
            self.threads.add(threading.get_ident())
            self.names.append(name)
            self.at_once += 1
            self.most_at_once = max(self.at_once, self.most_at_once)
            if self.at_once == 2:
                self.full.set()
        self.go_on.wait(PATIENCE_S)
        with self._lock:
            self.at_once -= 1
        return None


def test_attempts_are_checked_off_the_event_loop_two_at_once_while_others_are_served(tmp_path: Path) -> None:
    accounts_of(tmp_path, "anna")
    accounts = Watched(tmp_path / "accounts.txt")

    door = SignIn(behind, accounts, "session", at_once=2, held_s=0)

    async def attempt(i: int) -> httpx.Response:
        transport = httpx.ASGITransport(door, client=(f"10.0.0.{i}", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.post("/login", data={"username": f"name {i}", "password": "a guess"})

    async def rush() -> tuple[list[httpx.Response], list[httpx.Response]]:
        attempts = [asyncio.create_task(attempt(i)) for i in range(60)]
        ended = asyncio.as_completed(attempts)
        # Two are being checked and stay so, 30 wait, the others are told to come again, and the loop goes on.
        refused = [await next(ended) for _ in range(28)]
        assert await asyncio.to_thread(accounts.full.wait, PATIENCE_S)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(door), base_url="http://page") as client:
            assert (await client.get("/page/any")).text == "here"
        accounts.go_on.set()
        return refused, [await each for each in ended]

    refused, checked = asyncio.run(rush())
    assert {answer.status_code for answer in refused} == {429}
    told = "Too many people are signing in at this moment. Try again in 5 seconds."
    assert (refused[0].json()["detail"], refused[0].headers["retry-after"]) == (told, "5")
    assert [answer.status_code for answer in checked] == [401] * 32
    assert (accounts.most_at_once, len(accounts.names)) == (2, 32)
    assert threading.get_ident() not in accounts.threads
