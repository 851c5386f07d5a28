from datetime import UTC, datetime
from pathlib import Path

import pytest
from pydantic import SecretStr

from corpus import Article
from corpus.archive.database import Archive
from eval.question import Question
from eval.runs.execution import observe
from eval.runs.system_assembly import fill, open_bench
from rag.model import Turn
from rag.settings import Settings
from tests.eval.newsroom import ARTICLES
from tests.model_server import ModelServer

QUESTION = Question("q", "How many accounts did Yahoo say were affected?", ("3 billion",))


def test_a_model_is_a_baseline_where_answers_are_asked(tmp_path: Path, model_server: ModelServer) -> None:
    with_model = Settings(
        data_dir=tmp_path, llm="openai:test", llm_base_url=model_server.url, llm_api_key=SecretStr("key")
    )
    articles = {article.id: article for article in ARTICLES}
    with open_bench(with_model, articles) as bench:
        main = bench.newsdesk(datetime(2018, 3, 31, tzinfo=UTC))
        names = {only: [b.name for b in bench.baselines(main, only)] for only in ("", "retrieval", "answers")}
        (chain,) = [b for b in bench.baselines(main, "answers") if b.name == "langchain"]
        assert observe(chain, QUESTION, "answers").status == "answered"
    without_answers = ["dense", "bm25", "langchain"]
    without_search = ["always-refuse", "always-yes", "first-sentence"]
    assert names == {
        "": without_search + without_answers,
        "retrieval": without_answers,
        "answers": [*without_search, "langchain"],
    }
    with open_bench(Settings(data_dir=tmp_path, llm=""), {}) as bench:
        assert [b.name for b in bench.baselines(main, "answers")] == without_search


def test_follow_ups_and_dates_reach_the_search(tmp_path: Path) -> None:
    oslo = Article("oslo", "Treaty signed in Oslo", "Thirty-four states signed the treaty in Oslo. Sixty did not sign.")
    counts = [
        Article(
            f"count-{year}", "A count", f"The count stood at {n} votes.", published_at=datetime(year, 5, 5, tzinfo=UTC)
        )
        for year, n in ((2016, 40), (2017, 50))
    ]
    articles = {article.id: article for article in (*ARTICLES, oslo, *counts)}
    with open_bench(Settings(data_dir=tmp_path, llm=""), articles) as bench:
        desk = bench.newsdesk(datetime(2018, 3, 1, tzinfo=UTC))
        for place in ("Oslo", "Dubai"):
            said = (Turn("user", f"How many states signed the treaty in {place}?"), Turn("assistant", "Some did [1]."))
            follow_up = Question("q", "And how many did not sign?", history=said)
            assert desk.search(follow_up, 1)[0].article.id == place.lower()
        asked = "What was the count in articles published last year?"
        assert [p.article.id for p in desk.search(Question("q", asked), 5)] == ["count-2017"]
        earlier = Question("q", asked, as_of=datetime(2017, 6, 1, tzinfo=UTC))
        assert [p.article.id for p in desk.search(earlier, 5)] == ["count-2016"]


def test_an_article_under_another_id_is_named(tmp_path_factory: pytest.TempPathFactory) -> None:
    twin = type(ARTICLES[0])("twin", ARTICLES[0].title, ARTICLES[0].body)
    with Archive(tmp_path_factory.mktemp("twin") / "archive.sqlite3") as archive:
        refused = fill(archive, [ARTICLES[0], twin])
    assert refused == [("twin", "the archive holds the same address or text under another id")]
