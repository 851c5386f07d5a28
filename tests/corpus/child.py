"""What the tests run in a process of its own, to kill it or to starve it."""

import resource
import sys
from pathlib import Path

from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.article import Article
from corpus.errors import ArchiveError
from corpus.ingestion.ingest import ingest
from corpus.readers import Refusal
from tests.corpus.archive_items import numbered


def put_articles(place: Place, progress: Path, count: int, file_size: int = 0) -> None:
    """Put numbered articles, and note the id of each after it was reported done; an error is noted beside, and ends with 3.

    Args:
        place: The archive.
        progress: Where they are noted.
        count: How many.
        file_size: No file may grow beyond so many bytes, unless that is 0.
    """
    with Archive(place) as archive, progress.open("a") as out:

        def note(item: Article | Refusal, outcome: str) -> None:
            if isinstance(item, Article):
                out.write(f"{item.id} {outcome}\n")
                out.flush()

        if file_size:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, resource.RLIM_INFINITY))
        try:
            ingest(archive, (numbered(n) for n in range(count)), progress=note)
        except ArchiveError as error:
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            progress.with_suffix(".error").write_text(str(error))
            sys.exit(3)
