"""Compare questions as they are written with the same without capitals: `python -m benchmarks.capitals SET...`.

Asks each question of some sets over the starter corpus, without a model, first as it is and then in lower case. Printed for
both, of the answerable and of the unanswerable: how many are answered, answered behind a caution, and refused; and of the
answerable, how many answers hold a gold sentence. `--as-typed` asks the second time without restoring capitals first.
"""

import argparse
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from eval.loaders import load
from eval.question import Question
from rag import Assistant, Settings
from rag.retrieval.written_forms import WrittenForms

_BEGINNING = 60  # Characters of a quotation by which it is known.


def main(arguments: Sequence[str] | None = None) -> None:
    """Print two lines a way of writing."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0], prog="python -m benchmarks.capitals")
    parser.add_argument(
        "sets", nargs="+", type=Path, metavar="SET", help="question sets over the starter corpus (JSONL)"
    )
    parser.add_argument("--as-typed", action="store_true", help="leave questions without capitals as they are")
    options = parser.parse_args(arguments)
    questions = [q for path in options.sets for q in load(path).questions if not q.history]
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.from_settings(Settings(data_dir=Path(folder), llm="")) as assistant,
    ):
        assistant.load_starter()
        assistant.sync()
        _print_outcomes("as written", assistant, [(q, q.text) for q in questions])
        if options.as_typed:
            WrittenForms.restore = lambda self, text: text  # type: ignore[method-assign]
            WrittenForms.capitalise_unknown = lambda self, text: text  # type: ignore[method-assign]
        _print_outcomes("in lower case", assistant, [(q, q.text.lower()) for q in questions])


def _print_outcomes(title: str, assistant: Assistant, asked: Sequence[tuple[Question, str]]) -> None:
    counted = {held: Counter[str]() for held in (True, False)}
    quoting = 0
    for question, text in asked:
        answer = assistant.ask(text, now=question.as_of)
        counted[not question.unanswerable][answer.status] += 1
        quotes = [item.quote[:_BEGINNING] for item in question.evidence if item.quote]
        quoting += any(quote in answer.text for quote in quotes)
    print(f"{title}, answerable: {dict(counted[True])}, with a gold sentence {quoting}")
    print(f"{title}, unanswerable: {dict(counted[False])}")


if __name__ == "__main__":
    main()
