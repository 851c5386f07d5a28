"""The background of an article, and how outlets tell its story, as markup of the reader."""

from corpus import Article
from rag.answer.verbatim_answer import strip_emphasis
from rag.model import Citation
from rag.story.account_differences import Difference
from rag.story.background import Background
from rag.story.outlet_comparison import ComparedRow, OutletComparison
from web.addresses import article_address
from web.markup.answer_prose import render_growing
from web.markup.templating import render, trust

_CORRECTIONS = {"notice": "This article carries a notice", "corrects": "It corrects", "corrected by": "Corrected by"}
_DIFFERENCES = {"figures": "Figures differ", "dates": "Dates differ", "attribution": "Said by others"}


def render_background(background: Background, model: str) -> str:
    """Render what the archive has on an article.

    Args:
        background: What was found.
        model: What could write it, or "" where nothing can.
    """
    return render(
        "article_background",
        background=background,
        address=article_address(background.article),
        written=trust(render_growing(background.written.text)) if background.written else "",
        model=model if background.entries and not background.written else "",
        corrections=_CORRECTIONS,
        outlets=_list_outlets,
        plain=strip_emphasis,
    )


def render_comparison(article: Article, comparison: OutletComparison) -> str:
    """Render how several outlets tell the story of an article, as a table with a column for each."""
    return render(
        "outlet_table",
        article=article,
        address=article_address(article),
        comparison=comparison,
        names=[", ".join(name or "Unknown outlet" for name in report.outlets) for report in comparison.reports],
        describe=_describe_differences,
        marks=_list_marks,
    )


def render_progress_sheet(article: Article, heading: str, line: str = "Looking through the archive…") -> str:
    """Say that something is being collected on an article, or why it could not be."""
    return render("story_collecting", address=article_address(article), heading=heading, line=line)


def _list_outlets(entry: Citation) -> list[str]:
    articles = (entry.passage.article, *entry.passage.copies)
    return list(dict.fromkeys(article.source or "Unknown outlet" for article in articles))


def _describe_differences(row: ComparedRow) -> str:
    return " · ".join(_DIFFERENCES[difference.kind] for difference in row.differences)


def _list_marks(row: ComparedRow, column: int) -> list[tuple[int, int]]:
    found: list[Difference] = [one for one in row.differences if column in one.spans]
    return [one.spans[column] for one in found]
