"""Ask a part of a set: some types, or a random sample that a seed repeats."""

import random
from collections.abc import Collection, Sequence

from corpus.command_names import name_command
from corpus.errors import InputError
from eval.question import Question, QuestionSet


def select(
    questions: QuestionSet, types: Collection[str] = (), sample: int | None = None, seed: int = 0
) -> Sequence[Question]:
    """Return the questions of the given types (all without one), or `sample` random ones of them, in the set's order.

    Raises:
        InputError: A type is unknown, or nothing is left.
    """
    unknown = sorted(set(types) - set(questions.types))
    if unknown:
        known = ", ".join(questions.types)
        raise InputError(f"{questions.name} has no questions of the type {', '.join(unknown)}. It has: {known}.")
    chosen = [question for question in questions.questions if not types or question.type in types]
    if sample is not None and sample < len(chosen):
        # random.sample of positions, so that the same seed gives the same questions on every platform
        places = sorted(random.Random(seed).sample(range(len(chosen)), sample))  # noqa: S311
        chosen = [chosen[place] for place in places]
    if not chosen:
        raise InputError(
            f"{questions.name} has no question to ask. See `{name_command('eval validate')} {questions.path}`."
        )
    return chosen
