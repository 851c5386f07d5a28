"""Find the sentences of the retrieved passages that bear on the question, and how strongly."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus.sentences import sentences
from rag.embedder import Embedder
from rag.lexical import LexicalIndex
from rag.model import Passage
from rag.terms import STOPWORDS, held_terms, query_terms, stem, terms, words

READ_PASSAGES = 6
"""Passages whose sentences are read."""

EMBEDDED_SENTENCES = 14
"""The sentences that are embedded for one question: those that its words speak for."""


WEIGHTS = {"coverage": 0.36, "dense": 0.31, "passage": 0.2, "shape": 0.13}
"""What a sentence is ranked by, see `Sentence`; fitted on the starter set (benchmarks/fitting.py)."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """Hold a sentence of a passage with what speaks for it.

    Attributes:
        passage: Where it stands.
        start: Offset in the article's body.
        end: Offset behind it.
        coverage: Share of the question's terms, by rarity, that stand in it or in the headline, 0 to 1.
        own: The same, without the headline.
        dense: Cosine of sentence and question.
        shape: True if it holds the kind of thing asked for (a number, a date, a name, a quotation).
        score: What it is ranked by; 1 more if it holds a quotation of the question word for word.
    """

    passage: Passage
    start: int
    end: int
    coverage: float
    own: float
    dense: float
    shape: bool
    score: float

    @property
    def text(self) -> str:
        """Return the sentence, verbatim."""
        return self.passage.article.body[self.start : self.end]


class PassageReader:
    """Read passages sentence by sentence."""

    def __init__(self, embedder: Embedder, lexical: LexicalIndex) -> None:
        """Measure meaning with `embedder`, rarity of words with `lexical`."""
        self.embedder = embedder
        self.lexical = lexical

    def weights(self, text: str) -> dict[str, float]:
        """Return the terms of a question with their inverse document frequency (as BM25 has it)."""
        count = self.lexical.count()
        return {
            term: float(np.log(1 + (count - (df := self.lexical.frequency(term)) + 0.5) / (df + 0.5)))
            for term in query_terms(text)
        }

    def read(self, text: str, kind: str, passages: Sequence[Passage]) -> list[Sentence]:
        """Return the sentences of the first passages, the most telling first."""
        weights = self.weights(text)
        best = max((passage.score for passage in passages), default=0.0) or 1.0
        asked, quoted = set(words(text)), quotations(text)
        found = [
            _weighed(passage, span, weights, kind, asked, quoted, passage.score / best)
            for passage in passages[:READ_PASSAGES]
            for span in _spans(passage)
        ]
        found.sort(key=lambda s: (-s.score, s.passage.rank, s.start))
        near = self._compared(text, found[:EMBEDDED_SENTENCES])
        near.sort(key=lambda s: (-s.score, s.passage.rank, s.start))
        return near + found[EMBEDDED_SENTENCES:]

    def _compared(self, text: str, sentences: Sequence[Sentence]) -> list[Sentence]:
        """Return sentences with their cosine to the question, which adds to their score."""
        if not sentences:
            return []
        cosines = self.embedder.embed([s.text for s in sentences]) @ self.embedder.embed_query(text)
        return [
            replace(s, dense=float(dense), score=s.score + WEIGHTS["dense"] * float(dense))
            for s, dense in zip(sentences, cosines, strict=True)
        ]


def _weighed(
    passage: Passage,
    span: tuple[int, int],
    weights: dict[str, float],
    kind: str,
    asked: set[str],
    quoted: Sequence[str],
    rank: float,
) -> Sentence:
    sentence = passage.article.body[span[0] : span[1]]
    language = passage.article.language or "en"
    inside = held_terms(sentence, language)
    own, coverage = share(weights, inside), share(weights, inside | set(terms(passage.chunk.heading, language)))
    shape = has_shape(sentence, kind, asked)
    said = any(phrase in plain_quotes(sentence) for phrase in quoted)
    score = said + sum(
        WEIGHTS[name] * value for name, value in (("coverage", coverage), ("passage", rank), ("shape", float(shape)))
    )
    return Sentence(passage, *span, coverage, own, 0.0, shape, score)


def _spans(passage: Passage) -> list[tuple[int, int]]:
    chunk = passage.chunk
    return [(chunk.start + a, chunk.start + b) for a, b in sentences(chunk.text, passage.article.language or "en")]


def share(weights: Mapping[str, float], found: set[str]) -> float:
    """Return the share of terms, by weight, that were found."""
    whole = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in found) / whole if whole else 0.0


def quotations(text: str) -> list[str]:
    """Return the quotations of three words and more in a text, folded by `plain_quotes`."""
    found = (match.group().strip('"“”«»„') for match in _QUOTATION.finditer(text))
    return [plain_quotes(quotation) for quotation in found if len(quotation.split()) >= 3]


def plain_quotes(text: str) -> str:
    """Fold what typesetting changes: quotation marks, apostrophes, white space, case, a closing stop."""
    return " ".join(re.sub(r"[‘’]", "'", re.sub(r"[“”«»„]", '"', text)).lower().split()).rstrip(".,")


_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DATE = re.compile(rf"\b(?:{_MONTHS}|(?:19|20)\d\d|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day|yesterday|today)\b")
_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?|millions?|"
    r"billions?|half|third|quarter|percent|per cent)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<![.!?“\"] )(?<!^)\b[A-Z][\w'’-]+")
_QUOTATION = re.compile(r"[\"“«„][^\"”»“]{8,}[\"”»“]")
_SAYING = re.compile(
    r"\b(?:said|says|say|told|wrote|called|calls|argued|warned|added|accused|described|announced|stated|declared|"
    r"according to|insisted|promised|asked|tweeted|testified|denied|admitted)\b",
    re.IGNORECASE,
)
_CAUSE = re.compile(
    r"\b(?:because|since|after|due to|so that|in order|to (?:stop|avoid|protect|keep)|reason|over)\b", re.I
)


def has_shape(sentence: str, kind: str, asked: set[str]) -> bool:
    """Tell whether a sentence holds the kind of thing that is asked for, other than what the question itself says."""
    if kind == "when":
        return any(stem(word) for word in _new(_DATE, sentence, asked))
    if kind == "how_many":
        return bool(_new(_NUMBER, sentence, asked))
    if kind in {"who", "where"}:
        return bool(_new(_NAME, sentence, asked))
    if kind == "quotation":
        return bool(_QUOTATION.search(sentence))
    if kind == "attribution":
        return bool(_SAYING.search(sentence) and _new(_NAME, sentence, asked))
    return kind == "why" and bool(_CAUSE.search(sentence))


def _new(pattern: re.Pattern[str], sentence: str, asked: set[str]) -> list[str]:
    return [w for m in pattern.finditer(sentence) for w in words(m.group()) if w not in asked and w not in STOPWORDS]
