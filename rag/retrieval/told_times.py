"""The time that a sentence tells of, compared with the time that a question names."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal

from corpus.article import Article
from rag.model import Filters
from rag.retrieval.sentence_ranking import Sentence, order_best_first
from rag.text.dates.calendar_spans import Span, make_day_span, make_months_span
from rag.text.dates.date_mentions import Moment, find_moments

Fit = Literal["in", "open", "out"]  # Open: published later, without a date of its own, or told of a longer time.

TIMELY = 0.1
"""Added to the score of a sentence that tells of the time that the question names; of a month or less, again where its article was
published then: a later one may name the day of a vote beside another vote."""

MONTH = timedelta(31)

COARSE = 4
"""How many times as long as the time that the question names one must be to leave open what was in it: a year for a month."""

_LOOKS_BACK = re.compile(r"\b(?:that|the same) (?:day|month|year)\b", re.IGNORECASE)

NEAR = 0.6
"""Share of the best score from which a sentence of that time makes those of other times be left out."""


def order_timely_first(read: Sequence[Sentence], wanted: Filters) -> list[Sentence]:
    """Return sentences reranked for a question that names a time: those that tell of it gain.

    Where one of them comes near the best, those that tell of another time are left out, since figures of another year
    look like an answer. Scores stay within 1, but for a sentence that holds a quotation of the question: it keeps its own.
    """
    fits = [fit_time(sentence, wanted) for sentence in read]
    most = 2 if is_short(wanted) else 1
    counts = [
        (fit == "in") * (most if _is_of(s.passage.article, wanted) else 1) for s, fit in zip(read, fits, strict=True)
    ]
    gained = [
        s if s.holds_quotation else replace(s, score=(s.score + TIMELY * count) / (1 + TIMELY * most))
        for s, count in zip(read, counts, strict=True)
    ]
    best = max((s.score for s in gained), default=0.0)
    near = any(fit == "in" and s.score >= NEAR * best for s, fit in zip(gained, fits, strict=True))
    kept = [s for s, fit in zip(gained, fits, strict=True) if not (near and fit == "out" and not s.holds_quotation)]
    ordered = order_best_first(kept)
    return sorted(ordered, key=lambda s: not may_answer(s, wanted)) if near and is_short(wanted) else ordered


def may_answer(sentence: Sentence, wanted: Filters) -> bool:
    """Return whether a sentence may surely answer for a time: it tells of a month or a day, or of no other year.

    A time with one end says little: "after the storm of 2021" asks for what may be of 2021 too.
    """
    if not (wanted.since and wanted.until):
        return True
    fit = fit_time(sentence, wanted)
    return fit == "in" if is_short(wanted) else fit != "out"


def is_short(wanted: Filters) -> bool:
    """Return whether a time is a month or less."""
    return bool(wanted.since and wanted.until and wanted.until - wanted.since <= MONTH)


def fit_time(sentence: Sentence, wanted: Filters) -> Fit:
    """Return whether a sentence tells of a time, of another or none, or may tell of it.

    Its own dates decide, else those of the headline, of the text before it in the passage, or the day of publication. A mere year
    is none of the days of a month, and says only that these may be meant.
    """
    article, chunk = sentence.passage.article, sentence.passage.chunk
    day = article.published_at.date() if article.published_at else None
    language = article.language or "en"
    elsewhere = (article.title, article.body[chunk.start : sentence.start])
    for moments in (_find_own_moments(sentence, day), *(find_moments(text, day, language) for text in elsewhere)):
        if spans := _list_spans(moments):
            shared = [span for span in spans if _overlap(span, wanted)]
            if not shared:
                return "out"
            return "in" if any(not _is_coarse(span, wanted) for span in shared) or _is_of(article, wanted) else "open"
    if day is None:
        return "out"  # Nothing places it.
    if _is_of(article, wanted):
        return "in"
    midnight = datetime.combine(day, time(), UTC)
    looks_back = wanted.since and wanted.until and midnight >= wanted.until
    return "open" if looks_back else "out"  # A later article may tell of a year; "before 2020" leaves it out.


def _find_own_moments(sentence: Sentence, day: date | None) -> Sequence[Moment]:
    """Return the dates of a sentence; "in March of that year" is of the year that its article named last before it."""
    article = sentence.passage.article
    language = article.language or "en"
    moments = find_moments(sentence.text, day, language)
    if not _LOOKS_BACK.search(sentence.text):
        return moments
    named = [m for m in find_moments(article.body[: sentence.start], day, language) if m.year and not m.implied]
    if not named:
        return moments
    return [replace(m, year=named[-1].year) if m.implied else m for m in moments] or named[-1:]


def _is_of(article: Article, wanted: Filters) -> bool:
    """Return whether an article was published in a time."""
    if article.published_at is None:
        return False
    midnight = datetime.combine(article.published_at.date(), time(), UTC)
    return _overlap(Span(midnight, midnight + timedelta(1)), wanted)


def _list_spans(moments: Sequence[Moment]) -> list[Span]:
    return [span for moment in moments if (span := _make_span(moment))]


def _make_span(moment: Moment) -> Span | None:
    """Return the days that a moment covers, or None where the text does not give its year."""
    if not moment.year:
        return None
    if moment.quarter:
        return make_months_span(moment.year, moment.quarter * 3 - 2, 3)
    if not moment.month:
        return make_months_span(moment.year, 1, 12)
    if not moment.day:
        return make_months_span(moment.year, moment.month)
    span = make_day_span(moment.year, moment.month, moment.day)
    if span and moment.until:
        return Span(span.since, datetime.combine(moment.until, time(), UTC) + timedelta(1))
    return span


def _is_coarse(span: Span, wanted: Filters) -> bool:
    """Return whether a stretch of time is too long to say whether what is told of it was in the one that is wanted."""
    if not (wanted.since and wanted.until and span.since and span.until):
        return False
    return span.until - span.since > COARSE * (wanted.until - wanted.since)


def _overlap(span: Span, wanted: Filters) -> bool:
    """Return whether two stretches of time share a day; those of a question may begin on the clock of a zone."""
    begun = not (wanted.since and span.until) or span.until.date() > wanted.since.date()
    return begun and (not (wanted.until and span.since) or span.since < wanted.until)
