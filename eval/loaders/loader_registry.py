"""The formats that `load` knows, most telling first."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.command_names import name_command
from corpus.errors import InputError
from eval.loaders.assertions import is_assertions, load_assertions
from eval.loaders.beir import is_beir, load_beir
from eval.loaders.multihop import is_multihop, load_multihop
from eval.loaders.own import is_own, load_own
from eval.loaders.ramdocs import is_ramdocs, load_ramdocs
from eval.loaders.squad import is_squad, load_squad
from eval.question import Defect, Question, QuestionSet
from rag.question.question_text import read_history, read_question


@dataclass(frozen=True, slots=True)
class SetFormat:
    """Hold one way in which question sets come: its name, how it is recognised, and how it is read."""

    name: str
    recognise: Callable[[Path], bool]
    read: Callable[[Path], QuestionSet]


FORMATS = (
    SetFormat("multihop-rag", is_multihop, load_multihop),
    SetFormat("beir", is_beir, load_beir),
    SetFormat("squad", is_squad, load_squad),
    SetFormat("ramdocs", is_ramdocs, load_ramdocs),
    SetFormat("assertions", is_assertions, load_assertions),
    # Last, since it takes any JSONL.
    SetFormat("own", is_own, load_own),
)


def load(path: Path) -> QuestionSet:
    """Return the question set at `path`, whatever its format; rows that cannot be read are in `defects`.

    Raises:
        InputError: Nothing is there, or no format is recognised.
    """
    if not path.exists():
        raise InputError(f"{path} does not exist. See `{name_command('eval sets')}` for the sets that are here.")
    for form in FORMATS:
        try:
            if form.recognise(path):
                return _readable(form.read(path))
        except (
            TypeError,
            AttributeError,
            LookupError,
            ValueError,
        ) as error:  # Of a shape that no loader looks out for.
            raise InputError(
                f"{path} is not built like a {form.name} set ({error}). docs/eval.md describes it."
            ) from error
    names = ", ".join(form.name for form in FORMATS)
    raise InputError(f"{path} is in no format that is known ({names}). docs/eval.md describes each.")


def _readable(questions: QuestionSet) -> QuestionSet:
    """Return the set with its questions as the assistant reads them; what it would refuse is a defect."""
    kept: list[Question] = []
    defects = list(questions.defects)
    for question in questions.questions:
        try:
            text = read_question(question.text)
        except InputError as error:
            defects.append(Defect(question.id, str(error)))
        else:
            kept.append(replace(question, text=text, history=read_history(question.history)))
    return replace(questions, questions=tuple(kept), defects=tuple(defects))
