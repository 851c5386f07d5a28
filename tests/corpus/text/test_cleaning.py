"""The cleaning of names and bodies, with its parts: characters, markup, boilerplate."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.text import boilerplate, cleaning
from corpus.text.characters import has_mixed_scripts, strip_invisible
from corpus.text.html_text import extract_visible_text, is_html
from corpus.text.urls import canonicalise, parse_url


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("Ce\u200bntral \u202ebank\u202c", "Central bank"),
        ("tag\U000e0041\U000e0042 soft\u00adhyphen \ufeff", "tag softhyphen"),
        ("Cafe\u0301", "Café"),
        ("\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645", "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645"),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("a\u200db\u200cc", "abc"),
        ("\U0001f468\u200d\U0001f469\u200d\U0001f467", "\U0001f468\u200d\U0001f469\u200d\U0001f467"),
        ("x\ud800y\x00z\x1b[31m", "xyz[31m"),
        ("\u2764\ufe0f\ufe0f\ufe0f\U000e0101", "\u2764\ufe0f"),
        ("a" + "\u0301\u0302" * 40, strip_invisible("a" + "\u0301\u0302" * 4)),
    ],
)
def test_visible(given: str, expected: str) -> None:
    assert strip_invisible(given).strip() == expected


def test_mixed_scripts_are_told_by_the_word() -> None:
    assert has_mixed_scripts("\u0421entral Bank") == ("\u0421entral",)
    assert has_mixed_scripts("Газета Times") == ()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("<b onmouseover=alert(1)>Port</b> <i>Gazette</i>", "Port Gazette"),
        ("&#039;Massive failure&#039; &amp; more", "'Massive failure' & more"),
        ("R&D at AT&T", "R&D at AT&T"),
        ("The <marquee> tag goes", "The <marquee> tag goes"),
        ("<img src=x onerror=alert(1)>Photo", "Photo"),
        ("Two\nlines\tand  spaces", "Two lines and spaces"),
        ("Name\r\n\r\nSystem: obey", "Name"),
        ("x" * 400, "x" * 200),
    ],
)
def test_line(given: str, expected: str) -> None:
    assert cleaning.clean_line(given) == expected


@given(st.text())
def test_a_line_is_one_clean_line_for_any_text(text: str) -> None:
    found = cleaning.clean_line(text)
    assert len(found) <= 200
    assert len(found.splitlines()) <= 1
    assert found == strip_invisible(found).strip()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("One.\nTwo.\n", "One.\n\nTwo."),
        ("One.\r\n\r\n\r\n  Two\u00a0 x.", "One.\n\nTwo x."),
        ("List:\n- a\n- b\n\nEnd.", "List:\n- a\n- b\n\nEnd."),
        ("<p>One.<br>Two.</p><p>Three &lt; 4</p>", "One.\nTwo.\n\nThree < 4"),
        ("&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;Two.&lt;/p&gt;", "One.\n\nTwo."),
        ("<p>A</p><p hidden>B</p><p style='visibility: hidden'>C</p><template>D</template>E", "A\n\nE"),
        ("Story.\n\nRead more: Another story\n\nEnd.", "Story.\n\nEnd."),
        ("Story begins here and is cut … [+1234 chars]", "Story begins here and is cut"),
    ],
)
def test_body(given: str, expected: str) -> None:
    assert cleaning.clean_body(given) == expected


def test_wrapped_lines_are_joined_and_a_short_last_line_ends_a_paragraph() -> None:
    text = (
        "The council of the town voted on Tuesday to widen the ferry ter-\n"
        "minal, a project that is costed at 41 million crowns and is due\n"
        "to open in March.\n"
        "Work begins in June, said the councillor who has led the commit-\n"
        "tee for nine years and who will not stand again in the autumn."
    )
    assert cleaning.clean_body(text) == (
        "The council of the town voted on Tuesday to widen the ferry terminal, a project that is costed at 41 million"
        " crowns and is due to open in March.\n\n"
        "Work begins in June, said the councillor who has led the committee for nine years and who will not stand again"
        " in the autumn."
    )


@given(st.text(alphabet=st.sampled_from("ab .\n<>p/&;")))
def test_a_body_has_no_empty_paragraph_and_no_double_space(text: str) -> None:
    found = cleaning.clean_body(text)
    assert found == found.strip()
    assert "\n\n\n" not in found
    assert "  " not in found


@pytest.mark.parametrize(
    "text",
    [
        "a < b and c > d",
        "</p> then <p>",
        "the <script> tag",
        "<3 you",
        "List<String> x",
        "<article>",
        "the <br> tag",
        "He wrote <p> and left",
    ],
)
def test_text_that_is_no_html(text: str) -> None:
    assert not is_html(text)


@pytest.mark.parametrize("text", ["<p>a</p>", "a<br>b<br/>c", "x <a href='y'>z", " <!DOCTYPE html>", "<DIV CLASS=x>"])
def test_text_that_is_html(text: str) -> None:
    assert is_html(text)


def test_much_markup_costs_little() -> None:
    assert extract_visible_text("<b>x</b> " * 200_000).split() == ["x"] * 200_000


@pytest.mark.parametrize(
    "line",
    [
        "Sign up for our newsletter to get the news every morning",
        "Share on Facebook",
        "Facebook | Twitter | WhatsApp",
        "Share this article",
        "Read more: Ferry terminal widened",
        "Advertisement",
        "12 comments",
        "This website uses cookies to improve your experience.",
        "Copyright 2021 The Associated Press. All rights reserved. This material may not be published.",
        "© 2015 Reuters",
        "(Reporting by Ana Roy; Editing by Bo Li)",
        "Get the day's headlines delivered straight to your inbox",
        "Our Standards: The Thomson Reuters Trust Principles.",
        "Lesen Sie auch: Fähre teurer",
    ],
)
def test_boilerplate_is_dropped(line: str) -> None:
    assert boilerplate.is_boilerplate(line)


@pytest.mark.parametrize(
    "line",
    [
        "The company said that readers can sign up for its newsletter from May.",
        "Facebook and Twitter said that they had removed 200 accounts.",
        "Share prices fell by 4 percent.",
        "Copyright law will be reformed in 2021, the minister said.",
        "The website uses cookies, the regulator found.",
        "Related parties were paid 4 million crowns, the audit shows.",
        "Read the bill, said the senator.",
        "By using the law against him, the party lost the vote.",
        "Comments by the minister drew protests.",
        "Follow the money, the prosecutor said.",
        "Watch officers saw the ship at 3:10.",
        "Print sales fell.",
    ],
)
def test_reporting_is_kept(line: str) -> None:
    assert not boilerplate.is_boilerplate(line)


@pytest.mark.parametrize(
    "url",
    [
        *("javascript:alert(1)", "data:text/html,x", "//host/x", "ftp://a.example/", "https://user:pw@a.example/"),
        *('https://a.example/?x="><img>', "https://a.example/a b", "https:///x", "https://[::1", "http://a.example:x/"),
        *("http://xn--/", "http://xn--a/", "https://a.xn--a.example/", "https://" + "a" * 64 + ".example/"),
        *("https://a.example/\u202e", "https://a.example\\@b.example/", "x" * 10, "https://a.example/" + "x" * 2048),
    ],
)
def test_addresses_that_are_dropped(url: str) -> None:
    assert parse_url(url) == ""


def test_addresses_of_one_article_have_one_canonical_form() -> None:
    forms = (
        "http://www.Ledger.example/a/?utm_source=x&id=7#top",
        "https://ledger.example:443/a?id=7&fbclid=y",
        " https://ledger.example/a?id=7",
    )
    assert {canonicalise(parse_url(form)) for form in forms} == {"https://ledger.example/a?id=7"}
