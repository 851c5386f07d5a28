"""What figures and dates of a text give by plain arithmetic and the calendar."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from rag.text.dates.date_mentions import Moment
from rag.text.figures import Figure
from rag.text.units import PERCENT, POINT, size

_ROUNDED = 0.05
"""The largest share of a number by which rounding it may change it: "150 million" for 147, not "200" for 182."""

_BEYOND = 0.2
"""How far what "more than 150" is said of may lie above it, "fewer than 150" below: 20 %."""

_MOST = 12  # Figures: of more, some two give almost any number.
_DAY = 86_400.0


def rounds_to(value: float, figure: Figure, factor: float = 1.0) -> bool:
    """Return whether a value is the one of a figure of a claim, or the claim rounds it to the digits that it writes.

    Args:
        value: The value of the text.
        figure: The figure of the claim.
        factor: What turns the unit of the figure into that of the value.
    """
    claimed = figure.value * factor
    if abs(value - claimed) <= 1e-9 * max(1.0, abs(value)):
        return True
    if not claimed or not value:
        return False
    beyond = figure.bound * (value - claimed) / claimed
    if beyond < 0:  # "More than 4,000" is wrong of 3,900, however it is rounded.
        return False
    if figure.bound and figure.digits <= 2 and beyond <= _BEYOND:
        return True
    step = 10.0 ** (math.floor(math.log10(abs(figure.value))) - figure.digits + 1) * factor
    return abs(value - claimed) <= min(0.5 * step, _ROUNDED * abs(claimed)) + 1e-9


def gives_value(given: Figure, claimed: Figure, strict: bool = True) -> bool:
    """Return whether a figure of a text gives one of a claim: the same value or one rounded to it, in the same unit.

    Args:
        given: The figure of the text.
        claimed: The figure of the claim.
        strict: A missing unit is no unit: "12" does not give "12 dollars", nor the reverse. Times are left out of
            this, since "aged 29" is "29 years".
    """
    if given.per and claimed.per and given.per != claimed.per:
        return False
    if given.units and claimed.units:
        pairs = [(size(a), size(b)) for a in given.units for b in claimed.units]
        return any(rounds_to(given.value * a[1], claimed, b[1]) for a, b in pairs if a[0] == b[0])
    same = not (given.units or claimed.units) or given.foreign
    return (same or not strict or _is_time(given.units or claimed.units)) and rounds_to(given.value, claimed)


def _is_time(units: frozenset[str]) -> bool:
    return any(size(unit)[0] == "time" for unit in units)


def follows_from(claimed: Figure, given: Sequence[Figure], moments: Sequence[Moment]) -> bool:
    """Return whether a figure of a claim follows from two figures or two dates of a text.

    Sums, differences, products, quotients, shares and changes in percent; times between two dates.
    """
    if any(size(unit)[0] == "time" for unit in claimed.units) and _is_time_between(claimed, moments):
        return True
    distinct = list({(f.value, f.units): f for f in given}.values())
    if len(distinct) > _MOST:
        return False
    return any(
        gives_value(Figure(value, units, 0, 0), claimed)
        for i, one in enumerate(distinct)
        for j, other in enumerate(distinct)
        for value, units in _combine_figures(one, other, i == j)
    )


def _combine_figures(one: Figure, other: Figure, itself: bool) -> Iterator[tuple[float, frozenset[str]]]:
    """Yield what two figures, or one and itself, give, with the unit of each result."""
    a, b = one.value, other.value
    share, plain = frozenset({PERCENT}), frozenset[str]()
    if itself:
        yield 2 * a, one.units
        if PERCENT in one.units:
            yield 100 - a, share
        return
    if one.units & other.units or not (one.units or other.units):
        yield a + b, one.units
        yield a - b, share | {POINT} if PERCENT in one.units else one.units
        if b:
            yield a / b, plain
            yield 100 * a / b, share
            yield 100 * abs(a - b) / abs(b), share
    if PERCENT in other.units and PERCENT not in one.units:
        for part in (b, 100 - b, 100 + b):
            yield a * part / 100, one.units
            if part:
                yield 100 * a / part, one.units
    elif not other.units and b:
        yield a * b, one.units
        yield a / b, one.units


def _is_time_between(claimed: Figure, moments: Sequence[Moment]) -> bool:
    """Return whether a time of a claim is that between two dates, each known as exactly as the unit needs.

    A time that is not whole is told as the whole number below or above.
    """
    for unit in claimed.units:
        seconds = size(unit)[1]
        exact = [day for moment in moments for day in _known_to(moment, unit)]
        for i, one in enumerate(exact):
            for other in exact[i + 1 :]:
                count = abs((one - other).days) * _DAY / seconds
                # Months and years are means, so whole numbers of them are met by a hair only.
                if math.floor(count + 0.02) <= claimed.value <= math.ceil(count - 0.02):
                    return True
    return False


def _known_to(moment: Moment, unit: str) -> list[date]:
    """Return the first day of a date that is known to the day, for longer units to the month or the year, else nothing.

    Without a year of its own it may be of the year before the one that it was given: "in May of that year".
    """
    if moment.year is None or (moment.month is None and unit not in {"year", "decade", "century"}):
        return []
    if moment.day is None and unit in {"day", "hour", "minute", "week"}:
        return []
    found = []
    for year in (moment.year, moment.year - 1) if moment.implied and moment.weekday is None else (moment.year,):
        try:
            found.append(date(year, moment.month or 1, moment.day or 1))
        except ValueError:
            continue
    return found


def shift_dates(moments: Sequence[Moment], times: Sequence[Figure]) -> Iterator[date]:
    """Yield the days that lie a time of a text before or after a date of it: "two weeks later", "three years ago"."""
    for day in (day for moment in moments for day in _known_to(moment, "year")):
        for time in times:
            seconds = next((size(unit)[1] for unit in time.units if size(unit)[0] == "time"), 0.0)
            for days in (-time.value * seconds / _DAY, time.value * seconds / _DAY):
                if abs(days) < 365 * 500 and day.toordinal() + days > 1:
                    yield day + timedelta(round(days))
