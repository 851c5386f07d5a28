"""What the tests run in a process of its own, to kill it or to starve it: `python child.py ARCHIVE PROGRESS COUNT`.

It puts numbered articles, and writes the id of each to PROGRESS after it was reported done.
"""

import resource
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def main(archive_path: str, progress_path: str, count: int, file_size: int = 0) -> None:
    """Put `count` articles; no file may grow beyond `file_size` bytes unless that is 0."""
    from corpus.archive.database import Archive
    from corpus.article import Article
    from corpus.errors import ArchiveError
    from corpus.ingestion.ingest import ingest
    from corpus.readers import Refusal
    from tests.corpus.archive_items import numbered

    place = archive_path if "://" in archive_path else Path(archive_path)
    with Archive(place) as archive, Path(progress_path).open("a") as progress:

        def tell(item: Article | Refusal, outcome: str) -> None:
            if isinstance(item, Article):
                progress.write(f"{item.id} {outcome}\n")
                progress.flush()

        print("ready", flush=True)
        if file_size:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
        try:
            ingest(archive, (numbered(n) for n in range(count)), progress=tell)
        except ArchiveError as error:
            print(error, flush=True)
            sys.exit(3)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:]))
