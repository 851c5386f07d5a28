"""A model's text: our links, our flags, a little Markdown, and everything else as the characters it is."""

import re

from hypothesis import given
from hypothesis import strategies as st

from corpus import Article, Chunk
from rag.model import Answer, Citation, Claim, Passage
from web.markup.answer_prose import render_growing, render_prose
from web.markup.escaping import escape

ARTICLE = Article("a", 'The "headline"', "Some body text.", source="Desk")
SOURCE = Citation(1, Passage(Chunk(ARTICLE, 0, 0, 15), 1, 1.0), 0, 4)


def answer(text: str, *claims: Claim) -> Answer:
    return Answer("q", "answered", text, citations=(SOURCE,), claims=claims, model="openai:x")


def test_an_outlet_that_is_written_from_right_to_left_keeps_apart_from_the_date() -> None:
    assert render_growing("**صحيفة, 7 March 2026**") == "<p><strong>\u2068صحيفة\u2069, 7 March 2026</strong></p>"


def test_the_headline_above_sentences_stands_apart_from_outlet_and_date() -> None:
    assert render_growing("**Desk, 5 March 2024 – A <b> headline**\nIt **is** so.") == (
        '<p><strong class="label"><span>Desk, 5 March 2024<i> – </i></span>A &lt;b&gt; headline</strong>'
        "It <strong>is</strong> so.</p>"
    )
    assert render_growing("Then **so – or so** it is.") == "<p>Then <strong>so – or so</strong> it is.</p>"


def test_a_citation_of_the_answer_becomes_our_link() -> None:
    assert render_prose(answer("Yes [1]."), 3) == (
        '<p>Yes<span class="nb">&nbsp;<a class="n" href="#card-3-1" data-turn="3" data-n="1" '
        'data-tip="The &#34;headline&#34; · Desk · date unknown" '
        'aria-label="Source 1: The &#34;headline&#34; · Desk · date unknown">1</a>.</span></p>'
    )


def test_an_unknown_number_stays_text() -> None:
    assert render_prose(answer("Yes [2]."), 0) == "<p>Yes [2].</p>"
    assert render_growing("Yes [1].") == "<p>Yes [1].</p>"


def test_images_links_and_tags_of_a_model_stay_text() -> None:
    text = "![x](http://evil.example/p.png) [here](http://evil.example) <img src=x onerror=alert(1)> http://a.example"
    assert render_prose(answer(text), 0) == (
        "<p>![x](http://evil.example/p.png) [here](http://evil.example) "
        "&lt;img src=x onerror=alert(1)&gt; http://a.example</p>"
    )


def test_the_little_markdown_that_is_kept() -> None:
    assert render_growing("a **b** c\n\n- one\n- two\n\n1. x\n2. y\n\n> said\n> he") == (
        "<p>a <strong>b</strong> c</p><ul><li>one</li><li>two</li></ul><ol><li>x</li><li>y</li></ol>"
        "<blockquote><p>said<br>he</p></blockquote>"
    )


def test_headings_code_and_tables_show_as_such() -> None:
    assert render_growing("## What <i>\nIt is `a_b <b>` and *so*.") == (
        "<h3>What &lt;i&gt;</h3><p>It is <code>a_b &lt;b&gt;</code> and <em>so</em>.</p>"
    )
    assert render_growing("```html\n<script>\n```") == "<pre><code>&lt;script&gt;\n</code></pre>"
    assert render_growing("| a | b |\n|---|--:|\n| 1 | <i> |") == (
        '<table><thead><tr><th>a</th><th style="text-align:right">b</th></tr></thead>'
        '<tbody><tr><td>1</td><td style="text-align:right">&lt;i&gt;</td></tr></tbody></table>'
    )


def test_what_an_article_wrote_is_not_decoded() -> None:
    for text in ("AT&amp;T", "C:\\*x", "<https://a.example>", "[a]: http://a.example", "&#60;"):
        assert render_growing(text) == f"<p>{escape(text)}</p>"


def test_a_claim_with_bold_type_in_it_is_underlined_throughout() -> None:
    claim = Claim("It was May in the end.", (1,), "flagged", "No.")
    assert render_prose(answer("It was **May** in the end [1]. More.", claim), 0).startswith(
        '<p><span class="un" title="No.">It was </span><strong><span class="un" title="No.">May</span></strong>'
        '<span class="un" title="No."> in the end<span class="nb">&nbsp;<a '
    )


def test_a_claim_in_a_table_or_under_a_heading_has_its_reason_below() -> None:
    text = "## Deaths\n\n| year | deaths |\n|---|---|\n| 2020 | 12 died. |\n\nEnd."
    shown = render_prose(answer(text, Claim("12 died.", (), "flagged", "No.")), 0)
    sign = '<a class="flagged" href="#flag-0-1" title="No." aria-label="Not supported, 1: No.">⚑1</a>'
    assert f'<td><span class="un" title="No.">12 died.</span>{sign}</td></tr></tbody></table><p>End.</p>' in shown
    assert shown.endswith('<div class="flag" role="note" id="flag-0-1"><b>⚑1 Not supported:</b> No.</div>')


def test_an_unsupported_claim_is_underlined_and_its_reason_stands_below() -> None:
    claim = Claim("It was <b>May</b>.", (1,), "flagged", 'No "May" there.')
    assert render_prose(answer("One.\n\nIt was <b>May</b> [2]. Two.\n\nThree.", claim), 0) == (
        '<p>One.</p><p><span class="un" title="No &#34;May&#34; there.">It was &lt;b&gt;May&lt;/b&gt; [2].</span>'
        '<a class="flagged" href="#flag-0-1" title="No &#34;May&#34; there." '
        'aria-label="Not supported, 1: No &#34;May&#34; there.">⚑1</a> Two.</p><p>Three.</p>'
        '<div class="flag" role="note" id="flag-0-1"><b>⚑1 Not supported:</b> No &#34;May&#34; there.</div>'
    )


def test_an_unchecked_claim_bears_a_quiet_mark_and_a_note_another_tone() -> None:
    claims = (Claim("It was late.", (), "unchecked"), Claim("No more is said.", (), "note"))
    shown = render_prose(answer("It was late. No more is said.", *claims), 0)
    assert shown.startswith(
        '<p>It was late.<span class="unchecked" role="note" aria-label="Not checked" title="Not checked:'
    )
    assert shown.endswith('?</span> <span class="about">No more is said.</span></p>')
    assert shown.count("unchecked") == 1


def test_a_supported_claim_is_left_alone() -> None:
    assert render_prose(answer("Fine.", Claim("Fine.", (), "supported")), 0) == "<p>Fine.</p>"


def test_a_claim_that_cannot_be_found_is_named_below() -> None:
    assert render_prose(answer("One.", Claim("Two.", (), "flagged", "Why.")), 0).endswith(
        "<b>⚑1 Not supported:</b> “Two.” Why.</div>"
    )


def test_claims_in_two_items_of_a_list_close_where_they_end() -> None:
    claims = (Claim("one", (), "flagged", "A."), Claim("two", (), "flagged", "B."))
    assert render_prose(answer("- one\n- two", *claims), 0) == (
        '<ul><li><span class="un" title="A.">one</span>'
        '<a class="flagged" href="#flag-0-1" title="A." aria-label="Not supported, 1: A.">⚑1</a></li>'
        '<li><span class="un" title="B.">two</span>'
        '<a class="flagged" href="#flag-0-2" title="B." aria-label="Not supported, 2: B.">⚑2</a></li></ul>'
        '<div class="flag" role="note" id="flag-0-1"><b>⚑1 Not supported:</b> A.</div>'
        '<div class="flag" role="note" id="flag-0-2"><b>⚑2 Not supported:</b> B.</div>'
    )


def test_what_contradicts_a_note_stands_below_in_the_tone_of_a_note() -> None:
    claim = Claim("No more is said.", (), "note", "passage 1 says otherwise: “May”")
    shown = render_prose(answer("No more is said.", claim), 2)
    assert '<a class="flagged" href="#flag-2-1"' in shown
    assert shown.endswith(
        '<div class="note" role="note" id="flag-2-1"><b>⚑1 But see:</b> passage 1 says otherwise: “May”</div>'
    )


def test_claims_that_overlap_do_not_disturb_each_other() -> None:
    claims = (Claim("a b c", (), "flagged", "A."), Claim("b c d", (), "flagged", "B."))
    shown = render_prose(answer("a b c d", *claims), 0)
    assert shown.count('<span class="un"') == 1
    assert "“b c d” B." in shown


TAGS = re.compile(
    r"</?(?:p|br|hr|ul|ol|li|strong|em|code|pre|h3|blockquote|mark)>|<(?:span|div|a|/span|/div|/a|b|/b)[^<>]*>"
)
PIECES = st.sampled_from(
    [
        "<script>",
        "[1]",
        "[2]",
        "**",
        "\n",
        "\n\n",
        "- ",
        "> ",
        "1. ",
        "\ue000",
        "\ue001",
        "It was May.",
        '"',
        "'",
        "&",
        "x ",
        "# ",
        "`",
        "```\n",
        "*",
        "_",
        "\n---\n",
        "    ",
    ]
)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_whatever_is_written_only_our_tags_come_out(text: str) -> None:
    shown = render_prose(answer(text, Claim("It was May.", (1,), "flagged", "No.")), 0)
    assert "<" not in TAGS.sub("", shown)
    assert shown.count("<span") == shown.count("</span>")


def test_sentences_quoted_from_articles_are_shown_as_they_were_written() -> None:
    text = "**Desk, 5 March 2024 – A `title`**\n# of *words*, `code` and **bold** [1]."
    shown = render_prose(Answer("q", "answered", text, citations=(SOURCE,)), 0)
    assert "A `title`</strong># of *words*, `code` and **bold**" in shown
    assert "<em>" not in shown
    assert "<code>" not in shown
