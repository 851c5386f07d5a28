"""Text stays text, addresses are http(s) or nothing, marks lie where they are told to."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from web.markup.escaping import escape, excerpt, format_day, mark_spans, merge_spans, render_byline, render_link


def test_every_character_of_markup_is_escaped() -> None:
    assert escape("""<a href="x" id='y'>&""") == "&lt;a href=&#34;x&#34; id=&#39;y&#39;&gt;&amp;"


@pytest.mark.parametrize(
    "address",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        " javascript:alert(1)",
        "java\nscript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//evil.example/x",
        "/relative",
        "http://",
        "http:\\\\evil.example",
        "http://[::1",
        "https://exa mple.org",
        "http://xn--/",
        'https://example.org/?a="b"',
        "",
    ],
)
def test_other_addresses_than_http_become_text(address: str) -> None:
    assert "<a" not in render_link(address, "here")


def test_what_runs_from_right_to_left_does_not_draw_in_what_follows() -> None:
    assert render_byline("صحيفة الساحل", "7 Mar 2026", "") == "\u2068صحيفة الساحل\u2069 · 7 Mar 2026"
    assert render_byline("Küstenbote", "7 Mar 2026") == "Küstenbote · 7 Mar 2026"


def test_link_opens_apart_and_says_nothing() -> None:
    assert render_link("https://example.org/?a=b&c", "<b>") == (
        '<a class="out" href="https://example.org/?a=b&amp;c" '
        'rel="noopener noreferrer nofollow" target="_blank">&lt;b&gt;</a>'
    )


def test_marks_are_cut_ordered_and_joined() -> None:
    assert merge_spans([(8, 12), (1, 3), (3, 5), (20, 30), (-5, 0)], 0, 10) == [(1, 5), (8, 10)]


def test_marked_text_is_escaped_inside_and_outside_the_mark() -> None:
    assert mark_spans("a<b>c&d", 0, 7, [(1, 4)]) == "a<mark>&lt;b&gt;</mark>c&amp;d"


def test_excerpt_keeps_the_neighbourhood_of_each_mark() -> None:
    text = "one two three four five six seven eight nine ten"
    at = text.index("five")
    assert excerpt(text, (0, len(text)), [(at, at + 4)], margin=6) == "… four <mark>five</mark> six …"


def test_excerpt_of_a_passage_without_marks_is_its_beginning() -> None:
    assert excerpt("one two three", (4, 13), [], least=5) == "two …"
    assert excerpt("one two three", (4, 13), []) == "two three"


def test_excerpt_of_one_long_word_holds_the_mark() -> None:
    text = "x" * 1000
    assert "<mark>xxxxx</mark>" in excerpt(text, (0, 1000), [(500, 505)])


@given(st.text(max_size=300), st.lists(st.tuples(st.integers(-5, 305), st.integers(-5, 305)), max_size=5))
def test_marking_loses_no_character(text: str, spans: list[tuple[int, int]]) -> None:
    shown = mark_spans(text, 0, len(text), spans)
    assert shown.replace("<mark>", "").replace("</mark>", "") == escape(text)


def test_dates_and_origins_are_written_for_readers() -> None:
    assert format_day(datetime(2017, 9, 7, 23, tzinfo=UTC)) == "7 Sep 2017"
    assert format_day(None) == "date unknown"
    assert render_byline("Desk", "", "7 Sep 2017") == "Desk · 7 Sep 2017"
