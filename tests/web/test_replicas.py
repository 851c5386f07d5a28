"""Two pages over one database: whatever one of them keeps, the other one has too."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests import http_client
from tests.postgresql import PostgresServer
from tests.waiting import wait_until
from tests.web.ask.test_ask_tab import QUESTION, ask
from tests.web.conftest import PASSWORD, WEAK, Newsroom, accounts_of, served
from tests.web.page_waits import wait_shown
from tests.web.server.test_sign_in import sign_in
from web.accounts.account import Accounts
from web.accounts.account_table import AccountTable
from web.shared_state import SharedState

if TYPE_CHECKING:
    from playwright.sync_api import Page

A_MINUTE = 3


@dataclass(frozen=True, slots=True)
class Replicas:
    """Two pages, and the accounts of both."""

    here: str
    there: str
    accounts: AccountTable


@pytest.fixture(scope="module")
def replicas(
    starter: Newsroom, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Replicas]:
    """Serve two pages; the clock by which questions are counted stands still."""
    place = postgres.make_schema()
    with ExitStack() as stack:
        table = stack.enter_context(closing(AccountTable(place)))
        lines = accounts_of(tmp_path_factory.mktemp("accounts"), "anna", "bert", "carl").source.read()
        table.change(lambda _: lines)
        urls = []
        for _ in range(2):
            own = stack.enter_context(closing(AccountTable(place)))
            state = stack.enter_context(closing(SharedState(place)))
            page = served(starter.open, A_MINUTE, Accounts(own, WEAK), place, state, clock=lambda: 0.0, idle_look_s=0.5)
            urls.append(stack.enter_context(page))
        here, there = urls
        yield Replicas(here, there, table)


@contextmanager
def clients(replicas: Replicas, name: str) -> Iterator[tuple[httpx.Client, httpx.Client]]:
    """Yield a client of each page, of which the first has signed in, with the same cookies."""
    with http_client.open_client(replicas.here) as here, http_client.open_client(replicas.there) as there:
        assert here.post("/login", data={"username": name, "password": PASSWORD}).status_code == 200
        there.cookies = here.cookies
        yield here, there


def test_who_signs_in_at_one_page_is_signed_in_at_the_other_until_the_account_is_removed(replicas: Replicas) -> None:
    with clients(replicas, "bert") as (here, there):
        assert there.get("/config").json()["username"] == "bert"
        kept = dict(here.cookies)
        assert there.post("/logout").status_code == 303
        here.cookies.update(kept)
        assert here.get("/config").status_code == 401
    with clients(replicas, "bert") as (here, there):
        replicas.accounts.change(lambda lines: lines.remove("bert"))
        for client in (here, there):
            wait_until(lambda client=client: client.get("/config").status_code == 401)  # type: ignore[misc]


def test_questions_are_counted_together(replicas: Replicas) -> None:
    call = {"data": ["Equifax?", "", "", ""]}
    with clients(replicas, "carl") as (here, there):
        asked = [client.post("/gradio_api/call/ask", json=call).status_code for client in (here, there, here, there)]
    assert asked == [200] * A_MINUTE + [429]


def test_what_is_asked_at_one_page_is_read_at_the_other(page: "Page", replicas: Replicas) -> None:
    page.goto(replicas.here)
    sign_in(page, "anna")
    wait_shown(page, "#user .user")
    ask(page, QUESTION)
    name = page.url.rpartition("/c/")[2]
    # A browser sends the cookie of a host to each of its ports.
    page.goto(f"{replicas.there}/c/{name}")
    wait_shown(page, "#turn-0 .asof")
    assert page.inner_text("#turn-0 .q") == QUESTION
    assert page.locator("#turn-0 a.n").count() >= 1
    ask(page, QUESTION, turns=2)
    page.goto(f"{replicas.here}/c/{name}")
    wait_shown(page, "#turn-1 .asof")


def test_a_database_that_goes_away_is_told_and_the_page_goes_on_by_itself(
    starter: Newsroom, postgres: PostgresServer, tmp_path: Path
) -> None:
    place = postgres.make_schema()
    with ExitStack() as stack:
        table = stack.enter_context(closing(AccountTable(place)))
        lines = accounts_of(tmp_path, "anna").source.read()
        table.change(lambda _: lines)
        state = stack.enter_context(closing(SharedState(place)))
        url = stack.enter_context(served(starter.open, accounts=Accounts(table, WEAK), kept=place, state=state))
        client = stack.enter_context(http_client.open_client(url))
        assert client.post("/login", data={"username": "anna", "password": PASSWORD}).status_code == 200
        postgres.stop()
        try:
            told = client.get("/config")
            assert (told.status_code, "does not answer" in told.json()["detail"]) == (503, True)
            assert told.headers["retry-after"] == "5"
            shown = client.get("/", headers={"accept": "text/html"})
            assert (shown.status_code, "loaded again by itself" in shown.text, shown.headers["refresh"]) == (
                503,
                True,
                "5",
            )
        finally:
            postgres.start()
        assert client.get("/config").json()["username"] == "anna"
