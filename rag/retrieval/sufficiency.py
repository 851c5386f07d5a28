"""Decide, before any model is asked, whether the archive holds an answer."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rag.model import Passage
from rag.retrieval.demanded_kinds import lacks_count, lacks_quotation
from rag.retrieval.held_words import YEAR
from rag.retrieval.sentence_ranking import Sentence, measure_matched_share
from rag.text.names import find_names, is_short_form
from rag.text.question_words import ASKING
from rag.text.terms import STOPWORDS, list_held_terms, stem, words

THRESHOLD = 0.3
"""Probability from which on a question counts as answerable: in cross-validation 1 in 20 answerable dev questions falls
below (.052 of the starter set, .059 of the short questions, .038 of MultiHop-RAG)."""

LACKING = 0.15
"""Probability below which a part of a question is said to be missing: saying so wrongly costs more than silence."""

HOPELESS = 0.05
"""Probability from which on a model is asked, which refuses itself: of the starter set's answerable questions .011 fall below,
of its unanswerable ones .316 (short questions 0 and .500, MultiHop-RAG .010 and .640)."""

# Logistic regression over the signals below, fitted on the starter set, the short questions and MultiHop-RAG's;
# `python -m benchmarks.fitting` fits it again. The share of one article by itself is left out: fitted, it counted
# against short questions. So is the score of the best sentence, which adds nothing to the others.
BIAS = -5.26
COEFFICIENTS: Mapping[str, float] = {
    "joint": -2.21,
    "near": 4.04,
    "lead": 3.34,
    "missing": -0.93,
    "absent": -2.41,
    "year": -1.02,
    "length": 0.93,
    "long_article": 4.49,
    "dense": 2.21,
    "uncounted": -4.35,
    "unspoken": -2.24,
    "short": 2.22,
    "complete": 2.03,
}

_NAME = re.compile(r"(?<![.!?] )(?<!^)\b[A-Z][\w’'&-]*|\b[A-Z]{2,}\b|\b\d[\d.,]*\b")
_LEADING = 8  # Sentences of which one may hold the whole topic.
_NEAR = 12  # Sentences whose cosine counts.
_BEST = 6  # Passages in which a demanded number or quotation is searched for.
_READ = 8  # Passages in which a name of the question is searched for.


@dataclass(frozen=True, slots=True)
class Sufficiency:
    """Hold a decision: the probability that the archive answers, and the signals that it was made of."""

    probability: float
    signals: Mapping[str, float]
    missing: tuple[str, ...]

    @property
    def enough(self) -> bool:
        """Return whether to answer."""
        return self.probability >= THRESHOLD

    @property
    def lacking(self) -> bool:
        """Return whether to say that the archive holds no answer, though it answers another part."""
        return self.probability < LACKING


def judge_sufficiency(
    text: str, kind: str, weights: Mapping[str, float], passages: Sequence[Passage], sentences: Sequence[Sentence]
) -> Sufficiency:
    """Judge whether passages answer a question.

    Args:
        text: The stand-alone question.
        kind: What it asks for (`rag.question.question_kind`).
        weights: Its terms with their rarity, as `PassageReader.weigh_terms` gives them.
        passages: What was retrieved, best first.
        sentences: Their sentences, the most relevant first.
    """
    if not passages or not sentences:
        return Sufficiency(0.0, {}, ())
    found = measure_signals(text, kind, weights, passages, sentences)
    return Sufficiency(compute_probability(found), found, find_missing_names(text, passages))


def compute_probability(found: Mapping[str, float]) -> float:
    """Return the probability that belongs to the signals."""
    total = BIAS + sum(COEFFICIENTS.get(name, 0.0) * value for name, value in found.items())
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))


def measure_signals(
    text: str, kind: str, weights: Mapping[str, float], passages: Sequence[Passage], sentences: Sequence[Sentence]
) -> dict[str, float]:
    """Return what speaks for and against an answer.

    - `joint`: the best product of cosine and coverage of a sentence: near in meaning and in words.
    - `near`: the best cosine among the first sentences.
    - `lead`: how far the first passage's score lies above the fourth's.
    - `missing`: how many names and numbers of the question no passage holds.
    - `absent`: the share of them that the article of the best sentence does not hold.
    - `year`: 1 if that article lacks a year that the question names.
    - `length`: the question's terms in tens, at most 3.
    - `long_article`: `length` times the share of the terms, by rarity, in the article of the best sentence: the longer
      a question, the more it means that one article holds its words.
    - `dense`: the best cosine of a passage.
    - `short`: 1 less a fifth for each term but those of asking, 0 from five on and for none: people type "net neutrality".
    - `complete`: 1 if one of the first sentences holds, with its headline, all of these terms and there are some.
    - `uncounted`, `unspoken`: what the question demands and no sentence holds (`rag.retrieval.demanded_kinds`).
    """
    article = sentences[0].passage.article
    heading = sentences[0].passage.chunk.heading
    held = list_held_terms(f"{heading} {article.body}", article.language or "en")
    within = [sentence for sentence in sentences if sentence.passage.rank <= _BEST]
    names, given = _is_named(text), _list_given(text)
    whole, length = measure_matched_share(weights, held), min(3.0, len(weights) / 10)
    topic = set(weights) - ASKING if any(word not in STOPWORDS for word in words(text)) else set()
    return {
        "joint": max(s.dense * s.coverage for s in sentences),
        "near": max(s.dense for s in sentences[:_NEAR]),
        "lead": passages[0].score - passages[:4][-1].score,
        "missing": float(len(find_missing_names(text, passages))),
        "absent": sum(not _is_held(name, held, (article.language,), given) for name in names) / max(1, len(names)),
        "year": float(any(year not in held for year in YEAR.findall(text))),
        "length": length,
        "long_article": length * whole,
        "dense": max(passage.signals.get("dense", 0.0) for passage in passages),
        "short": max(0.0, 1 - len(topic) / 5) if topic else 0.0,
        "complete": float(bool(topic) and any(topic <= _collect_terms(sentence) for sentence in sentences[:_LEADING])),
        "uncounted": lacks_count(text, kind, weights, within),
        "unspoken": lacks_quotation(text, kind, weights, within),
    }


def _collect_terms(sentence: Sentence) -> set[str]:
    """Return the terms of a sentence and of the heading of its passage."""
    article = sentence.passage.article
    return list_held_terms(f"{sentence.passage.chunk.heading} {sentence.text}", article.language or "en")


def find_missing_names(text: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """Return the names and numbers of a question that no retrieved passage holds."""
    held: set[str] = set()
    for passage in passages[:_READ]:
        held.update(list_held_terms(passage.chunk.indexed_text, passage.article.language or "en"))
    languages = tuple({passage.article.language for passage in passages[:_READ]})
    given = _list_given(text)
    return tuple(name for name in _is_named(text) if not _is_held(name, held, languages, given))


def _list_given(text: str) -> frozenset[str]:
    """Return the words of the names of a question that another one follows, as a family name follows a given one."""
    return frozenset(word for name in find_names(text) for word in name.words[:-1])


def _is_held(name: str, held: set[str], languages: Sequence[str], given: frozenset[str]) -> bool:
    """Return whether a name stands among terms, in one of the forms that it takes in these languages or cut short."""
    if any(stem(name, language or "en") in held for language in ("en", *languages)):
        return True
    return name in given and is_short_form(name, held)


def _is_named(text: str) -> tuple[str, ...]:
    found = (word for match in _NAME.finditer(text) for word in words(match.group()) if word not in STOPWORDS)
    return tuple(dict.fromkeys(found))
