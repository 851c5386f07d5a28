"""How many articles there are by month and the like: exact counts, for a chart and as text."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from corpus.archive.database import Archive
from rag.model import PeriodCount
from rag.question.coverage_question import CoverageQuestion
from rag.retrieval.topic_coverage import CoveredStories
from rag.text.dates.histogram import MOST_BARS, MOST_NAMED, count_periods

_WIDTH = 40  # Characters of the longest bar.


def count_by_period(asked: CoverageQuestion, found: CoveredStories, archive: Archive) -> tuple[PeriodCount, ...]:
    """Return the counts that a question asks for, in order of time; none where it asks for no periods.

    Args:
        asked: What is asked.
        found: The articles on its topic.
        archive: Where articles are counted if it has no topic.
    """
    if not asked.per:
        return ()
    if asked.topic:
        days = Counter(article.published_at.date() for article in found.articles if article.published_at)
    else:
        days = Counter({date.fromisoformat(day): n for day, n in archive.days(asked.filters.selection).items()})
    most = MOST_BARS if asked.per == "any" else MOST_NAMED
    bars = count_periods(days, most, asked.per)
    return tuple(PeriodCount(bar.first, bar.last, bar.count, bar.label, bar.short) for bar in bars)


def draw_bars(periods: Sequence[PeriodCount]) -> Iterator[str]:
    """Yield a line for each period: its name, its count, and a bar; a run of empty ones is one line."""
    room, most = max(len(period.label) for period in periods), max(period.count for period in periods) or 1
    empty = 0
    for period in periods:
        if not period.count:
            empty += 1
            continue
        if empty:
            yield f"  {'':{room}}   … {empty} without any"
        empty = 0
        yield f"  {period.label:{room}} {period.count:>6,} {'█' * max(1, round(_WIDTH * period.count / most))}"
