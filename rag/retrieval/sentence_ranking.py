"""Find the sentences of the retrieved passages that bear on the question, and how strongly."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus.text.sentences import split_sentences
from rag.index.embedder import Embedder, Vectors
from rag.index.lexical import LexicalIndex
from rag.model import Passage
from rag.question.question_syntax import ASKING as INTERROGATIVE
from rag.question.question_syntax import AUXILIARY
from rag.retrieval.answer_scorer import AnswerScorer, describe_sentence
from rag.text.dates.date_mentions import find_moments
from rag.text.equal_words import holds_equal
from rag.text.figures import Figure, find_figures
from rag.text.names import find_names
from rag.text.question_words import ASKING
from rag.text.quotations import find_quotations, is_quoted_from
from rag.text.speakers import find_attributions
from rag.text.speech_verbs import SAID
from rag.text.terms import STOPWORDS, list_held_terms, list_query_terms, question_language, stem, terms, words
from rag.text.units import size

READ_PASSAGES = 8
"""Passages whose sentences are read."""

EMBEDDED_SENTENCES = 14
"""The sentences that its words speak for, which are embedded for a question and read together with it
(`rag.retrieval.answer_scorer`)."""

LEADING_ARTICLES, LEADING_SENTENCES = 2, 14
"""Of so many articles, those that lead, so many more sentences are read: a reason is often told without a word of the question."""

CERTAIN = 0.8
"""Probability of an answer from which on one that holds what is named needs no caution, whatever its words
(`rag.retrieval.read_answers`); for keywords, which hold no word that asks and no verb, less does not count."""

LIKELY = 0.5
"""Probability of an answer from which on one of these is ranked with the others, and any bears on the question."""

CARRIED = 0.7
"""What all the terms that a follow-up takes from the question before (`rag.question.follow_up`) count together, at most,
over what its own terms count."""

OTHERS = 0.5
"""What somebody else's quotation counts where a question asks what one person or body said."""

_QUOTED_WORDS = 3  # Two words in quotation marks are more often a term ("net neutrality").
_QUOTED_LENGTH = 8  # Characters of the shortest quotation that answers what somebody said.
_LEANT_ON = 300  # Characters before a sentence on which it may lean.
_BEFORE = 700  # Characters before a passage in which the sentence before it is searched for.

_DEFINING = re.compile(r"\W*what(?:['’]?s|\s+(?:is|was|are|were))\b", re.IGNORECASE)
"""How a question begins that asks what something is, which a sentence may tell."""

_ASKS = INTERROGATIVE | AUXILIARY - {"may", "will"}  # "tiktok ban May 2020", "his will".

WEIGHTS = {
    "own": 0.096,
    "coverage": 0.182,
    "context": 0.201,
    "dense": 0.181,
    "passage": 0.16,
    "shape": 0.18,
}
"""What a sentence is ranked by, see `Sentence`; fitted on the starter set. They add up to 1, and a sentence that holds a quotation
of the question has more."""

READ_SHARE = 0.3
"""Share of the probability that it answers in the score of a sentence where sentences were read together with the question; chosen on
articles that were not trained on (docs/retrieval.md)."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Hold a sentence of a passage with what speaks for it.

    Attributes:
        passage: The passage that it is from.
        start: Offset in the article's body.
        end: End offset (exclusive).
        coverage: Share of the question's terms, by rarity, that it or the headline holds, 0 to 1.
        context: The same, in the sentence before it too, on which it may lean.
        dense: Cosine of sentence and question; 0 where it was not embedded.
        shape: How far it holds the kind of thing asked for (a number, a date, names, a quotation, of a mere topic the
            first sentence of an article), 0 to 1.
        score: What it is ranked by; 1 more if it holds a quotation of the question word for word.
        own: Share of the question's terms, by rarity, that it holds without the headline in these words or equal ones, 0 to 1.
        headline: Cosine of the headline of its article and the question.
        answers: Probability that it answers, as `rag.retrieval.answer_scorer` reads the two together; 0 where that did not.
    """

    passage: Passage
    start: int
    end: int
    coverage: float
    context: float
    dense: float
    shape: float
    score: float
    own: float = 0.0
    headline: float = 0.0
    answers: float = 0.0

    @property
    def place(self) -> tuple[str, int]:
        """Return its article and its offset there, by which it is known in whichever passage it stands."""
        return self.passage.article.id, self.start

    @property
    def holds_quotation(self) -> bool:
        """Return whether it holds a quotation of the question word for word."""
        return self.score > 1

    @property
    def text(self) -> str:
        """Return the sentence, verbatim."""
        return self.passage.article.body[self.start : self.end]


class PassageReader:
    """Read passages sentence by sentence."""

    def __init__(self, embedder: Embedder, lexical: LexicalIndex) -> None:
        """Measure meaning with `embedder` and rarity of words with `lexical`."""
        self.embedder = embedder
        self.lexical = lexical
        self.scorer = AnswerScorer()

    def weigh_terms(self, text: str) -> dict[str, float]:
        """Return the terms of a question with their inverse document frequency (as BM25 has it)."""
        count = self.lexical.count()
        return {
            term: float(np.log(1 + (count - (df := self.lexical.count_documents(term)) + 0.5) / (df + 0.5)))
            for term in list_query_terms(text)
        }

    def read(
        self, text: str, kind: str, passages: Sequence[Passage], known: dict[str, Vectors] | None = None
    ) -> list[Sentence]:
        """Return the sentences of the first passages, the most relevant first.

        Args:
            text: What is asked.
            kind: What it asks for (`rag.question.question_kind`).
            passages: Best first.
            known: The vectors of sentences, which what is embedded here is added to; for several questions in a row.
        """
        weights = self.weigh_terms(text)
        own, carried = split_carried(text)
        if carried:  # What a follow-up is about says where to look, its own words what for.
            weights = _share_weights(weights, set(list_query_terms(own)))
        if kind == "topic":  # "What was said about ..." asks for no sentence with "said".
            weights = {term: weight for term, weight in weights.items() if term not in ASKING} or weights
        best = max((passage.score for passage in passages), default=0.0) or 1.0
        called = {stem(w) for n in find_names(text) for w in n.words} if kind == "quotation" else set()
        asking = _Asking(weights, kind, set(words(text)), _find_quoted(text), called)
        found = [s for passage in passages[:READ_PASSAGES] for s in asking.weigh(passage, passage.score / best)]
        found = order_best_first(found)
        once: dict[tuple[str, int], Sentence] = {}  # Neighbouring passages share the sentence at their border.
        for sentence in found:
            once.setdefault(sentence.place, sentence)
        found = list(once.values())
        known = {} if known is None else known
        near = order_best_first(self._compare(text, found[:EMBEDDED_SENTENCES], known))
        # A mere topic is no question that a sentence could answer, and the model has learnt from English alone.
        english = {question_language(text), *(s.passage.article.language or "en" for s in near)} == {"en"}
        if (kind == "topic" and not _is_in_no_headline(text, passages)) or not english:
            return near + found[EMBEDDED_SENTENCES:]
        rest = found[EMBEDDED_SENTENCES:]
        further = _list_further(near, rest)
        told = self._measure_answers(text, [*near, *further])
        likely = self._compare(text, [s for s in further if told[s.place] >= LIKELY], known)
        held = {s.place for s in likely}
        least = CERTAIN if _ASKS.isdisjoint(words(text)) else 0.0
        near, rest = (
            [_add_reading(s, told.get(s.place, 0.0), least) for s in some]
            for some in ([*near, *likely], [s for s in rest if s.place not in held])
        )
        return order_best_first(near) + rest

    def _measure_answers(self, text: str, sentences: Sequence[Sentence]) -> dict[tuple[str, int], float]:
        """Return by its place how likely each sentence answers, read together with the question."""
        told = [describe_sentence(s.text, s.passage.article.title, _read_before(s)) for s in sentences]
        return dict(zip((s.place for s in sentences), self.scorer.score(text, told), strict=True))

    def _compare(self, text: str, sentences: Sequence[Sentence], known: dict[str, Vectors]) -> list[Sentence]:
        """Return sentences with their cosine to the question, which adds to their score, and that of their headlines."""
        if not sentences:
            return []
        texts = list(dict.fromkeys(text for s in sentences for text in (s.text, s.passage.article.title)))
        fresh = [text for text in texts if text not in known]
        known.update(zip(fresh, self.embedder.embed(fresh), strict=True))
        near = dict(
            zip(texts, np.stack([known[text] for text in texts]) @ self.embedder.embed_query(text), strict=True)
        )
        return [
            replace(
                s, dense=dense, score=s.score + WEIGHTS["dense"] * dense, headline=float(near[s.passage.article.title])
            )
            for s in sentences
            for dense in [float(near[s.text])]
        ]


def _is_in_no_headline(text: str, passages: Sequence[Passage]) -> bool:
    """Return whether a question asks what something is that no headline names: then no article begins by telling it."""
    asked = set(list_query_terms(text)) - ASKING
    return bool(_DEFINING.match(text)) and not any(asked <= list_held_terms(p.article.title) for p in passages)


def _list_further(near: Sequence[Sentence], rest: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences to be read besides those that the words speak for, of the articles that lead them."""
    leading = list(dict.fromkeys(s.passage.article.id for s in near))[:LEADING_ARTICLES]
    return [s for s in rest if s.passage.article.id in leading][:LEADING_SENTENCES]


def _add_reading(sentence: Sentence, answers: float, least: float) -> Sentence:
    """Return a sentence with how likely it answers, in its score too from `least` on; a quotation of the question still counts 1 more."""
    quoted = sentence.holds_quotation
    score = quoted + (1 - READ_SHARE) * (sentence.score - quoted) + READ_SHARE * answers * (answers >= least)
    return replace(sentence, answers=answers, score=score)


def order_best_first(sentences: Iterable[Sentence]) -> list[Sentence]:
    """Return sentences by score, equal ones in the order of their passages and of the text."""
    return sorted(sentences, key=lambda s: (-s.score, s.passage.rank, s.start))


def _read_before(sentence: Sentence) -> str:
    """Return the end of what stands before a sentence."""
    return sentence.passage.article.body[max(0, sentence.start - _LEANT_ON) : sentence.start]


def split_carried(question: str) -> tuple[str, str]:
    """Return a stand-alone question and what `rag.question.follow_up` added to it in brackets, or ""."""
    own, _, carried = question.partition(" (")
    return (own, carried[:-2]) if carried.endswith(")?") else (question, "")


def _share_weights(weights: Mapping[str, float], own: set[str]) -> dict[str, float]:
    """Return the weights of terms where those that are not a question's own may not outweigh those that are."""
    most = CARRIED * sum(weight for term, weight in weights.items() if term in own)
    carried = sum(weight for term, weight in weights.items() if term not in own)
    share = min(1.0, most / carried) if most and carried else 1.0
    return {term: weight if term in own else share * weight for term, weight in weights.items()}


@dataclass(frozen=True, slots=True)
class _Asking:
    """Hold what sentences are held against: the terms of a question by rarity, its kind, its words, its quotations."""

    weights: Mapping[str, float]
    kind: str
    asked: set[str]
    quoted: Sequence[str]
    called: set[str]  # Names of the question, of which one is the speaker.

    def weigh(self, passage: Passage, rank: float) -> list[Sentence]:
        """Return the sentences of a passage; `rank` is its score over that of the best one."""
        language = passage.article.language or "en"
        body = passage.article.body
        lead = len(body) - len(body.lstrip())
        heading = set(terms(passage.chunk.heading, language))
        before = list_held_terms(_read_sentence_before(passage), language) or heading
        found: list[Sentence] = []
        for start, end in _split_passage(passage):
            text = passage.article.body[start:end]
            inside = list_held_terms(text, language)
            spoken = self._count_spoken(text, inside | before)
            values = {
                "own": measure_matched_share(self.weights, inside | self._list_equal(inside)),
                "coverage": measure_matched_share(self.weights, inside | heading),
                "context": measure_matched_share(self.weights, inside | heading | before),
                "shape": float(start == lead)
                if self.kind == "topic"
                else spoken * measure_sentence_shape(text, self.kind, self.asked),
                "passage": rank,
            }
            said = any(is_quoted_from(quotation, text) for quotation in self.quoted)
            score = said + sum(WEIGHTS[name] * value for name, value in values.items())
            told = (values["coverage"], values["context"], 0.0, values["shape"], score, values["own"])
            found.append(Sentence(passage, start, end, *told))
            before = inside
        return found

    def _list_equal(self, inside: set[str]) -> set[str]:
        """Return the terms of the question of which a sentence holds an equal one."""
        return {term for term in self.weights if holds_equal(inside, term)}

    def _count_spoken(self, text: str, around: set[str]) -> float:
        """Return what a quotation counts: whole if its speaker may be the one asked about.

        That is the one it is given to by name, or, if it names none, one named in it or in the sentence before.
        """
        if not self.called:
            return 1.0
        speakers = {stem(word) for said in find_attributions(text) for word in said.name.words}
        return 1.0 if self.called & (speakers or around) else OTHERS


def _read_sentence_before(passage: Passage) -> str:
    """Return the sentence before a passage, on which its first one may lean; "" at the start of a paragraph."""
    body, start = passage.article.body, passage.chunk.start
    piece = body[max(0, start - _BEFORE) : start]
    piece = piece[piece.rstrip(" ").rfind("\n") + 1 :]
    spans = split_sentences(piece, passage.article.language or "en")
    return piece[slice(*spans[-1])] if spans else ""


def _split_passage(passage: Passage) -> list[tuple[int, int]]:
    chunk = passage.chunk
    return [
        (chunk.start + a, chunk.start + b) for a, b in split_sentences(chunk.text, passage.article.language or "en")
    ]


def _find_quoted(question: str) -> list[str]:
    """Return what a question quotes at such length that it is somebody's words and no title."""
    quoted = [question[a:b] for a, b in find_quotations(question)]
    return [quotation for quotation in quoted if len(quotation.split()) >= _QUOTED_WORDS]


def measure_matched_share(weights: Mapping[str, float], found: set[str]) -> float:
    """Return the share of terms, by weight, that were found."""
    whole = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in found) / whole if whole else 0.0


OF_THEM = re.compile(r"\s+(?:\w+\s+)?of\s+(?:them|these|those)\b", re.IGNORECASE)
"""What follows a number that counts a part of what the sentence before counts."""

REASONS = frozenset(
    "because due owing reason reasons grounds cause caused causes result therefore accuse accused accuses accusing allege "
    "alleged alleges alleging violate violated violates violating violation violations broke broken breaking breached "
    "failed failing failure lack lacked prejudicial unlawful illegal illegally fear fears fearing concern concerns concerned "
    "prevent protest pressure threat".split()
)
"""Words with which a sentence gives a reason."""

_LIKELY_REASONS = frozenset("over after following citing amid led against so".split())
"""Words that may introduce one."""

SAYING = re.compile(rf"\b(?:{SAID}|say|according to)\b", re.IGNORECASE)


def measure_sentence_shape(sentence: str, kind: str, asked: set[str]) -> float:
    """Return how far a sentence holds the kind of thing asked for, apart from what the question itself says, 0 to 1.

    So many "of them" are half of what "how many" wants, since they are a part of what the sentence before counts.
    One new name is half of what "who" and "where" want, since a sentence that tells more tends to name more.
    """
    if kind == "when":
        return float(any(_list_unasked(sentence[m.start : m.end], asked) for m in find_moments(sentence)))
    if kind == "how_many":
        ends = [figure.end for figure in list_counts(sentence, asked)]
        return 1.0 if any(not OF_THEM.match(sentence, end) for end in ends) else 0.5 * bool(ends)
    if kind in {"who", "where"}:
        return min(2, len(_list_new_names(sentence, asked))) / 2
    if kind == "why":
        spoken = words(sentence)
        return 1.0 if REASONS.intersection(spoken) else 0.5 * bool(_LIKELY_REASONS.intersection(spoken))
    if kind == "quotation":
        return float(any(end - start >= _QUOTED_LENGTH for start, end in find_quotations(sentence)))
    return float(kind == "attribution" and bool(SAYING.search(sentence) and _list_new_names(sentence, asked)))


def list_counts(sentence: str, asked: set[str]) -> list[Figure]:
    """Return the figures of a sentence that may be what "how many" wants: none of a date and none of the question.

    "How long" wants a time.
    """
    figures = [f for f in find_figures(sentence) if _list_unasked(sentence[f.start : f.end], asked)]
    figures = [f for f in figures if not (f.bare and f.value == 1)]
    if {"how", "long"} <= asked:
        return [f for f in figures if any(size(unit)[0] == "time" for unit in f.units)]
    dates = find_moments(sentence)
    return [f for f in figures if f.units or not any(d.start < f.end and f.start < d.end for d in dates)]


def _list_new_names(sentence: str, asked: set[str]) -> list[str]:
    figures = find_figures(sentence)
    called = (  # No months, no days of the week, no "Twenty-four" at the beginning.
        sentence[name.start : name.end]
        for name in find_names(sentence)
        if not any(figure.start <= name.start and name.end <= figure.end for figure in figures)
    )
    return [word for name in called for word in _list_unasked(name, asked)]


def _list_unasked(text: str, asked: set[str]) -> list[str]:
    return [word for word in words(text) if word not in asked and word not in STOPWORDS]
