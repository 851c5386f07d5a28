"""Compare ways of putting the two indexes together, each set in one run: `python -m benchmarks.fusion OUT SET...`.

A set is named as for `python -m eval run`, with its articles behind a colon where it brings none. Printed are Success@1,
recall@10 and the share of questions with all gold articles in the first ten, per article; at most 400 questions of a set,
drawn by a seed.
"""

import random
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from corpus import Article, Chunk
from eval.commands.run import choose_home, open_source
from eval.question import Question
from eval.runs.system_assembly import open_bench
from rag.assistant import Assistant
from rag.model import Passage
from rag.question.question_parts import merge_parts
from rag.retrieval import passage_search
from rag.retrieval.passage_search import Candidate, SearchText, collapse_copies, diversify
from rag.settings import read_settings

_MOST = 400
_DEPTH = 60
_RANKS = 60  # Cormack, Clarke and Büttcher (SIGIR 2009).

Score = Callable[[Sequence[Candidate]], dict[str, float]]


def mean(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return what the product does: half the cosine, half the BM25 score over the best one."""
    return {c.chunk_id: (c.signals["dense"] + c.signals["coverage"]) / 2 for c in candidates}


def ranks(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return reciprocal ranks, times 30, so that the first of both indexes has about 1."""
    dense = sorted(candidates, key=lambda c: (-c.signals["dense"], c.chunk_id))[: passage_search.CANDIDATES]
    lexical = sorted(candidates, key=lambda c: (-c.signals["lexical"], c.chunk_id))
    found = dict.fromkeys((c.chunk_id for c in candidates), 0.0)
    for ranking in (dense, [c for c in lexical if c.signals["lexical"] > 0]):
        for place, c in enumerate(ranking):
            found[c.chunk_id] += 30 / (_RANKS + 1 + place)
    return found


def spread(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return the mean of min-max scores."""
    found = dict.fromkeys((c.chunk_id for c in candidates), 0.0)
    for signal in ("dense", "lexical"):
        values = [c.signals[signal] for c in candidates]
        low, high = min(values, default=0.0), max(values, default=1.0)
        for c in candidates:
            found[c.chunk_id] += (c.signals[signal] - low) / ((high - low) or 1.0) / 2
    return found


def both(candidates: Sequence[Candidate]) -> dict[str, float]:
    """Return the mean and the reciprocal ranks, half each."""
    placed = ranks(candidates)
    return {name: (score + placed[name]) / 2 for name, score in mean(candidates).items()}


WAYS: tuple[tuple[str, Score, bool, bool], ...] = (
    ("plain rank fusion", ranks, False, False),
    ("rank fusion, hints", ranks, True, False),
    ("rank fusion, parts", ranks, False, True),
    ("rank fusion, hints, parts", ranks, True, True),
    ("mean of min-max scores", spread, False, False),
    ("mean", mean, False, False),
    ("mean, hints", mean, True, False),
    ("mean, parts", mean, False, True),
    ("mean, hints, parts (the product)", mean, True, True),
    ("mean and rank fusion, half each", both, False, False),
    ("mean and rank fusion, half each, hints, parts", both, True, True),
)
"""A way's name, its score, and whether hints and parts count."""


def rank_articles(assistant: Assistant, question: Question) -> Iterator[list[str]]:
    """Yield the ids of the best articles by each way."""
    retriever = assistant.finder().retriever
    query = assistant.understand_question(question.text, question.history, None, question.as_of)
    sought = [SearchText(query.standalone, query.hints, query.latest)]
    sought += [SearchText(part.text, part.hints) for part in query.parts]
    found = retriever.find_candidates([one.text for one in sought], query.filters or None)
    for _, score, hints, parts in WAYS:
        rankings = [
            _to_passages(_order(candidates, one, score, hints))
            for candidates, one in list(zip(found, sought, strict=True))[: None if parts else 1]
        ]
        merged = merge_parts(rankings[0], rankings[1:]) if len(rankings) > 1 else rankings[0]
        yield list(dict.fromkeys(passage.article.id for passage in merged))[:10]


def _order(candidates: Sequence[Candidate], sought: SearchText, score: Score, hints: bool) -> list[Candidate]:
    scores = score(candidates)
    gains = passage_search._compute_hint_gains(candidates, sought.hints if hints else None)
    for c, gain in zip(candidates, gains, strict=True):
        c.score = scores[c.chunk_id] + gain
    kept, _ = collapse_copies(sorted(candidates, key=lambda c: (-c.score, c.chunk_id)))
    return diversify(kept)[:_DEPTH]


def _to_passages(candidates: Sequence[Candidate]) -> list[Passage]:
    """Return passages that hold no text: the merge looks at ids and scores only."""
    return [
        Passage(Chunk(Article(c.article.id, "", ""), c.ordinal, 0, 0), rank, c.score)
        for rank, c in enumerate(candidates, 1)
    ]


def main(out: Path, names: Sequence[str]) -> None:
    """Print a table a set."""
    for name in names:
        path, _, articles = name.partition(":")
        source = open_source(Path(path), [Path(articles)] if articles else ())
        questions = [question for question in source.questions.questions if question.gold]
        questions = random.Random(0).sample(questions, min(_MOST, len(questions)))
        settings = read_settings(choose_home(source, out, None), llm="")
        with open_bench(settings, source.articles, timed=False) as bench:
            rows = [(question.gold, list(rank_articles(bench.assistant, question))) for question in questions]
        print(f"\n{source.questions.name}: {len(rows)} questions; Success@1, recall@10, all gold in 10", flush=True)
        for place, (way, *_) in enumerate(WAYS):
            first = sum(found[place][:1] != [] and found[place][0] in gold for gold, found in rows)
            recall = sum(len(gold.keys() & set(found[place])) / len(gold) for gold, found in rows)
            whole = sum(gold.keys() <= set(found[place]) for gold, found in rows)
            print(
                f"| {way} | {first / len(rows):.3f} | {recall / len(rows):.3f} | {whole / len(rows):.3f} |", flush=True
            )


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
