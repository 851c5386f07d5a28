"""The feeds of topics, whose address is the only key."""

from pathlib import Path

import httpx

from rag.follow.topic_book import TopicBook
from tests.web.conftest import Newsroom, accounts_of, served


def test_each_reader_has_a_feed_that_needs_no_sign_in_and_goes_with_the_account(
    starter: Newsroom, tmp_path: Path
) -> None:
    accounts = accounts_of(tmp_path, "anna", "bela")
    assistant = starter.open()
    book = assistant.topics.book = TopicBook(tmp_path / "topics.sqlite3")
    book.add("anna", "TikTok", None, "a", 0)
    addresses = {name: book.feed_address(name) for name in ("anna", "bela", "")}
    with served(lambda: assistant, accounts=accounts) as url, httpx.Client(base_url=url) as client:
        assert client.get("/feed/" + addresses["anna"]).status_code == 200
        assert client.get("/feed/" + addresses["bela"]).status_code == 200
        wrong = [addresses[""], "x" * 43, addresses["anna"][:-1], addresses["anna"].upper(), "' OR 1=1 --", "%00"]
        assert [client.get(f"/feed/{one}").status_code for one in wrong] == [404] * len(wrong)
        assert client.post("/feed/" + addresses["anna"]).status_code == 404
        assert client.get(f"/feed/{addresses['anna']}/x").status_code == 404
        assert client.get("/config").status_code == 401
        answer = client.get("/feed/" + addresses["anna"])
        assert answer.headers["cache-control"] == "private, no-store"
        assert "set-cookie" not in answer.headers
        accounts_of(tmp_path, "bela")
        assert client.get("/feed/" + addresses["anna"]).status_code == 404
