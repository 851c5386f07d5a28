"""Topics that a user follows, by programs with a key."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from corpus.archive.collections import Collections
from tests import http_client
from tests.web.conftest import EQUIFAX, Newsroom, keyed_accounts, served, starter_articles


def call(url: str, headers: dict[str, str], name: str, *arguments: object) -> Any:
    """Return what an endpoint answers, or the message of its error."""
    with http_client.open_client(f"{url}/gradio_api/call", headers=headers) as client:
        event = client.post(f"/{name}", json={"data": list(arguments)}).json()["event_id"]
        lines = client.get(f"/{name}/{event}").text.splitlines()
    data = json.loads(lines[-2].removeprefix("data: "))
    return data["error"] if "event: error" in lines else data[0]


@pytest.fixture
def newsroom(build: Callable[..., Newsroom]) -> Newsroom:
    articles = {article.id: article for article in starter_articles()}
    return build(articles[EQUIFAX], articles["2014-05-google-spain-right-to-be-forgotten"])


def test_each_user_follows_topics_and_is_told_what_is_new_once(newsroom: Newsroom, tmp_path: Path) -> None:
    accounts, keys = keyed_accounts(tmp_path, anna="reader", bela="reader")
    new = next(article for article in starter_articles() if article.id == "2017-10-equifax-145-5m")
    assistant = newsroom.own()
    with served(lambda: assistant, accounts=accounts) as url:

        def ask(name: str, *arguments: object, who: str = "anna") -> Any:
            return call(url, keys[who], name, *arguments)

        made = ask("follow_topic", "Equifax breach")
        assert (made["topic"], made["known"], made["filters"]) == ("Equifax breach", 1, None)
        assert ask("digest")["topics"] == []
        assistant.archive.put(new)
        assistant.sync()
        assert [(topic["id"], topic["unseen"]) for topic in ask("list_topics")] == [(made["id"], 1)]
        assert ask("list_topics", who="bela") == []
        for since, count in (("yesterday", 1), ("", 1), ("", 0), ("yesterday", 1)):
            told = ask("digest", since)
            assert [a["article_id"] for t in told["topics"] for a in t["articles"]] == [new.id] * count
        assert ask("digest", who="bela")["topics"] == []
        assert "there is no topic" in ask("unfollow_topic", made["id"], who="bela")
        assert "there is no topic" in ask("unfollow_topic", 10**30)
        assert ask("unfollow_topic", made["id"]) == []
        assert "names no day" in ask("digest", "never")
        assert "The question is empty" in ask("follow_topic", " ")


def test_a_topic_keeps_to_the_collection_of_its_user(newsroom: Newsroom, tmp_path: Path) -> None:
    accounts, keys = keyed_accounts(tmp_path, anna="reader", bela="reader")
    articles = {article.id: article for article in starter_articles()}
    assistant = newsroom.own()
    picked = Collections(assistant.archive, "anna")
    picked.create("Breaches")
    with served(lambda: assistant, accounts=accounts) as url:
        made = call(url, keys["anna"], "follow_topic", "Equifax breach", "", "", "", "", "", "Breaches")
        assert (made["known"], made["filters"]["collections"]) == (0, ["Breaches"])
        assert "no collection" in call(url, keys["bela"], "follow_topic", "Equifax", "", "", "", "", "", "Breaches")
        for name in ("2017-10-equifax-145-5m", "2019-07-equifax-settlement"):
            assistant.archive.put(articles[name])
        picked.add("Breaches", ["2019-07-equifax-settlement"])
        assistant.sync()
        assert assistant.topics.check() == 1
        (found,) = assistant.topics.book.findings(made["id"])
    assert found.article == "2019-07-equifax-settlement"
