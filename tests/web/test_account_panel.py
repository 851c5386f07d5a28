"""The panel of accounts: what owners change in it, what nobody may, and what becomes of who is removed."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import http_client
from tests.web.conftest import PASSWORD, WEAK, Newsroom, account_line, served
from tests.web.page_waits import wait_absent, wait_shown
from tests.web.server.test_access import serious
from tests.web.server.test_sign_in import sign_in, signed_in
from tests.web.test_api import outcomes
from web.accounts.account import AccountLines, Accounts, Key
from web.accounts.account_file import AccountFile, read_accounts
from web.accounts.proxy_sign_in import TrustedProxy
from web.roles import Role

if TYPE_CHECKING:
    from playwright.sync_api import Page

Send = Callable[..., str]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a file with the owner anna, the reader bert, and a key for each, the secret in a file of its name."""
    path = tmp_path_factory.mktemp("accounts") / "accounts.txt"
    path.write_text("".join(f"{account_line(name)}\n" for name in ("anna", "bert")), encoding="utf-8")
    roles: dict[str, Role] = {"anna": "owner", "bert": "reader"}
    accounts = tuple(replace(one, role=roles[one.name]) for one in read_accounts(path).accounts)
    made = [Key.make(name) for name in roles]
    path.write_text(AccountLines(accounts, tuple(key for key, _ in made)).text(), encoding="utf-8")
    for key, secret in made:
        (path.parent / key.name).write_text(secret)
    return path


@pytest.fixture(scope="module")
def module_url(starter: Newsroom, first: Path) -> Iterator[tuple[str, bytes]]:
    text = first.read_bytes()
    with served(starter.open, accounts=Accounts(AccountFile(first), WEAK), idle_look_s=0.5) as address:
        yield address, text


@pytest.fixture
def file(first: Path, module_url: tuple[str, bytes]) -> Path:
    """Return the file of the page, as it was in the beginning."""
    fresh = first.with_suffix(".fresh")
    fresh.write_bytes(module_url[1])
    return fresh.replace(first)


@pytest.fixture
def url(module_url: tuple[str, bytes], file: Path) -> str:
    return module_url[0]


@pytest.fixture
def send(url: str, file: Path) -> Send:
    """Return what sends the panel a form in the name of somebody, and returns what the panel shows or the error."""

    def post(act: str, who: str = "anna", **fields: object) -> str:
        key = (file.parent / who).read_text()
        with http_client.open_client(f"{url}/gradio_api", headers={"authorization": f"Bearer {key}"}) as client:
            events = client.get(f"{url}/config").json()["dependencies"]
            number = next(event["id"] for event in events if event["api_name"] == "_on_account")
            call = {
                "fn_index": number,
                "session_hash": f"{who} {act}",
                "event_data": {"act": act, **fields},
                "data": [],
            }
            client.post("/queue/join", json=call)
            (output,) = outcomes(client, f"{who} {act}").values()
        data: Any = output.get("data", [""])
        return str(output.get("error") or data[0])

    return post


def roles(file: Path) -> dict[str, str]:
    return {account.name: account.role for account in read_accounts(file).accounts}


def test_an_owner_adds_changes_and_removes_an_account(url: str, send: Send, file: Path) -> None:
    assert 'aria-label="Role of bert"' in send("accounts")
    new = {"name": "carla", "role": "editor", "password": "battery staple", "again": "battery staple"}
    assert "carla can sign in now, as editor." in send("account-add", **new)
    assert roles(file) == {"anna": "owner", "bert": "reader", "carla": "editor"}
    with signed_in(url, "carla", "battery staple") as carla:
        assert "bert is editor now." in send("account-role", name="bert", role="editor")
        assert carla.get("/config").status_code == 200
        changed = {"name": "carla", "password": "another staple", "again": "another staple"}
        assert "carla has another password now" in send("account-password", **changed)
        assert carla.get("/config").status_code == 401
    assert roles(file) == {"anna": "owner", "bert": "editor", "carla": "editor"}
    with signed_in(url, "carla", "another staple") as carla:
        assert "carla cannot sign in any more." in send("account-remove", name="carla")
        assert carla.get("/config").status_code == 401
    assert roles(file) == {"anna": "owner", "bert": "editor"}


@pytest.mark.parametrize(
    ("act", "fields", "told"),
    [
        ("account-add", {"name": "a b", "role": "reader"}, "cannot be a name"),
        ("account-add", {"name": "carla", "role": "king"}, "choose one of the roles reader, editor, owner"),
        ("account-add", {"name": "carla", "role": "reader", "password": "short", "again": "short"}, "use 10 to 1,000"),
        ("account-add", {"name": "carla", "role": "reader", "again": "x"}, "the two passwords differ"),
        ("account-add", {"name": "bert", "role": "owner"}, "bert has an account already"),
        ("account-password", {"name": "nobody"}, "there is no account"),
        ("account-role", {"name": "nobody", "role": "owner"}, "there is no account"),
        ("account-role", {"name": "anna", "role": "editor"}, "this is the last owner"),
        ("account-remove", {"name": "anna"}, "this is the last owner"),
        ("account-remove", {"name": ["anna"]}, "there is no account"),
        ("account-other", {"name": "bert"}, "Add an account"),
    ],
)
def test_what_cannot_be_done_is_told_and_changes_nothing(
    send: Send, file: Path, act: str, fields: dict[str, object], told: str
) -> None:
    before = file.read_bytes()
    if "password" not in fields and "again" not in fields:
        fields = {"password": PASSWORD, "again": PASSWORD, **fields}
    assert told in send(act, **fields)
    assert file.read_bytes() == before


def test_who_is_no_owner_sees_and_changes_nothing(send: Send, file: Path) -> None:
    before = file.read_bytes()
    for act in ("accounts", "account-add", "account-role", "account-password", "account-remove"):
        sent = {"name": "bert", "role": "owner", "password": PASSWORD, "again": PASSWORD}
        assert "it takes the role owner" in send(act, "bert", **sent)
    assert file.read_bytes() == before


def test_an_owner_who_gives_up_the_role_sees_no_accounts_any_more(send: Send, file: Path) -> None:
    assert "bert is owner now." in send("account-role", name="bert", role="owner")
    shown = send("account-role", name="anna", role="reader")
    assert ("data-over" in shown, "Role of" in shown) == (True, False)
    assert roles(file) == {"anna": "reader", "bert": "owner"}


def test_a_proxy_says_who_signs_in_and_there_is_no_panel(starter: Newsroom, file: Path) -> None:
    proxy = TrustedProxy.read("X-User", ["127.0.0.1"])
    with (
        served(starter.open, accounts=Accounts(AccountFile(file)), proxy=proxy) as url,
        http_client.open_client(url, headers={"x-user": "anna"}) as client,
    ):
        config = client.get("/config").json()
        assert "_on_account" not in {event["api_name"] for event in config["dependencies"]}
        load = next(event["id"] for event in config["dependencies"] if event["api_name"].startswith("on_load"))
        call = {"fn_index": load, "session_hash": "a", "data": [None]}
        told = client.post("/gradio_api/run/predict", json=call).text
    assert "The proxy in front of this page manages its accounts." in told


def test_an_owner_does_it_in_the_browser(page: "Page", url: str, file: Path) -> None:
    page.goto(url)
    sign_in(page, "anna")
    page.click("#user [data-act=accounts]")
    wait_shown(page, ".sheet.accounts")
    assert serious(page) == []
    form = page.locator(".account").last
    form.locator("[name=name]").fill("carla")
    form.locator("[name=role]").select_option("editor")
    for field in ("password", "again"):
        form.locator(f"[name={field}]").fill("battery <staple>")
    page.keyboard.press("Enter")
    wait_shown(page, ".accounts .told", "carla can sign in now, as editor.")
    page.select_option("[aria-label='Role of carla']", "owner")
    page.click("[aria-label=carla] [data-act=account-role]")
    wait_shown(page, ".accounts .told", "carla is owner now.")
    page.click("[aria-label=bert] [data-act=account-remove]")
    page.click("[aria-label=bert] .sure")
    wait_shown(page, ".accounts .told", "bert cannot sign in any more.")
    page.keyboard.press("Escape")
    wait_absent(page, ".sheet")
    page.click("#user [data-act=accounts]")
    page.click("[aria-label=anna] [data-act=account-remove]")
    page.click("[aria-label=anna] .sure")
    wait_shown(page, "form.signin, input[name=username]")
    assert roles(file) == {"carla": "owner"}


def test_who_has_no_account_any_more_is_led_to_sign_in_without_a_click(page: "Page", url: str, file: Path) -> None:
    page.goto(url)
    sign_in(page, "bert")
    wait_shown(page, "#user")
    AccountFile(file).change(lambda lines: lines.remove("bert"))
    wait_shown(page, "form.signin, input[name=username]")
