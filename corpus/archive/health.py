"""What the archive holds, and whether it is in order: `stats` and `doctor`."""

import math
import shutil
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from corpus.archive.database import Archive
from corpus.archive.engine import DATABASE_ERRORS, Connection, Place
from corpus.command_names import name_command
from corpus.errors import ArchiveError

State = Literal["fine", "attention", "broken"]

_FREE_BYTES = 500_000_000  # Below this a rebuild of the indexes of a small archive may not find room.


@dataclass(frozen=True, slots=True)
class Stats:
    """Hold what the archive holds.

    Attributes:
        articles: How many.
        outlets: Articles by outlet, most first; "" for those without.
        languages: Articles by ISO 639-1 code, most first; "" for unknown.
        first: Earliest publication, ISO 8601, or "".
        last: Latest publication, or "".
        undated: Articles without a date.
        corrected: Articles that carry a correction notice.
        versions: Earlier texts kept.
        stories: Groups of near duplicates.
        copies: Articles in such groups.
        chunks: Chunks by profile (embedder and rule of chunking).
        pending: Articles without chunks.
        bytes: Size on the disk of the archive, and of everything in its folder.
    """

    articles: int
    outlets: dict[str, int]
    languages: dict[str, int]
    first: str
    last: str
    undated: int
    corrected: int
    versions: int
    stories: int
    copies: int
    chunks: dict[str, int]
    pending: int
    bytes: dict[str, int]

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Check:
    """Hold one finding: what was looked at, what was found, and what to run."""

    name: str
    state: State
    finding: str
    remedy: str = ""

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return asdict(self)


def take_stats(archive: Archive, folder: Path) -> Stats:
    """Count what the archive holds, and what its folder on this machine does."""
    one = _Counter(archive.connection)
    dates = archive.connection.execute("SELECT min(published_at), max(published_at) FROM articles").fetchone()
    return Stats(
        articles=one.number("SELECT count(*) FROM articles"),
        outlets=one.by("SELECT source, count(*) FROM articles GROUP BY source ORDER BY 2 DESC, 1"),
        languages=one.by("SELECT language, count(*) FROM articles GROUP BY language ORDER BY 2 DESC, 1"),
        first=dates[0] or "",
        last=dates[1] or "",
        undated=one.number("SELECT count(*) FROM articles WHERE published_at IS NULL"),
        corrected=one.number("SELECT count(*) FROM articles WHERE notice != ''"),
        versions=one.number("SELECT count(*) FROM versions"),
        stories=one.number("SELECT count(DISTINCT story) FROM articles"),
        copies=one.number("SELECT count(story) FROM articles"),
        chunks=one.by("SELECT profile, count(*) FROM chunks GROUP BY profile ORDER BY 2 DESC, 1"),
        pending=one.number(_PENDING),
        bytes={
            "archive": archive.engine.measure(),
            "folder": sum(_size(path) for path in folder.rglob("*")),
        },
    )


_PENDING = (
    "SELECT count(*) FROM articles WHERE NOT EXISTS "
    "(SELECT 1 FROM indexed WHERE article_key = key AND indexed.version = articles.version)"
)


_INDEXED = (
    "SELECT profile, count(*) FROM indexed JOIN articles ON key = article_key AND indexed.version = articles.version "
    "GROUP BY profile"
)


class _Counter:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def number(self, sql: str) -> int:
        return int(self._connection.execute(sql).fetchone()[0])

    def by(self, sql: str) -> dict[str, int]:
        return {str(row[0]): int(row[1]) for row in self._connection.execute(sql)}


def _size(path: Path) -> int:
    try:
        return path.lstat().st_size if path.is_file() else 0
    except OSError:
        return 0


def examine(place: Place, folder: Path) -> list[Check]:
    """Look at an archive from the file to the vectors; a check that cannot be made is a finding too.

    Args:
        place: The archive.
        folder: Where its indexes are.
    """
    try:
        with Archive(place) as archive:
            found = [check for examiner in _EXAMINERS for check in _run_checks(archive, examiner)]
            return [*found, _check_disk(archive, folder)]
    except (ArchiveError, *DATABASE_ERRORS) as error:
        return [Check("archive", "broken", str(error), "restore the file from a backup, or add the articles again")]


def _run_checks(archive: Archive, examiner: "Examiner") -> Iterator[Check]:
    try:
        yield from examiner(archive)
    except (ArchiveError, *DATABASE_ERRORS) as error:
        name = examiner.__name__.strip("_")
        yield Check(name, "broken", str(error), "restore the archive from a backup, or add the articles again")


Examiner = Callable[[Archive], Iterator[Check]]


def _check_archive(archive: Archive) -> Iterator[Check]:
    if damage := archive.engine.find_damage(archive.connection):
        yield Check("archive", "broken", damage, "restore the archive from a backup, or add the articles again")
    else:
        size = format_megabytes(archive.engine.measure())
        yield Check("archive", "fine", f"{archive.count():,} articles, {size}, no damage found")


def _check_history(archive: Archive) -> Iterator[Check]:
    one = _Counter(archive.connection)
    gaps = one.number(
        "SELECT count(*) FROM articles WHERE version != 1 + (SELECT count(*) FROM versions WHERE article_key = key)"
    )
    alone = one.number(
        "SELECT count(*) FROM (SELECT story FROM articles WHERE story IS NOT NULL GROUP BY story HAVING count(*) = 1)"
    )
    if gaps or alone:
        finding = f"{gaps:,} articles lack an earlier version, {alone:,} groups have one member"
        yield Check("history", "broken", finding, "remove these articles and add them again")
    else:
        yield Check(
            "history", "fine", f"{one.number('SELECT count(*) FROM versions'):,} earlier versions, none missing"
        )


def _check_log(archive: Archive) -> Iterator[Check]:
    one = _Counter(archive.connection)
    silent = one.number(
        "SELECT count(*) FROM indexed JOIN articles ON key = article_key "
        "WHERE id NOT IN (SELECT article_id FROM changes)"
    )
    number = one.number("SELECT coalesce(max(seq), 0) FROM changes")
    if silent:
        yield Check(
            "log", "broken", f"{silent:,} articles with chunks are not in the log", name_command("corpus rebuild")
        )
    else:
        yield Check("log", "fine", f"at change {number:,}")


def _check_tallies(archive: Archive) -> Iterator[Check]:
    one = _Counter(archive.connection)
    articles, profiles = one.number("SELECT count(*) FROM articles"), one.by(_INDEXED)
    kept = {profile: archive.connection.count_indexed(profile) for profile in profiles or {"": 0}}
    wrong = [profile for profile, counts in kept.items() if counts != (profiles.get(profile, 0), articles)]
    if wrong:
        yield Check("tallies", "broken", "the kept counts of articles are wrong", name_command("corpus upgrade"))
    else:
        yield Check("tallies", "fine", f"{articles:,} articles, {sum(profiles.values()):,} with chunks")


def _check_pending(archive: Archive) -> Iterator[Check]:
    pending = _Counter(archive.connection).number(_PENDING)
    if pending:
        yield Check("pending", "attention", f"{pending:,} articles cannot be searched yet", name_command("rag index"))
    else:
        yield Check("pending", "fine", "every article has its chunks")


def _check_vectors(archive: Archive) -> Iterator[Check]:
    import numpy as np  # Only `doctor` looks at vectors; `stats` need not wait for it.

    lengths: dict[str, set[int]] = {}
    odd = total = 0
    for row in archive.connection.iterate("SELECT profile, vector FROM chunks"):
        total += 1
        lengths.setdefault(row["profile"], set()).add(len(row["vector"]))
        vector = np.frombuffer(row["vector"], dtype="<f4") if len(row["vector"]) % 4 == 0 else np.array([math.nan])
        odd += not (len(vector) and np.isfinite(vector).all())
    mixed = [profile for profile, found in lengths.items() if len(found) > 1]
    one = _Counter(archive.connection)
    short = one.number(
        "SELECT count(*) FROM indexed WHERE chunks != (SELECT count(*) FROM chunks WHERE "
        "chunks.article_key = indexed.article_key AND chunks.profile = indexed.profile)"
    )
    outside = one.number(
        "SELECT count(*) FROM chunks JOIN articles ON key = article_key "
        'WHERE start < 0 OR start >= "end" OR "end" > length(body)'
    )
    problems = {
        f"{odd:,} vectors are not numbers": odd,
        f"vectors of {', '.join(mixed)} differ in length": len(mixed),
        f"{short:,} articles lack chunks": short,
        f"{outside:,} chunks reach outside their text": outside,
    }
    if any(problems.values()):
        finding = "; ".join(text for text, count in problems.items() if count)
        yield Check("vectors", "broken", finding, f"{name_command('corpus rebuild')} --embed")
    else:
        sizes = ", ".join(f"{profile}: {found.copy().pop() // 4} dimensions" for profile, found in lengths.items())
        yield Check("vectors", "fine", f"{total:,} vectors ({sizes or 'none yet'})")


def _check_profile(archive: Archive) -> Iterator[Check]:
    profiles = _Counter(archive.connection).by("SELECT profile, count(*) FROM chunks GROUP BY profile ORDER BY 2 DESC")
    if len(profiles) > 1:
        finding = "vectors of several embedders: " + ", ".join(f"{name} ({n:,})" for name, n in profiles.items())
        yield Check("profile", "attention", finding, "nothing, if you switch between them; they only take space")
    else:
        yield Check("profile", "fine", next(iter(profiles), "none yet"))


def _check_disk(archive: Archive, folder: Path) -> Check:
    existing = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    wanted = max(_FREE_BYTES, 2 * archive.engine.measure())
    if free < wanted:
        finding = f"{format_megabytes(free)} free; a rebuild may need {format_megabytes(wanted)}"
        return Check("disk", "attention", finding, "free some space")
    return Check("disk", "fine", f"{format_megabytes(free)} free")


_EXAMINERS: tuple[Examiner, ...] = (
    _check_archive,
    _check_history,
    _check_log,
    _check_tallies,
    _check_pending,
    _check_vectors,
    _check_profile,
)


def format_megabytes(size: int) -> str:
    """Write a size in the unit that suits it."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"
