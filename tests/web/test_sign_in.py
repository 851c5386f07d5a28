"""A page with accounts: nothing without a name and its password."""

from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from corpus.archive import Archive
from tests.web.conftest import ScriptedAssistant, by_default, served
from tests.web.test_page import QUESTION, ask
from web.accounts import Accounts, entry

if TYPE_CHECKING:
    from playwright.sync_api import Page


def sign_in(page: "Page", name: str, password: str) -> None:
    page.get_by_label("username").fill(name)
    page.get_by_label("password").fill(password)
    page.keyboard.press("Enter")


def test_only_who_signed_in_may_ask(page: "Page", starter_archive: Path, tmp_path: Path) -> None:
    path = tmp_path / "accounts.txt"
    path.write_text(entry("anna", "correct horse"), encoding="utf-8")
    accounts = Accounts.from_file(path)
    with served(lambda: ScriptedAssistant(Archive(starter_archive), by_default), auth=accounts.admits) as url:
        assert httpx.post(f"{url}/gradio_api/call/ask", json={"data": ["q", "", "", ""]}).status_code == 401
        assert httpx.post(f"{url}/gradio_api/queue/join", json={}).status_code == 401
        assert "Equifax" not in httpx.get(f"{url}/config").text
        page.goto(url)
        page.wait_for_function("document.querySelector('.column.panel')?.getBoundingClientRect().width === 380")
        sign_in(page, "anna", "wrong password")
        page.wait_for_selector("text=Incorrect Credentials")
        sign_in(page, "anna", "correct horse")
        page.wait_for_selector("#welcome [data-act=ask]")
        ask(page, QUESTION)
        assert page.inner_text("#turn-0 .a strong") == "143 million"
        cookies = [cookie for cookie in page.context.cookies() if cookie["name"].startswith("access-token")]
        assert cookies
        assert all(cookie["httpOnly"] and cookie["sameSite"] == "Strict" for cookie in cookies)
