"""Measure questions of two parts of which the archive holds one: `python -m benchmarks.halves DATA SET`.

DATA is the folder of an archive that holds the articles of SET, a question set in our JSONL. Each question without an
answer is joined to one with an answer of another article, in both orders, and each answerable one to another one.
Prints how often the part that is held is answered (a sentence of its evidence stands in the answer), how often the part
that is missing is said to be missing, and how often a part is wrongly said to be missing.
"""

import random
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from eval.loaders import load
from eval.question import Question
from rag import Answer, Assistant, Settings

_TYPES = frozenset({"fact", "number", "date", "quotation", "attribution"})  # One question, one article.


def main(arguments: Sequence[str]) -> None:
    """Ask the joined questions and print the rates."""
    data, path = arguments
    questions = load(Path(path)).questions
    chance = random.Random(0)
    held = [q for q in questions if q.type in _TYPES and not q.history and q.evidence]
    lacking = [q for q in questions if q.unanswerable and not q.history]
    partners = [chance.choice(held) for _ in lacking]
    others = [chance.choice([q for q in held if q is not one]) for one in held]
    with Assistant(Settings(data_dir=Path(data), llm="")) as assistant:
        halves = [
            (question, _ask(assistant, *pair))
            for question, missing in zip(partners, lacking, strict=True)
            for pair in ((question, missing), (missing, question))
        ]
        whole = [_ask(assistant, *pair) for pair in zip(held, others, strict=True)]
    answered = [_answers(answer, question) for question, answer in halves]
    said = [_missing(answer) == 1 or answer.status == "not_found" for _, answer in halves]
    _print("the part that is held is answered", answered)
    _print("the part that is missing is said to be missing, or all is refused", said)
    _print(
        "a part is wrongly said to be missing, or all is refused",
        [bool(_missing(a)) or a.status == "not_found" for a in whole],
    )


def _ask(assistant: Assistant, one: Question, other: Question) -> Answer:
    return assistant.ask(f"{one.text} And {other.text[0].lower()}{other.text[1:]}", now=datetime.now(UTC))


def _answers(answer: Answer, question: Question) -> bool:
    text = " ".join(answer.text.split())
    return any(item.quote[:60].strip() in text for item in question.evidence)


def _missing(answer: Answer) -> int:
    return sum(note.startswith("Not in this archive") for note in answer.notes)


def _print(what: str, found: Sequence[bool]) -> None:
    print(f"{what}: {sum(found)} of {len(found)}, {sum(found) / len(found):.3f}")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(sys.argv[1:])
