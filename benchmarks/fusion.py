"""Compare ways of putting the two indexes together, each set in one run: `python -m benchmarks.fusion OUT SET...`.

A set is named as for `python -m eval run`, with its articles behind a colon where it brings none. Printed are Success@1,
recall@10 and the share of questions with all gold articles in the first ten, per article, over all answerable questions
of a set; "+" and "-" stand behind a figure that differs from that of the row that its way begins from in more than one
of twenty draws (the mean of the paired differences, bootstrapped).

Equal scores are ordered by a hash of the chunk: of RAMDocs the right documents come first, so that an order by id answers
questions by itself, and rank fusion has many equal scores.
"""

import hashlib
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus import Article, Chunk
from eval.commands.run import choose_home, open_source
from eval.question import Question
from eval.runs.system_assembly import open_bench
from eval.statistics import estimate_mean
from rag.assistant import Assistant
from rag.model import Passage
from rag.question.question_parts import merge_parts
from rag.retrieval import passage_search
from rag.retrieval.passage_search import HINT, SECOND, Candidate, SearchText, collapse_copies, diversify
from rag.settings import read_settings

_DEPTH = 60
_RANKS = 60  # Cormack, Clarke and Büttcher (SIGIR 2009).

Score = Callable[[Sequence[Candidate]], list[float]]
Measures = tuple[float, float, float]
"""Of one question: whether the first article is gold, how much of the gold is in ten, whether all of it is."""


def mean(candidates: Sequence[Candidate]) -> list[float]:
    """Return what the product does: half the cosine, half the BM25 score over the best one."""
    return [(c.signals["dense"] + c.signals["coverage"]) / 2 for c in candidates]


def ranks(candidates: Sequence[Candidate]) -> list[float]:
    """Return reciprocal ranks, times 30, so that the first of both indexes has about 1."""
    found = [0.0] * len(candidates)
    for signal, limit in (("dense", passage_search.CANDIDATES), ("lexical", len(candidates))):
        places = sorted(range(len(candidates)), key=lambda i: (-candidates[i].signals[signal], _draw(candidates[i])))
        for place, i in enumerate(places[:limit]):
            if signal == "dense" or candidates[i].signals[signal] > 0:
                found[i] += 30 / (_RANKS + 1 + place)
    return found


def spread(candidates: Sequence[Candidate]) -> list[float]:
    """Return the mean of min-max scores."""
    found = [0.0] * len(candidates)
    for signal in ("dense", "lexical"):
        values = [c.signals[signal] for c in candidates]
        low, high = min(values, default=0.0), max(values, default=1.0)
        found = [one + (value - low) / ((high - low) or 1.0) / 2 for one, value in zip(found, values, strict=True)]
    return found


@dataclass(frozen=True, slots=True)
class Way:
    """Hold one way of ranking.

    Attributes:
        name: What is printed.
        start: The way that it is compared with, or "".
        score: The score of each candidate.
        second: Share of the score of an article's second-best chunk that each of its chunks gains.
        hints: The outlets and times that the question names add to the score.
        parts: What the parts of the question find is merged in.
    """

    name: str
    start: str
    score: Score
    second: float = 0.0
    hints: bool = False
    parts: bool = False


_PLAIN, _PRODUCT = "plain rank fusion", "second chunks, hints and parts (the product)"

WAYS = (
    Way(_PLAIN, "", ranks),
    Way("fusion and second chunks", _PLAIN, ranks, second=SECOND),
    Way("fusion and hints", _PLAIN, ranks, hints=True),
    Way("fusion and parts", _PLAIN, ranks, parts=True),
    Way("fusion and all three", _PLAIN, ranks, SECOND, hints=True, parts=True),
    Way("mean of min-max scores", _PLAIN, spread),
    Way("mean", _PLAIN, mean),
    Way("mean and second chunks", "mean", mean, second=SECOND),
    Way("mean and hints", "mean", mean, hints=True),
    Way("mean and parts", "mean", mean, parts=True),
    Way(_PRODUCT, _PLAIN, mean, SECOND, hints=True, parts=True),
    Way("the product without second chunks", _PRODUCT, mean, hints=True, parts=True),
    Way("the product without hints", _PRODUCT, mean, SECOND, parts=True),
    Way("the product without parts", _PRODUCT, mean, SECOND, hints=True),
    Way("the product on fusion", _PRODUCT, ranks, SECOND, hints=True, parts=True),
)


def rank_articles(assistant: Assistant, question: Question) -> Iterator[list[str]]:
    """Yield the ids of the ten best articles by each way."""
    query = assistant.understand_question(question.text, question.history, None, question.as_of)
    sought = [SearchText(query.searched or query.standalone, query.hints, query.latest)]
    sought += [SearchText(part.text, part.hints) for part in query.parts]
    found = assistant.finder().retriever.find_candidates([one.text for one in sought], query.filters or None)
    for way in WAYS:
        pairs = list(zip(found, sought, strict=True))[: None if way.parts else 1]
        rankings = [_to_passages(_order(candidates, one, way)) for candidates, one in pairs]
        merged = merge_parts(rankings[0], rankings[1:]) if len(rankings) > 1 else rankings[0]
        yield list(dict.fromkeys(passage.article.id for passage in merged))[:10]


def _order(candidates: Sequence[Candidate], sought: SearchText, way: Way) -> list[Candidate]:
    scores = way.score(candidates)
    seconds = passage_search.find_second_scores(candidates, scores)
    hints = passage_search.count_hints(candidates, sought.hints if way.hints else None)
    for c, score, hinted in zip(candidates, scores, hints, strict=True):
        c.score = (score + way.second * seconds[c.article.id]) / (1 + way.second) + HINT * hinted
    kept, _ = collapse_copies(sorted(candidates, key=lambda c: (-c.score, _draw(c))))
    return diversify(kept)[:_DEPTH]


def _draw(candidate: Candidate) -> bytes:
    return hashlib.blake2b(candidate.chunk_id.encode()).digest()


def _to_passages(candidates: Sequence[Candidate]) -> list[Passage]:
    """Return passages that hold no text: the merge looks at ids and scores only."""
    return [
        Passage(Chunk(Article(c.article.id, "", ""), c.ordinal, 0, 0), rank, c.score)
        for rank, c in enumerate(candidates, 1)
    ]


def measure(question: Question, found: Sequence[str]) -> Measures:
    """Return the measures of the articles that a way found for a question."""
    gold = question.gold.keys()
    held = len(gold & set(found))
    return float(found[:1] != [] and found[0] in gold), held / len(gold), float(held == len(gold))


def print_table(rows: Sequence[Sequence[Measures]]) -> None:
    """Print a line for each way; rows are those of the questions, with the measures of each way."""
    by_name = {way.name: [row[place] for row in rows] for place, way in enumerate(WAYS)}
    for way in WAYS:
        cells = [f"{estimate_mean(values).mean:.3f}" for values in zip(*by_name[way.name], strict=True)]
        if way.start:
            pairs = zip(zip(*by_name[way.name], strict=True), zip(*by_name[way.start], strict=True), strict=True)
            cells = [f"{cell}{_mark(*pair)}" for cell, pair in zip(cells, pairs, strict=True)]
        print(f"| {way.name} | {' | '.join(cells)} |", flush=True)


def _mark(values: Sequence[float], others: Sequence[float]) -> str:
    """Return "+" or "-" where values differ from those of the same questions beyond noise."""
    gained = estimate_mean([value - other for value, other in zip(values, others, strict=True)])
    return "+" if gained.low > 0 else "-" if gained.high < 0 else ""


def main(out: Path, names: Sequence[str]) -> None:
    """Print a table a set."""
    for name in names:
        path, _, articles = name.partition(":")
        source = open_source(Path(path), [Path(articles)] if articles else ())
        questions = [question for question in source.questions.questions if question.gold]
        settings = read_settings(choose_home(source, out, None), llm="")
        with open_bench(settings, source.articles, timed=False) as bench:
            rows = [[measure(q, found) for found in rank_articles(bench.assistant, q)] for q in questions]
        print(f"\n{source.questions.name}: {len(rows)} questions; Success@1, recall@10, all gold in 10", flush=True)
        print_table(rows)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
