from collections.abc import Iterator

import pytest

from corpus.archive import Archive
from eval.assembly import fill
from eval.baselines import AlwaysRefuse, AlwaysYes, FirstSentence, OneIndex, dense_searcher, lexical_searcher
from eval.question import Question
from eval.usual_chain import UsualChain
from rag.embedder import Embedder
from rag.indexes import Indexes
from tests.eval.newsroom import ARTICLES

QUESTION = Question("q", "How many accounts did Yahoo say were affected?", ("3 billion",))


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexes]:
    folder = tmp_path_factory.mktemp("baselines")
    with Archive(folder / "archive.sqlite3") as archive:
        assert fill(archive, ARTICLES) == []
        indexes = Indexes(archive, Embedder(), folder / "index", "test")
        indexes.open()
        indexes.embed_pending()
        indexes.catch_up()
        yield indexes
        indexes.close()


def test_without_reading() -> None:
    assert AlwaysRefuse().answer(QUESTION).status == "not_found"
    assert AlwaysYes().answer(QUESTION).text == "Yes."


def test_one_index_alone(indexes: Indexes) -> None:
    dense = OneIndex("dense", dense_searcher(indexes.dense, indexes.embedder, indexes.store))
    lexical = OneIndex("bm25", lexical_searcher(indexes.lexical, indexes.store))
    assert [passage.article.id for passage in lexical.search(QUESTION, 10)] == ["yahoo"]
    found = dense.search(QUESTION, 10)
    assert found[0].article.id == "yahoo"
    assert [passage.rank for passage in found] == [1, 2, 3]


def test_the_first_sentence_is_cited_where_it_stands(indexes: Indexes) -> None:
    lexical = OneIndex("bm25", lexical_searcher(indexes.lexical, indexes.store))
    answer = FirstSentence(lexical.search).answer(QUESTION)
    assert answer.text == "Yahoo said that all 3 billion accounts were affected. [1]"
    assert answer.citations[0].quote == "Yahoo said that all 3 billion accounts were affected."
    assert FirstSentence(lexical.search).answer(Question("q", "zebra")).status == "not_found"


def test_the_usual_chain_retrieves_by_splits(indexes: Indexes) -> None:
    chain = UsualChain(ARTICLES, indexes.embedder)
    found = chain.search(QUESTION, 4)
    assert found[0].article.id == "yahoo"
    assert found[0].chunk.text == ARTICLES[1].body
    assert chain.answer(QUESTION) is None


def test_an_article_under_another_id_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    twin = type(ARTICLES[0])("twin", ARTICLES[0].title, ARTICLES[0].body)
    with Archive(tmp_path_factory.mktemp("twin") / "archive.sqlite3") as archive:
        refused = fill(archive, [ARTICLES[0], twin])
    assert refused == [("twin", "the archive holds the same address or text under another id")]
