"""The articles of a set: its own, those of files, those of an archive, or the starter corpus."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from corpus import Article
from corpus.archive.database import Archive
from corpus.command_names import name_command
from corpus.errors import InputError
from eval.articles import read_articles
from eval.question import QuestionSet
from eval.set_catalogue import SHIPPED, STARTER_ARTICLES


def articles_for(
    questions: QuestionSet, files: Sequence[Path] = (), data_dir: Path | None = None
) -> Mapping[str, Article]:
    """Return the articles by id that a set refers to, empty when none are known.

    The first source that is given counts: the archive in `data_dir`, then `files`, then what the set brings itself,
    then, for a set that ships, the starter corpus.

    Raises:
        InputError: A source that was named cannot be read.
        ArchiveError: The archive cannot be opened.
    """
    if data_dir is not None:
        return from_archive(data_dir)
    found: Iterable[Article] = questions.articles
    if files:
        found = [article for file in files for article in read_articles(file)[0]]
    elif not questions.articles and SHIPPED in questions.path.resolve().parents and STARTER_ARTICLES.is_file():
        found = read_articles(STARTER_ARTICLES)[0]
    return {article.id: article for article in found}


def from_archive(data_dir: Path) -> Mapping[str, Article]:
    """Return every article of an archive, by id.

    Raises:
        InputError: There is no archive.
    """
    path = data_dir / "archive.sqlite3"
    if not path.is_file():
        raise InputError(
            f"{data_dir} contains no archive. Add articles:  {name_command('corpus add')} PATH --data {data_dir}"
        )
    with Archive(path) as archive:
        return {article.id: article for article in archive.articles()}
