"""MultiHop-RAG's own four measures, comparable with its paper's table (Tang and Yang, COLM 2024, table 5).

Here a passage is relevant if it contains a fact, spaces left out. They differ from the measures per article: a
passage counts once per fact that no earlier passage held, the MAP adds (new facts in the passage / rank) and divides
by the number of facts, at most ten, as the authors' published evaluation does.
"""

from collections.abc import Sequence

NAMES = ("MHR Hits@10", "MHR Hits@4", "MHR MAP@10", "MHR MRR@10")


def fact_measures(passages: Sequence[str], facts: Sequence[str]) -> dict[str, float]:
    """Return the four values for one question, from the texts of its passages, best first, and its facts."""
    wanted = ["".join(fact.split()) for fact in facts]
    seen: set[str] = set()
    precisions, relevant = 0.0, []
    for rank, passage in enumerate(passages[:10], start=1):
        text = "".join(passage.split())
        held = [fact for fact in wanted if fact in text]
        if held:
            relevant.append(rank)
            precisions += len(set(held) - seen) / rank
            seen.update(held)
    first = relevant[0] if relevant else 0
    values = (first > 0, 0 < first <= 4, precisions / min(len(wanted), 10), 1 / first if first else 0)
    return {name: float(value) for name, value in zip(NAMES, values, strict=True)}
