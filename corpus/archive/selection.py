"""A selection of articles: by id, address, outlet, date, feed, language or words."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Selection:
    """Select articles of the archive; empty fields do not restrict the selection.

    Attributes:
        ids: Any of these ids.
        url: This address.
        outlets: Any of these outlets, exactly as written in the archive.
        since: Published at or after this instant; undated articles fail.
        until: Published before this instant; undated articles fail.
        feeds: From any of these feeds.
        languages: In any of these languages.
        undated: Only articles without a date.
        words: Headlines that contain this text, ignoring case.
    """

    ids: tuple[str, ...] = ()
    url: str = ""
    outlets: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    feeds: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    undated: bool = False
    words: str = ""

    def __bool__(self) -> bool:
        """Return whether anything restricts the selection."""
        return self != EVERYTHING

    def where(self) -> tuple[str, list[object]]:
        """Return an SQL condition over the table `articles` and its values."""
        terms: list[str] = []
        values: list[object] = []
        lists = (("id", self.ids), ("source", self.outlets), ("language", self.languages), ("feed", self.feeds))
        for column, wanted in lists:
            if wanted:  # One value however long the list: SQLite bounds how many a statement may have.
                terms.append(f"{column} IN (SELECT value FROM json_each(?))")
                values.append(json.dumps(wanted))
        if self.url:
            terms.append("url = ? AND url != ''")  # The second half lets SQLite use the index on addresses.
            values.append(self.url)
        for condition, date in (("published_at >= ?", self.since), ("published_at < ?", self.until)):
            if date:
                terms.append(condition)
                # Dates are stored as UTC text in one format, so comparing text compares instants.
                values.append(date.astimezone(UTC).isoformat(timespec="seconds"))
        if self.undated:
            terms.append("published_at IS NULL")
        if self.words:
            terms.append("instr(casefold(title), casefold(?)) > 0")
            values.append(self.words)
        return " AND ".join(terms) or "1", values


EVERYTHING = Selection()
