"""Find what is certainly wrong about a claim: what its passages, plain arithmetic and the calendar do not give."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal

from rag.text.dates.date_mentions import Moment
from rag.text.figures import Figure
from rag.text.names import Name, find_names, is_named, shortens
from rag.text.quotations import fold, split_at_ellipses
from rag.text.units import size
from rag.verification.arithmetic import follows_from, gives_value, shift_dates
from rag.verification.attribution import find_wrong_outlet, find_wrong_speaker, is_spelt_out
from rag.verification.claim_demands import Demands, find_counted_things, overlaps
from rag.verification.passage_facts import PassageFacts
from rag.verification.substitution import find_exchanged_value, list_places

ProblemKind = Literal[
    "quotation", "figure", "elsewhere", "date", "name", "outlet", "speaker", "unnamed", "uncited", "invented",
    "contradicted", "not_stated",
]  # fmt: skip

_FEW = 12
"""A count up to this may be one of things that the text lists: it is compared with what the text counts alone."""

_WEEK = 7


@dataclass(frozen=True, slots=True)
class Problem:
    """Hold why a claim is flagged.

    Attributes:
        kind: What is wrong; the last two are found by a second reading only.
        claimed: What the claim says; of a second reading, what it finds wrong.
        given: What the passage says in its place, or "".
    """

    kind: ProblemKind
    claimed: str = ""
    given: str = ""


def find_problem(claim: Demands, cited: Sequence[PassageFacts]) -> Problem | None:
    """Return what certainly is not in the cited passages and their headings, or None where nothing is certain."""
    return (
        # Only the first is told, and what is looked up word for word comes first.
        _find_changed_quotation(claim, cited)
        or _find_other_speaker(claim, cited)
        or _find_other_outlet(claim, cited)
        or find_other_figure(claim, cited)
        or _find_other_date(claim, cited)
        or _find_other_name(claim, cited)
    )


def _is_same_language(claim: Demands, cited: Sequence[PassageFacts]) -> bool:
    return all(evidence.language == claim.language for evidence in cited)


def _find_changed_quotation(claim: Demands, cited: Sequence[PassageFacts]) -> Problem | None:
    """Find a quotation that no passage has word for word; a translated one cannot be compared."""
    if not _is_same_language(claim, cited):
        return None
    folded = [fold(evidence.heading_and_text) for evidence in cited]
    for start, end in claim.quotations:
        words = claim.text[start:end]
        if not any(all(text.find(piece) >= 0 for piece in split_at_ellipses(words)) for text in folded):
            return Problem("quotation", words)
    return None


def _find_other_speaker(claim: Demands, cited: Sequence[PassageFacts]) -> Problem | None:
    wrong = find_wrong_speaker(claim, cited)
    return Problem("speaker" if wrong[1] else "unnamed", *wrong) if wrong else None


def _find_other_outlet(claim: Demands, cited: Sequence[PassageFacts]) -> Problem | None:
    outlet = find_wrong_outlet(claim, cited) if _is_same_language(claim, cited) else ""
    return Problem("outlet", outlet, next((e.outlets[0] for e in cited if e.outlets), "")) if outlet else None


def find_other_figure(claim: Demands, cited: Sequence[PassageFacts]) -> Problem | None:
    """Find a figure that no passage gives and that does not follow from theirs, or that they give for something else."""
    given = [figure for evidence in cited for figure in evidence.figures]
    strict = _is_same_language(claim, cited)
    for figure in claim.figures:
        claimed = claim.text[figure.start : figure.end].strip()
        if any(gives_value(other, figure, strict) for other in given):
            instead = _find_other_count(claim, figure, cited) or _find_exchanged(claim, figure, cited)
            if instead:
                return Problem("elsewhere", claimed, instead)
        elif _counts_something(claim, figure, cited) and not _follows(figure, cited):
            return Problem("figure", claimed, _find_figure_instead(figure, cited))
    return None


def _counts_something(claim: Demands, figure: Figure, cited: Sequence[PassageFacts]) -> bool:
    """Return whether a figure must be given: a few things that a claim counts must be where the text counts them too."""
    if figure.units or figure.value > _FEW:
        return True
    wanted = find_counted_things(claim.text, figure, claim.language)
    return any(
        wanted & find_counted_things(e.heading_and_text, f, e.language)
        for e in cited
        for f in _list_plain_figures(e)
        if not f.units
    )


def _follows(figure: Figure, cited: Sequence[PassageFacts]) -> bool:
    dates = [m for evidence in cited for m in (*evidence.moments, *_list_publication_day(evidence))]
    return follows_from(figure, [f for evidence in cited for f in _list_plain_figures(evidence)], dates)


def _list_plain_figures(evidence: PassageFacts) -> list[Figure]:
    """Return the figures of a passage that are no part of a date or a name."""
    dates = [(moment.start, moment.end) for moment in evidence.moments]
    return [f for f in evidence.figures if not (f.bare or f.named or overlaps((f.start, f.end), dates))]


def _list_publication_day(evidence: PassageFacts) -> list[Moment]:
    at = evidence.published
    return [Moment(at.year, at.month, at.day, 0, 0)] if at else []


def _find_other_count(claim: Demands, figure: Figure, cited: Sequence[PassageFacts]) -> str:
    """Return the figure that the passages give for what a claim counts, where they give the claim's for another thing.

    "Seven articles in 79 chapters" has both figures of "79 articles in seven chapters", exchanged.
    """
    wanted = find_counted_things(claim.text, figure, claim.language)
    theirs = [
        (other, find_counted_things(evidence.heading_and_text, other, evidence.language), evidence)
        for evidence in cited
        for other in _list_plain_figures(evidence)
    ]
    same = [nouns for other, nouns, _ in theirs if gives_value(other, figure)]
    if not wanted or not same or any(not nouns or nouns & wanted for nouns in same):
        return ""
    for other, nouns, evidence in theirs:
        if nouns & wanted and not gives_value(other, figure):
            return evidence.heading_and_text[other.start : other.end].strip()
    return ""


def _find_exchanged(claim: Demands, value: Figure | Moment, cited: Sequence[PassageFacts]) -> str:
    """Return the figure or date that the passages have in the place of one that they give elsewhere, or ""."""
    (claimed,) = list_places(claim.text, [value], claim.language)
    given = [list(list_places(e.heading_and_text, [*_list_plain_figures(e), *e.moments], e.language)) for e in cited]
    return find_exchanged_value(claimed, given, lambda other: _is_same_value(other, value))


def _is_same_value(given: Figure | Moment, claimed: Figure | Moment) -> bool:
    if isinstance(given, Figure) and isinstance(claimed, Figure):
        return gives_value(given, claimed)
    return isinstance(given, Moment) and isinstance(claimed, Moment) and given.holds(claimed)


def _find_figure_instead(figure: Figure, cited: Sequence[PassageFacts]) -> str:
    """Return the only figure of the same unit that the passages give, or ""."""
    kinds = {size(unit)[0] for unit in figure.units}
    given = {
        evidence.heading_and_text[other.start : other.end].strip()
        for evidence in cited
        for other in _list_plain_figures(evidence)
        if {size(unit)[0] for unit in other.units} & kinds or not (kinds or other.units)
    }
    return given.pop() if len(given) == 1 else ""


def _find_other_date(claim: Demands, cited: Sequence[PassageFacts]) -> Problem | None:
    for moment in claim.moments:
        claimed = claim.text[moment.start : moment.end]
        if not any(_gives_date(evidence, moment, claim) for evidence in cited):
            return Problem("date", claimed, _find_date_instead(moment, cited))
        if instead := _find_exchanged(claim, moment, cited):
            return Problem("elsewhere", claimed, instead)
    return None


def _find_date_instead(claimed: Moment, cited: Sequence[PassageFacts]) -> str:
    """Return the only date of the passages that is as exact as one of a claim, or ""."""
    given = {
        e.heading_and_text[m.start : m.end]
        for e in cited
        for m in e.moments
        if m.weekday is None and (m.day is None, m.month is None) == (claimed.day is None, claimed.month is None)
    }
    return given.pop() if len(given) == 1 else ""


def _gives_date(evidence: PassageFacts, claimed: Moment, claim: Demands) -> bool:
    """Return whether a passage, its heading or the calendar gives a date.

    The day of publication may differ by one where the claim names the outlet: outlets count days in their own zone.
    """
    known = [*evidence.moments, *_shift_to_year_before(evidence), *_list_publication_day(evidence)]
    undated = evidence.published is None
    if any(moment.holds(claimed) or (undated and _is_same_day_of_year(moment, claimed)) for moment in known):
        return True
    if claimed.quarter is not None:
        return not any(moment.quarter for moment in known)
    if claimed.weekday is not None:
        return _leaves_weekday_open(evidence)
    if claimed.month is None:
        return _gives_year(evidence, claimed)
    return any(_falls_on(day, claimed) for day in _list_possible_days(evidence, claim))


def _shift_to_year_before(evidence: PassageFacts) -> list[Moment]:
    """Return the dates without a year of their own in the year before: "in May of that year" looks back further."""
    return [
        replace(moment, year=moment.year - 1)
        for moment in evidence.moments
        if moment.implied and moment.year and moment.weekday is None and moment.until is None
    ]


def _is_same_day_of_year(moment: Moment, claimed: Moment) -> bool:
    return (
        moment.year is None and (moment.month, moment.day) == (claimed.month, claimed.day) and claimed.month is not None
    )


def _leaves_weekday_open(evidence: PassageFacts) -> bool:
    """Return whether a passage names no day of the week, so that the day of publication leaves this one open."""
    return not any(moment.weekday is not None for moment in evidence.moments)


def _gives_year(evidence: PassageFacts, claimed: Moment) -> bool:
    if any(figure.value == claimed.year for figure in evidence.figures):
        return True
    return any(day.year == claimed.year for day in shift_dates(_list_full_dates(evidence), _list_times(evidence)))


def _list_full_dates(evidence: PassageFacts) -> list[Moment]:
    return [moment for moment in (*evidence.moments, *_list_publication_day(evidence)) if moment.year]


def _list_times(evidence: PassageFacts) -> list[Figure]:
    """Return the times that a passage counts, "a year" and the like among them."""
    words = fold(evidence.text)
    singles = [
        Figure(1, frozenset({unit}), 0, 0) for unit in ("day", "week", "month", "year") if words.find(f"a {unit}") >= 0
    ]
    return [f for f in (*evidence.figures, *singles) if any(size(unit)[0] == "time" for unit in f.units)]


def _list_possible_days(evidence: PassageFacts, claim: Demands) -> list[date]:
    """Return the days that a passage may mean: by weekdays in the week around publication, by times counted from dates."""
    days = list(shift_dates(_list_full_dates(evidence), _list_times(evidence)))
    published = evidence.published
    if published:
        around = [published + timedelta(n) for n in range(-_WEEK, _WEEK + 1)]
        weekdays = {moment.weekday for moment in evidence.moments}
        days += [day for day in around if day.weekday() in weekdays]
        if any(fold(claim.text).find(fold(outlet).text) >= 0 for outlet in evidence.outlets):
            days += [published + timedelta(n) for n in (-1, 1)]
    return days


def _falls_on(day: date, claimed: Moment) -> bool:
    return (claimed.year in {None, day.year}) and day.month == claimed.month and claimed.day in {None, day.day}


def _find_other_name(claim: Demands, cited: Sequence[PassageFacts]) -> Problem | None:
    """Find a full name of which the articles lack the last word or half of the others."""
    if not _is_same_language(claim, cited):
        return None
    for name in claim.full_names:
        if not any(_gives_name(evidence, name) for evidence in cited) and not is_spelt_out(name, claim, cited):
            return Problem("name", claim.text[name.start : name.end])
    return None


def _gives_name(evidence: PassageFacts, name: Name) -> bool:
    kept = Name(name.words[name.opening :], name.start, name.end)
    if is_named(kept, evidence.words, lambda: evidence.initials, lambda: evidence.words):
        return True
    theirs = {word for name in find_names(evidence.heading_and_text) for word in name.words}
    missing = [
        word
        for word in kept.words
        if not is_named(Name((word,), 0, 0), evidence.words, lambda: evidence.initials, lambda: evidence.words)
        and not any(shortens(other, word) or shortens(word, other) for other in theirs)
    ]
    return not missing or (kept.words[-1] not in missing and 2 * len(missing) <= len(kept.words))
