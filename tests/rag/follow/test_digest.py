"""What a digest tells, and the forms that it is written in."""

import json
import random
import re
import string
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import feedparser
import pytest
from lxml import etree

from corpus.archive.database import Archive
from corpus.article import Article
from corpus.errors import InputError
from rag.follow.atom_feed import render_atom
from rag.follow.digest import Digest, make_digest, read_since
from rag.follow.digest_export import render_html, render_json, render_markdown, write_title
from rag.follow.topic_book import TopicBook, TopicFinding
from tests.rag.follow.conftest import FollowedDesk

ATOM = {"a": "http://www.w3.org/2005/Atom"}


@pytest.fixture(scope="module")
def told(desk: FollowedDesk) -> Digest:
    return make_digest(desk.assistant.topics.book, desk.assistant.archive, "", pending=2)


def test_articles_are_told_newest_first_with_figures_corrections_and_first_reports(told: Digest) -> None:
    equifax, tiktok = told.news
    assert [(entry.article.id, entry.finding.kind) for entry in equifax.entries] == [
        ("2019-07-equifax-settlement", "new"),
        ("2017-10-equifax-145-5m", "new"),
        ("2017-09-equifax-143m", "changed"),
    ]
    assert equifax.entries[0].notes[0].startswith("New figures: $575 million")
    assert equifax.entries[1].notes[0].startswith("New figures: 145.5 million")
    correction = equifax.entries[2]
    assert correction.notes == ("Corrected: An earlier version of this article misstated the number of consumers.",)
    assert [piece.text for piece in correction.changes if piece.side != "same"] == ["143", "144"]
    (first,) = tiktok.entries
    assert [copy.source for copy in first.copies] == ["Other Wire"]
    assert first.notes == (
        "The first report on this topic in the archive.",
        "First reported by Newsdesk Policy Desk, on 30 June 2020.",
    )
    assert [topic.text for topic in told.quiet] == ["interest rates"]


def test_a_copy_of_what_was_told_before_is_no_news(told: Digest) -> None:
    # The copy came with the correction of the same report, so it is folded into it.
    (correction,) = [entry for entry in told.news[0].entries if entry.finding.kind == "changed"]
    assert [copy.source for copy in correction.copies] == ["Other Wire"]
    assert told.news[0].repeats == ()


def test_a_digest_is_not_told_twice(desk: FollowedDesk) -> None:
    book, archive = desk.assistant.topics.book, desk.assistant.archive
    made = make_digest(book, archive, "")
    assert book.last_told("")[0] == 0
    book.mark_told("", made.up_to)
    again = make_digest(book, archive, "")
    assert again.news == ()
    assert write_title(again) == "No news on the topics that you follow"
    since = make_digest(book, archive, "", datetime.now(UTC) - timedelta(days=1))
    assert [one.topic.text for one in since.news] == ["Equifax breach", "TikTok"]
    assert make_digest(book, archive, "", datetime.now(UTC) + timedelta(seconds=1)).news == ()


def test_markdown_and_json(told: Digest) -> None:
    text = render_markdown(told)
    assert text.startswith("# 4 new articles on 2 topics\n")
    assert "2 articles of the archive are not indexed yet, and not looked at." in text
    assert "~~143~~ **144**" in text
    assert "Nothing new: interest rates" in text
    record = json.loads(render_json(told))
    quote = record["topics"][1]["articles"][0]["quotes"][0]
    assert quote["quote"].startswith("India on 29 June 2020 banned 59 mobile apps")
    assert record["topics"][1]["articles"][0]["copies"] == ["2020-06-india-bans-tiktok-Other Wire"]


HOSTILE = Article(
    "evil",
    '<script>alert(1)</script> "quoted" & [link](javascript:alert(1))\u202e',
    "Harbour <img src=x onerror=alert(1)> tolls rise \x0b to 12 crowns ]]> &amp; \ufffe.",
    source="<b>Outlet</b>",
    url="javascript:alert(1)",
    author="A\nB <a@b>",
)


@pytest.fixture
def hostile(tmp_path: Path) -> Digest:
    """Return a digest of an article that tries to break out of every form."""
    book = TopicBook(tmp_path / "topics.sqlite3")
    with Archive(tmp_path / "archive.sqlite3") as archive:
        archive.put(HOSTILE)
        topic = book.add("", "harbour </title><script>alert(2)</script>\r\nBcc: x@example.org", None, "a", 0)
        book.record(topic, [TopicFinding("evil", 1, "new", True, ((0, len(HOSTILE.body), 1.0),))], "a", 1)
        return make_digest(book, archive, "")


def make_busy_digest(folder: Path, count: int) -> tuple[Digest, float]:
    """Return the digest of so many articles on one topic, and the processor time that it took."""
    spans, day, chosen = ((0, 40, 1.0),), datetime(2020, 1, 1, tzinfo=UTC), random.Random(1)
    articles = []
    for n in range(count):
        other = " ".join(f"{chosen.choice(string.ascii_lowercase) * 5}{chosen.randrange(1000)} cars" for _ in range(30))
        body = f"The ferry carried {n + 20} cars to the island. {other}."
        articles.append(Article(f"a{n}", f"Ferry {n}", body, "Wire", published_at=day + timedelta(n)))
    with Archive(folder / f"{count}.sqlite3") as archive:
        for article in articles:
            archive.put(article)
        book = TopicBook(folder / f"{count}.topics")
        topic = book.add("", "ferry", None, archive.identity, 0)
        book.record(topic, [TopicFinding(a.id, 1, "new", True, spans) for a in articles], archive.identity, 1)
        began = time.process_time()
        return make_digest(book, archive, ""), time.process_time() - began


def test_an_article_is_not_compared_with_all_that_came_before_it(tmp_path: Path) -> None:
    few, short = make_busy_digest(tmp_path, 50)
    many, long = make_busy_digest(tmp_path, 200)
    told = [sum(len(one.entries) + len(one.repeats) for one in digest.news) for digest in (few, many)]
    assert told == [50, 200]
    # Each article is compared with the same few: four times the articles take seven times as long, not fifty.
    assert long < 16 * short


def test_every_form_escapes_what_articles_say(hostile: Digest) -> None:
    page = render_html(hostile)
    assert not re.search(r"<(script|img|b)\b", page)
    assert "javascript:alert" not in re.sub(r">[^<]*<", "", page)
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<img" not in render_markdown(hostile).replace("\\<img", "")
    content = etree.fromstring(render_atom(hostile).encode()).xpath("string(//a:content)", namespaces=ATOM)
    assert "&lt;img src=x onerror=alert(1)&gt;" in str(content)
    assert "<img" not in str(content)


@pytest.mark.parametrize("which", ["told", "hostile"])
def test_the_feed_is_valid_atom(which: str, request: pytest.FixtureRequest) -> None:
    digest: Digest = request.getfixturevalue(which)
    text = render_atom(digest, "https://news.example/feed/secret", "https://news.example/")
    root = etree.fromstring(text.encode())
    check_atom(root)
    assert root.xpath("string(a:link[@rel='self']/@href)", namespaces=ATOM) == "https://news.example/feed/secret"
    parsed = feedparser.parse(text.encode())
    assert not parsed.bozo
    assert len(parsed.entries) == sum(len(one.entries) for one in digest.news)
    assert render_atom(digest) == render_atom(digest)  # The names of entries stay.


def check_atom(root: etree._Element) -> None:
    """Check what RFC 4287 demands of a feed (4.1.1) and of its entries (4.1.2)."""
    assert root.tag == "{http://www.w3.org/2005/Atom}feed"
    for part in (root, *root.findall("a:entry", ATOM)):
        for name in ("id", "title", "updated"):
            (one,) = part.findall(f"a:{name}", ATOM)
            assert one.text
            assert one.text.strip()
        assert part.findtext("a:id", "", ATOM).startswith("urn:uuid:")
        for date in part.findall("a:updated", ATOM) + part.findall("a:published", ATOM):
            assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", date.text or "")
        assert [author.findtext("a:name", "", ATOM) != "" for author in part.findall("a:author", ATOM)] == [True]
        assert all(link.get("href", "").startswith("https://") for link in part.findall("a:link", ATOM))
        alternates = [link for link in part.findall("a:link", ATOM) if link.get("rel") == "alternate"]
        assert len(alternates) <= 1
    for entry in root.findall("a:entry", ATOM):
        (content,) = entry.findall("a:content", ATOM)  # Demanded where there is no alternate link.
        assert content.get("type") == "html"
        assert len(content) == 0
    ids = [one.text for one in root.iter("{http://www.w3.org/2005/Atom}id")]
    assert len(ids) == len(set(ids))


NOW = datetime(2026, 11, 28, 15, 0, tzinfo=timezone(timedelta(hours=2)))


@pytest.mark.parametrize(
    ("text", "since"),
    [
        ("yesterday", datetime(2026, 11, 27, tzinfo=NOW.tzinfo)),
        ("Monday", datetime(2026, 11, 23, tzinfo=NOW.tzinfo)),
        ("3 days ago", datetime(2026, 11, 25, tzinfo=NOW.tzinfo)),
        ("1 November", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-20T18:00", datetime(2026, 11, 20, 18, tzinfo=UTC)),
    ],
)
def test_since_is_read_as_people_write_it(text: str, since: datetime) -> None:
    assert read_since(text, NOW) == since


@pytest.mark.parametrize("text", ["", "whenever", "2027-01-01", "\x00"])
def test_a_time_that_is_none_or_to_come_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"write|still to come"):
        read_since(text, NOW)
