"""Our own format: a JSONL file or JSON list of questions, or a folder with `questions*.jsonl` and perhaps `articles.jsonl`."""

from pathlib import Path

from corpus.errors import InputError
from eval.articles import read_articles
from eval.json_lines import read_rows
from eval.loaders.question_set_builder import build_question_set
from eval.question import QuestionSet


def is_own(path: Path) -> bool:
    """Return whether `path` is a JSONL file, a JSON file with a list of questions, or a folder with one of them."""
    if path.is_dir():
        return any(path.glob("questions*.json*"))
    if path.suffix.lower() != ".json":
        return path.suffix.lower() == ".jsonl"
    first = next((row for _, row in read_rows(path) if isinstance(row, dict)), {})
    return "question" in first


def load_own(path: Path) -> QuestionSet:
    """Return the set of a file, or of a folder with one, and of `articles.jsonl` next to it.

    Raises:
        InputError: The file cannot be read, or the folder does not contain exactly one `questions*.jsonl` or `.json`.
    """
    if path.is_dir():
        files = sorted(path.glob("questions*.json*"))
        if len(files) != 1:
            raise InputError(
                f"{path} holds {len(files)} files questions*.jsonl or .json. Name one of them instead of the folder."
            )
        path = files[0]
    neighbour = path.with_name("articles.jsonl")
    articles, defects = read_articles(neighbour) if neighbour.is_file() else ((), ())
    return build_question_set(path, "own", read_rows(path), articles=articles, defects=defects)
