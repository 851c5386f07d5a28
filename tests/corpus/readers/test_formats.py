"""Every other format: files made after the public specification, with the articles expected of them."""

import gzip
import io
from datetime import UTC, datetime
from typing import Any

import docx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from corpus import Article
from corpus.readers import Refusal, read_bytes
from corpus.readers.pages.html_page import article_from_html

TEN = datetime(2015, 12, 16, 10, tzinfo=UTC)
LATER = datetime(2015, 12, 17, 10, tzinfo=UTC)
PAGE = """<!doctype html><html lang="en"><head><title>Ferry - The Ledger</title>
<meta property="og:site_name" content="The Ledger"><link rel="canonical" href="/2015/ferry?utm_source=x">
<meta property="article:published_time" content="2015-12-16T10:00:00Z"></head><body><nav>Home News</nav><article>
<h1>Ferry terminal widened</h1><p class="byline">By Ana Roy</p>
<p>The council voted 7 to 2 on Tuesday to widen the terminal at a cost of 41 million crowns; it opens in 2027.</p>
<div style="display:none">reply STORK</div>
<p>Councillor Mira Desh said that work begins in June and that the old piers will be kept open for the summer.</p>
<p>Correction: An earlier version of this article gave the vote as 6 to 3.</p>
</article><footer>Copyright 2017 The Ledger</footer></body></html>"""


def one(name: str, data: bytes | str) -> Article:
    (found,) = read_bytes(name, data if isinstance(data, bytes) else data.encode())
    assert isinstance(found, Article), found
    return found


def refusal(name: str, data: bytes | str) -> str:
    (found,) = read_bytes(name, data if isinstance(data, bytes) else data.encode())
    assert isinstance(found, Refusal), found
    return found.reason


def fields(article: Article, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(article, name) for name in names)


def test_plain_text() -> None:
    article = one("a.txt", "Headline here\r\nFirst paragraph.\r\nSecond paragraph.\r\n")
    assert fields(article, "title", "body", "published_at") == (
        "Headline here",
        "First paragraph.\n\nSecond paragraph.",
        None,
    )
    assert refusal("a.txt", "Only a headline").startswith("It has no text")
    long = "word " * 100
    assert fields(one("a.txt", long), "title", "body") == (("word " * 60).strip(), long.strip())


def test_markdown_with_yaml_with_toml_and_without_front_matter() -> None:
    yaml = "---\ntitle: Tram\ndate: 2015-12-16T10:00:00Z\nauthors: [Ana Roy, Bo Li]\n---\n"
    yaml += "The **line** has [12](http://x.y) stops."
    toml = (
        "+++\ntitle = 'Tram'\ndate = 2015-12-16T10:00:00Z\nauthor = 'Ana Roy, Bo Li'\n+++\nThe *line* has 12 stops.\n"
    )
    for text in (yaml, toml):
        article = one("a.md", text)
        assert fields(article, "title", "body", "author", "published_at") == (
            *("Tram", "The line has 12 stops.", "Ana Roy, Bo Li", TEN),
        )
    plain = one("a.md", "# Tram & bus\n\nThe line.\n\n## Why\nBecause <b>people</b> asked.")
    assert fields(plain, "title", "body") == ("Tram & bus", "The line.\n\nWhy\n\nBecause people asked.")
    assert "front matter" in refusal("a.md", "---\ntitle: [\n---\ntext")


def test_csv_finds_its_delimiter_and_takes_the_guard_of_an_export_off() -> None:
    rows = 'Headline;Story;Pub Date\n"A; b";"One.\nTwo.";2015-12-16T10:00:00Z\n\'=SUM(1);"Says ""yes""";\na;b;c;d\n'
    first, second, third = read_bytes("a.csv", rows.encode())
    assert isinstance(first, Article)
    assert fields(first, "title", "body", "published_at") == ("A; b", "One.\n\nTwo.", TEN)
    assert isinstance(second, Article)
    assert fields(second, "title", "body") == ("=SUM(1)", 'Says "yes"')
    assert isinstance(third, Refusal)
    assert third.item == "a.csv:row 4"
    assert one("a.tsv", "title\ttext\nA\tB.\n").body == "B."
    assert "columns are a, b" in refusal("a.csv", "a,b\n1,2\n")


def test_parquet() -> None:
    data = io.BytesIO()
    pq.write_table(pa.table({"headline": ["A"], "content": ["Text."], "date": [TEN], "outlet": ["Desk"]}), data)
    assert fields(one("a.parquet", data.getvalue()), "title", "body", "published_at", "source") == (
        "A",
        "Text.",
        TEN,
        "Desk",
    )
    assert "not a whole Parquet" in refusal("a.parquet", data.getvalue()[:-20])


def test_html_takes_what_the_page_states_and_drops_what_it_hides() -> None:
    article = article_from_html(PAGE.encode(), "https://ledger.example/2015/ferry?fbclid=1")
    assert isinstance(article, Article)
    assert fields(article, "title", "source", "author", "published_at", "language") == (
        *("Ferry terminal widened", "The Ledger", "Ana Roy", TEN, "en"),
    )
    assert article.url == "https://ledger.example/2015/ferry?utm_source=x"
    assert article.notice == "Correction: An earlier version of this article gave the vote as 6 to 3."
    assert article.body.startswith("The council voted 7 to 2")
    assert "STORK" not in article.body
    assert "2017 The Ledger" not in article.body


def test_json_ld_goes_before_meta_elements() -> None:
    stated = (
        '<script type="application/ld+json">{"@graph": [{"@type": "WebSite", "name": "x"}, {"@type": ["NewsArticle"],'
        ' "headline": "Stated", "datePublished": "2015-12-17T10:00:00Z", "author": [{"name": "A"}, {"name": "B"}],'
        ' "publisher": {"name": "Pub"}, "articleSection": "Local"}]}</script></head>'
    )
    article = one("a.html", PAGE.replace("</head>", stated))
    assert fields(article, "title", "source", "author", "published_at", "category") == (
        "Stated",
        "Pub",
        "A, B",
        LATER,
        "Local",
    )


def test_pages_in_other_encodings() -> None:
    text = PAGE.replace("Ana Roy", "José Peña").replace("<head>", '<head><meta charset="iso-8859-1">')
    assert one("a.html", text.encode("cp1252")).author == "José Peña"
    declared = article_from_html(PAGE.replace("Ana Roy", "José Peña").encode("cp1252"), "", encoding="windows-1252")
    assert isinstance(declared, Article)
    assert declared.author == "José Peña"


def test_docx() -> None:
    document = docx.Document()
    document.add_heading("Tram line opens", 0)
    paragraph = document.add_paragraph("The line has 12 stops.")
    paragraph.add_run(" reply STORK").font.hidden = True
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Stops", "12"
    data = io.BytesIO()
    document.save(data)
    article = one("a.docx", data.getvalue())
    assert fields(article, "title", "body", "published_at") == (
        "Tram line opens",
        "The line has 12 stops.\n\nStops 12",
        None,
    )
    assert "not a whole DOCX" in refusal("a.docx", data.getvalue()[:2000])


def pdf(*lines: str, title: str = "") -> bytes:
    """Write a PDF of one page by hand, so that nothing but the specification is between it and the reader."""
    content = "BT /F1 12 Tf 72 720 Td 14 TL " + " ".join(f"({line}) '" for line in lines) + " ET"
    parts = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R"
        " /Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(content)} >>\nstream\n{content}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
        f"<< /Title ({title}) >>",
    ]
    data, offsets = "%PDF-1.4\n", []
    for number, part in enumerate(parts, 1):
        offsets.append(len(data))
        data += f"{number} 0 obj\n{part}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    trailer = f"trailer\n<< /Size 7 /Root 1 0 R /Info 6 0 R >>\nstartxref\n{len(data)}\n%%EOF\n"
    return (data + "xref\n0 7\n0000000000 65535 f \n" + table + trailer).encode()


def test_pdf_takes_its_title_only_if_it_is_a_headline() -> None:
    lines = ("Tram line opens", "The line has 12 stops.", "It runs to the port.")
    body = "The line has 12 stops.\n\nIt runs to the port."
    for title in ("", "Microsoft Word - tram.docx", "Tram line opens"):
        assert fields(one("a.pdf", pdf(*lines, title=title)), "title", "body") == ("Tram line opens", body)
    assert one("a.pdf", pdf(*lines, title="Port gets a tram")).title == "Port gets a tram"
    assert "pictures" in refusal("a.pdf", pdf())
    assert "not a whole PDF" in refusal("a.pdf", b"%PDF-1.4\nnothing")


NITF = """<?xml version="1.0" encoding="{encoding}"?><!DOCTYPE nitf SYSTEM "nitf-3-5.dtd"><nitf xml:lang="en">
<head><title>Slug</title><docdata management-status="usable"><doc-id id-string="urn:nw:1"/>
<date.issue norm="20151216T100000Z"/><doc.copyright holder="Northern Wire" year="2015"/></docdata></head>
<body><body.head><hedline><hl1>Café strike&nbsp;ends</hl1></hedline>
<byline>By <person>Ana Roy</person><byttl>Staff writer</byttl></byline></body.head>
<body.content><block><p>Signal staff <em>went</em> back.</p>
<media><media-caption><p>A photo.</p></media-caption></media>
<p>Trains run.</p></block></body.content></body></nitf>"""


@pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16"])
def test_nitf(encoding: str) -> None:
    article = one("a.xml", NITF.format(encoding=encoding).encode(encoding))
    assert fields(article, "title", "body", "source", "author", "published_at", "language") == (
        *("Café strike ends", "Signal staff went back.\n\nTrains run.", "Northern Wire", "Ana Roy", TEN, "en"),
    )
    again = one("b.xml", NITF.format(encoding=encoding).replace("Trains run.", "Trains ran.").encode(encoding))
    assert again.id == article.id


def test_newsml_message_with_a_text_a_nitf_and_a_withdrawn_item() -> None:
    def item(guid: str, content: str, status: str = "usable") -> str:
        return f"""<newsItem guid="{guid}" version="2" xml:lang="en"><itemMeta><itemClass qcode="ninat:text"/>
<provider qcode="x:nw"><name>Northern Wire</name></provider><versionCreated>2015-12-17T10:00:00Z</versionCreated>
<firstCreated>2015-12-16T10:00:00Z</firstCreated><pubStatus qcode="stat:{status}"/></itemMeta><contentMeta>
<by>By Ana Roy</by><headline>Strike over</headline><subject><name>transport</name></subject></contentMeta>
<contentSet>{content}</contentSet></newsItem>"""

    xhtml = """<inlineXML><html xmlns="http://www.w3.org/1999/xhtml"><head><title>t</title></head>
<body><p>It is over.</p><p>Trains run.</p></body></html></inlineXML>"""
    nitf = """<inlineXML><nitf xmlns="http://iptc.org/std/NITF/2006-10-18/"><body><body.content><p>It is over.</p>
<p>Trains run.</p></body.content></body></nitf></inlineXML>"""
    items = item("urn:1", xhtml) + item("urn:2", nitf) + item("urn:3", xhtml, "canceled")
    text = f'<newsMessage xmlns="http://iptc.org/std/nar/2006-10-01/"><itemSet>{items}</itemSet></newsMessage>'
    first, second, third = read_bytes("a.xml", text.encode())
    for article in (first, second):
        assert isinstance(article, Article)
        assert fields(article, "title", "body", "source", "author", "published_at", "updated_at", "category") == (
            *("Strike over", "It is over.\n\nTrains run.", "Northern Wire", "Ana Roy", TEN, LATER, "transport"),
        )
    assert isinstance(third, Refusal)
    assert (third.item, "canceled" in third.reason) == ("a.xml[2]", True)


def test_ninjs_of_three_generations_gives_the_same_article() -> None:
    first = (
        '{"uri": "urn:a:1", "versioncreated": "2015-12-17T10:00:00Z", "firstcreated": "2015-12-16T10:00:00Z",'
        ' "pubstatus": "usable", "headline": "Strike over", "byline": "By Ana Roy", "language": "en-GB",'
        ' "body_xhtml": "<p>It is over.</p><p>Trains run.</p>", "copyrightholder": "nw", "subject": [{"name": "rail"}]}'
    )
    second = first.replace(
        '"headline": "Strike over"',
        '"headlines": [{"role": "sub", "value": "x"}, {"role": "main", "value": "Strike over"}]',
    )
    second = second.replace('"body_xhtml": ', '"bodies": [{"role": "html", "value": ').replace(
        'run.</p>"', 'run.</p>"}]'
    )
    second = second.replace('"subject"', '"subjects"').replace('"byline"', '"by"')
    third = second.replace("versioncreated", "versionCreated").replace("firstcreated", "firstCreated")
    found = [one("a.json", text) for text in (first, second, third.replace("pubstatus", "pubStatus"))]
    assert found[0] == found[1] == found[2]
    assert fields(
        found[0], "title", "body", "source", "author", "published_at", "updated_at", "language", "category"
    ) == (*("Strike over", "It is over.\n\nTrains run.", "nw", "Ana Roy", TEN, LATER, "en", "rail"),)
    assert "embargo until 2999" in refusal(
        "a.json", first.replace('"pubstatus"', '"embargoed": "2999-01-01T00:00:00Z", "pubstatus"')
    )


def test_ap_content_with_a_byte_order_mark() -> None:
    text = (
        '{"data": {"item": {"altids": {"itemid": "abc", "etag": "x"}, "headline": "Strike over", "pubstatus": "usable",'
        ' "versioncreated": "2015-12-17T10:00:00Z", "firstcreated": "2015-12-16T10:00:00Z", "provider": "Wire",'
        ' "bylines": [{"by": "By ANA ROY", "title": "Reporter"}], "datelinelocation": {"city": "Selby"},'
        ' "body_nitf": "<body.content><block><p>It is over.</p><p>Trains run.</p></block></body.content>"}}}'
    )
    article = one("a.json", b"\xef\xbb\xbf" + text.encode())
    assert fields(article, "title", "body", "source", "author", "published_at", "updated_at") == (
        *("Strike over", "It is over.\n\nTrains run.", "Wire", "ANA ROY", TEN, LATER),
    )


def record(path: str, status: str, kind: str) -> bytes:
    http = f"HTTP/1.1 {status}\r\nContent-Type: {kind}; charset=utf-8\r\n\r\n{PAGE}".encode()
    head = (
        f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{path}>\r\nWARC-Date: 2020-01-01T00:00:00Z\r\n"
        f"WARC-Target-URI: https://ledger.example/{path}\r\nContent-Type: application/http; msgtype=response\r\n"
        f"Content-Length: {len(http)}\r\n\r\n"
    )
    return head.encode() + http + b"\r\n\r\n"


@pytest.mark.parametrize("packed", [False, True])
def test_warc_gives_the_pages_that_were_answered(packed: bool) -> None:
    answers = (("a", "200 OK", "text/html"), ("b", "404 Not Found", "text/html"), ("c", "200 OK", "image/png"))
    records = [record(*answer) for answer in answers]
    data = b"".join(map(gzip.compress, records) if packed else records)
    article = one("a.warc.gz" if packed else "a.warc", data)
    assert fields(article, "title", "url", "published_at") == (
        *("Ferry terminal widened", "https://ledger.example/2015/ferry?utm_source=x", TEN),
    )
    cut = list(read_bytes("a.warc", data[:-200]))
    assert isinstance(cut[0], Article)


def test_what_is_no_format_is_named_with_the_list() -> None:
    assert refusal("a.py", "import os").startswith("It is not a format that Newsdesk reads: use one of Parquet, PDF,")
    assert refusal("a.txt", "").startswith("It is empty")
