"""Bombs, odd files, and any bytes at all."""

import bz2
import contextlib
import gzip
import json
import lzma
import os
import socket
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import docx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus import Article
from corpus.readers import FORMATS, Limits, ReadOptions, Refusal, read, read_bytes

LINE = b'{"title": "Tram line opens", "body": "The line has 12 stops."}\n'
HEADS = (
    b"",
    b"PAR1",
    b"%PDF-1.4\n",
    b"PK\x03\x04word/",
    b"WARC/1.0\r\n",
    b"<nitf>",
    b"<newsItem>",
    b"<!doctype html><html>",
    b'{"headline": ',
    b"[",
    b"---\ntitle: ",
    b"title,body\n",
    b"\x1f\x8b\x08",
    b"BZh9",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"\xff\xfe",
)
SUFFIXES = sorted({suffix for one in FORMATS for suffix in one.suffixes} | {"", ".bin", ".gz"})


def reasons(name: str, data: bytes, options: ReadOptions | None = None) -> list[str]:
    return [one.reason for one in read_bytes(name, data, options or ReadOptions()) if isinstance(one, Refusal)]


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
}


def packed(kind: str, data: bytes) -> bytes:
    return PACKERS[kind](data)


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_each_compression_is_read_and_a_cut_file_gives_what_it_holds(kind: str) -> None:
    lines = b"".join(
        json.dumps({"title": f"Headline {n}", "body": os.urandom(40).hex()}).encode() + b"\n" for n in range(1000)
    )
    whole = packed(kind, lines)
    assert [one.title for one in read_bytes(f"a.jsonl.{kind}", whole) if isinstance(one, Article)][-1] == "Headline 999"
    cut = list(read_bytes(f"a.jsonl.{kind}", whole[: -len(whole) // 4]))
    assert isinstance(cut[-1], Refusal)
    twice = packed(kind, lines) + packed(kind, LINE)
    assert [one.title for one in read_bytes("a.jsonl", twice) if isinstance(one, Article)][-1] == "Tram line opens"


@pytest.mark.parametrize("kind", ["gz", "bz2", "xz", "zst"])
def test_a_bomb_is_refused(kind: str) -> None:
    zeros = packed(kind, bytes(64_000_000))
    assert "not a format" in reasons(f"a.jsonl.{kind}", zeros)[0]
    letters = packed(kind, b"a" * 64_000_000)
    assert "decompression bomb" in reasons(f"a.txt.{kind}", letters)[0]
    assert "compressed twice" in reasons(f"a.txt.{kind}", packed(kind, zeros))[0]


def test_a_bomb_of_articles_stops_at_the_bound() -> None:
    options = ReadOptions(limits=Limits(inflated_bytes=200_000))
    found = list(read_bytes("a.jsonl.gz", gzip.compress((LINE + b"\n" * 2000) * 2000), options))
    assert len(found) < 1000
    assert isinstance(found[-1], Refusal)
    assert "decompression bomb" in found[-1].reason


def test_a_docx_that_unpacks_to_too_much_is_refused() -> None:
    data = BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 70_000_000)
    assert "unpacks to 70,000,000 bytes" in reasons("a.docx", data.getvalue())[0]


def test_xml_that_declares_entities_or_nests_without_end_is_refused() -> None:
    bomb = '<!DOCTYPE nitf [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><nitf>&b;</nitf>'
    outside = '<!DOCTYPE nitf [<!ENTITY a SYSTEM "file:///etc/passwd">]><nitf>&a;</nitf>'
    for text in (bomb, outside):
        assert "declares entities" in reasons("a.xml", text.encode())[0]
    assert "nested more than 100 deep" in reasons("a.xml", b"<nitf>" + b"<p>" * 200_000)[0]


def test_a_line_that_is_too_long_is_refused_and_the_next_is_read() -> None:
    options = ReadOptions(limits=Limits(record_bytes=1000))
    long = json.dumps({"title": "Long", "body": "x" * 5000}).encode() + b"\n"
    found = list(read_bytes("a.jsonl", long + LINE, options))
    assert isinstance(found[0], Refusal)
    assert (found[0].item, "longer than 1,000 bytes" in found[0].reason) == ("a.jsonl:1", True)
    assert isinstance(found[1], Article)


def test_odd_paths_are_refused_and_the_rest_is_read(tmp_path: Path) -> None:
    outside = tmp_path / "outside.jsonl"
    outside.write_bytes(LINE)
    root = tmp_path / "root"
    (root / "inner").mkdir(parents=True)
    (root / "a.jsonl").write_bytes(LINE)
    (root / "inner" / "b.jsonl").write_bytes(LINE.replace(b"12", b"13"))
    (root / ".hidden.jsonl").write_bytes(LINE)
    (root / "link.jsonl").symlink_to(outside)
    (root / "loop").symlink_to(root / "loop")
    (root / "again").symlink_to(root)
    (root / "zero").symlink_to("/dev/zero")
    (root / "empty.txt").touch()
    os.mkfifo(root / "pipe.jsonl")
    # Relative, since the address of a socket may have 107 characters only.
    with socket.socket(socket.AF_UNIX) as listener, contextlib.chdir(root):
        listener.bind("socket.jsonl")
        found = list(read([root]))
    assert [one.body for one in found if isinstance(one, Article)] == [
        "The line has 12 stops.",
        "The line has 13 stops.",
    ]
    refused = {Path(one.item).name: one.reason for one in found if isinstance(one, Refusal)}
    assert sorted(refused) == ["empty.txt", "link.jsonl", "loop", "pipe.jsonl", "socket.jsonl", "zero"]
    assert "leads out of the folder" in refused["link.jsonl"]
    assert "leads back to itself" in refused["loop"]


@pytest.mark.parametrize(
    "path",
    [
        "/dev/zero",
        "/dev/stdin",
        "/proc/self/environ",
        "/proc/kmsg",
        "missing",
        "a\0b",
        "x" * 300,
        "\udcff",
        "/dev/fd/0",
    ],
)
def test_hostile_paths_by_name(path: str) -> None:
    (found,) = read([Path(path)])
    assert isinstance(found, Refusal)
    assert found.item.isprintable()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(head=st.sampled_from(HEADS), tail=st.binary(max_size=300), suffix=st.sampled_from(SUFFIXES))
def test_any_bytes_give_only_articles_and_refusals(head: bytes, tail: bytes, suffix: str) -> None:
    found = list(read_bytes("upload" + suffix, head + tail))
    assert found
    for one in found:
        if isinstance(one, Article):
            # What is stored must be encodable, and the fields one line.
            assert json.dumps(one.to_record()).encode("utf-8")
            assert one.title
            assert one.body
            assert "\n" not in one.title + one.source + one.author + one.url
        else:
            assert one.reason.endswith(".")


NAMES = st.sampled_from(
    "title body headline headlines bodies body_text versioncreated date url id authors source articles data value"
    " language guid embargoed pubstatus bylines altids".split(" ")
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None)
@given(value=st.dictionaries(NAMES, JSON, max_size=6))
def test_any_json_gives_only_articles_and_refusals(value: dict[str, object]) -> None:
    found = list(read_bytes("a.json", json.dumps(value).encode()))
    assert all(isinstance(one, (Article, Refusal)) for one in found)
    assert not [one for one in found if isinstance(one, Refusal) and "cannot be read" in one.reason]


PDF = b"""%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</Font<</F 5 0 R>>>>>>endobj
4 0 obj<</Length 51>>stream
BT /F 9 Tf 9 TL (Tram line opens) ' (12 stops.) ' ET
endstream endobj
5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj
trailer<</Root 1 0 R>>
startxref
0
%%EOF
"""


def samples() -> dict[str, bytes]:
    document, word, table = docx.Document(), BytesIO(), BytesIO()
    document.add_paragraph("Tram line opens")
    document.add_paragraph("The line has 12 stops.")
    document.save(word)
    pq.write_table(pa.table({"title": ["Tram line opens"], "body": ["The line has 12 stops."]}), table)
    page = b"<!doctype html><title>Tram line opens</title><p style='color:red'>The line has 12 stops.</p>"
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n"
    http += f"{len(page):x}\r\n".encode() + page + b"\r\n0\r\n\r\n"
    head = "WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: https://a.example/\r\n"
    head += f"Content-Type: application/http\r\nContent-Length: {len(http)}\r\n\r\n"
    nitf = b"<nitf><body><body.head><hedline><hl1>A</hl1></hedline></body.head><body.content><p>B</p></body.content>"
    return {
        "a.docx": word.getvalue(),
        "a.parquet": table.getvalue(),
        "a.html": page,
        "a.warc": head.encode() + http + b"\r\n\r\n",
        "a.xml": nitf + b"</body></nitf>",
        "a.jsonl.gz": gzip.compress(LINE * 20),
        "a.jsonl.xz": lzma.compress(LINE * 20),
        "a.jsonl.zst": zstandard.compress(LINE * 20),
        "a.csv": b'title,body\n"A","B ""c"""\n',
        "a.md": b"---\ntitle: A\ndate: 2015-12-16\n---\nThe **line**.\n",
        "a.pdf": PDF,
    }


@pytest.mark.parametrize("name", sorted(samples()))
def test_a_valid_file_that_was_changed_gives_only_articles_and_refusals(name: str) -> None:
    whole = samples()[name]
    assert any(isinstance(one, Article) for one in read_bytes(name, whole))

    @settings(max_examples=40, deadline=None)
    @given(at=st.integers(0, len(whole) - 1), change=st.binary(max_size=6), dropped=st.integers(0, 40))
    def changed(at: int, change: bytes, dropped: int) -> None:
        found = list(read_bytes(name, whole[:at] + change + whole[at + dropped :]))
        assert found
        assert all(isinstance(one, (Article, Refusal)) for one in found)

    changed()
