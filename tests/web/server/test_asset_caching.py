"""What a browser keeps: over the real server, every file that the document names."""

import re

import pytest

from tests import http_client
from web.server.asset_caching import ASK_AGAIN, FOR_GOOD
from web.static_files import STATIC


def kept(url: str) -> str | None:
    answer = http_client.get(url)
    assert answer.status_code == 200
    return answer.headers.get("cache-control")


def test_what_the_page_is_made_of_is_kept_for_good(page_url: str) -> None:
    document = http_client.get(page_url).text
    # The scripts of the page are named in its configuration, as JSON.
    files = set(re.findall(r'(?:src|href)=\\?"(/(?:assets|page)/[^"\\]+)', document))
    names = {file.partition("?")[0].removeprefix("/page/") for file in files if file.startswith("/page/")}
    assert names == {path.name for path in STATIC.glob("*.js")} - {"signin.js"}
    theme = re.search(r'"theme_hash":"(\w+)"', document.replace(" ", ""))
    assert theme
    for file in (*files, f"/theme.css?v={theme[1]}"):
        assert kept(page_url + file) == FOR_GOOD, file


@pytest.mark.parametrize("file", ["page.js", "page.js?v=0", "page.js?v=", "page.js?version=1"])
def test_a_file_at_an_address_that_does_not_tell_its_content_is_asked_for_again(page_url: str, file: str) -> None:
    assert kept(f"{page_url}/page/{file}") == ASK_AGAIN


@pytest.mark.parametrize("path", ["/", "/config", "/static/js/iframeResizer.contentWindow.min.js"])
def test_nothing_else_is_kept_for_good(page_url: str, path: str) -> None:
    assert "immutable" not in (kept(page_url + path) or "")


def test_a_file_that_is_not_there_may_come_later(page_url: str) -> None:
    answer = http_client.get(f"{page_url}/assets/none.js")
    assert (answer.status_code, "cache-control" in answer.headers) == (404, False)
