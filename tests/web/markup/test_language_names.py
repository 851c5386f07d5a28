"""Languages stand on the page by their names; what the page sends stays the code."""

from pathlib import Path

from corpus.archive.database import Archive
from corpus.article import Article
from rag.model import Filters
from web.archive.holdings import render_holdings
from web.filters.filter_bar import render_filters_panel
from web.markup.language_names import language_name
from web.reader.article_view import render_reader

ARTICLE = Article("a", "Der Hafen", "Der Hafen wird ausgebaggert.", "Küstenbote", language="de")


def test_a_code_has_a_name_and_an_unknown_one_stays() -> None:
    assert [language_name(code) for code in ("de", "zh", "nb", "xx", "")] == [
        "German",
        "Chinese",
        "Norwegian Bokmål",
        "xx",
        "",
    ]


def test_filters_and_holdings_show_names_and_send_codes(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.sqlite3") as archive:
        archive.put(ARTICLE)
        archive.put(Article("b", "The harbour", "The harbour is dredged.", "Coast Wire", language="en"))
        panel = render_filters_panel(archive, Filters(languages=("de",)))
        held = render_holdings(archive, Filters(), changeable=False)
    assert '<input type="checkbox" name="languages" value="de" checked> <span>German</span>' in panel
    assert 'data-kind="languages" data-value="de" aria-pressed="false">German <small>1</small>' in held


def test_the_reader_names_the_language() -> None:
    assert "Küstenbote · date unknown · German" in render_reader(ARTICLE)
