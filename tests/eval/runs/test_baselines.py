from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from corpus.archive.database import Archive
from eval.question import Question
from eval.runs.baselines import AlwaysRefuse, AlwaysYes, FirstSentence, OneIndex, dense_searcher, lexical_searcher
from eval.runs.system_assembly import fill
from eval.runs.usual_chain import UsualChain
from rag.index.embedder import Embedder
from rag.index.indexes import Indexes
from rag.index.owned_indexes import OwnedIndexes
from rag.llm.chat_model import chat_model
from rag.settings import Settings
from tests.eval.newsroom import ARTICLES
from tests.model_server import ModelServer, Reply

QUESTION = Question("q", "How many accounts did Yahoo say were affected?", ("3 billion",))


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Indexes]:
    folder = tmp_path_factory.mktemp("baselines")
    with Archive(folder / "archive.sqlite3") as archive:
        assert fill(archive, ARTICLES) == []
        indexes = OwnedIndexes(archive, Embedder(), folder / "index", "test")
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


def test_the_usual_chain_asks_a_model(indexes: Indexes, model_server: ModelServer) -> None:
    settings = Settings(llm="openai:test", llm_base_url=model_server.url, llm_api_key=SecretStr("key"))
    chain = UsualChain(ARTICLES, indexes.embedder, chat_model(settings), tries=2)
    model_server.script(Reply(status=429), Reply("All 3 billion [1]. See also [9]."), Reply("I do not know."))
    answer = chain.answer(QUESTION)
    assert answer is not None
    assert (answer.status, [c.passage.article.id for c in answer.citations]) == ("answered", ["yahoo"])
    assert "[1] Yahoo said that all 3 billion" in model_server.requests[0].text
    refused = chain.answer(QUESTION)
    assert refused is not None
    assert refused.status == "not_found"
