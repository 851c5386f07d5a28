"""Turn off one rule of `rag.question` at a time and count what becomes of answers: `python -m benchmarks.question_rules OUT SET...`.

A set is named as for `python -m eval run`, with its articles behind a colon where it brings none. Only questions that are
read differently without a rule are asked again. Printed for each rule and set are how many these are, and of how many the
answer is better or worse with the rule than without: it is right where it was wrong, or else cites more of what is right.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from eval.commands.run import choose_home, open_source
from eval.measures.answer_measures import answer_measures
from eval.question import Question
from eval.runs.execution import observe
from eval.runs.system_assembly import Bench, open_bench
from rag.question import coverage_question, follow_up, question_kind
from rag.settings import read_settings
from rag.text.terms import STOPWORDS

_COMPARED = ("correct", "citation recall", "citation precision")
"""Measures of an answer, the one that counts most first."""


class _Nothing:
    """Stand for a pattern that is found nowhere."""

    def search(self, *_: object) -> None:
        """Find nothing."""

    match = fullmatch = search

    def finditer(self, *_: object) -> Iterator[Any]:
        """Find nothing."""
        return iter(())

    def sub(self, _: object, text: str, count: int = 0) -> str:
        """Replace nothing."""
        return text


@dataclass(frozen=True, slots=True)
class Rule:
    """Hold one rule.

    Attributes:
        module: Where it stands.
        name: Its name there.
        without: What stands there while it is off.
        label: What is printed.
    """

    module: ModuleType
    name: str
    without: object
    label: str


def list_rules() -> Iterator[Rule]:
    """Yield each pattern, each set of words, and each entry of a table of patterns."""
    for module in (follow_up, question_kind, coverage_question):
        short = module.__name__.rpartition(".")[2]
        for name, value in vars(module).items():
            if not name.startswith("_") or name.startswith("__") or isinstance(value, type):
                continue
            if name == "_PATTERNS":
                for place, (form, _) in enumerate(value):
                    yield Rule(module, name, value[:place] + value[place + 1 :], f"{short}: {form} {place}")
            elif hasattr(value, "fullmatch"):
                yield Rule(module, name, _Nothing(), f"{short}: {name}")
            elif isinstance(value, frozenset) and value is not STOPWORDS:
                yield Rule(module, name, frozenset(), f"{short}: {name}")


@contextmanager
def turn_off(rule: Rule) -> Iterator[None]:
    """Leave a rule out for a while."""
    kept = getattr(rule.module, rule.name)
    setattr(rule.module, rule.name, rule.without)
    try:
        yield
    finally:
        setattr(rule.module, rule.name, kept)


def measure(bench: Bench, question: Question, now: datetime) -> tuple[float, ...]:
    """Return the measures of the answer to a question, those that are not defined as nought."""
    found = answer_measures(observe(bench.newsdesk(now), question, "answers"))
    return tuple(found.get(name, 0.0) for name in _COMPARED)


def read(bench: Bench, question: Question, now: datetime) -> object:
    """Return all that the rules make of a question."""
    query = bench.assistant.understand_question(question.text, question.history, None, question.as_of or now)
    return query, bench.assistant.pipeline.counting.parse(query, question.as_of or now)


def main(out: Path, names: Sequence[str]) -> None:
    """Print a line for each rule that changes how a question is read."""
    now = datetime.now(UTC)
    for name in names:
        path, _, articles = name.partition(":")
        source = open_source(Path(path), [Path(articles)] if articles else ())
        settings = read_settings(choose_home(source, out, None), llm="")
        with open_bench(settings, source.articles, timed=False) as bench:
            questions = source.questions.questions
            print(f"\n{source.questions.name}: {len(questions)} questions; read otherwise, better, worse", flush=True)
            usual = {question.id: read(bench, question, now) for question in questions}
            known: dict[str, tuple[float, ...]] = {}
            for rule in list_rules():
                with turn_off(rule):
                    changed = [question for question in questions if read(bench, question, now) != usual[question.id]]
                    without = {question.id: measure(bench, question, now) for question in changed}
                known |= {q.id: measure(bench, q, now) for q in changed if q.id not in known}
                better = sum(known[key] > value for key, value in without.items())
                worse = sum(known[key] < value for key, value in without.items())
                if changed:
                    print(f"| {rule.label} | {len(changed)} | {better} | {worse} |", flush=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
