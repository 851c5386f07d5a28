import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from corpus.archive.chunk_store import Embedded, Facets
from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.article import Article, Chunk
from rag import Assistant, Settings
from rag.index.indexes import Indexes
from rag.index.owned_indexes import OwnedIndexes
from rag.model import Filters, Passage
from rag.retrieval.passage_search import (
    CANDIDATES,
    HINT,
    LATEST,
    SECOND,
    Candidate,
    Retriever,
    SearchText,
    collapse_copies,
    diversify,
    find_second_scores,
)
from tests.rag.conftest_answers import newsroom
from tests.rag.wire_items import WIRES
from tests.rag.word_embedder import DIMENSIONS, WordEmbedder
from tests.shared_embedder import shared_embedder


@pytest.fixture(scope="module")
def retriever(reading: Indexes) -> Retriever:
    return Retriever(reading, ("en",))


def searched(
    retriever: Retriever,
    text: str,
    k: int,
    filters: Filters | None = None,
    hints: Filters | None = None,
    latest: bool = False,
) -> list[Passage]:
    (passages,) = retriever.retrieve([SearchText(text, hints, latest)], k, filters)
    return passages


def found(retriever: Retriever, text: str, k: int = 5, filters: Filters | None = None) -> list[str]:
    return [passage.article.id for passage in searched(retriever, text, k, filters)]


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
    best = searched(retriever, "губернаторы", 1)[0]  # Another case and number than in the text.
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
    passages = searched(retriever, text, 3)
    assert [passage.rank for passage in passages] == [1, 2, 3]
    if "herring" in text:
        assert passages[0].article.id in ("herring", "undated")


def test_scores_are_ordered_and_made_of_both_signals_and_the_second_chunk(retriever: Retriever) -> None:
    text = "herring near the breakwater of Eastfield"
    passages = searched(retriever, text, 5)
    (candidates,) = retriever.find_candidates([text])
    fused = [0.5 * c.signals["dense"] + 0.5 * c.signals["coverage"] for c in candidates]
    seconds = find_second_scores(candidates, fused)
    assert any(seconds.values())
    for passage in passages:
        signals = passage.signals
        own = 0.5 * signals["dense"] + 0.5 * signals["coverage"]
        assert passage.score == pytest.approx((own + SECOND * seconds[passage.article.id]) / (1 + SECOND), abs=1e-5)
    assert passages[0].signals["coverage"] == 1
    assert [p.score for p in passages] == sorted((p.score for p in passages), reverse=True)


def test_a_chunk_that_only_words_find_has_its_cosine_too(reading: Indexes, retriever: Retriever) -> None:
    vector = reading.embedder.embed_query("herring")
    (candidates,) = retriever.find_candidates(["herring"])
    assert {c.signals["lexical"] > 0 for c in candidates} == {True, False}
    for candidate in candidates:
        kept = reading.store.read_embedded([candidate.article.id])[0].vectors[candidate.ordinal]
        assert candidate.signals["dense"] == pytest.approx(float(kept @ vector), abs=1e-4)


SEVERAL = (
    SearchText("herring near the breakwater of Eastfield", Filters(outlets=("Eastfield Post",))),
    SearchText("How much was Didi fined?", latest=True),
    SearchText("наводнение и паводок в Оренбурге", Filters(since=datetime(2024, 3, 1, tzinfo=UTC))),
    SearchText(""),
    SearchText("herring near the breakwater of Eastfield"),
)


@pytest.mark.parametrize(
    "filters", [None, Filters(outlets=("Eastfield Post",)), Filters(languages=("en",)), Filters(outlets=("Nobody",))]
)
def test_several_texts_at_once_find_what_each_finds_alone(retriever: Retriever, filters: Filters | None) -> None:
    together = retriever.retrieve(SEVERAL, 7, filters)
    alone = [retriever.retrieve([sought], 7, filters)[0] for sought in SEVERAL]
    for some, same in zip(together, alone, strict=True):
        assert [p.chunk.id for p in some] == [p.chunk.id for p in same]
        assert [p.score for p in some] == pytest.approx([p.score for p in same], abs=1e-6)


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
    plain = searched(retriever, text, 50)
    hints = Filters(
        since=datetime(2024, 3, 5, tzinfo=UTC), until=datetime(2024, 3, 7, tzinfo=UTC), outlets=("Eastfield Post",)
    )
    hinted = searched(retriever, text, 50, hints=hints)
    assert {p.chunk.id for p in plain} == {p.chunk.id for p in hinted}
    gains = {name: score_of(hinted, name) - score_of(plain, name) for name in ("undated", "herring", "cairo")}
    assert gains == pytest.approx({"undated": HINT, "herring": HINT, "cairo": 0}, abs=1e-6)


def test_the_newest_gains_most_where_the_newest_is_asked_for(retriever: Retriever) -> None:
    filters = Filters(outlets=("Eastfield Post", "Lowmoor Herald"))
    plain = searched(retriever, "herring", 50, filters)
    latest = searched(retriever, "herring", 50, filters, latest=True)
    gains = {p.article.id: p.score - score_of(plain, p.article.id) for p in latest}
    assert gains == pytest.approx({"tram": LATEST, "herring": LATEST / 2, "harbour": 0, "undated": 0}, abs=1e-6)


def test_nothing_is_found_in_an_empty_archive(tmp_path: Path) -> None:
    with Archive(tmp_path / "archive.sqlite3") as archive:
        indexes = OwnedIndexes(archive, WordEmbedder(), tmp_path / "index", "the test")
        indexes.open()
        assert searched(Retriever(indexes), "herring", 5) == []
        indexes.close()


def test_a_chunk_that_the_archive_holds_no_more_is_passed_over(indexes: Indexes) -> None:
    retriever = Retriever(indexes)
    assert found(retriever, "herring smokehouse")[0] == "undated"
    indexes.store.archive.remove(Selection(ids=("undated",)))
    assert "undated" not in found(retriever, "herring smokehouse")


@pytest.fixture(scope="module")
def crowd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexes]:
    """Own indexes of 620 articles: each tenth undated, 10 of an outlet of its own, vectors drawn by a seed."""
    data = tmp_path_factory.mktemp("crowd")
    draw = np.random.default_rng(7)
    with Archive(data / "archive.sqlite3") as archive:
        indexes = OwnedIndexes(archive, WordEmbedder(), data / "index", "the test")
        indexes.open()
        for n in range(620):
            date = None if n % 10 == 9 else datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=n)
            archive.put(
                Article(f"n{n:03}", f"Title {n}", f"Text {n}.", "Rare" if n % 62 == 0 else "Post", published_at=date)
            )
        rows = []
        for article in archive.articles():
            vector = draw.standard_normal((1, DIMENSIONS)).astype(np.float32)
            rows.append(Embedded(article, (Chunk(article, 0, 0, 5),), vector / np.linalg.norm(vector)))
        indexes.store.store(rows)
        indexes.catch_up()
        yield indexes
        indexes.close()


@pytest.mark.parametrize(
    "filters",
    [
        Filters(outlets=("Rare",)),
        Filters(since=datetime(2021, 6, 1, tzinfo=UTC)),
        Filters(until=datetime(2020, 8, 1, tzinfo=UTC)),
        Filters(since=datetime(2020, 2, 1, tzinfo=UTC), until=datetime(2020, 2, 20, tzinfo=UTC)),
        Filters(outlets=("Nobody",)),
    ],
)
def test_filters_leave_the_nearest_of_what_passes(crowd: Indexes, filters: Filters) -> None:
    vector = crowd.embedder.embed_query("nothing that any index of words knows")
    passing = [item for some in crowd.store.iterate_all() for item in some if filters.admits(item.article)]
    wanted = sorted(passing, key=lambda item: -float(item.vectors[0] @ vector))[:CANDIDATES]
    (got,) = Retriever(crowd).find_candidates(["nothing that any index of words knows"], filters)
    near = sorted(got, key=lambda c: -c.signals["dense"])
    assert [c.article.id for c in near] == [item.article.id for item in wanted]


def candidates(*articles: tuple[str, int | None]) -> list[Candidate]:
    counts = dict.fromkeys((name for name, _ in articles), -1)
    made: list[Candidate] = []
    for name, story in articles:
        counts[name] += 1
        facets = Facets(len(counts), name, 1, "Post", None, "en", "", story)
        made.append(Candidate(f"{name}@1#{counts[name]}", facets, counts[name], 1 - len(made) / 10))
    return made


def test_copies_are_folded_into_the_one_that_ranks_best() -> None:
    kept, copies = collapse_copies(candidates(("harbour", 7), ("copy", 7), ("tram", None), ("copy", 7), ("harbour", 7)))
    assert [c.chunk_id for c in kept] == ["harbour@1#0", "tram@1#0", "harbour@1#1"]
    assert copies == {7: ["copy"]}


def test_folded_copies_are_named_in_every_passage_of_the_story(indexes: Indexes) -> None:
    indexes.store.archive.put(replace(WIRES[0], id="copy", source="Wire", url=""))
    indexes.embed_pending()
    indexes.catch_up()
    best = searched(Retriever(indexes), "herring near the breakwater of Eastfield harbour Ana Sousa", 9)
    named = {p.article.id: [copy.id for copy in p.copies] for p in best if p.article.id in {"harbour", "copy"}}
    assert named in ({"harbour": ["copy"]}, {"copy": ["harbour"]})


def test_the_third_chunk_of_a_story_waits_behind_what_comes_for_the_first_time() -> None:
    order = diversify(candidates(*[("harbour", None)] * 3, ("tram", None), ("harbour", None), ("herring", None)))
    assert [c.chunk_id for c in order] == [
        "harbour@1#0", "harbour@1#1", "tram@1#0", "herring@1#0", "harbour@1#2", "harbour@1#3",
    ]  # fmt: skip


def test_an_article_by_whom_a_search_names_is_preferred(tmp_path: Path) -> None:
    texts = [("one", "Mara Lind and Otto Berg"), ("two", "Ines Holm"), ("three", "")]
    rows = [
        Article(name, f"Harbour toll {name}", f"The harbour toll of Selmouth rises, says source {name}.", author=author)
        for name, author in texts
    ]
    data = newsroom(tmp_path / "data", "\n".join(json.dumps(row.to_record()) for row in rows).encode())
    with Assistant(Settings(data_dir=data), embedder=shared_embedder()) as assistant:
        retriever = assistant.finder().retriever
        by = {
            name: retriever.retrieve([SearchText("Selmouth harbour toll", byline=name)], 3)[0][0].article.id
            for name in ("Otto Berg", "Ines Holm")
        }
    assert by == {"Otto Berg": "one", "Ines Holm": "two"}


def test_the_second_best_chunk_of_an_article_counts_and_a_lone_one_has_none() -> None:
    def chunk(name: str, ordinal: int) -> Candidate:
        return Candidate(f"{name}@1#{ordinal}", Facets(1, name, 1, "", None, "en", "", None), ordinal)

    candidates = [chunk("a", 0), chunk("a", 1), chunk("a", 2), chunk("b", 0)]
    assert find_second_scores(candidates, [0.3, 0.9, 0.5, 0.8]) == {"a": 0.5, "b": 0.0}
