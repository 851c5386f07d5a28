from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from corpus.archive.chunk_store import Embedded
from corpus.article import Article, Chunk
from corpus.errors import IndexUnavailableError
from rag.index.lexical import LexicalIndex
from rag.model import Filters
from rag.text.terms import list_query_terms
from tests.rag.wire_items import WIRES


def whole(article: Article) -> Embedded:
    return Embedded(article, (Chunk(article, 0, 0, len(article.body)),), np.zeros((1, 2), dtype=np.float32))


def brief(name: str, body: str, title: str = "Notes", version: int = 1) -> Embedded:
    return whole(Article(name, title, body, language="en", version=version))


@pytest.fixture
def lexical(tmp_path: Path) -> Iterator[LexicalIndex]:
    index = LexicalIndex(tmp_path / "lexical")
    yield index
    index.close()


@pytest.fixture
def filled(lexical: LexicalIndex) -> LexicalIndex:
    lexical.apply((), [whole(article) for article in WIRES])
    return lexical


def names(found: list[tuple[str, float]]) -> list[str]:
    return [chunk_id.partition("@")[0] for chunk_id, _ in found]


def found(index: LexicalIndex, text: str, filters: Filters | None = None) -> list[str]:
    return names(index.search(list_query_terms(text, ("en", "ru", "ar", "zh")), 10, filters))


def test_an_empty_index_finds_nothing(lexical: LexicalIndex) -> None:
    assert lexical.search(["harbour"], 10) == []
    assert (lexical.count(), lexical.ids(), lexical.count_documents("harbour")) == (0, set(), 0)


def test_no_terms_find_nothing(filled: LexicalIndex) -> None:
    assert filled.search([], 10) == []


def test_terms_are_listed_by_their_beginning(filled: LexicalIndex) -> None:
    assert filled.find_terms(["herr", "dred"]) == {"herring": 2, "dredg": 2}
    assert filled.find_terms(["xyz"]) == filled.find_terms([]) == {}


def test_chunks_that_hold_a_term_come_with_most_of_the_others_first(filled: LexicalIndex) -> None:
    assert [i.partition("@")[0] for i in filled.find_chunks("herring", ["quay"], 10)] == ["undated", "herring"]
    assert [i.partition("@")[0] for i in filled.find_chunks("herring", ["breakwat"], 1)] == ["herring"]
    assert filled.find_chunks("zebra", ["quay"], 10) == []


def test_words_are_stemmed(filled: LexicalIndex) -> None:
    assert found(filled, "smokehouses") == ["undated"]
    assert set(found(filled, "herrings")) == {"herring", "undated"}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("паводки", "moscow"),
        ("жителями Оренбурга", "moscow"),
        ("المتحف", "cairo"),
        ("الزوار", "cairo"),
        ("马拉松", "beijing"),
        ("天安门", "beijing"),
    ],
)
def test_other_scripts(filled: LexicalIndex, text: str, name: str) -> None:
    assert found(filled, text) == [name]


def test_headline_outlet_and_date_are_searched_too(filled: LexicalIndex) -> None:
    assert found(filled, "Lowmoor") == ["herring"]
    assert found(filled, "8 March 2024")[0] == "tram"


def test_bm25_as_worked_out_by_hand(lexical: LexicalIndex) -> None:
    # Text of 2 and of 6 terms, 4 at the mean; "ferry" stands in one of 2 chunks, once: idf ln(1 + 1.5/1.5),
    # tf 1 * 2.2 / (1 + 1.2 * (0.25 + 0.75 * 2/4)).
    lexical.apply((), [brief("short", "ferry sails"), brief("long", "trams run again at night here")])
    ((name, score),) = lexical.search(["ferri"], 10)
    assert name == "short@1#0"
    assert score == pytest.approx(np.log(2) * 2.2 / 1.75, abs=1e-5)


def test_a_word_in_text_and_headline_counts_once_and_a_part(lexical: LexicalIndex) -> None:
    # Texts and headlines are equally long and "ferry" stands in one of 2 of each, so each scores ln 2 but for its weight.
    lexical.apply((), [brief("both", "ferry sails", title="Ferry"), brief("other", "trams run", title="Trams")])
    ((_, score),) = lexical.search(["ferri"], 10)
    assert score == pytest.approx(np.log(2) * (1 + 0.4 * 0.9), abs=1e-5)


def test_a_rare_word_counts_more_than_a_common_one(lexical: LexicalIndex) -> None:
    lexical.apply((), [brief(f"n{n}", "council met") for n in range(9)] + [brief("rare", "ferry met")])
    assert names(lexical.search(["council", "ferri"], 10))[0] == "rare"
    assert (
        lexical.count_documents("council"),
        lexical.count_documents("ferri"),
        lexical.count_documents("note"),
    ) == (9, 1, 10)


@pytest.mark.parametrize(
    ("filters", "names_found"),
    [
        (Filters(outlets=("Lowmoor Herald",)), {"herring"}),
        (Filters(outlets=("",)), {"unsigned"}),
        (Filters(outlets=("-",)), set()),
        (Filters(languages=("ru",)), {"moscow"}),
        (Filters(languages=("ru", "ar")), {"moscow", "cairo"}),
        (Filters(languages=("",)), {"unsigned"}),
        (Filters(since=datetime(2024, 3, 11, 9, tzinfo=UTC)), {"cairo", "beijing"}),
        (Filters(until=datetime(2024, 3, 6, 9, tzinfo=UTC)), {"harbour"}),
        (Filters(until=datetime(2024, 3, 6, 9, 0, 0, 1, tzinfo=UTC)), {"harbour", "herring"}),
        # The border of a day is that of the outlet, which the caller looks at.
        (Filters(since=datetime(2024, 3, 5, tzinfo=UTC), outlets=("Eastfield Post",)), {"harbour", "tram"}),
        (Filters(since=datetime(2024, 3, 5, 1, tzinfo=UTC), outlets=("Eastfield Post",)), {"tram"}),
        (Filters(feeds=("https://nowhere.example/",)), set()),
    ],
)
def test_filters(filled: LexicalIndex, filters: Filters, names_found: set[str]) -> None:
    text = "harbour herring trams lighthouse паводок المتحف 马拉松"
    assert set(found(filled, text, filters)) == names_found


def test_filters_do_not_change_scores(filled: LexicalIndex) -> None:
    free = dict(filled.search(["her"], 10))
    assert dict(filled.search(["her"], 10, Filters(outlets=("Lowmoor Herald",)))).items() <= free.items()


@pytest.mark.parametrize(
    "text",
    ['"', "a: b AND (NOT c", "title:herring^5 +x -y", "*", "herring~2", "\\", "😀", "\x00", "' OR 1=1", "[a TO b]"],
)
def test_no_question_is_a_syntax_error(filled: LexicalIndex, text: str) -> None:
    assert set(found(filled, f"smokehouse {text}")) >= {"undated"}


def test_a_question_of_2000_characters(filled: LexicalIndex) -> None:
    assert found(filled, "smokehouse " + "x1 y2 z3 w4 " * 165)[0] == "undated"
    assert found(filled, " ".join(f"w{n}" for n in range(400)) + " lighthouse") == ["unsigned"]


def test_a_changed_article_leaves_nothing_behind(lexical: LexicalIndex) -> None:
    lexical.apply((), [brief("a", "ferry sails"), brief("b", "trams run")])
    for _ in range(2):
        lexical.apply(["a"], [brief("a", "ferry sinks", version=2)])
    assert lexical.ids() == {"a@2#0", "b@1#0"}
    assert lexical.search(["sail"], 10) == []
    lexical.apply(["a", "unknown"], ())
    assert (lexical.ids(), lexical.count()) == ({"b@1#0"}, 1)


def test_what_was_applied_is_there_after_opening_again(tmp_path: Path) -> None:
    first = LexicalIndex(tmp_path / "lexical")
    first.apply((), [brief("a", "ferry sails")])
    first.close()
    second = LexicalIndex(tmp_path / "lexical")
    second.apply((), [brief("b", "ferry sinks")])
    assert sorted(names(second.search(["ferri"], 10))) == ["a", "b"]
    second.close()


def test_a_damaged_file_is_an_error_that_says_what_to_run(tmp_path: Path) -> None:
    folder = tmp_path / "lexical"
    index = LexicalIndex(folder)
    index.apply((), [brief(f"n{n}", f"ferry number {n} sails") for n in range(50)])
    index.close()
    store = next(folder.glob("*.store"))
    content = store.read_bytes()
    store.write_bytes(content[: len(content) // 2] + b"\xff" * 64 + content[len(content) // 2 + 64 :])
    with pytest.raises(IndexUnavailableError, match=r"the lexical index cannot be used .*python -m corpus rebuild"):
        LexicalIndex(folder).ids()


def test_what_a_kill_in_a_commit_left_is_not_in_the_way(tmp_path: Path) -> None:
    folder = tmp_path / "lexical"
    index = LexicalIndex(folder)
    index.apply((), [whole(article) for article in WIRES])
    index.close()
    committed = (folder / "meta.json").read_bytes()
    index = LexicalIndex(folder)
    index.apply(["tram"], [brief("new", "Trams run.")])
    index.close()
    (folder / "meta.json").write_bytes(committed)  # All of the commit is on the disk but its last step.
    index = LexicalIndex(folder)
    index.apply(["tram"], [brief("new", "Trams run.")])
    assert found(index, "trams") == ["new"]
    index.close()
