"""Measure how saved pages are read: `python -m benchmarks.pages DIR`.

DIR holds the pages, and files of other formats, with what is right in `expected.json`, an object by file name:

    {"ferry.html": {"url": "https://gazette.example/ferry", "title": "Ferry pier to go", "author": "Mara Voss, Lea Horn",
                    "source": "Harbour Gazette", "published": "2024-03-05T09:00:00+01:00", "updated": "",
                    "language": "en", "category": "City", "with": ["words of the text"], "without": ["Read more"]}}

Each key may be left out, and is then not looked at; "" says that there is none. "url" is where the page was fetched, "with"
and "without" are pieces that the text holds and does not hold, "refused": true says that the file is no article. Headline,
outlet and section are compared by their letters and digits, authors as a set, dates as instants, or as days where the
expectation is a day. Prints for each key the files that have it and the share read right, beside that of plain
trafilatura (`bare_extraction`) over the HTML pages among them; then the articles a second of each format, first files of a
format left out, as they load libraries.
"""

import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import trafilatura

from corpus import Article
from corpus.errors import InputError
from corpus.readers import Limits, read_bytes
from corpus.readers.document import open_document
from corpus.readers.file_reader import detect_format
from corpus.readers.pages.html_page import article_from_html
from corpus.text.credit_names import reduce_name
from corpus.text.date_parsing import parse_instant

EXPECTATIONS = "expected.json"
FIELDS = ("title", "author", "source", "published", "updated", "language", "category", "with", "without", "refused")
_PAGES = (".html", ".htm", ".xhtml")
Fields = Mapping[str, Any]


def main(folder: Path) -> None:
    """Print one line a field, then one a format."""
    expected = json.loads((folder / EXPECTATIONS).read_text("utf-8"))
    print(f"{'field':<10} {'files':>5} {'right':>6}   {'pages':>5} {'right':>6} {'trafilatura':>11}")
    for field, (ours, pages, theirs) in compare(folder, expected).items():
        alone = f"{_share(pages)} {_share(theirs):>11}" if theirs else ""
        print(f"{field:<10} {len(ours):>5} {_share(ours)}   {len(pages):>5} {alone}")
    print()
    for name, (articles, seconds) in measure_speed(folder).items():
        print(f"{name:<20} {articles:>6} articles {articles / seconds if seconds else 0:>8.1f} a second")


def compare(folder: Path, expected: Mapping[str, Fields]) -> dict[str, tuple[list[bool], list[bool], list[bool]]]:
    """Return by field what is right in each file: as we read all of them, as we read the pages, as trafilatura does."""
    found: dict[str, tuple[list[bool], list[bool], list[bool]]] = {}
    for name, wanted in expected.items():
        data = (folder / name).read_bytes()
        page = name.lower().endswith(_PAGES)
        ours, theirs = _read(name, data, wanted), _read_plainly(data, wanted) if page else {}
        for field in (field for field in FIELDS if field in wanted):
            every, pages, plain = found.setdefault(field, ([], [], []))
            every.append(is_right(field, wanted[field], ours))
            if page and field != "refused":
                pages.append(every[-1])
                plain.append(is_right(field, wanted[field], theirs))
    return {field: found[field] for field in FIELDS if field in found}


def _share(right: list[bool]) -> str:
    return f"{sum(right) / len(right):>6.3f}" if right else f"{'':>6}"


def _read(name: str, data: bytes, wanted: Fields) -> Fields:
    """Return the fields of the first article of a file, as our readers give them."""
    if name.lower().endswith(_PAGES) and wanted.get("url"):
        found = [article_from_html(data, wanted["url"])]
    else:
        found = [one for one in read_bytes(name, data) if isinstance(one, Article)]
    article = found[0] if found and isinstance(found[0], Article) else None
    if article is None:
        return {"refused": True}
    record = article.to_record()
    return {**record, "published": article.published_at, "updated": article.updated_at, "refused": False}


def _read_plainly(data: bytes, wanted: Fields) -> Fields:
    """Return the fields that trafilatura finds by itself."""
    found = trafilatura.bare_extraction(data, url=wanted.get("url") or None, with_metadata=True, include_comments=False)
    if found is None:
        return {}
    fields = found if isinstance(found, dict) else found.as_dict()
    return {
        **{ours: fields.get(theirs) or "" for ours, theirs in (("title", "title"), ("source", "sitename"))},
        "author": (fields.get("author") or "").replace("; ", ", "),
        "published": parse_instant(fields.get("date") or ""),
        "language": fields.get("language") or "",
        "category": ", ".join(fields.get("categories") or ()),
        "body": fields.get("text") or "",
    }


def is_right(field: str, wanted: Any, found: Fields) -> bool:
    """Return whether a field was read as it is expected; what was not read at all is wrong, even where none is wanted."""
    if field == "refused":
        return bool(found.get("refused")) == bool(wanted)
    if not found or found.get("refused"):
        return False
    if field in ("with", "without"):
        body = _squeeze(str(found.get("body", "")))
        return all((_squeeze(piece) in body) == (field == "with") for piece in wanted)
    given = found.get(field)
    if field in ("published", "updated"):
        return _is_same_date(wanted, given)
    if field == "author":
        return _split_names(wanted) == _split_names(given or "")
    return reduce_name(wanted) == reduce_name(given or "")


def _is_same_date(wanted: str, given: datetime | None) -> bool:
    if not wanted or given is None:
        return not wanted and given is None
    return f"{given:%Y-%m-%d}" == wanted if len(wanted) == len("2024-03-05") else parse_instant(wanted) == given


def _split_names(text: str) -> set[str]:
    return {reduce_name(name) for name in re.split(r"[,;]| and ", text)} - {""}


def _squeeze(text: str) -> str:
    return " ".join(text.split()).casefold()


def measure_speed(folder: Path) -> dict[str, tuple[int, float]]:
    """Return for each format the articles of all files but the first, and the seconds that reading them took."""
    counted: defaultdict[str, list[tuple[int, float]]] = defaultdict(list)
    for path in _files(folder):
        data = path.read_bytes()
        with path.open("rb") as stream:
            try:
                name = detect_format(open_document(path.name, stream, Limits())).name
            except InputError:
                continue
        start = time.perf_counter()
        articles = sum(isinstance(one, Article) for one in read_bytes(path.name, data))
        counted[name].append((articles, time.perf_counter() - start))
    rest = {name: runs[1:] for name, runs in counted.items() if len(runs) > 1}
    return {name: (sum(n for n, _ in runs), sum(s for _, s in runs)) for name, runs in sorted(rest.items())}


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.iterdir()) if path.is_file() and path.name != EXPECTATIONS)


if __name__ == "__main__":
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / EXPECTATIONS).is_file():
        sys.exit(f"Give a folder that holds pages and {EXPECTATIONS}: python -m benchmarks.pages DIR")
    main(Path(sys.argv[1]))
