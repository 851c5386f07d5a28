"""A selection of articles: by id, address, outlet, date, feed, language or words."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from corpus.text.days import is_border, widen


@dataclass(frozen=True, slots=True)
class Selection:
    """Select articles of the archive; empty fields do not restrict the selection.

    Attributes:
        ids: Any of these ids.
        url: This address.
        outlets: Any of these outlets, exactly as written in the archive.
        since: Published at or after this instant, or day (`corpus.text.days.is_border`); undated articles fail.
        until: Published before it; undated articles fail.
        feeds: From any of these feeds.
        languages: In any of these languages.
        undated: Only articles without a date.
        words: Headlines that contain this text, ignoring case.
        authors: By any of these people, however the byline writes them (`corpus.archive.name_lookup`).
        sections: In any of these sections, likewise.
        collections: In any of these collections (`corpus.archive.condition` adds them to the condition).
        owner: Whose collections are meant, besides the shared ones.
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
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    owner: str = ""

    def __bool__(self) -> bool:
        """Return whether anything restricts the selection."""
        return self != EVERYTHING

    def where(
        self, offset: str = "published_offset", bylines: Sequence[str] = (), categories: Sequence[str] = ()
    ) -> tuple[str, list[object]]:
        """Return an SQL condition over the table `articles` and its values.

        Args:
            offset: What stands for the minutes by which the clock of an outlet differs from UTC (`schema.offset_column`).
            bylines: Those of the archive that name any of `authors`.
            categories: Those of the archive that lie in any of `sections`.
        """
        terms: list[str] = []
        values: list[object] = []
        lists = (("id", self.ids), ("source", self.outlets), ("language", self.languages), ("feed", self.feeds))
        for column, wanted in lists:
            if wanted:  # One value however long the list: SQLite bounds how many a statement may have.
                terms.append(f"{column} IN (SELECT value FROM json_each(?))")
                values.append(json.dumps(wanted))
        for column, asked, held in (("author", self.authors, bylines), ("category", self.sections, categories)):
            if asked:
                found = (
                    f"SELECT key FROM articles WHERE {column} IN (SELECT value FROM json_each(?)) AND {column} != ''"
                )
                terms.append(f"articles.key IN ({found})")
                values.append(json.dumps(held))
        if self.url:
            terms.append("url = ? AND url != ''")  # The second half lets SQLite use the index on addresses.
            values.append(self.url)
        wide = widen(self.since, self.until)
        for sign, date, bound in zip((">=", "<"), (self.since, self.until), wide, strict=True):
            if date and bound:
                terms.append(f"published_at {sign} ?")  # Finds the rows by their index.
                values.append(bound.astimezone(UTC).isoformat(timespec="seconds"))
            if date and is_border(date):
                terms.append(f"datetime(published_at, {offset} || ' minutes') {sign} ?")
                values.append(date.isoformat(" ", "seconds").partition("+")[0])
        if self.undated:
            terms.append("published_at IS NULL")
        if self.words:
            terms.append("instr(fold_text(title), fold_text(?)) > 0")
            values.append(self.words)
        return " AND ".join(terms) or "TRUE", values


EVERYTHING = Selection()
