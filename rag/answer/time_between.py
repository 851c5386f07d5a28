"""How long it was from one thing that a question names to another: told where a sentence gives the day of each."""

from collections.abc import Sequence
from datetime import date

from corpus.text.days import format_day
from rag.answer.verbatim_answer import number_passages
from rag.model import Passage
from rag.question.query import Query
from rag.retrieval.clarity import tells_of
from rag.retrieval.evidence_search import Evidence, PassageReading
from rag.retrieval.sentence_ranking import Sentence
from rag.text.dates.date_mentions import find_moments

_LOOKED_AT = 3  # Sentences of a part, the most relevant ones.


def tell_time_between(query: Query, evidence: Evidence, passages: Sequence[Passage]) -> str:
    """Return the answer to "How long was it from X to Y?", citing the sentences that give both days, or "".

    Nothing is worked out unless one sentence tells each thing in its own words with one day and no other.

    Args:
        query: The question.
        evidence: What was read for it; its two parts are X and Y.
        passages: What the marks of the text number, counted from 1.
    """
    if not query.standalone.lower().startswith("how long") or len(evidence.parts) != 2:
        return ""
    dated = [
        found for part, asked in zip(evidence.parts, query.parts, strict=True) if (found := _find_day(part, asked.text))
    ]
    if len(dated) != 2 or dated[0][1] == dated[1][1]:
        return ""
    (first, begun), (last, ended) = sorted(dated, key=lambda found: found[1])
    places = number_passages(passages)
    marks = "".join(f"[{place}]" for place in sorted({places[s.passage.chunk.id] for s in (first, last)}))
    spans = f"between {format_day(begun)} and {format_day(ended)}"
    verb = "lies" if (ended - begun).days == 1 else "lie"
    return f"{_phrase_time(begun, ended)} {verb} {spans} {marks}."


def _find_day(part: PassageReading, asked: str) -> tuple[Sentence, date] | None:
    """Return the first of the best sentences that tells of a thing with one day, and that day."""
    for sentence in part.sentences[:_LOOKED_AT]:
        article = sentence.passage.article
        published = article.published_at.date() if article.published_at else None
        moments = find_moments(sentence.text, published, article.language or "en")
        days = {moment.as_date for moment in moments if moment.year and not moment.until}
        day = next(iter(days)) if len(days) == 1 else None
        if day and tells_of(asked, sentence):
            return sentence, day
    return None


def _phrase_time(begun: date, ended: date) -> str:
    """Return a time in days, and in years and months where it has any."""
    months = 12 * (ended.year - begun.year) + ended.month - begun.month - (ended.day < begun.day)
    longer = [_pluralise(n, unit) for n, unit in zip(divmod(months, 12), ("year", "month"), strict=True) if n]
    days = _pluralise((ended - begun).days, "day")
    return f"{days} ({' and '.join(longer)})" if longer else days


def _pluralise(count: int, unit: str) -> str:
    return f"{count:,} {unit}{'' if count == 1 else 's'}"
