"""Fit what recognises requests for an overview: `python -m benchmarks.overview_training [--out FILE]`.

Reads `overview_requests.jsonl` beside this module, 400 requests and 500 look-alikes that a language model wrote about the news of the
world, and 3,000 of the questions in `answer_articles.jsonl`, a tenth of the weight each. Printed is what the fit recognises of those it has not
seen (five folds), beside the rules of `rag.question.overview_question` alone, and of 5,000 further questions.
"""

import argparse
import json
import random
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold

from rag.index.embedder import SHIPPED, SHIPPED_SHA256, Embedder, Vectors
from rag.model import Filters
from rag.question.overview_question import parse_overview_question
from rag.question.overview_requests import LIKELY, WEIGHTS, fold_request

REQUESTS = Path(__file__).with_name("overview_requests.jsonl")
QUESTIONS = Path(__file__).with_name("answer_articles.jsonl")
SEEN, UNSEEN = 3000, 5000
STRENGTH, SHARE = 20.0, 0.1
"""The inverse of the strength of regularisation, and the weight of an ordinary question."""


def main() -> None:
    """Fit, print and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="the file to write (default: the one that ships)")
    out = parser.parse_args().out
    rows = [json.loads(line) for line in REQUESTS.read_text("utf-8").splitlines()]
    lines = map(json.loads, QUESTIONS.read_text("utf-8").splitlines())
    ordinary = [row["q"] for row in lines if "q" in row]
    random.Random(0).shuffle(ordinary)
    embedder = Embedder(SHIPPED)
    told, wanted = _embed(embedder, [row["text"] for row in rows]), np.array([row["overview"] for row in rows])
    beside = _embed(embedder, ordinary[:SEEN])
    found = np.zeros(len(rows), bool)
    for seen, unseen in StratifiedKFold(5, shuffle=True, random_state=0).split(told, wanted):
        found[unseen] = _fit(told[seen], wanted[seen], beside).predict_proba(told[unseen])[:, 1] >= LIKELY
    ruled = np.array([parse_overview_question(row["text"], Filters()) is not None for row in rows])
    for name, taken in (("rules", ruled), ("fit", found), ("either", ruled | found)):
        print(
            f"{name}: {taken[wanted].mean():.3f} of {wanted.sum()} requests, {taken[~wanted].mean():.3f} of {(~wanted).sum()} look-alikes"
        )
    fit = _fit(told, wanted, beside)
    further = _embed(embedder, ordinary[SEEN : SEEN + UNSEEN])
    print(f"fit: {(fit.predict_proba(further)[:, 1] >= LIKELY).mean():.4f} of {UNSEEN} ordinary questions")
    weights = {"weights": fit.coef_[0].astype(np.float32), "bias": fit.intercept_.astype(np.float32)}
    save_file(weights, out, metadata={"embedder": SHIPPED_SHA256})


def _embed(embedder: Embedder, texts: list[str]) -> Vectors:
    return embedder.embed([fold_request(text) for text in texts])


def _fit(told: Vectors, wanted: "np.ndarray[tuple[int], np.dtype[np.bool_]]", beside: Vectors) -> LogisticRegression:
    weight = np.concatenate([np.ones(len(told)), np.full(len(beside), SHARE)])
    fit = LogisticRegression(C=STRENGTH, max_iter=3000)
    return fit.fit(
        np.concatenate([told, beside]), np.concatenate([wanted, np.zeros(len(beside), bool)]), sample_weight=weight
    )


if __name__ == "__main__":
    main()
