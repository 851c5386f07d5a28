"""References read back by the programs' own libraries, of headlines that try to leave their field."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from citeproc import Citation, CitationItem, CitationStylesBibliography, CitationStylesStyle, formatter
from citeproc.source.json import CiteProcJSON
from hypothesis import given
from hypothesis import strategies as st
from pylatexenc.latex2text import LatexNodes2Text

from corpus.article import Article
from corpus.references.person_names import list_people
from corpus.references.reference import Reference, make_references
from corpus.references.reference_formats import render_bibtex, render_csl, render_ris
from corpus.text.characters import one_line

HOSTILE = (
    "Toll rises}, author = {Nobody",
    "Half {open",
    "Half closed} @article{evil, title={x}}",
    "First line\nER  - \nTY  - JOUR\nTI  - Forged",
    "ER  - ",
    "a\x85b\u2028c\x0bd\x0ce\x1cf\x00g",
    'Quotes " and “curly”, back\\slash, \\input{/etc/passwd}',
    "100% of $5 & #1_a ~ ^ x",
    "@comment{ @string{a = b}",
    "<i>not markup</i> &amp; <script>",
    "日本語の見出し – مرحبا",
)
ARTICLE = Article(
    "a1",
    "Toll rises in Selmouth",
    "The toll rises. Ferries stop.",
    "Harbour Post",
    "https://example.org/a_b?c=1&d=%20",
    "By Jane Doe and Maria van den Berg",
    datetime(2024, 3, 1, 0, 30, tzinfo=timezone(timedelta(hours=9))),  # 29 February in UTC
    language="en",
    category="Business",
)

STYLE = """
<style xmlns="http://purl.org/net/xbiblio/csl" class="in-text" version="1.0">
<info><title>Short</title><id>short</id><updated>2024-01-01T00:00:00+00:00</updated></info>
<citation><layout><text variable="title"/></layout></citation>
<bibliography><layout suffix=".">
<group delimiter=". ">
<names variable="author"><name and="symbol" name-as-sort-order="all" delimiter-precedes-last="never"/></names>
<date variable="issued"><date-part name="year" suffix="-"/><date-part name="month" form="numeric" suffix="-"/><date-part name="day"/></date>
<text variable="title"/><text variable="container-title"/>
</group></layout></bibliography></style>"""


def hostile(text: str) -> list[Reference]:
    article = Article("a", text, text, text, "", text, datetime(2024, 3, 5, tzinfo=UTC), language="en", category=text)
    return make_references([(article, text), (ARTICLE, "The toll rises.")])


def test_ris_has_the_fields_of_a_newspaper_article() -> None:
    references = make_references([(ARTICLE, "The toll rises."), (ARTICLE, "Ferries stop.")])
    assert rispy.loads(render_ris(references)) == [
        {
            "type_of_reference": "NEWS",
            "id": "doe2024toll",
            "title": "Toll rises in Selmouth",
            "authors": ["Doe, Jane", "van den Berg, Maria"],
            "secondary_title": "Harbour Post",
            "year": "2024",
            "date": "2024/03/01",
            "section": "Business",
            "language": "en",
            "urls": ["https://example.org/a_b?c=1&d=%20"],
            "notes": ["“The toll rises.” … “Ferries stop.”"],
        }
    ]


def test_bibtex_has_the_fields_of_a_newspaper_article() -> None:
    (entry,) = parse_string(render_bibtex(make_references([(ARTICLE, "The toll rises.")]))).entries
    assert (entry.entry_type, entry.key) == ("article", "doe2024toll")
    assert {field.key: field.value for field in entry.fields} == {
        "title": "{Toll rises in Selmouth}",
        "author": "Doe, Jane and van den Berg, Maria",
        "journal": "Harbour Post",
        "year": "2024",
        "month": "3",
        "day": "1",
        "date": "2024-03-01",
        "entrysubtype": "newspaper",
        "langid": "en",
        "url": "https://example.org/a_b?c=1&d=%20",
        "note": "“The toll rises.”",
    }


def test_csl_json_is_set_by_a_citation_processor(tmp_path: Path) -> None:
    found = json.loads(render_csl(make_references([(ARTICLE, "The toll rises.")])))
    assert found == [
        {
            "id": "doe2024toll",
            "type": "article-newspaper",
            "title": "Toll rises in Selmouth",
            "author": [{"family": "Doe", "given": "Jane"}, {"family": "van den Berg", "given": "Maria"}],
            "container-title": "Harbour Post",
            "issued": {"date-parts": [[2024, 3, 1]]},
            "section": "Business",
            "language": "en",
            "URL": "https://example.org/a_b?c=1&d=%20",
            "note": "“The toll rises.”",
        }
    ]
    (tmp_path / "style.csl").write_text(STYLE)
    style = CitationStylesStyle(str(tmp_path / "style.csl"), validate=False)
    bibliography = CitationStylesBibliography(style, CiteProcJSON(found), formatter.plain)
    bibliography.register(Citation([CitationItem("doe2024toll")]))
    (line,) = map(str, bibliography.bibliography())
    assert line == "Doe, Jane & van den Berg, Maria. 2024-3-1. Toll rises in Selmouth. Harbour Post."


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_leaves_its_field(text: str) -> None:
    check(text)


@given(st.text(st.characters(codec="utf-8"), max_size=40))
def test_no_text_at_all_leaves_its_field(text: str) -> None:
    check(text)


def check(text: str) -> None:
    references, wanted = hostile(text), one_line(text)
    first, second = rispy.loads(render_ris(references))
    assert (first.get("title", ""), first.get("secondary_title", "")) == (wanted.strip(), wanted.strip())
    assert second["title"] == ARTICLE.title
    library = parse_string(render_bibtex(references))
    assert (library.failed_blocks, library.comments, library.strings) == ([], [], [])
    titles = [entry.get("title") for entry in library.entries]
    assert len(titles) == 2
    if titles[0] is not None:
        assert _read_tex(titles[0].value[1:-1]) == wanted
    assert titles[1] is not None
    assert titles[1].value == "{Toll rises in Selmouth}"
    records = json.loads(render_csl(references))
    assert [record.get("title", "") for record in records] == [wanted, ARTICLE.title]


def _read_tex(value: str) -> str:
    # The library sets TeX's ligatures too; what is asked for here is that our escapes are undone.
    names = {r"\textbackslash{}": "\\", r"\textbraceleft{}": "{", r"\textbraceright{}": "}"}
    names |= {r"\textasciitilde{}": "~", r"\textasciicircum{}": "^", **{f"\\{sign}": sign for sign in "$&#%_"}}
    read, at = "", 0
    while at < len(value):
        name = next((name for name in names if value.startswith(name, at)), "")
        assert name or value[at] not in "\\{}$&#%_~^"
        read, at = read + names.get(name, value[at]), at + (len(name) or 1)
    return read


def test_escapes_are_those_of_tex() -> None:
    text = "100% of $5 & #1_a ~ \\x"
    (entry,) = parse_string(render_bibtex(make_references([(Article("a", text, "b"), "")]))).entries
    assert LatexNodes2Text().latex_to_text(entry["title"]) == text


def test_what_an_article_lacks_is_left_out() -> None:
    references = make_references([(Article("a", "Untitled", "b"), "")])
    assert render_ris(references).splitlines() == ["TY  - NEWS", "ID  - untitled", "TI  - Untitled", "ER  - "]
    assert json.loads(render_csl(references)) == [{"id": "untitled", "type": "article-newspaper", "title": "Untitled"}]
    assert "author" not in render_bibtex(references)


def test_keys_are_unique_and_plain() -> None:
    same = [Article(f"a{n}", "見出し", "b", "Ünïted {Press}") for n in range(3)]
    assert [r.key for r in make_references((a, "") for a in same)] == ["unitedpress", "unitedpress-2", "unitedpress-3"]
    assert make_references([(Article("a", "見出し", "b"), "")])[0].key == "article"


@pytest.mark.parametrize(
    ("byline", "people"),
    [
        ("Jane Doe", [("Doe", "Jane")]),
        ("By JANE DOE and John R. Roe", [("DOE", "JANE"), ("Roe", "John R.")]),
        ("Doe, Jane; Roe, J. R.", [("Doe", "Jane"), ("Roe", "J. R.")]),
        ("Ursula von der Leyen", [("von der Leyen", "Ursula")]),
        ("Jane Doe, Chief Reporter", [("Doe", "Jane")]),
        ("Gabriel García Márquez", [("", "Gabriel García Márquez")]),
        ("Park Geun-hye", [("", "Park Geun-hye")]),
        ("Associated Press", [("", "Associated Press")]),
        ("Newsdesk Policy Desk", [("", "Newsdesk Policy Desk")]),
        ("Reuters Staff", [("", "Reuters Staff")]),
        ("Mary, Reuters", [("", "Reuters Mary")]),
        ("Madonna", [("", "Madonna")]),
        ("", []),
    ],
)
def test_names_are_taken_apart_only_where_certain(byline: str, people: list[tuple[str, str]]) -> None:
    assert list_people(byline) == people
