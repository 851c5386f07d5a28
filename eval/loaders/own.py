"""Our own format: a JSONL file of questions, or a folder with `questions*.jsonl` and, perhaps, `articles.jsonl`."""

from pathlib import Path

from corpus.errors import InputError
from eval.articles import read_articles
from eval.json_lines import read_json_lines
from eval.loaders.question_set_builder import build_question_set
from eval.question import QuestionSet


def load_own(path: Path) -> QuestionSet:
    """Return the set of a JSONL file, or of a folder with one, and of `articles.jsonl` next to it.

    Raises:
        InputError: The file cannot be read, or the folder does not contain exactly one `questions*.jsonl`.
    """
    if path.is_dir():
        files = sorted(path.glob("questions*.jsonl"))
        if len(files) != 1:
            raise InputError(
                f"{path} holds {len(files)} files questions*.jsonl. Name one of them instead of the folder."
            )
        path = files[0]
    neighbour = path.with_name("articles.jsonl")
    articles, defects = read_articles(neighbour) if neighbour.is_file() else ((), ())
    return build_question_set(path, "own", read_json_lines(path), articles=articles, defects=defects)
