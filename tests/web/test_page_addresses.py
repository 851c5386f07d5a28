"""Addresses in a real browser: written as one goes on, followed back, forward, after a reload, and by who is given one."""

import re
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from tests import http_client
from tests.model_server import ModelServer
from tests.web.ask.test_ask_tab import QUESTION, ask, opened
from tests.web.conftest import EQUIFAX, Newsroom, accounts_of, served
from tests.web.page_waits import wait_absent, wait_shown
from tests.web.server.test_access import serious
from tests.web.server.test_sign_in import leave, sign_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

COPY = "navigator.clipboard.writeText = async (text) => { window.copied = text }"


def at(page: "Page", pattern: str) -> str:
    """Wait until the address is this, without its host; return it."""
    page.wait_for_url(re.compile(rf"^http://[^/]+{pattern}$"))
    parts = urlsplit(page.url)
    return page.url.removeprefix(f"{parts.scheme}://{parts.netloc}")


def test_back_forward_and_reload_lead_to_what_was_there(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    ask(page, QUESTION)
    conversation = at(page, "/c/.+")
    page.click("#card-0-1 .read")
    wait_shown(page, ".sheet mark")
    article = at(page, r"/a/.+\?v=1#\d+-\d+.*")
    marked = page.inner_text(".sheet mark >> nth=0")
    page.reload()
    wait_shown(page, ".sheet mark")
    wait_shown(page, "#turn-0 .asof")
    assert page.inner_text(".sheet mark >> nth=0") == marked
    page.keyboard.press("Escape")
    assert at(page, "/c/.+") == conversation
    page.go_forward()
    wait_shown(page, ".sheet mark")
    assert at(page, "/a/.+") == article
    page.go_back()
    wait_absent(page, ".sheet")
    page.go_back()
    wait_shown(page, "#welcome [data-act=ask]")
    wait_absent(page, ".turn")
    assert at(page, "/") == "/"
    page.go_forward()
    wait_shown(page, "#turn-0 .asof")


def test_what_the_archive_and_the_timeline_look_for_stands_in_the_address(page: "Page", page_url: str) -> None:
    opened(page, page_url)
    page.get_by_role("tab", name="Archive").click()
    at(page, "/archive")
    page.fill("#words input", "Equifax")
    page.click("#find-articles")
    at(page, r"/archive\?words=Equifax")
    page.click("#holdings [data-kind=outlets] >> nth=0")
    narrowed = at(page, r"/archive\?words=Equifax&outlets=.+")
    count = page.locator("#articles li").count()
    page.reload()
    wait_shown(page, "#holdings [data-kind=outlets][aria-pressed=true]")
    assert at(page, "/archive.+") == narrowed
    assert page.input_value("#words input") == "Equifax"
    page.wait_for_function(f"document.querySelectorAll('#articles li').length === {count}")
    page.go_back()
    wait_shown(page, "#holdings:not(:has([data-kind=outlets][aria-pressed=true]))")
    at(page, r"/archive\?words=Equifax")
    page.goto(f"{page_url}/timeline?topic=Equifax&since=2018-01-01")
    wait_shown(page, "#entries .entry")
    assert page.input_value("#topic input") == "Equifax"
    assert page.inner_text("#story-filters button >> nth=0") == "Any outlet · since 1 Jan 2018"
    page.goto(f"{page_url}/?outlets=Newsdesk+Business+Desk")
    page.wait_for_selector("#narrow button:text-is('Newsdesk Business Desk · Any time')")
    page.goto(f"{page_url}/eval")
    wait_shown(page, "#tab-eval-button[aria-selected=true]")


@pytest.mark.own_page
def test_a_link_to_cited_words_is_copied_and_opens_for_who_signs_in(
    page: "Page", starter: Newsroom, model: ModelServer, tmp_path: Path
) -> None:
    with served(lambda: starter.open(model), accounts=accounts_of(tmp_path, "anna", "ben")) as url:
        page.add_init_script(COPY)
        page.goto(url)
        sign_in(page, "anna")
        wait_shown(page, "#welcome [data-act=ask]")
        ask(page, QUESTION)
        conversation = page.url
        page.click("#card-0-1 .link")
        page.wait_for_selector("#card-0-1 .link:text-is('Copied')")
        link = page.evaluate("window.copied")
        assert link.startswith(f"{url}/a/")
        page.click("#card-0-1 .read")
        wait_shown(page, ".sheet mark")
        marked = page.locator(".sheet mark").all_inner_texts()
        page.click(".sheet .link")
        page.wait_for_selector(".sheet .link:text-is('Copied')")
        assert page.evaluate("window.copied") == link

        leave(page)
        page.goto(link)
        sign_in(page, "ben")
        wait_shown(page, ".sheet mark")
        assert page.url == link
        assert page.locator(".sheet mark").all_inner_texts() == marked
        page.goto(conversation)
        page.wait_for_selector(".missing h2:text-is('This conversation is not here')")
        assert QUESTION not in page.content()
        assert serious(page) == []
        ask(page, "Who won the World Cup?")
        assert page.url != conversation


@pytest.mark.parametrize("path", ["/c/x", "/c/x/y", f"/a/{EQUIFAX}?v=1", "/a/a%2Fb", "/archive?words=a", "/eval"])
def test_every_view_is_the_same_document(page_url: str, path: str) -> None:
    answer = http_client.get(page_url + path)
    assert answer.status_code == 200
    assert 'src="/assets/' in answer.text
    assert "newsdesk-browser" in answer.headers["set-cookie"]
    assert f'"root":"{page_url}"' in answer.text.replace(" ", "")


@pytest.mark.parametrize("path", ["/archive/", "/nothing", "/a", "/c", "/a/x?deep_link=a", "/timeline/x", "/ARCHIVE"])
def test_nothing_else_is_a_view(page_url: str, path: str) -> None:
    assert http_client.get(page_url + path).status_code == 404


def test_style_sheets_that_the_script_asks_for_beside_the_document_are_there(page_url: str) -> None:
    document = http_client.get(f"{page_url}/a/x").text
    sheet = next(iter(re.findall(r'href="(/assets/[^"]+\.css)"', document)))
    for beside in ("", "/a", "/c"):
        assert http_client.get(f"{page_url}{beside}{sheet}").headers["content-type"].startswith("text/css")
    assert http_client.get(f"{page_url}/a/assets/..%2f..%2f..%2fetc%2fpasswd").status_code in {403, 404}
