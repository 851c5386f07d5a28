"""Counts by period as a small chart: bars drawn as SVG, and the same as a table."""

from collections.abc import Sequence

from rag.model import PeriodCount
from web.markup.templating import render

_WIDTH, _HEIGHT, _LEAST = 640, 96, 2  # Of the drawing, and of the lowest bar that is not empty.
_TICKS = 6
_GAP = 0.18  # Share of a bar's place that is left free.


def render_counts(periods: Sequence[PeriodCount]) -> str:
    """Render counts by period, or "" where there are none."""
    if not periods:
        return ""
    place, most = _WIDTH / len(periods), max(period.count for period in periods) or 1
    bars = [
        (period, round(n * place, 2), max(_LEAST, round(_HEIGHT * period.count / most, 1)))
        for n, period in enumerate(periods)
        if period.count
    ]
    # Rounded up, so that there are never more labels than fit.
    step = -(-len(periods) // _TICKS)
    return render(
        "count_chart",
        periods=periods,
        bars=bars,
        thick=round(place * (1 - _GAP), 2),
        ticks=[(period.short, round(n * place, 2)) for n, period in enumerate(periods) if n % step == 0],
        width=_WIDTH,
        height=_HEIGHT,
        total=sum(period.count for period in periods),
        highest=max(periods, key=lambda period: period.count),
    )
