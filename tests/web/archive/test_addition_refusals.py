"""What was not added: the page says what to do on the page, not at a terminal."""

import html
import re
from contextlib import closing
from pathlib import Path

import pytest

from corpus.archive.database import Archive
from corpus.settings import ArchiveSettings
from tests.corpus.web_server import Reply, Web
from tests.waiting import PATIENCE_S
from web.archive.addition_progress import render_progress
from web.assistant.addition import Addition, Kind
from web.assistant.addition_queue import Additions

RSS = "<rss version='2.0'><channel><title>Harbour Post</title></channel></rss>"
SITEMAP = (
    "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9'><url><loc>http://news.example/a</loc></url></urlset>"
)
FOLLOW = "into the box and choose “Follow the feed”."


@pytest.mark.parametrize(
    ("kind", "name", "content", "said"),
    [
        (
            "file",
            "a.csv",
            "kopf;inhalt\nA;B\n",
            "its columns are kopf, inhalt; name the right one “title” in the file.",
        ),
        ("file", "a.jsonl", '{"title": "A"}\n', "name the field that holds it “body” in the file."),
        ("file", "a.xml", SITEMAP, f"put the address that it came from {FOLLOW}"),
        ("page", "http://news.example/rss", RSS, f"put http://news.example/rss {FOLLOW}"),
        ("page", "http://news.example/shut", "", "The site's robots.txt asks not to fetch this page."),
    ],
)
def test_a_refusal_says_what_to_do_on_the_page(tmp_path: Path, kind: Kind, name: str, content: str, said: str) -> None:
    file = tmp_path / name if kind == "file" else None
    if file:
        file.write_text(content, "utf-8")
    addition = Addition(kind, name, file)
    with Web() as web, Archive(tmp_path / "archive.sqlite3") as archive:
        web.routes["/rss"] = Reply(content.encode(), "application/rss+xml")
        web.routes["/robots.txt"] = Reply(b"User-agent: *\nDisallow: /shut", "text/plain")
        with closing(Additions(archive, ArchiveSettings(), lambda _: web.fetcher(robots=True))) as additions:
            additions.begin("", [addition])
            assert addition.finished.wait(PATIENCE_S)
    shown = html.unescape(render_progress([addition], 0))
    assert said in shown
    assert not re.search(r"`|--|python|NEWSDESK", shown)
