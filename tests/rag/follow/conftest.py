"""Topics over articles of the starter corpus, some of which come after they are followed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from corpus.article import Article
from corpus.readers import read
from rag import Assistant, Settings
from rag.follow.topic_book import Topic
from rag.index.embedder import Embedder
from tests.rag.wire_items import STARTER

FIRST = ("2012-12-wcit-dubai-treaty", "2017-09-equifax-143m", "2017-05-wannacry")
LATER = (
    "2017-10-equifax-145-5m",
    "2019-07-equifax-settlement",
    "2020-06-india-bans-tiktok",
    "2020-04-icann-rejects-org-sale",
)


@dataclass(frozen=True, slots=True)
class FollowedDesk:
    """An assistant with three topics, to which articles have come since."""

    assistant: Assistant
    equifax: Topic
    tiktok: Topic
    rates: Topic


def copy_of(article: Article, outlet: str) -> Article:
    """Return an article as another outlet carries it, an hour later."""
    assert article.published_at
    later = article.published_at + timedelta(hours=1)
    return replace(article, id=f"{article.id}-{outlet}", source=outlet, url="", published_at=later)


def corrected(article: Article) -> Article:
    """Return an article as its outlet corrects it a day later."""
    assert article.published_at
    body = article.body.replace("143 million American", "144 million American", 1)
    notice = "An earlier version of this article misstated the number of consumers."
    return replace(article, body=body, notice=notice, updated_at=article.published_at + timedelta(days=1))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Iterator[FollowedDesk]:
    """Return a desk at which nothing is changed."""
    articles = {article.id: article for article in read([STARTER]) if isinstance(article, Article)}
    data = tmp_path_factory.mktemp("followed")
    with Assistant(Settings(data_dir=data, llm=""), embedder=embedder) as assistant:
        for name in FIRST:
            assistant.archive.put(articles[name])
        assistant.sync()
        follow = assistant.topics.follow
        made = FollowedDesk(assistant, follow("", "Equifax breach"), follow("", "TikTok"), follow("", "interest rates"))
        for name in LATER:
            assistant.archive.put(articles[name])
        assistant.archive.put(copy_of(articles["2020-06-india-bans-tiktok"], "Other Wire"))
        assistant.archive.put(copy_of(articles["2017-09-equifax-143m"], "Other Wire"))
        assistant.archive.put(corrected(articles["2017-09-equifax-143m"]))
        assert assistant.topics.check() == 0  # Nothing of it is indexed yet.
        assert assistant.progress() == (2, 9)
        assistant.sync()
        assert assistant.topics.check() == 6
        yield made


def folder_of(desk: FollowedDesk) -> Path:
    """Return the data folder of a desk."""
    return desk.assistant.settings.data_dir
