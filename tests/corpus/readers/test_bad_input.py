"""Bad input by the thousand: each is an article or a refusal with its place and reason, and stops nothing behind it."""

import io
import json
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Any

import docx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus import Article
from corpus.archive.database import Archive
from corpus.ingestion.ingest import ingest
from corpus.readers import Refusal, read_bytes
from tests.corpus.readers.test_formats import NITF, PAGE, pdf, record
from tests.promises import RecordPromise

HANGS_S = 60
"""So long no small file takes, on any machine."""

FEED = """<rss version="2.0"><channel><title>Wire</title><link>https://wire.example/</link><item><title>Ferry</title>
<link>https://wire.example/a</link><guid>urn:a</guid><pubDate>Wed, 16 Dec 2015 10:00:00 GMT</pubDate>
<description>&lt;p&gt;The council voted 7 to 2.&lt;/p&gt;</description></item></channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><entry><title>Ferry</title><id>urn:b</id>
<link href="https://wire.example/b"/><updated>2015-12-16T10:00:00Z</updated><content type="html">Text.</content></entry></feed>"""
GOOD = {"title": "Tram line opens", "body": "The line has 12 stops.", "date": "2015-12-16T10:00:00Z", "source": "Desk"}


def samples() -> dict[str, bytes]:
    """Return a sound file of each format."""
    parquet, word = io.BytesIO(), io.BytesIO()
    pq.write_table(pa.table({key: [value] for key, value in GOOD.items()}), parquet)
    document = docx.Document()
    document.add_heading("Tram line opens", 0)
    document.add_paragraph("The line has 12 stops.")
    document.save(word)
    return {
        "a.jsonl": (json.dumps(GOOD) + "\n").encode() * 2,
        "a.json": json.dumps({"articles": [GOOD, GOOD]}).encode(),
        "a.csv": b'title,body,date\nTram,"It has 12, they say.",2015-12-16\nBus,None,\n',
        "a.tsv": b"title\tbody\nTram\tIt has 12.\n",
        "a.md": b"---\ntitle: Tram\nauthors: [Ana Roy]\n---\nThe **line** has [12](http://x.y) stops.\n",
        "a.txt": b"Tram line opens\n\nThe line has 12 stops.\n",
        "a.html": PAGE.encode(),
        "a.xml": NITF.format(encoding="utf-8").encode(),
        "a.rss": FEED.encode(),
        "a.atom": ATOM.encode(),
        "a.warc": record("a", "200 OK", "text/html"),
        "a.pdf": pdf("Tram line opens", "The line has 12 stops."),
        "a.docx": word.getvalue(),
        "a.parquet": parquet.getvalue(),
    }


SPLICED: tuple[bytes, ...] = (b"\x00", b"\xff\xfe", b"\r", b'"', b"<", b"]]>", b"<!--", b"&#0;", b"\xed\xa0\x80", b"---\n", b"{", b"}", b"\xe2\x80\xae")  # fmt: skip
SPLICED += (
    b"<![CDATA[",
    b"</html>",
    b"\\ud800",
    b"1e999",
    b"-",
    b"0000-00-00",
    b"http://[",
    b"\x1b[2J",
    b"endobj",
    b"%%EOF",
)


def mutated(content: bytes, other: bytes, numbers: random.Random) -> bytes:
    """Return a file that was changed in one to six places: cut, doubled, overwritten, spliced with another format."""
    for _ in range(numbers.randint(1, 6)):
        start = numbers.randrange(len(content) + 1)
        end = min(len(content), start + numbers.choice([1, 2, 8, 64, 512]))
        piece = content[start:end]
        instead = numbers.choice(
            [
                b"",
                piece * 2,
                piece[::-1],
                numbers.randbytes(len(piece)),
                numbers.choice(SPLICED),
                other[start:end],
                bytes(8),
            ]
        )
        content = content[:start] + instead + content[end:]
    return content


@contextmanager
def no_hang(what: str) -> Iterator[None]:
    """Fail where a block takes longer than anything small may."""

    def fail(number: int, frame: FrameType | None) -> None:
        raise AssertionError(f"{what} hangs")

    signal.signal(signal.SIGALRM, fail)
    signal.alarm(HANGS_S)
    try:
        yield
    finally:
        signal.alarm(0)


def restart_watch() -> None:
    """Give the block in `no_hang` as long again."""
    signal.alarm(HANGS_S)


def fault_in(found: list[Article | Refusal]) -> str:
    """Return what is wrong with what a reader gave, or ""."""
    if not found:
        return "nothing was said of it"
    for one in found:
        if isinstance(one, Refusal):
            if not (one.item and one.reason and one.item.isprintable()):
                return f"a refusal without place or reason: {one}"
        elif not (one.title and one.body) or "\n" in one.title + one.source + one.author + one.url:
            return f"an article without text or with a broken line: {one}"
        else:
            json.dumps(one.to_record(), ensure_ascii=False).encode("utf-8")
    return ""


def tried(name: str, content: bytes) -> str:
    """Read a file; return what went wrong, or ""."""
    try:
        with no_hang(name):
            return fault_in(list(read_bytes(name, content)))
    except Exception as error:
        return f"{name}: {error!r}"


@pytest.mark.sizes(200, 10_000)
def test_changed_files_give_articles_and_refusals(size: int, record_promise: RecordPromise) -> None:
    numbers, sound = random.Random(size), samples()
    assert [fault for name, content in sound.items() if (fault := tried(name, content))] == []
    faults = []
    for n in range(size):
        name = list(sound)[n % len(sound)]
        content = mutated(sound[name], sound[numbers.choice(list(sound))], numbers)
        if fault := tried(name, content):
            faults.append((fault, content))
    record_promise(
        "bad input, generated",
        "10,000: 0 crashes, 0 hangs",
        f"{size:,} files of 14 formats: {len(faults)} crashes or hangs",
    )
    assert faults == []


HOSTILE: tuple[Any, ...] = (
    # Nothing, and values of another type.
    *(None, "", " ", "\n\n", "\u200b", "\u2060\ufeff", True, False, 0, -1, 1.5, 10**400, -0.0, 1e308, [], {}, [[]], [None]),
    *({"value": "x"}, {"@type": "Person", "name": None}, ["a", 1, None], [["a"]], "null", "NaN", "undefined"),
    # Characters that steer, hide, break lines or are none.
    *("a\x00b", "\x1b[2J\x1b]0;x\x07", "\u202eabc\u202c", "\ud800", "a\udcffb", "\ufffe\uffff", "e" + "\u0301" * 500),
    *("a\rb\r\nc", "a\u2028b\u2029c\x85d", "\U000e0041\U000e0042", "ﷺ" * 50, "\x7f\x80\x9f", "𝕿𝖗𝖆𝖒", "\t=1+1"),
    # Text that something else reads.
    *("<script>alert(1)</script>", "<!--", "&lt;&#0;&#xD800;&#x110000;&amp", "<![CDATA[", "=cmd|'/c calc'!A1", "'; DROP TABLE"),
    *("{{7*7}}${7*7}%s%n%x", "../../etc/passwd", "\\\\host\\share", "[1][2]【3】", "![x](http://e.example/x)", "<|im_end|>"),
    # Sizes.
    *("x" * 200_000, "word " * 50_000, "\n" * 50_000, "<b>" * 20_000, "[" * 20_000, "(" * 20_000, "é" * 100_000),
    # Dates and addresses.
    *("0000-00-00", "9999-12-31T23:59:59+99:99", "2015-02-30", "1e400", 10**18, -(10**12), "yesterday", "31/31/31"),
    *("http://[", "http://xn--/", "javascript:alert(1)", "http://a:b@c:99999/", "https://" + "a." * 2000, "data:,x", "//"),
)  # fmt: skip
FIELDS = ("id", "title", "body", "date", "url", "author", "source", "language")


def bad_records() -> list[dict[str, Any]]:
    """Return an article for each hostile value in each field, and some in all of them."""
    ones = [{**GOOD, "body": f"Bad {n}.", field: value} for n, value in enumerate(HOSTILE) for field in FIELDS]
    return ones + [dict.fromkeys(FIELDS, value) for value in HOSTILE[:20]]


def as_lines(records: list[dict[str, Any]]) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode("ascii")


@pytest.mark.sizes(60, 500)
def test_bad_articles_stop_nothing_behind_them(tmp_path: Path, size: int, record_promise: RecordPromise) -> None:
    made = bad_records()
    bad = random.Random(size).sample(made, min(size, len(made)))
    good = [
        {**GOOD, "id": f"good-{n}", "title": f"Good {n}", "body": f"Stop {n} opened in town {n}."}
        for n in range(len(bad))
    ]
    records = [one for pair in zip(bad, good, strict=True) for one in pair]
    with Archive(tmp_path / "archive.sqlite3") as archive, no_hang("the batch"):
        found = list(read_bytes("batch.jsonl", as_lines(records)))
        summary = ingest(archive, found, progress=lambda item, outcome: restart_watch())
        missing = [one["id"] for one in good if archive.get(one["id"]) is None]
        stored = list(archive.articles())
    fault = fault_in(found)
    record_promise(
        "bad input, made by hand",
        "500: 0 crashes, 0 hangs, each refusal counted, nothing behind it lost",
        f"{len(bad)} between {len(good)} good ones: {summary.lost} refused, {len(missing)} good ones lost",
    )
    assert (missing, fault) == ([], "")
    assert summary.changed + summary.unchanged + summary.lost == len(records)
    assert all(one.published_at is None or one.published_at < datetime.now(UTC).replace(year=9000) for one in stored)
