from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.archive import Archive
from corpus.article import Article, Chunk
from corpus.selection import Selection
from rag.indexes import Indexes
from rag.model import Filters, Passage
from rag.retrieve import LATEST, OUTLET_HINT, TIME_HINT, Retriever, collapsed, diversified, ranked
from tests.rag.wire_items import WIRES
from tests.rag.word_embedder import WordEmbedder


@pytest.fixture(scope="module")
def retriever(reading: Indexes) -> Retriever:
    return Retriever(reading, ("en",))


def found(retriever: Retriever, text: str, k: int = 5, **options: Filters | None) -> list[str]:
    return [passage.article.id for passage in retriever.retrieve(text, k, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "article"),
    [
        ("How much was Didi fined?", "2022-07-didi-fined"),
        ("Which law replaced the European directive on data of 1995?", "2018-05-gdpr-applies"),
        ("Why did the Kremlin shut off a social network during the invasion?", "2022-03-russia-blocks-facebook"),
        ("What does the all-night streetcar cost the city?", "tram"),
        ("Ana Sousa", "harbour"),
        ("наводнение и паводок в Оренбурге", "moscow"),
        ("المتحف الكبير", "cairo"),
        ("北京马拉松", "beijing"),
    ],
)
def test_the_article_that_a_question_is_about_comes_first(retriever: Retriever, question: str, article: str) -> None:
    assert found(retriever, question)[0] == article


def test_a_rare_language_is_stemmed_though_the_archive_is_english(retriever: Retriever) -> None:
    best = retriever.retrieve("губернаторы", 1)[0]  # Another case and number than in the text.
    assert best.article.id == "moscow"
    assert best.signals["coverage"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        '"',
        "''' \"herring\"",
        "title:herring AND (",
        "herring OR -eel^3 ~2 *",
        "😀😀😀",
        "\x00\x1f",
        "x" * 2000,
        "herring " * 250,
        "鯡" * 2000,
        "'; DROP TABLE articles; --",
    ],
)
def test_any_text_can_be_searched_for(retriever: Retriever, text: str) -> None:
    passages = retriever.retrieve(text, 3)
    assert [passage.rank for passage in passages] == [1, 2, 3]
    if "herring" in text:
        assert passages[0].article.id in ("herring", "undated")


def test_scores_are_ordered_and_made_of_both_signals(retriever: Retriever) -> None:
    passages = retriever.retrieve("herring near the breakwater of Eastfield", 5)
    for passage in passages:
        signals = passage.signals
        assert passage.score == pytest.approx(0.5 * signals["dense"] + 0.5 * signals["coverage"], abs=1e-5)
    assert passages[0].signals["coverage"] == 1
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)


def test_a_chunk_that_only_words_find_has_its_cosine_too(reading: Indexes, retriever: Retriever) -> None:
    vector = reading.embedder.embed_query("herring")
    for candidate in retriever.candidates("herring"):
        kept = reading.store.embedded([candidate.chunk.article.id])[0].vectors[candidate.chunk.ordinal]
        assert candidate.dense == pytest.approx(float(kept @ vector), abs=1e-4)


MARCH = datetime(2024, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("filters", "articles"),
    [
        (Filters(outlets=("Eastfield Post",)), {"harbour", "tram", "undated"}),
        (Filters(outlets=("",)), {"unsigned"}),
        (Filters(languages=("ru", "zh")), {"moscow", "beijing"}),
        (Filters(languages=("",)), {"unsigned"}),
        (Filters(since=datetime(2024, 3, 11, tzinfo=UTC)), {"cairo", "beijing", "2024-04-fcc-restores-net-neutrality"}),
        (Filters(since=MARCH, until=datetime(2024, 3, 7, tzinfo=UTC)), {"harbour", "herring"}),
        (Filters(since=MARCH, outlets=("Eastfield Post",)), {"harbour", "tram"}),
        (Filters(since=datetime(2024, 3, 4, 9, 0, 0, 1, tzinfo=UTC), outlets=("Eastfield Post",)), {"tram"}),
        (Filters(outlets=("Nobody",)), set()),
        (Filters(since=datetime(2030, 1, 1, tzinfo=UTC)), set()),
    ],
)
def test_filters(retriever: Retriever, filters: Filters, articles: set[str]) -> None:
    assert set(found(retriever, "news about the herring", 50, filters=filters)) == articles


def score_of(passages: Sequence[Passage], article: str) -> float:
    return next(passage.score for passage in passages if passage.article.id == article)


def test_hints_add_to_the_score_and_exclude_nothing(retriever: Retriever) -> None:
    text = "news about the herring"
    plain = retriever.retrieve(text, 50)
    hints = Filters(
        since=datetime(2024, 3, 5, tzinfo=UTC), until=datetime(2024, 3, 7, tzinfo=UTC), outlets=("Eastfield Post",)
    )
    hinted = retriever.retrieve(text, 50, hints=hints)
    assert {p.chunk.id for p in plain} == {p.chunk.id for p in hinted}
    gains = {name: score_of(hinted, name) - score_of(plain, name) for name in ("undated", "herring", "cairo")}
    assert gains == pytest.approx({"undated": OUTLET_HINT, "herring": TIME_HINT, "cairo": 0}, abs=1e-6)


def test_the_newest_gains_most_where_the_newest_is_asked_for(retriever: Retriever) -> None:
    filters = Filters(outlets=("Eastfield Post", "Lowmoor Herald"))
    plain = retriever.retrieve("herring", 50, filters)
    latest = retriever.retrieve("herring", 50, filters, latest=True)
    gains = {p.article.id: p.score - score_of(plain, p.article.id) for p in latest}
    assert gains == pytest.approx({"tram": LATEST, "herring": LATEST / 2, "harbour": 0, "undated": 0}, abs=1e-6)


def test_nothing_is_found_in_an_empty_archive(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.sqlite3") as archive:
        indexes = Indexes(archive, WordEmbedder(), tmp_path / "index", "the test")
        indexes.open()
        assert Retriever(indexes).retrieve("herring", 5) == []
        indexes.close()


def test_a_chunk_that_the_archive_holds_no_more_is_passed_over(indexes: Indexes) -> None:
    retriever = Retriever(indexes)
    assert found(retriever, "herring smokehouse")[0] == "undated"
    indexes.store.archive.remove(Selection(ids=("undated",)))
    assert "undated" not in found(retriever, "herring smokehouse")


HARBOUR, HERRING, TRAM = WIRES[0], WIRES[1], WIRES[2]


def passages(*articles: Article) -> list[Passage]:
    counts = dict.fromkeys((article.id for article in articles), -1)
    made: list[Passage] = []
    for article in articles:
        counts[article.id] += 1
        made.append(Passage(Chunk(article, counts[article.id], 0, 5), 0, 1 - len(made) / 10))
    return made


def test_copies_are_folded_into_the_one_that_ranks_best() -> None:
    copy = replace(HARBOUR, id="copy", source="Wire")
    kept = collapsed(passages(HARBOUR, copy, TRAM, copy, HARBOUR), {"harbour": 7, "copy": 7})
    assert [(p.chunk.id, [c.id for c in p.copies]) for p in kept] == [
        ("harbour@1#0", ["copy"]),
        ("tram@1#0", []),
        ("harbour@1#1", ["copy"]),
    ]


def test_the_third_chunk_of_a_story_waits_behind_what_comes_for_the_first_time() -> None:
    order = [p.chunk.id for p in diversified(passages(HARBOUR, HARBOUR, HARBOUR, TRAM, HARBOUR, HERRING), {})]
    assert order == ["harbour@1#0", "harbour@1#1", "tram@1#0", "herring@1#0", "harbour@1#2", "harbour@1#3"]


def test_ranks_count_from_one() -> None:
    assert [p.rank for p in ranked(passages(HARBOUR, TRAM))] == [1, 2]
