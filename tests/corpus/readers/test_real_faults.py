"""Small files, each with a fault that real pages, feeds and wires have, and what is right (`tests/data/readers`)."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from corpus import Article
from corpus.readers import Refusal, read_bytes

FOLDER = Path(__file__).parents[2] / "data" / "readers"
HEADLINE = "Council to rebuild ferry pier"
FIRST = "The harbour council voted on Tuesday to rebuild the old ferry pier, and the work is to begin in the spring of next year."
SECOND = "Engineers said that the wooden piles had rotted below the water line and that a repair would cost more than a new pier."
THIRD = (
    "Residents of the north bank, who take the ferry to work, asked for a replacement service while the pier is closed."
)
BODY = "\n\n".join((FIRST, SECOND, THIRD))
NINE = datetime(2024, 3, 5, 9, tzinfo=UTC)

EXPECTED: dict[str, dict[str, Any]] = {
    "page-bell-character.html": {"title": HEADLINE, "body": BODY},
    "page-react-streamed.html": {"title": HEADLINE, "body": BODY},
    "page-noscript-unbalanced.html": {"title": HEADLINE, "body": BODY},
    "page-embed-swallows-text.html": {"body": "\n\n".join((f"{FIRST} {SECOND}", THIRD))},
    "feed-embed-swallows-text.rss": {"body": "\n\n".join((f"{FIRST} {SECOND}", THIRD))},
    "page-utf8-declared-latin1.html": {
        "body": f"{FIRST} Café owners at the quay fear for their season, señor García said.\n\n{SECOND}"
    },
    "page-opacity-animated.html": {"body": BODY},
    "page-title-with-outlet.html": {"title": HEADLINE, "source": "Harbour Gazette", "body": BODY},
    "page-h1-is-outlet.html": {"title": HEADLINE, "source": "Harbour Gazette", "body": BODY},
    "page-author-is-address.html": {"author": "", "source": "Harbour Gazette"},
    "page-author-is-outlet.html": {"author": "", "source": "Harbour Gazette"},
    "page-comment-form-name-as-author.html": {"author": "", "body": BODY},
    "page-two-author-metas.html": {"author": "Mara Voss, Lea Horn"},
    "page-ld-graph-references.html": {"author": "Mara Voss", "source": "Harbour Gazette"},
    "page-ld-date-without-zone.html": {"published_at": datetime(2023, 4, 29, 4, 11, 1, tzinfo=UTC)},
    "page-date-guessed-from-caption.html": {"published_at": None},
    "page-date-guessed-from-text.html": {"published_at": None},
    "page-outlet-is-address.html": {"source": "gazette.example"},
    "page-outlet-is-copyright.html": {"source": ""},
    "page-lang-wrong.html": {"language": "en"},
    "feed-one-br.rss": {"title": "Ferry pier to go: council votes", "body": f"{FIRST}\n\n{SECOND}"},
    "feed-meta-tag-in-title.rss": {"title": HEADLINE},
    "feed-atom-updated-only.atom": {"published_at": NINE},
    "feed-atom-category-label.atom": {"category": "City"},
    "feed-rss091-doctype.rss": {"title": HEADLINE, "body": f"{FIRST} {SECOND}", "language": "en"},
    "nitf-byttl.xml": {"author": "MARA VOSS"},
    "newsml-updated-before-published.xml": {
        "published_at": datetime(2024, 3, 5, 9, 0, 36, tzinfo=UTC),
        "updated_at": None,
    },
    "newsml-empty-headline.xml": {"title": HEADLINE, "body": BODY},
    "newsml1.xml": {"title": HEADLINE, "body": BODY, "author": "Mara Voss", "published_at": NINE},
    "iptc7901.txt": {"title": HEADLINE, "body": f"North Bank (gaz) - {FIRST}\n\n{SECOND}"},
}
REFUSED = {
    "feed-wordpress-export-draft.xml": "It was not published (its status is 'draft')",
    "ninjs-picture.json": "It is no text but of the type 'picture'",
    "xml-unknown-root": "It is XML of a kind that Newsdesk does not read (<results>)",
    "xml-unknown-root.txt": "It is XML of a kind that Newsdesk does not read (<results>)",
    "package.json": "It has a name and a description",
}


def read(name: str) -> Article | Refusal:
    (found,) = read_bytes(name, (FOLDER / name).read_bytes())
    return found


def test_each_file_is_expected_to_be_something() -> None:
    names = {path.name for path in FOLDER.iterdir()} - {"expected.json"}
    assert names == {*EXPECTED, *REFUSED, "ninjs-guid-1.json", "ninjs-guid-2.json"}


@pytest.mark.parametrize("name", EXPECTED)
def test_it_is_read_right(name: str) -> None:
    article = read(name)
    assert isinstance(article, Article), article
    assert {field: getattr(article, field) for field in EXPECTED[name]} == EXPECTED[name]


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_with_the_reason(name: str) -> None:
    refusal = read(name)
    assert isinstance(refusal, Refusal), refusal
    assert refusal.reason.startswith(REFUSED[name])


def test_two_versions_of_a_ninjs_item_are_one_article() -> None:
    first, second = read("ninjs-guid-1.json"), read("ninjs-guid-2.json")
    assert isinstance(first, Article)
    assert isinstance(second, Article)
    assert first.id == second.id
    assert first.updated_at != second.updated_at
