"""Put questions together: first come, first kept; what fails becomes a defect."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from corpus import Article
from eval.question import Defect, Question, QuestionSet, question_from_record


def build_question_set(
    path: Path,
    kind: str,
    rows: Iterable[tuple[str, dict[str, Any] | Defect]],
    read: Callable[[dict[str, Any]], Question] = question_from_record,
    articles: Iterable[Article] = (),
    defects: Iterable[Defect] = (),
) -> QuestionSet:
    """Return the set made of `rows`, each a place and an object (or the defect in its place).

    A row that `read` refuses with `ValueError`, `KeyError` or `TypeError`, and a second question under a known id,
    become defects; the others stay.
    """
    questions: dict[str, Question] = {}
    found = list(defects)
    for place, row in rows:
        if isinstance(row, Defect):
            found.append(row)
            continue
        try:
            question = read(row)
        except KeyError as error:
            found.append(Defect(place, f"{error.args[0]} is missing"))
        except (ValueError, TypeError) as error:
            found.append(Defect(place, str(error)))
        else:
            if question.id in questions:
                found.append(Defect(place, f"id {question.id!r} is used twice"))
            questions.setdefault(question.id, question)
    # A folder is named after its set, a file `questions.jsonl` in it is not.
    name = path.parent.name if path.name.startswith("questions") else path.stem
    return QuestionSet(name, path, kind, tuple(questions.values()), tuple(articles), tuple(found))
