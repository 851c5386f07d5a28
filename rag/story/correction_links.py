"""Tell what an article corrects, and what corrects it: its own notices, and articles of its outlet that are corrections."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from corpus.article import Article
from corpus.text.correction_notices import find_correction
from corpus.text.days import format_day
from rag.text.quotations import find_quotations, fold
from rag.text.terms import STOPWORDS, terms

_ALIKE = 0.8
"""Share of the words of the shorter headline that two must have in common to be those of one article and its correction."""

_READ = 2000  # Characters of a body in which its first paragraph says that it is a correction.
_CORRECTING = frozenset(terms("correction corrections corrected corrects clarification update refile"))

Direction = Literal["notice", "corrects", "corrected by"]


@dataclass(frozen=True, slots=True)
class CorrectionLink:
    """Hold one correction that concerns an article.

    Attributes:
        direction: "notice" where the article itself carries one, "corrects" where it corrects `article`, "corrected by"
            where `article` corrects it.
        article: The other article; for a notice, the version that carries it.
        notice: The words of the correction, verbatim.
    """

    direction: Direction
    article: Article
    notice: str

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        article = self.article
        named = {"article_id": article.id, "version": article.version, "title": article.title}
        return {"direction": self.direction, **named, "notice": self.notice}


def find_correction_links(
    article: Article, versions: Sequence[Article], related: Iterable[Article]
) -> tuple[CorrectionLink, ...]:
    """Return the corrections that concern an article.

    Args:
        article: The article.
        versions: Every text that the archive holds of it.
        related: The articles on the same affair.
    """
    notices = {v.notice: CorrectionLink("notice", v, v.notice) for v in (*versions, article) if v.notice}
    found = list(notices.values())
    for other in related:
        if corrects(other, article):
            found.append(CorrectionLink("corrected by", other, read_correction(other)))
        elif corrects(article, other):
            found.append(CorrectionLink("corrects", other, read_correction(article)))
    return tuple(found)


def read_correction(article: Article) -> str:
    """Return the words of an article that is itself a correction: its headline or its first paragraph, or ""."""
    first = _read_first_paragraph(article)
    return find_correction([article.title]) or find_correction([first])


def corrects(later: Article, earlier: Article) -> bool:
    """Return whether an article is a correction of another one.

    Both are of one outlet, it says in its headline or its first paragraph that it corrects, and it either has the headline
    of the other one, or quotes it, or names the day of the other one.
    """
    notice = read_correction(later)
    if not notice or not later.source or later.source != earlier.source or later.id == earlier.id:
        return False
    if later.published_at and earlier.published_at and later.published_at < earlier.published_at:
        return False
    first = _read_first_paragraph(later)
    return _has_headline(later.title, earlier.title) or _refers_to(f"{notice}\n{first}", earlier)


def _read_first_paragraph(article: Article) -> str:
    return article.body[:_READ].partition("\n\n")[0]


def _has_headline(one: str, other: str) -> bool:
    a, b = (set(terms(title)) - STOPWORDS - _CORRECTING for title in (one, other))
    return bool(a and b) and len(a & b) >= max(3, _ALIKE * min(len(a), len(b)))


def _refers_to(text: str, earlier: Article) -> bool:
    """Return whether a text quotes the headline of an article, or names its day."""
    headline = fold(earlier.title).text
    if any(fold(text[a:b]).text.strip(" .,") == headline.strip(" .,") for a, b in find_quotations(text)):
        return True
    day = format_day(earlier.published_at) if earlier.published_at else ""
    return bool(day) and day in text
