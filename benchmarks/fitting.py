"""Fit what ranks sentences and what refuses questions again: `python -m benchmarks.fitting DATA SET [DATA SET ...]`.

DATA is the folder of an archive that holds the articles of SET, a question set in our JSONL. Prints the weights of
`rag.retrieval.sentence_ranking`, the coefficients of `rag.retrieval.sufficiency`, and how many questions each threshold would refuse.
"""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from eval.loaders import load
from eval.question import Question
from rag import Assistant, Settings
from rag.retrieval.sentence_ranking import WEIGHTS, Sentence
from rag.retrieval.sufficiency import COEFFICIENTS

Matrix = NDArray[np.float64]


def main(arguments: Sequence[str]) -> None:
    """Read each set over its archive, then fit both models on all of them; either kind of question weighs the same in each."""
    pairs, rows, answerable, weights, sets = [], [], [], [], []
    for number, (data, path) in enumerate(zip(arguments[::2], arguments[1::2], strict=True)):
        questions = load(Path(path)).questions
        with Assistant(Settings(data_dir=Path(data), llm="")) as assistant:
            for question in questions:
                found, told = _read(assistant, question)
                pairs.extend(found)
                rows.append([told.get(name, 0.0) for name in COEFFICIENTS])
                answerable.append(not question.unanswerable)
                sets.append(number)
                weights.append(1 / sum(q.unanswerable == question.unanswerable for q in questions))
    print_weights(np.asarray(pairs))
    print_refusals(
        np.asarray(rows), np.asarray(answerable), np.asarray(weights) * len(rows) / sum(weights), np.asarray(sets)
    )


def print_weights(pairs: Matrix) -> None:
    """Fit sentence weights so that gold sentences rank before others; `pairs` holds differences of their features."""
    both = np.concatenate([pairs, -pairs])
    model = LogisticRegression(fit_intercept=False).fit(both, [1] * len(pairs) + [0] * len(pairs))
    shares = model.coef_[0] / model.coef_[0].sum()
    print("WEIGHTS", {name: round(float(w), 2) for name, w in zip(WEIGHTS, shares, strict=True)})


def print_refusals(rows: Matrix, answerable: NDArray[np.bool_], weights: Matrix, sets: NDArray[np.int_]) -> None:
    """Fit the regression of refusals, and print what thresholds would refuse of each set, in 8-fold cross-validation."""
    model = LogisticRegression(C=3, max_iter=5000).fit(rows, answerable, sample_weight=weights)
    print("COEFFICIENTS", {n: round(float(c), 2) for n, c in zip(COEFFICIENTS, model.coef_[0], strict=True)})
    print("BIAS", round(float(model.intercept_[0]), 2))
    told = np.zeros(len(rows))
    order = np.random.default_rng(0).permutation(len(rows))
    for fold in np.array_split(order, 8):
        kept = np.setdiff1d(order, fold)
        part = LogisticRegression(C=3, max_iter=5000).fit(rows[kept], answerable[kept], sample_weight=weights[kept])
        told[fold] = part.predict_proba(rows[fold])[:, 1]
    for threshold in (0.25, 0.3, 0.35, 0.4, 0.45):
        for number in np.unique(sets):
            held, lacking = (told[(sets == number) & (answerable == is_held)] for is_held in (True, False))
            print(f"threshold {threshold:.2f}, set {number + 1}: refuses {np.mean(lacking < threshold):.3f} of the "
                  f"unanswerable, {np.mean(held < threshold):.3f} of the answerable")  # fmt: skip


def _read(assistant: Assistant, question: Question) -> tuple[list[list[float]], dict[str, float]]:
    """Return differences between gold and other sentences, and the signals of the question."""
    now = question.as_of or datetime.now(UTC)
    query = assistant.understand_question(question.text, question.history, now=now)
    finder = assistant.finder()
    found = finder.search_and_widen(query, assistant.settings.passages)
    whole = finder.read(query, found).whole
    passages, sentences = found.passages, list(whole.sentences)
    if not sentences:
        return [], {}
    told = dict(whole.sufficiency.signals)
    sentences = [sentence for sentence in sentences if sentence.dense]
    gold = [_is_gold(sentence, question) for sentence in sentences]
    rows = [_features(sentence, passages[0].score or 1.0) for sentence in sentences]
    pairs = [
        [a - b for a, b in zip(rows[i], rows[j], strict=True)]
        for i, hit in enumerate(gold)
        for j, other in enumerate(gold)
        if hit and not other
    ]
    return pairs, told


def _features(sentence: Sentence, best: float) -> list[float]:
    told = [sentence.own, sentence.coverage, sentence.context, sentence.dense]
    return [*told, sentence.passage.score / best, sentence.shape]


def _is_gold(sentence: Sentence, question: Question) -> bool:
    return any(
        item.article_id == sentence.passage.article.id
        and (item.quote[:60] in sentence.text or sentence.text in item.quote)
        for item in question.evidence
    )


if __name__ == "__main__":
    if len(sys.argv) < 3 or len(sys.argv) % 2 == 0:
        sys.exit(__doc__)
    main(sys.argv[1:])
