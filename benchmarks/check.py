"""Measure the check: gold evidence as claims, untouched and with one thing swapped; print what is caught.

    python -m benchmarks.check                                  the starter set
    python -m benchmarks.check ARTICLES.jsonl QUESTIONS.jsonl   any other set in the same form
    python -m benchmarks.check --misses                         also every miss and every false alarm

Every case is one claim with a mark, its passage among seven others. `--seed` chooses what is swapped for what.
"""

import argparse
import random
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.claims import Case, cases, load
from rag.check import check

STARTER = (Path("corpus/starter/articles.jsonl"), Path("eval/sets/starter.jsonl"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold one case and whether the check was right about it."""

    case: Case
    right: bool
    reason: str


def judge(case: Case) -> Outcome:
    """Run the check on one case: untouched must be supported, swapped must not; a swapped citation may be mended."""
    result = check(case.text, case.passages)
    supported = bool(result.claims) and all(claim.supported for claim in result.claims)
    reason = "; ".join(claim.reason for claim in result.claims if claim.reason)
    if case.swap == "citation":
        wrong = case.passages[case.cited - 1]
        mended = all(citation.passage is not wrong for citation in result.citations)
        return Outcome(case, mended or not supported, reason)
    return Outcome(case, supported == (case.swap == ""), reason)


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Yield the lines of a Markdown table: by kind of swap what was caught, by form what was wrongly flagged."""
    yield "| swapped | claims | caught |"
    yield "|---|---:|---:|"
    swapped = [o for o in outcomes if o.case.swap]
    for swap in sorted({o.case.swap for o in swapped}):
        yield _row(swap, [o for o in swapped if o.case.swap == swap])
    yield _row("all", swapped)
    yield ""
    yield "| untouched | claims | supported |"
    yield "|---|---:|---:|"
    untouched = [o for o in outcomes if not o.case.swap]
    for form in sorted({o.case.form for o in untouched}):
        yield _row(form, [o for o in untouched if o.case.form == form])
    yield _row("all", untouched)


def _row(name: str, outcomes: Sequence[Outcome]) -> str:
    return f"| {name} | {len(outcomes)} | {share(outcomes):.3f} |"


def share(outcomes: Sequence[Outcome]) -> float:
    """Return the share of the cases that the check was right about."""
    return sum(o.right for o in outcomes) / len(outcomes) if outcomes else 0.0


def speed(made: Sequence[Case], seed: int) -> str:
    """Time answers of ten sentences over twelve passages, every one of articles not looked at before."""
    from rag import dates_in_text, evidence, figures, names, quotations, wording

    caches = (
        dates_in_text.moments, evidence.sentence_spans, figures.figures, names.names, names.name_words, names.initials,
        quotations.plain, quotations.quotations, wording.lemmas, wording.negations,
    )  # fmt: skip
    untouched = [case for case in made if not case.swap]
    choose = random.Random(seed)
    taken: list[float] = []
    for _ in range(40):
        for cache in caches:
            cache.cache_clear()
        ten = choose.sample(untouched, 10)
        gold = [case.passages[case.cited - 1] for case in ten]
        others = [case.passages[0] for case in choose.sample(untouched, 2)]
        text = " ".join(f"{case.words} [{i}]." for i, case in enumerate(ten, 1))
        started = time.process_time()
        check(text, [replace(passage) for passage in (*gold, *others)])
        taken.append(1000 * (time.process_time() - started))
    taken.sort()
    return f"ten sentences, twelve passages, nothing cached, CPU time: p50 {taken[20]:.0f} ms, p95 {taken[37]:.0f} ms"


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", type=Path, default=STARTER)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--limit", type=int, default=400, help="most gold quotations")
    parser.add_argument("--misses", action="store_true")
    arguments = parser.parse_args()
    made = cases(*load(*arguments.files), seed=arguments.seed, limit=arguments.limit)
    outcomes = [judge(case) for case in made]
    if arguments.misses:
        for o in outcomes:
            if not o.right:
                print(
                    f"{o.case.swap or 'FALSE ALARM'} [{o.case.form}] {o.case.text}\n    {o.reason}\n    < {o.case.gold}"
                )
        print(Counter(o.case.swap for o in outcomes if not o.right))
    print("\n".join(table(outcomes)))
    print(speed(made, arguments.seed))


if __name__ == "__main__":
    main()
