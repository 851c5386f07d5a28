"""Several meanings of a name: people, places, works or bills, told apart by the archive's articles and answered one by one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from rag.answer.caution import find_answer
from rag.answer.verbatim_answer import format_origin, neutralise_markup, number_passages, strip_emphasis
from rag.index.embedder import Embedder
from rag.model import Passage
from rag.question.query import Query
from rag.retrieval.asked_names import AskedName, describe_bearers, list_asked_names
from rag.retrieval.clarity import find_gap
from rag.retrieval.evidence_search import Evidence
from rag.retrieval.sentence_ranking import Sentence
from rag.text.bearer_differences import find_difference
from rag.text.injected_instructions import is_quotable
from rag.text.name_bearers import Bearer, Kind

MOST = 4
"""Meanings that are answered one by one, at most."""

RIVAL = 0.6
"""Share of the best sentence's score that the one on another meaning must reach; tuned on RAMDocs, as is the next."""

SECOND = 0.7
"""Share of the score of the sentence on a meaning that a second one of its article must reach to be given too."""

ALIKE = 0.35
"""Cosine from which two descriptions may be of one person: "the senator" and "the candidate" have .63, "the basketball player"
and "a professor of statistics" .22."""

_COUNTED = ("no", "one", "two", "three", "four")


@dataclass(frozen=True, slots=True)
class Meaning:
    """Hold one meaning of a name that a question asks about.

    Attributes:
        label: The name with what tells this meaning apart, in the words of its article.
        question: The question about this one alone.
        sentences: One or two of its article that answer, in their order there.
        sure: More than a description of a person or brackets tell it apart, which one bearer may have had at two times.
    """

    label: str
    question: str
    sentences: Sequence[Sentence]
    sure: bool = True

    @property
    def article_id(self) -> str:
        """Return the id of its article."""
        return self.sentences[0].passage.article.id


def find_meanings(query: Query, evidence: Evidence, embedder: Embedder) -> tuple[Meaning, ...]:
    """Return the meanings of a name of a question that the archive clearly answers; none where the name has one.

    Articles tell of different meanings only where what they say of the name cannot well be true of one
    (`rag.text.bearer_differences`).

    Args:
        query: The question.
        evidence: What the passages say to it.
        embedder: Compares descriptions of people.
    """
    if query.form:  # The parts are the searches of a model's plan.
        query, evidence = replace(query, parts=()), replace(evidence, parts=(), several=False)
    sentences = evidence.whole.sentences
    if query.parts or query.latest or not sentences:
        return ()
    near = [s for s in sentences if s.score >= RIVAL * sentences[0].score]
    articles = {s.passage.article.id: s.passage.article for s in near}
    for name in list_asked_names(query.standalone) if len(articles) > 1 else ():
        told = _tell_apart(describe_bearers(name, articles.values()), embedder)
        if len(told) > 1 and find_answer(query, evidence)[1] is None:
            answer = partial(_choose_sentences, query, evidence, near)
            return tuple(_make_meaning(query.standalone, name, b, kind, answer(b.article.id)) for b, kind in told)
    return ()


def _tell_apart(bearers: Sequence[Bearer], embedder: Embedder) -> list[tuple[Bearer, Kind]]:
    """Return bearers of which each differs from all others, with what it differs by from the first."""
    found: list[Bearer] = []
    told: list[Kind] = []
    for bearer in bearers:
        kinds = [kind for other in found if (kind := _find_difference(bearer, other, embedder))]
        if len(found) < MOST and len(kinds) == len(found):
            found.append(bearer)
            told += kinds[:1]
    pairs = zip(found, [*told[:1], *told], strict=True) if told else ()
    return [(bearer, kind) for bearer, kind in pairs if is_quotable(bearer.traits[kind].label)]


def _find_difference(one: Bearer, other: Bearer, embedder: Embedder) -> Kind | None:
    kind = find_difference(one, other)
    if kind == "phrase" and not one.numbered:
        vectors = embedder.embed([one.traits[kind].said, other.traits[kind].said])
        return None if float(vectors[0] @ vectors[1]) >= ALIKE else kind
    return kind


def _choose_sentences(query: Query, evidence: Evidence, near: Sequence[Sentence], article_id: str) -> list[Sentence]:
    """Return the first sentence of an article that clearly answers, or else its best one, and one that comes near it."""
    own = [s for s in near if s.passage.article.id == article_id]
    first = next((s for s in own if find_gap(query, evidence, [s]) is None), own[0])
    second = [s for s in own if s is not first and s.score >= SECOND * first.score]
    return sorted([first, *second[:1]], key=lambda s: s.start)


def _make_meaning(question: str, name: AskedName, bearer: Bearer, kind: Kind, sentences: Sequence[Sentence]) -> Meaning:
    trait, after = bearer.traits[kind], question[name.end :]
    comma = "," if after[:1].isspace() else ""
    alone = f"{question[: name.end]}, {trait.said}{comma}{after}"
    if kind == "whole":
        alone = f"{question[: name.start]}{trait.label}{after}"
    elif after[:1] in {"’", "'"}:
        alone = f"{name.said}, {trait.said}: {question}"
    return Meaning(trait.label, alone, sentences, sure=kind not in {"phrase", "bracket"} or bearer.numbered)


def compose_meanings(meanings: Sequence[Meaning], passages: Sequence[Passage]) -> str:
    """Write the verbatim sentences on each meaning, with their marks, under what tells it apart.

    The number in a mark is the place of the passage in `passages`, counted from 1.
    """
    places = number_passages(passages)
    tells = "tells" if all(meaning.sure for meaning in meanings) else "seems to tell"
    paragraphs = [f"The archive {tells} of {_COUNTED[len(meanings)]} of this name:"]
    for meaning in meanings:
        said = [f"{neutralise_markup(s.text)} [{places[s.passage.chunk.id]}]" for s in meaning.sentences]
        origin = format_origin(meaning.sentences[0].passage.article)
        paragraphs.append(f"**{strip_emphasis(meaning.label)}: {origin}**\n{' '.join(said)}")
    return "\n\n".join(paragraphs)
