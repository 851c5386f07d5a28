"""The question sets that are available."""

from collections.abc import Iterator
from pathlib import Path

from corpus.errors import InputError
from eval.loaders import load
from eval.question import QuestionSet

SHIPPED = Path(__file__).parent / "sets"
SHIPPED_CLAIMS = SHIPPED / "claims.jsonl"
STARTER_ARTICLES = Path(__file__).parents[1] / "corpus" / "starter" / "articles.jsonl"


def find_sets(folders: list[Path]) -> Iterator[QuestionSet | InputError]:
    """Yield every set in the folders: each file or subfolder in a known format; an unreadable one as its error.

    A folder that is a set itself counts as one.
    """
    for folder in folders:
        try:
            yield load(folder)
            continue
        except InputError:
            entries = sorted(folder.iterdir()) if folder.is_dir() else []
        for entry in entries:
            if entry.name.startswith(".") or (entry.is_file() and entry.suffix.lower() not in (".json", ".jsonl")):
                continue
            if entry.name in ("articles.jsonl", "corpus.jsonl", "corpus.json", SHIPPED_CLAIMS.name):
                continue
            try:
                yield load(entry)
            except InputError as error:
                # A folder that is no set may be any folder; a JSON file that is none deserves a line.
                if entry.is_file():
                    yield error
