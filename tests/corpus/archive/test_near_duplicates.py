"""Near duplicates: what is taken for a copy, and how the groups stay right."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from corpus.archive.database import Archive
from corpus.archive.engine import Place
from corpus.archive.near_duplicates import BANDS, find_similar, fingerprint_article, signature
from corpus.archive.selection import Selection
from corpus.article import Article
from tests.corpus.archive_items import HARBOUR, numbered

PARAGRAPHS = HARBOUR.body.split("\n\n")
LOCAL = (
    "The mayor's office in Ashby said on Friday that 212 residents had written in, and that a meeting would be held."
)
LEDE = (
    "What had been expected for weeks is now a fact, and those involved are weighing what it means for them and others."
)


def copy(name: str, *paragraphs: str) -> Article:
    return replace(
        HARBOUR,
        id=name,
        title=f"Another headline {name}",
        source=f"Outlet {name}",
        url="",
        body="\n\n".join(paragraphs),
    )


COPIES = {
    "headline": copy("headline", *PARAGRAPHS),
    "cut": copy("cut", *PARAGRAPHS[:2]),
    "local": copy("local", PARAGRAPHS[0], LOCAL, *PARAGRAPHS[1:]),
    "lede": copy("lede", LEDE, *PARAGRAPHS[1:]),
    "all": copy("all", LEDE, LOCAL, PARAGRAPHS[1]),
}


@pytest.fixture
def archive(place: Place) -> Iterator[Archive]:
    with Archive(place) as opened:
        yield opened


@pytest.mark.parametrize("name", COPIES)
def test_copies_are_alike_and_grouped(archive: Archive, name: str) -> None:
    assert find_similar(HARBOUR, COPIES[name])
    archive.put(HARBOUR)
    assert archive.put(COPIES[name]) == "added"
    assert [article.id for article in archive.copies("harbour")] == [name]
    assert archive.copies(name) == [HARBOUR]
    stories = archive.stories(["harbour", name, "nobody"])
    assert stories["harbour"] == stories[name]
    assert set(stories) == {"harbour", name}


REPORT = (
    "Shares of {0} rose {1} percent to {2} dollars on Monday after the company reported a profit of {3} "
    "million dollars for "
    "the quarter. Analysts had expected {4} million. The company kept its forecast for the full year. Trading "
    "volume was "
    "{5} thousand shares, above the average of the last month."
)
OTHERS = {
    "template": (
        replace(HARBOUR, body=REPORT.format("Norr", 3, 41, 17, 12, 804)),
        replace(HARBOUR, body=REPORT.format("Veldt", 7, 12, 230, 219, 66)),
    ),
    "one paragraph in common": (
        HARBOUR,
        replace(numbered(1), body=f"{numbered(1).body} {numbered(2).body} {numbered(3).body}\n\n{PARAGRAPHS[0][:110]}"),
    ),
    "nothing in common": (HARBOUR, numbered(1)),
    "empty": (replace(HARBOUR, body=""), HARBOUR),
}


@pytest.mark.parametrize("name", OTHERS)
def test_other_articles_are_not_alike(name: str) -> None:
    assert not find_similar(*OTHERS[name])


GAME = "For rowing fans across the county, Thursday's race between the {0} and {1} will be shown live on the town's channel."
GUIDE = "In this guide to the garden show, we have gathered and simplified the best {0} beds for the second season."


def test_a_short_text_that_names_others_in_the_same_sentence_is_no_copy() -> None:
    herons, swans = (copy(a, GAME.format(a, b)) for a, b in (("Herons", "Otters"), ("Swans", "Beavers")))
    assert not find_similar(herons, swans)
    assert not find_similar(herons, copy("report", GAME.format("Swans", "Beavers"), LEDE))
    assert not find_similar(copy("roses", GUIDE.format("rose")), copy("tulips", LEDE, GUIDE.format("tulip")))


def test_a_short_text_that_stands_whole_in_another_is_a_copy() -> None:
    game = GAME.format("Herons", "Otters")
    assert find_similar(copy("one", game), copy("two", game, LOCAL))
    assert find_similar(copy("one", f"{game} {LEDE}"), copy("two", f"{LOCAL} {game}"))


def test_scripts_without_spaces_are_compared_by_characters() -> None:
    text = (
        "東京都は月曜日、来年三月から北側の港を深くする工事を始めると発表した。費用は約十四億円で、九か月かかる見通し。"
    )
    other = "大阪府は金曜日、学校の屋根が安全でないため夏に閉校すると説明した。保護者からは不安の声が上がっている。"
    tail = "漁業者は産卵への影響を心配し、四月から六月までの休止を求めている。"
    one = replace(HARBOUR, body=text + tail)
    assert find_similar(one, replace(HARBOUR, body=text))
    assert not find_similar(one, replace(HARBOUR, body=other))


def test_a_signature_has_one_hash_of_32_bits_for_each_band_and_stays_the_same() -> None:
    made = signature(fingerprint_article(HARBOUR))
    assert len(made) == BANDS == 48
    assert all(0 <= value < 2**32 for value in made)
    assert made == signature(fingerprint_article(replace(HARBOUR, title="x")))
    # What is kept in archives must not change with a library: this is the first hash as it was when the table was made.
    assert made[0] == FIRST_HASH


FIRST_HASH = 3337935193


def chain() -> tuple[Article, Article, Article]:
    """Return A, B, C of which B has text of both, and A and C have nothing in common."""
    front, back = numbered(1).body, numbered(2).body
    return (
        replace(numbered(1), id="A", body=front),
        replace(numbered(2), id="B", body=f"{front}\n\n{back}", source="Outlet B"),
        replace(numbered(3), id="C", body=back, source="Outlet C"),
    )


@pytest.mark.parametrize("order", ["ABC", "ACB", "BAC", "CAB"])
def test_a_third_article_joins_two_groups_and_its_removal_parts_them(archive: Archive, order: str) -> None:
    articles = {article.id: article for article in chain()}
    for name in order:
        archive.put(articles[name])
    assert len(set(archive.stories("ABC").values())) == 1
    assert len(archive.stories("ABC")) == 3
    archive.remove(Selection(ids=("B",)))
    assert archive.stories("ABC") == {}
    assert archive.copies("A") == []


def test_removal_keeps_what_is_left_of_a_group_together(archive: Archive) -> None:
    for article in (HARBOUR, COPIES["headline"], COPIES["local"]):
        archive.put(article)
    archive.remove(Selection(ids=("harbour",)))
    assert {article.id for article in archive.copies("local")} == {"headline"}


def test_a_new_version_may_leave_its_group_and_come_back(archive: Archive) -> None:
    archive.put(HARBOUR)
    archive.put(COPIES["headline"])
    rewritten = replace(COPIES["headline"], body=numbered(9).body)
    assert archive.put(rewritten) == "updated"
    assert archive.stories(["harbour", "headline"]) == {}
    assert archive.put(COPIES["headline"], live=True) == "updated"
    assert [article.id for article in archive.copies("harbour")] == ["headline"]


def test_a_group_never_takes_the_number_of_another(archive: Archive) -> None:
    archive.put(numbered(1))
    archive.put(HARBOUR)
    archive.put(COPIES["headline"])
    archive.put(COPIES["local"])
    archive.remove(Selection(ids=("harbour", "local")))  # The last row's number is free again.
    assert archive.stories(["headline"]) == {}
    fresh = [replace(numbered(5), id=name, source=name) for name in ("x", "y")]
    for article in (COPIES["cut"], *fresh):
        archive.put(article)
    stories = archive.stories(["headline", "cut", "x", "y"])
    assert stories["headline"] == stories["cut"] != stories["x"] == stories["y"]


def test_a_copy_is_found_among_many_of_another_text(archive: Archive) -> None:
    archive.put(HARBOUR)
    for n in range(80):
        archive.put(replace(numbered(1), id=f"flood-{n}", source=f"Outlet {n}", title=f"Headline {n}"))
    archive.put(COPIES["local"])
    assert [article.id for article in archive.copies("harbour")] == ["local"]
    both = copy("both", HARBOUR.body, numbered(1).body)
    archive.put(both)
    assert len(archive.copies("both")) == 82
    archive.remove(Selection(ids=("both", "flood-0")))  # More are left than are compared anew, so they stay together.
    assert len(archive.copies("harbour")) == 80
    assert archive.put(replace(numbered(1), id="flood-81", source="Outlet 81", title="Headline 81")) == "added"
    assert len(archive.copies("flood-81")) == 81
