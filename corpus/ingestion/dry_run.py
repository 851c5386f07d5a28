"""A dry run: what an archive would do with articles, found out beside it."""

from corpus.archive.database import Archive, Outcome
from corpus.archive.engine import ScratchEngine
from corpus.article import Article


class ScratchArchive(Archive):
    """Keep articles until it is closed, where no file shows them."""

    def __init__(self) -> None:
        """Make an empty one."""
        super().__init__(ScratchEngine())


class Trial:
    """Predict what an archive would do with a sequence of articles."""

    def __init__(self, archive: Archive | None, scratch: Archive) -> None:
        """Take the archive, if there is one, and a scratch archive that receives everything in its place."""
        self._archive = archive
        self._scratch = scratch

    def put(self, article: Article, live: bool) -> Outcome:
        """Return what `Archive.put` would."""
        now: Outcome = self._archive.judge(article, live=live) if self._archive else "added"
        again = self._scratch.put(article, live=live)
        if "unchanged" in (now, again):
            return "unchanged"
        return "updated" if "updated" in (now, again) else "added"
