"""The sentences of an answer, and what it begins with where the archive does not clearly hold what is asked."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from rag.answer.verbatim_answer import add_antecedents, choose_sentences, number_passages, strip_emphasis
from rag.model import Passage
from rag.question.query import Query
from rag.retrieval.clarity import Gap, drop_others, find_gap, list_clear
from rag.retrieval.demanded_kinds import counts_asked
from rag.retrieval.evidence_search import Evidence
from rag.retrieval.headline_answers import FACTS, answers_in_headline, find_restating
from rag.retrieval.held_words import find_own_names, list_wanted, measure_said, read_own
from rag.retrieval.read_answers import (
    DOUBTFUL,
    MEASURES,
    SURE,
    find_certain,
    is_about_unknown,
    is_behind,
    is_doubtful,
    is_unlikely,
)
from rag.retrieval.sentence_ranking import Sentence, list_counts, split_carried
from rag.retrieval.told_times import may_answer
from rag.text.terms import STOPWORDS, list_held_terms, terms, words

NEAREST = 3
"""Sentences given behind a caution, at most."""

RESTATED = 0.4
"""Share of the words of a headline from which on a sentence says the same."""

_LED = FACTS - {"how_many"} | {"topic"}
"""Kinds of question whose answer begins with what is surely read as one; topics are read only where no headline names them."""

_NEAREST = "the nearest sentences are:"
UNCLEAR = f"Nothing in this archive clearly answers this; {_NEAREST}"


def find_answer(query: Query, evidence: Evidence) -> tuple[list[Sentence], Gap | None]:
    """Return the sentences that clearly answer a question, or the nearest ones, if any, with what they leave open."""
    read = evidence.whole.sentences
    unknown = is_about_unknown(query, read)
    certain = None if unknown else find_certain(query, read)
    if not (evidence.hopeful or certain):
        return [], Gap("unclear")
    about = replace(evidence, whole=replace(evidence.whole, sentences=drop_others(query, read)))
    chosen = put_clear_first(query, about, choose_sentences(about))
    gap = find_gap(query, evidence, chosen) if chosen else Gap("unclear")
    if certain and (gap is None or gap.kind == "unclear"):
        # Of several counts the newest stands first already.
        leads = gap or (query.kind in _LED and (certain.answers >= SURE or _is_passed_over(chosen[0], certain)))
        lead = add_antecedents(certain, read) if leads else []
        chosen, gap = [*lead, *(s for s in chosen if s not in lead)][: NEAREST if gap else None], None
    elif gap and gap.kind == "unclear" and is_unlikely(query, read):
        return [], gap
    elif (
        gap is None
        and not answers_in_headline(query, chosen[0])
        and (unknown or is_doubtful(query, about.whole.sentences))
    ):
        gap = Gap("unclear", nearest=tuple(chosen))
    if gap is None:
        return _drop_beside(query, certain, chosen), None
    # What may tell of the time that is asked about stands before what tells of another one.
    return sorted(gap.nearest, key=lambda s: not may_answer(s, query.hints))[:NEAREST], gap


def _is_passed_over(first: Sentence, certain: Sentence) -> bool:
    """Return whether an answer begins with what hardly answers, though its article holds what surely does."""
    same = first.passage.article.id == certain.passage.article.id
    return same and first.answers < DOUBTFUL and is_behind(first, certain)


def _drop_beside(query: Query, certain: Sentence | None, chosen: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences of an answer; beside a number or a date that surely answers only those as likely to do so.

    The first one stays, and what other articles give, which may be newer, or differ.
    """
    if certain is None or certain.answers < SURE or certain not in chosen or query.kind not in MEASURES:
        return list(chosen)
    elsewhere = [s for s in chosen if s.passage.article.id != certain.passage.article.id]
    giving = [s for s in chosen if s is chosen[0] or s in elsewhere or not is_behind(s, certain)]
    needed = [before for s in giving for before in add_antecedents(s, chosen)]
    return [s for s in chosen if s in needed]


def put_clear_first(query: Query, evidence: Evidence, chosen: Sequence[Sentence]) -> list[Sentence]:
    """Return sentences with those first that hold the fact asked for by themselves; few others follow, as they add little.

    The one that tells what the headline gives as the answer stands before them. Where none holds the fact, the best
    sentence that was read and does comes first, with what it leans on.
    """
    read = [s for s in evidence.whole.sentences if s.dense]
    if query.kind == "yes_no":
        telling = list_clear(query, read, strict=True)[:1]
        return [*telling, *(s for s in chosen if s not in telling)][:NEAREST] if telling else list(chosen)
    if query.kind not in FACTS:
        return list(chosen)
    clear = list_clear(query, chosen)
    if restating := find_restating(query, evidence.whole.sentences, chosen[:1]):
        clear = [restating, *(s for s in clear if s != restating)]
    if not clear:
        clear = [s for one in list_clear(query, read, strict=True)[:1] for s in add_antecedents(one, read)]
    latest = _find_later_count(query, read, clear[0]) if query.kind == "how_many" and clear else []
    clear = [*latest, *(s for s in clear if s not in latest)]
    others = [s for s in chosen if s not in clear]
    if not clear:
        return others
    needed = [before for s in clear for before in add_antecedents(s, others)[1:]]
    few = others[: max(0, NEAREST - len(clear))]
    ordered = [*clear, *(s for s in others if s in needed or s in few)]
    return ordered if latest else _put_likely_first(chosen[0], ordered)


def _put_likely_first(best: Sentence, ordered: Sequence[Sentence]) -> list[Sentence]:
    """Return sentences with the best one first where what stands before it is much less likely to answer.

    What holds the words of a question may be said of something else: "The bug was found by ..." of another bug.
    """
    before = ordered[: ordered.index(best)] if best in ordered else []
    if not before or not all(is_behind(s, best) for s in before):
        return list(ordered)
    lead = add_antecedents(best, ordered)
    return [*lead, *(s for s in ordered if s not in lead)]


def _counts_more(query: Query, sentence: Sentence) -> bool:
    """Return whether a sentence gives a greater number than its headline, which then tells a part: "another 2.4 million"."""
    asked = set(words(read_own(query.standalone)))
    numbers, headed = (
        {f.value for f in list_counts(t, asked)} for t in (sentence.text, sentence.passage.article.title)
    )
    return query.kind == "how_many" and bool(headed) and max(numbers, default=0) > max(headed)


def _find_later_count(query: Query, read: Sequence[Sentence], first: Sentence) -> list[Sentence]:
    """Return the sentence of the newest article that counts what is asked, where that is newer than another one's.

    It must hold as many words of the question as the other one, or it counts something else.
    """
    own, (_, carried) = read_own(query.standalone), split_carried(query.standalone)
    wanted = list_wanted(f"{own} {carried}", () if carried else find_own_names(own))
    least = measure_said(wanted, first, whole=False, headline=True)
    clear = [s for s in list_clear(query, read) if measure_said(wanted, s, whole=False, headline=True) >= least]
    counting = [s for s in clear if counts_asked(own, s.text)]
    newest = max(counting, key=_tell_published, default=first)
    return [newest] if _tell_published(newest) > _tell_published(first) else []


def _tell_published(sentence: Sentence) -> datetime:
    return sentence.passage.article.published_at or datetime.min.replace(tzinfo=UTC)


def tell_headline(query: Query, chosen: Sequence[Sentence], passages: Sequence[Passage]) -> str:
    """Return a line with the headline above the first sentence where it answers and that sentence says something else, or ""."""
    if not chosen or not answers_in_headline(query, chosen[0]):
        return ""
    title, place = chosen[0].passage.article.title, number_passages(passages)[chosen[0].passage.chunk.id]
    said = set(terms(title)) - STOPWORDS
    if len(said & list_held_terms(chosen[0].text)) >= RESTATED * len(said) or _counts_more(query, chosen[0]):
        return ""
    return f"The headline says: {strip_emphasis(title).rstrip('.')} [{place}]."


def write_caution(gap: Gap) -> str:
    """Return the first line of an answer that leaves something open; it states nothing but what the archive lacks."""
    said = strip_emphasis(gap.words)
    if gap.kind == "namesake":
        return f"Nothing in this archive says that of “{said}”, only of another one of that name; {_NEAREST}"
    if gap.kind in {"name", "year"}:
        return f"Nothing in this archive says that of “{said}”; {_NEAREST}"
    return f"Nothing in this archive says that {said}; {_NEAREST}" if gap.kind == "deed" else UNCLEAR


def note_gap(gap: Gap) -> str:
    """Return the note that says why an answer stands behind a caution."""
    said = strip_emphasis(gap.words)
    if gap.kind == "namesake":
        return f"The archive may not answer this: it tells of another one of that name, not of “{said}”."
    if gap.kind in {"name", "year"}:
        return f"The archive may not answer this: no article that comes near tells of “{said}”."
    return "The archive may not answer this: compare what is asked with what the sentences say."
