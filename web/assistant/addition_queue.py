"""What readers add to the archive: files, pages and feeds, taken in by threads of their own, so that questions go on."""

import logging
import queue
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from corpus import ArchiveSettings, Article, NewsdeskError
from corpus.archive.database import Archive
from corpus.errors import InputError
from corpus.feeds.feed_book import Feed, FeedBook
from corpus.ingestion.ingest import ingest
from corpus.readers import Hints, ReadOptions, Refusal, read_bytes
from web.assistant.addition import Addition

if TYPE_CHECKING:
    from corpus.fetching.fetcher import Fetcher

log = logging.getLogger(__name__)

MOST_WAITING = 200
"""So many things of one reader may wait to be added."""

_WORKERS = 2  # A feed that takes minutes does not hold up a file.
_OPTIONS = ReadOptions(
    hints=Hints(
        name="“{ours}” in the file",
        follow="put {url} into the box and choose “Follow the feed”.",
        origin="put the address that it came from into the box and choose “Follow the feed”.",
    )
)
_LAST_S = 5.0  # A fetch under way ends by itself within half a minute; nobody waits for that when the server ends.

OpenFetcher = Callable[[ArchiveSettings], "Fetcher"]


class Additions:
    """Add what readers want added, in the order in which they asked; safe to use from several threads."""

    def __init__(self, archive: Archive, settings: ArchiveSettings, fetcher: OpenFetcher | None = None) -> None:
        """Begin to wait for work.

        Args:
            archive: Where articles go; its indexes follow by themselves.
            settings: How pages are fetched.
            fetcher: Makes what fetches, in place of one for the public internet.
        """
        self._archive = archive
        self._settings = settings
        self._open_fetcher = fetcher
        self._waiting: queue.Queue[Addition | None] = queue.Queue()
        self._of: dict[str, list[Addition]] = {}
        self._lock = threading.Lock()
        self._workers = [threading.Thread(target=self._work, name="adding", daemon=True) for _ in range(_WORKERS)]
        for worker in self._workers:
            worker.start()

    def begin(self, user: str, wanted: Sequence[Addition]) -> None:
        """Add some things as soon as their turn comes.

        Raises:
            NewsdeskError: Too many of this reader's are waiting already.
        """
        with self._lock:
            own = self._of.setdefault(user, [])
            if sum(addition.open for addition in own) + len(wanted) > MOST_WAITING:
                raise NewsdeskError(f"{MOST_WAITING} things may wait to be added; wait until some of them are done")
            own.extend(wanted)
        for addition in wanted:
            self._waiting.put(addition)

    def of(self, user: str) -> list[Addition]:
        """Return what a reader wanted added, in order, as far as it was not cleared away."""
        with self._lock:
            return list(self._of.get(user, ()))

    def cancel(self, user: str) -> None:
        """Leave what a reader's additions have not taken in yet; what was taken in stays."""
        for addition in self.of(user):
            if addition.open:
                addition.stop.set()
            # At once: its turn may be minutes away.
            if addition.state == "waiting":
                addition.end()

    def clear(self, user: str) -> None:
        """Forget a reader's additions that have come to their end."""
        with self._lock:
            self._of[user] = [addition for addition in self._of.get(user, ()) if addition.open]

    def feeds(self) -> list[Feed]:
        """Return the feeds that are followed."""
        return FeedBook(self._archive.connection).feeds()

    def unfollow(self, url: str) -> bool:
        """Follow a feed no longer; its articles stay. Return whether it was followed."""
        return FeedBook(self._archive.connection).remove(url)

    def close(self) -> None:
        """Leave what is not done, and wait a few seconds for what is under way."""
        with self._lock:
            everything = [addition for own in self._of.values() for addition in own]
        for addition in everything:
            addition.stop.set()
        for _ in self._workers:
            self._waiting.put(None)  # Wakes a worker that waits for work.
        for worker in self._workers:
            worker.join(_LAST_S)
        # What was uploaded and never read lies in a temporary file.
        for addition in everything:
            addition.discard()

    def _work(self) -> None:
        while (addition := self._waiting.get()) is not None:
            if addition.stop.is_set():
                addition.end()
                continue
            addition.state = "working"
            try:
                ingest(
                    self._archive,
                    self._items(addition),
                    # A page as it is now may correct an article; a file may be an old copy of one.
                    live=addition.kind != "file",
                    progress=addition.report_progress,
                    summary=addition.summary,
                )
            except NewsdeskError as error:
                addition.problem = str(error)
            except Exception:
                log.exception("%s could not be added", addition.name)
                addition.problem = "Something went wrong here, and it was not added; what the server printed says why."
            addition.end()

    def _items(self, addition: Addition) -> Iterator[Article | Refusal]:
        """Yield what it holds until the reader does not want it any more."""
        source = {"file": self._file, "page": self._page, "feed": self._feed}[addition.kind]
        for item in source(addition):
            if addition.stop.is_set():
                return
            yield item

    def _file(self, addition: Addition) -> Iterator[Article | Refusal]:
        data = addition.path.read_bytes() if addition.path else b""
        yield from read_bytes(addition.name, data, _OPTIONS)

    def _page(self, addition: Addition) -> Iterator[Article | Refusal]:
        # Imported at use: a page on which nobody adds an address starts without what fetches.
        from corpus.ingestion.web_pages import read_pages

        with self._fetcher() as fetcher:
            yield from read_pages([addition.name], _OPTIONS, self._settings, fetcher)

    def _feed(self, addition: Addition) -> Iterator[Article | Refusal]:
        """Follow a feed from now on and yield what is new in it; one that cannot be read is not followed."""
        from corpus.feeds.feed_pull import pull

        url = addition.name
        book = FeedBook(self._archive.connection)
        # Noted first, since the entries of a feed are marked as read one by one while it is pulled.
        added = book.add(url)
        with book.reserve(url) as reserved:
            if not reserved:
                raise InputError(f"{url}: followed; another process is pulling it just now, and adds its articles")
            try:
                with self._fetcher() as fetcher:
                    for pulled in pull(url, fetcher, book):
                        yield pulled.item
                        # The consumer asks for the next article only after it has committed this one.
                        if pulled.settled:
                            book.mark(url, pulled.entry_id)
            except InputError:
                if added:
                    book.remove(url)
                raise

    def _fetcher(self) -> "Fetcher":
        from corpus.fetching.fetcher import Fetcher

        return self._open_fetcher(self._settings) if self._open_fetcher else Fetcher(self._settings)
