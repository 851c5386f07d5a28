"""What a PDF may cost: bounded by what is parsed, counted in calls of functions; what was left out is said."""

import cProfile
import zlib
from collections.abc import Sequence

from corpus.article import Article
from corpus.readers import Limits, ReadOptions, Refusal, read_bytes

LIMIT = 50_000
TEXT = b"BT /F1 12 Tf 50 700 Td (Ferry terminal reopens) Tj 0 -14 Td (The town says so on page %d.) Tj ET"
DRAWING = b"BT /F1 12 Tf (A plan) Tj ET " + b"1 2 m 30 40 l S " * 250


def pdf(pages: Sequence[bytes], form: bytes = b"", font: bytes = b"") -> bytes:
    """Write a PDF of pages with this content, a form `/X` that they may draw, and a font's table of characters."""
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>"
        % (len(pages), b" ".join(b"%d 0 R" % (6 + 2 * i) for i in range(len(pages)))),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica%s>>" % (b"/ToUnicode 5 0 R" if font else b""),
        stream(form, b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</Font<</F1 3 0 R>>>>"),
        stream(font),
    ]
    for number, content in enumerate(pages):
        resources = b"/Resources<</Font<</F1 3 0 R>>/XObject<</X 4 0 R>>>>"
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]%s/Contents %d 0 R>>" % (resources, 7 + 2 * number),
            stream(content),
        ]
    data, offsets = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    tail = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF"
    return data + tail % (size, table, size, len(data))


def stream(content: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    return b"<</Length %d/Filter/FlateDecode%s>>stream\n%s\nendstream" % (len(packed), entries, packed)


def taken(data: bytes) -> tuple[list[Article | Refusal], int]:
    """Return what is read of a PDF, and how many functions were called, which is the same on every machine."""
    profile = cProfile.Profile()
    found = profile.runcall(lambda: list(read_bytes("a.pdf", data, ReadOptions(limits=Limits(parsed_bytes=LIMIT)))))
    return found, sum(int(entry.callcount) for entry in profile.getstats())


def body(item: Article | Refusal) -> str:
    assert isinstance(item, Article), item
    return item.body


def reason(item: Article | Refusal) -> str:
    assert isinstance(item, Refusal), item
    return item.reason


def test_a_page_that_is_a_plan_is_left_out_and_said() -> None:
    (article, warning), _ = taken(pdf([TEXT % 1, DRAWING * 5, TEXT % 3]))
    assert [f"page {n}" in body(article) for n in (1, 2, 3)] == [True, False, True]
    assert reason(warning) == ("Pages that hold too much to draw were not read (2): add their text as a separate file.")
    assert isinstance(warning, Refusal)
    assert warning.kept
    (refused,), _ = taken(pdf([DRAWING * 5]))
    assert reason(refused) == reason(warning).replace("(2)", "(1)")


def test_four_times_the_drawings_do_not_cost_four_times_as_much() -> None:
    few, many = (taken(pdf([TEXT % 1, *[DRAWING] * count])) for count in (12, 48))
    assert "page 1" in body(few[0][0])
    assert body(few[0][0]) == body(many[0][0])
    assert reason(many[0][1]).partition(")")[0].endswith(" ... 49")
    assert many[1] < 1.5 * few[1]


def test_a_form_costs_as_often_as_it_is_drawn() -> None:
    form = DRAWING[:4000].rpartition(b" ")[0]
    (whole,), _ = taken(pdf([TEXT % 1, b"/X Do "], form))
    assert "page 1" in body(whole)
    few, many = (taken(pdf([TEXT % 1, b"/X Do " * count], form)) for count in (10, 1000))
    assert "not read (2)" in reason(few[0][1])
    assert many[1] < 1.1 * few[1]


def test_a_font_costs_as_often_as_a_page_has_it() -> None:
    table = (
        b"begincmap 1 beginbfchar\n"
        + b"".join(b"<%04X> <%04X>\n" % (n, n) for n in range(1000))
        + b"endbfchar\nendcmap"
    )
    few, many = (taken(pdf([TEXT % n for n in range(count)], font=table)) for count in (20, 80))
    assert "page 0" in body(few[0][0])
    assert body(few[0][0]) == body(many[0][0])
    assert many[1] < 2 * few[1]


def test_ordinary_pages_are_all_read() -> None:
    (article,), _ = taken(pdf([TEXT % n for n in range(200)]))
    assert "page 199" in body(article)
