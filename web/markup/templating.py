"""Fill the templates of the page: one environment that escapes every value."""

from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from markupsafe import Markup

from corpus import Article
from corpus.text.urls import parse_url
from rag.model import HEADLINE
from web.addresses import article_address
from web.markup.escaping import Span, excerpt, format_day, render_byline, render_link
from web.markup.language_names import language_name
from web.static_files import static_address

TEMPLATES = Path(__file__).parents[1] / "templates"


def render(template: str, **values: object) -> str:
    """Return a template with its values as HTML.

    Args:
        template: The name of its file in `web/templates`, without the ending.
        values: What it shows; everything is escaped that `trust` was not called on.

    Raises:
        jinja2.UndefinedError: The template names a value that is missing.
    """
    return _ENVIRONMENT.get_template(f"{template}.html").render(values)


def trust(html: str) -> Markup:
    """Return HTML that the page made itself, so that a template takes it as it is."""
    return Markup(html)  # noqa: S704


class _JoinedLines(Extension):
    """Join the lines of a template: between inline elements a line break would show as a space."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:  # noqa: ARG002
        """Return the source of a template on one line."""
        return "".join(map(str.strip, source.splitlines()))


def _excerpt(article: Article, within: Span, marks: Sequence[Span], margin: int = 110) -> Markup:
    return trust(excerpt(article.body, within, marks, margin))


def _title(title: str, marks: Sequence[Span]) -> Markup:
    """Return a headline, marked where it is cited."""
    shown = Markup.escape(title)
    return Markup("<mark>{}</mark>").format(shown) if HEADLINE in marks else shown


def _link(url: str, text: str) -> Markup:
    return trust(render_link(url, text))


def _make_environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, extensions=[_JoinedLines]
    )
    environment.globals.update(byline=render_byline, excerpt=_excerpt, title=_title, link=_link, is_url=parse_url)
    environment.globals.update(article_address=article_address, static_address=static_address)
    environment.filters.update(day=format_day, language=language_name, thousands="{:,}".format)
    return environment


_ENVIRONMENT = _make_environment()
