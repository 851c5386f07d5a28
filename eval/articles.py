"""The articles that questions point to, read from our JSONL."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from corpus import Article
from eval.json_lines import read_rows
from eval.question import Defect, parse_date


def read_articles(path: Path) -> tuple[Sequence[Article], Sequence[Defect]]:
    """Return the articles of a JSONL file, or of a JSON list, in our format, bodies unchanged, and the defective rows.

    Raises:
        InputError: The file cannot be read.
    """
    articles: list[Article] = []
    defects: list[Defect] = []
    for place, row in read_rows(path):
        if isinstance(row, Defect):
            defects.append(row)
        elif not all(isinstance(row.get(key), str) and row[key] for key in ("id", "title", "body")):
            defects.append(Defect(place, "an article needs id, title and body"))
        else:
            articles.append(parse_article(row))
    return articles, defects


def parse_article(row: dict[str, Any]) -> Article:
    """Return the article of one JSON object; a date that cannot be read is unknown."""
    return Article(
        id=row["id"],
        title=row["title"],
        body=row["body"],
        published_at=_date(row.get("published_at")),
        updated_at=_date(row.get("updated_at")),
        source=str(row.get("source") or ""),
        url=str(row.get("url") or ""),
        author=str(row.get("author") or ""),
        language=str(row.get("language") or ""),
        category=str(row.get("category") or ""),
    )


def _date(value: object) -> datetime | None:
    try:
        # An article without a date can still be found and cited; left out, it would be missing from every score.
        return parse_date(value) if isinstance(value, str) and value else None
    except ValueError:
        return None
