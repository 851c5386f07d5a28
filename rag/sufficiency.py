"""Decide, before any model is asked, whether the archive holds an answer."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.model import Passage
from rag.reading import Sentence
from rag.terms import STOPWORDS, stem, terms, words

THRESHOLD = 0.5
"""Probability from which on a question counts as answerable."""

# Logistic regression over the signals below, fitted on the dev questions of MultiHop-RAG and the starter set
# (benchmarks/refusal.py fits it again and prints these numbers).
COEFFICIENTS: Mapping[str, float] = {
    "bias": -4.0,
    "dense": 4.0,
    "sentence": 3.0,
    "coverage": 3.0,
    "own": 1.0,
    "missing": -3.0,
    "shape": 0.5,
}

_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w’'-]*|\b[A-Z]{2,}\b|\b\d[\d.,]*\b")


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Hold a decision: the probability that the archive answers, and the signals that it was made of."""

    probability: float
    signals: Mapping[str, float]
    missing: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Tell whether to answer."""
        return self.probability >= THRESHOLD


def judged(
    text: str, weights: Mapping[str, float], passages: Sequence[Passage], sentences: Sequence[Sentence]
) -> Sufficiency:
    """Judge whether passages answer a question.

    Args:
        text: The stand-alone question.
        weights: Its terms with their rarity, as `PassageReader.weights` gives them.
        passages: What was retrieved, best first.
        sentences: Their sentences, the most telling first.
    """
    if not passages or not sentences:
        return Sufficiency(0.0, {}, ())
    found = signals(text, weights, passages, sentences)
    return Sufficiency(probability(found), found, missing_names(text, passages))


def probability(found: Mapping[str, float]) -> float:
    """Return the probability that belongs to the signals."""
    total = COEFFICIENTS["bias"] + sum(COEFFICIENTS.get(name, 0.0) * value for name, value in found.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def signals(
    text: str, weights: Mapping[str, float], passages: Sequence[Passage], sentences: Sequence[Sentence]
) -> dict[str, float]:
    """Return what speaks for and against an answer, each about 0 to 1."""
    best = sentences[0]
    article = {s.passage.article.id: s.passage.article for s in sentences[:1]}[best.passage.article.id]
    whole = set(terms(f"{article.title} {article.source} {article.body}", article.language or "en"))
    read = set().union(*(set(terms(p.chunk.indexed_text, p.article.language or "en")) for p in passages[:6]))
    return {
        "dense": max(p.signals.get("dense", 0.0) for p in passages),
        "sentence": max(s.dense for s in sentences[:8]),
        "coverage": max(s.coverage for s in sentences[:8]),
        "own": max(s.own for s in sentences[:8]),
        "article": _share(weights, whole),
        "read": _share(weights, read),
        "missing": float(len(missing_names(text, passages))),
        "shape": float(best.shape),
        "score": best.score,
    }


def missing_names(text: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """Return the names and numbers of a question that no retrieved passage holds."""
    held = set().union(*(set(terms(p.chunk.indexed_text, p.article.language or "en")) for p in passages[:8]))
    asked = [word for match in _NAME.finditer(text) for word in words(match.group()) if word not in STOPWORDS]
    return tuple(dict.fromkeys(word for word in asked if stem(word) not in held))


def _share(weights: Mapping[str, float], found: set[str]) -> float:
    whole = sum(weights.values())
    return sum(weight for term, weight in weights.items() if term in found) / whole if whole else 0.0
