"""Pages as outlets publish them: what is the headline, the text, the byline, the outlet and the date, and what is not."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from corpus import Article
from corpus.readers import read_bytes

HEADLINE = "Council to rebuild ferry pier"
SENTENCES = (
    "The harbour council voted on Tuesday to rebuild the old ferry pier, and the work is to begin in the spring of next year.",
    "Engineers said that the wooden piles had rotted below the water line and that a repair would cost more than a new pier.",
    "Residents of the north bank, who take the ferry to work, asked for a replacement service while the pier is closed.",
)
BODY = "\n\n".join(SENTENCES)
PROSE = "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
MARCH = datetime(2024, 3, 5, tzinfo=UTC)
OUTLET = '<meta property="og:site_name" content="Harbour Gazette">'


def page(head: str = "", body: str = f"<article><h1>{HEADLINE}</h1>{PROSE}</article>", title: str = HEADLINE) -> str:
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head><body>{body}</body>'
        "</html>"
    )


def read(html: str | bytes) -> Article:
    (found,) = read_bytes("page.html", html if isinstance(html, bytes) else html.encode())
    assert isinstance(found, Article), found
    return found


def data(*nodes: dict[str, Any]) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


@pytest.mark.parametrize(
    "html",
    [
        page().replace("Engineers", "Engin\0eers").encode(),
        page().replace("<head>", "<head>\0\0").encode(),
        page().encode("utf-16-le"),
        page().replace("piles", "piles&#7;&#x1F;").encode(),
        page().replace("piles", "pi\x0bles\ufffe".replace("\x0b", "")).encode(),
        page(body=f"<noscript><div class=x></noscript>{PROSE}<noscript></div></noscript>").encode(),
        page(body=f"<script>document.write('<noscript>')</script><article>{PROSE}</article>").encode(),
        page(
            body=f'<div id="root">Loading</div><noscript><article><h1>Other words</h1>{PROSE}</article></noscript>'
        ).encode(),
    ],
)
def test_stray_characters_and_noscript_lose_nothing(html: bytes) -> None:
    assert read(html).body == BODY


def test_what_a_void_element_seems_to_hold_stays() -> None:
    for tag in ("embed src=map.svg", "source src=a.mp3", "keygen", "bgsound src=x", "input type=text"):
        html = page(body=f"<article><p>{SENTENCES[0]} <{tag}> {SENTENCES[1]}</p><p>{SENTENCES[2]}</p></article>")
        assert read(html).body == f"{SENTENCES[0]} {SENTENCES[1]}\n\n{SENTENCES[2]}", tag


@pytest.mark.parametrize(
    ("style", "seen"),
    [
        ("opacity:0", True),
        ("opacity: 0; transform: translateY(20px)", True),
        ("visibility:hidden;opacity:0", True),
        ("display:none", False),
        ("opacity:0;font-size:0", False),
    ],
)
def test_a_page_that_fades_in_is_read_and_a_part_that_is_hidden_is_not(style: str, seen: bool) -> None:
    hidden = [f'<p style="{style}">{sentence}</p>' for sentence in SENTENCES]
    whole = page(body=f"<article><h1>{HEADLINE}</h1>{''.join(hidden)}<p>{SENTENCES[0].upper()}</p></article>")
    assert (SENTENCES[1] in read(whole).body) == seen
    part = page(body=f'<article><h1>{HEADLINE}</h1>{PROSE}<p style="{style}">reply STORK</p></article>')
    assert read(part).body == BODY


def test_a_streamed_part_stands_where_its_script_puts_it() -> None:
    placeholder = (
        f'<main><article><p>{SENTENCES[0]}</p><template id="P:1"></template><p>{SENTENCES[2]}</p></article></main>'
    )
    part = f'<div hidden id="S:1"><p>{SENTENCES[1]}</p></div>'
    call = '<script>$RS=function(a,b){};$RS("S:1","P:1")</script>'
    assert read(page(body=placeholder + part + call)).body == BODY
    assert SENTENCES[1] not in read(page(body=placeholder + part)).body


def test_a_streamed_part_within_a_streamed_part() -> None:
    body = (
        '<main><!--$?--><template id="B:0"></template><p>Loading</p><!--/$--></main>'
        f'<div hidden id="S:0"><article><p>{SENTENCES[0]}</p><!--$?--><template id="B:1"></template>Wait<!--/$--></article>'
        f'</div><script>$RC("B:0","S:0")</script><div hidden id="S:1"><p>{SENTENCES[1]}</p><p>{SENTENCES[2]}</p></div>'
        '<script>$RR("B:1","S:1",[])</script>'
    )
    assert read(page(body=body)).body == BODY


@pytest.mark.parametrize(
    ("html", "headline"),
    [
        (page('<meta property="og:title" content="Council to rebuild ferry pier | Harbour Gazette">'), HEADLINE),
        (page(OUTLET + f'<meta property="og:title" content="{HEADLINE} – News – Harbour Gazette">'), HEADLINE),
        (page(OUTLET + '<meta property="og:title" content="Harbour Gazette">'), HEADLINE),
        (page(title=f"Harbour Gazette | {HEADLINE}"), HEADLINE),
        (
            page(OUTLET, f"<div><h1>Menu</h1></div><article>{PROSE}</article>", f"{HEADLINE} - Harbour Gazette"),
            HEADLINE,
        ),
        (page(body=f"<nav><h1>Sections</h1></nav><article>{PROSE}</article>", title=f"{HEADLINE} — Gazette"), HEADLINE),
        (
            page(
                body=f"<header><h1>Harbour Gazette</h1></header><article><h2>{HEADLINE}</h2>{PROSE}</article>",
                title=f"{HEADLINE} | Harbour Gazette",
            ),
            HEADLINE,
        ),
        (
            page(body=f"<article>{PROSE}</article>", title="Pier fight – a history in five acts"),
            "Pier fight – a history in five acts",
        ),
        (page(OUTLET, f"<article>{PROSE}</article>", "Ferry pier: council votes"), "Ferry pier: council votes"),
        (page('<meta property="og:title" content="Council votes for a new pier">'), "Council votes for a new pier"),
    ],
)
def test_the_headline_is_neither_outlet_nor_menu_and_is_not_repeated(html: str, headline: str) -> None:
    article = read(html)
    assert (article.title, article.body) == (headline, BODY)


@pytest.mark.parametrize(
    ("head", "author", "source"),
    [
        (
            data(
                {
                    "@type": "NewsArticle",
                    "headline": "A",
                    "author": [{"@id": "#a"}, {"@id": "#b"}],
                    "publisher": {"@id": "#o"},
                },
                {"@graph": [{"@type": "Person", "@id": "#a", "name": "Mara Voss"}, {"@id": "#b", "name": "Lea Horn"}]},
                {"@type": "NewsMediaOrganization", "@id": "#o", "name": "Harbour Gazette"},
            ),
            "Mara Voss, Lea Horn",
            "Harbour Gazette",
        ),
        (
            data(
                {
                    "@type": "NewsArticle",
                    "headline": "A",
                    "author": {"@type": "Organization", "name": "The Harbour Gazette"},
                    "publisher": {"name": "Harbour Gazette"},
                }
            ),
            "",
            "Harbour Gazette",
        ),
        ('<meta name="author" content="1184">', "", ""),
        ('<meta name="author" content="Mara Voss (mara@gazette.example)">', "Mara Voss", ""),
        (OUTLET + '<meta name="author" content="Mara Voss, Harbour Gazette">', "Mara Voss", "Harbour Gazette"),
        (
            '<meta property="article:author" content="https://example.org/x"><meta name="byl" content="By Mara Voss">',
            "Mara Voss",
            "",
        ),
        ('<meta name="author" content="J.R. Voss and D. O. O. Lee">', "J.R. Voss and D. O. O. Lee", ""),
        ('<meta name="author" content="Mara Voss"><meta name="author" content="Mara Voss">', "Mara Voss", ""),
        (OUTLET + '<meta name="author" content="harbourgazette.example">', "", "Harbour Gazette"),
        ('<meta name="author" content="Your name:">', "", ""),
        (
            data(
                {
                    "@graph": [
                        {"@type": "Article", "headline": "A", "author": {"name": "", "@id": "#p"}, "publisher": "#o"},
                        {"@type": "Person", "@id": "#p", "name": "Mara Voss"},
                        {"@type": "Organization", "@id": "#o", "name": "Harbour Gazette"},
                    ]
                }
            ),
            "Mara Voss",
            "Harbour Gazette",
        ),
        ('<meta property="og:site_name" content="https://www.gazette.example/">', "", "gazette.example"),
        ('<meta property="article:publisher" content="https://www.facebook.com/gazette">', "", ""),
        ('<meta property="og:site_name" content="© 2024 Harbour Gazette. All rights reserved.">', "", ""),
    ],
)
def test_authors_and_outlets_are_names(head: str, author: str, source: str) -> None:
    article = read(page(head))
    assert (article.author, article.source) == (author, source)


@pytest.mark.parametrize(
    ("head", "line", "published", "updated"),
    [
        (data({"@type": "NewsArticle", "headline": "A", "dateModified": "2024-03-05"}), "", None, MARCH),
        ('<meta property="article:modified_time" content="2024-03-05">', "", None, MARCH),
        ("", '<p>Updated: <time datetime="2024-03-05">5 March</time></p>', None, MARCH),
        ("", '<time itemprop="dateModified" datetime="2024-03-05">13/03/2019 09:12</time>', None, MARCH),
        ("", '<p>Published <time datetime="2024-03-05">5 March</time></p>', MARCH, None),
        ("", '<span class="entry-date">March 5, 2024</span>', MARCH, None),
        ("", '<div class="article-date">Veröffentlicht am 5. März 2024</div>', MARCH, None),
        ("", '<div class="comments"><time datetime="2024-03-05">5 March</time></div>', None, None),
        ("", '<figure><figcaption class="date">5 March 2024</figcaption></figure>', None, None),
        (
            "",
            '<p>The vote of <time datetime="2024-03-05">5 March</time> was closer than anyone in the hall thought.</p>',
            None,
            None,
        ),
        ('<link rel="canonical" href="https://gazette.example/2024/03/05/pier">', "", MARCH, None),
        (data({"@type": "WebPage", "datePublished": "2024-03-05"}), "", MARCH, None),
        (
            data({"@type": "NewsArticle", "headline": "A", "datePublished": "2024-03-05"})
            + '<meta property="article:published_time" content="2024-03-05T00:00:00-08:00">',
            "",
            datetime(2024, 3, 5, 8, tzinfo=UTC),
            None,
        ),
    ],
)
def test_a_date_is_one_that_the_page_states_as_its_own(
    head: str, line: str, published: datetime | None, updated: datetime | None
) -> None:
    article = read(page(head, f"<article><h1>{HEADLINE}</h1>{line}{PROSE}</article>"))
    assert (article.published_at, article.updated_at) == (published, updated)


def test_a_date_within_a_sentence_stays_in_it() -> None:
    line = (
        '<p>The vote of <time datetime="2024-03-05">5 March</time> was closer than anyone in the hall had thought.</p>'
    )
    assert "The vote of 5 March was closer" in read(page(body=f"<article>{PROSE}{line}</article>")).body


@pytest.mark.parametrize(
    "byline",
    [
        '<div class="author"><span>Mara Voss</span><span class="job">Harbour Correspondent</span></div>',
        '<p itemprop="author"><b itemprop="name">Mara Voss</b><i>Harbour Correspondent</i></p>',
    ],
)
def test_the_title_of_an_author_is_no_part_of_the_name(byline: str) -> None:
    assert read(page(body=f"<article><h1>{HEADLINE}</h1>{byline}{PROSE}</article>")).author == "Mara Voss"


@pytest.mark.parametrize(
    "body",
    [
        f"<center><font size=5><b>{HEADLINE}</b></font></center><font face=x>{'<p>'.join(SENTENCES)}</font>",
        f"<article><p>{SENTENCES[0]}</p>{SENTENCES[1]}<p>{SENTENCES[2]}</p></article>",
        f"<div id=story>{'<br><br>'.join(SENTENCES)}</div>",
    ],
)
def test_text_in_obsolete_elements_and_in_none_is_kept(body: str) -> None:
    assert read(page(body=body)).body == BODY


GERMAN = (
    "<p>Der Hafenrat hat am Dienstag dafür gestimmt, den alten Anleger der Fähre neu zu bauen, und die Arbeiten sollen im"
    " Frühling des nächsten Jahres beginnen.</p><p>Die hölzernen Pfähle seien unter der Wasserlinie verfault.</p>"
)
NORWEGIAN = (
    "<p>Havnerådet stemte tirsdag for å bygge den gamle fergekaia på nytt, og arbeidet skal begynne til våren neste år.</p>"
    "<p>Ingeniører sa at trepælene hadde råtnet under vannlinjen, og at en reparasjon ville koste mer enn en ny kai.</p>"
)


@pytest.mark.parametrize(
    ("stated", "text", "language"),
    [
        *(("kr", PROSE, "en"), ("fr", PROSE, "en"), ("en-GB", PROSE, "en"), ("en", GERMAN, "de"), ("at", GERMAN, "de")),
        *(("de-AT", GERMAN, "de"), ("nb-NO", NORWEGIAN, "nb"), ("", GERMAN, "de"), ("fr", "<p>One line.</p>", "fr")),
    ],
)
def test_the_stated_language_counts_unless_the_text_is_plainly_another(stated: str, text: str, language: str) -> None:
    assert read(page(body=f"<article>{text}</article>").replace('lang="en"', f'lang="{stated}"')).language == language


ENTRIES = {
    "time, heading, paragraph": "<div class='entry'><time datetime='2024-03-05T{0}:05:00Z'>{0}:05</time><h3>Meeting {0}</h3>"
    "<p>{1} {0}</p></div>",
    "time in the heading": "<section><h3><time datetime='2024-03-05T{0}:05:00Z'>{0}:05</time> Meeting</h3><p>{1}</p></section>",
    "marked span": "<section><span class='post-time'>{0}:05</span><p>{1} {0}</p></section>",
    "time without words": "<article><time datetime='2024-03-05T{0}:05:00Z'></time><p>{1} {0}</p></article>",
}


@pytest.mark.parametrize("entry", ENTRIES.values(), ids=ENTRIES)
def test_each_entry_of_a_live_blog_keeps_its_time(entry: str) -> None:
    entries = "".join(entry.format(hour, SENTENCES[1]) for hour in (14, 15, 16))
    article = read(page(body=f"<main><h1>{HEADLINE}</h1><p>{SENTENCES[0]}</p>{entries}</main>"))
    assert [article.body.count(f"{hour}:05: ") for hour in (14, 15, 16)] == [1, 1, 1]
    assert article.published_at is None


def test_comments_are_no_live_blog() -> None:
    comments = "".join(f"<div><time>{hour}:05</time><p>{SENTENCES[1]}</p></div>" for hour in (14, 15, 16))
    article = read(page(body=f'<article>{PROSE}</article><section class="comments">{comments}</section>'))
    assert "14:05" not in article.body


def test_a_table_that_lays_out_the_page_is_read_as_its_paragraphs() -> None:
    article = read(page(body=f"<table><tr><td>Menu</td><td><h1>{HEADLINE}</h1>{PROSE}</td></tr></table>"))
    assert (article.title, article.body) == (HEADLINE, BODY)
