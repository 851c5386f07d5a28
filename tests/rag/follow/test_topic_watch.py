"""What is found for topics that are followed."""

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.archive.engine import Place
from corpus.errors import ArchiveError, InputError
from rag.follow.topic_book import MOST_TOPICS, TopicBook, TopicFinding
from rag.model import Filters
from tests.disks import make_read_only, small_disk
from tests.postgresql import PostgresServer
from tests.rag.follow.conftest import FollowedDesk


def found(desk: FollowedDesk, topic: int) -> dict[str, str]:
    return {f"{one.article}@{one.version}": one.kind for one in desk.assistant.topics.book.findings(topic)}


def test_new_articles_and_new_versions_are_told_apart_from_what_was_there(desk: FollowedDesk) -> None:
    assert found(desk, desk.equifax.id) == {
        "2017-09-equifax-143m@1": "known",
        "2017-09-equifax-143m@2": "changed",
        "2017-09-equifax-143m-Other Wire@1": "new",
        "2017-10-equifax-145-5m@1": "new",
        "2019-07-equifax-settlement@1": "new",
    }
    assert found(desk, desk.tiktok.id) == {
        "2020-06-india-bans-tiktok@1": "new",
        "2020-06-india-bans-tiktok-Other Wire@1": "new",
    }
    assert found(desk, desk.rates.id) == {}


def test_sentences_that_bear_on_the_topic_are_kept(desk: FollowedDesk) -> None:
    (one,) = desk.assistant.topics.book.findings(desk.tiktok.id, ["2020-06-india-bans-tiktok"])
    article = desk.assistant.archive.get(one.article)
    assert article
    quotes = [article.body[start:end] for start, end, _ in one.spans]
    assert quotes[0].startswith("India on 29 June 2020 banned 59 mobile apps, most of them Chinese, among them TikTok")


def test_looking_again_finds_nothing_twice_also_after_a_rebuild(desk: FollowedDesk) -> None:
    watch, archive = desk.assistant.topics, desk.assistant.archive
    before = {topic.id: found(desk, topic.id) for topic in watch.book.topics()}
    assert watch.check() == 0
    with archive.transaction() as connection:  # As `rebuild` does.
        connection.execute("INSERT INTO changes (article_id) SELECT id FROM articles")
    assert watch.check() == 0
    assert {topic.id: found(desk, topic.id) for topic in watch.book.topics()} == before


@pytest.fixture
def book(place: Place) -> Iterator[TopicBook]:
    with closing(TopicBook(place)) as opened:
        yield opened


def test_another_archive_begins_anew(desk: FollowedDesk, book: TopicBook) -> None:
    book.add("", "Equifax", None, "another archive", 10_000)
    watch = desk.assistant.topics
    elsewhere = type(watch)(book, desk.assistant.evidence)
    assert elsewhere.check() == 0
    (topic,) = book.topics()
    assert (topic.archive, topic.checked_to) == (
        desk.assistant.archive.identity,
        desk.assistant.indexes.store.last_change(),
    )


def test_an_archive_that_was_moved_goes_on_where_the_source_was(desk: FollowedDesk, book: TopicBook) -> None:
    book.add("", "Equifax breach", None, "before", 1)
    book.add("", "Equifax", None, "before", 3)  # Looked at what the source had after it was copied.
    archive = desk.assistant.archive
    with archive.transaction() as connection:
        connection.execute("INSERT INTO meta VALUES ('log of before', '2') ON CONFLICT (name) DO NOTHING")
    type(desk.assistant.topics)(book, desk.assistant.evidence).check()
    first, second = book.topics()
    assert book.findings(first.id)
    assert not book.findings(second.id)
    assert {first.archive, second.archive} == {archive.identity}


def test_filters_hold(desk: FollowedDesk, book: TopicBook) -> None:
    watch = type(desk.assistant.topics)(book, desk.assistant.evidence)
    topic = watch.follow("", "Equifax breach", Filters(outlets=("Other Wire",)))
    assert [one.article for one in book.findings(topic.id)] == ["2017-09-equifax-143m-Other Wire"]


def test_looking_makes_no_file(tmp_path: Path) -> None:
    book, other = (TopicBook(tmp_path / "topics.sqlite3") for _ in range(2))
    assert book.topics("anna") == []
    assert list(tmp_path.iterdir()) == []
    other.add("anna", "harbour", None, "a", 1)
    assert [topic.text for topic in book.topics("anna")] == ["harbour"]


def test_each_user_has_topics_of_his_own(book: TopicBook) -> None:
    mine = book.add("anna", "  harbour \n toll ", None, "a", 1)
    assert mine.text == "harbour toll"
    assert book.add("anna", "harbour toll", None, "a", 5) == mine
    assert book.remove("bela", mine.id) is False
    book.mark_seen("bela", mine.id, 99)
    assert [topic.id for topic in book.topics("anna")] == [mine.id]
    assert book.topics("bela") == []
    assert book.feed_address("anna") != book.feed_address("bela")
    assert book.find_reader(book.feed_address("anna")) == "anna"
    old = book.feed_address("anna")
    assert book.feed_address("anna", renew=True) != old
    assert book.find_reader(old) is None
    assert book.remove("anna", mine.id) is True


def test_a_user_follows_a_limited_number(book: TopicBook) -> None:
    for n in range(MOST_TOPICS):
        book.add("", f"topic {n}", None, "a", 1)
    with pytest.raises(InputError, match="remove one first"):
        book.add("", "one more", None, "a", 1)


def test_a_folder_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data") as disk:
        book = TopicBook(disk / "topics.sqlite3")
        book.add("", "harbour", None, "a", 1)
        book.close()  # Else the disk could not be made so.
        make_read_only(disk)
        assert [topic.text for topic in book.topics()] == ["harbour"]
        with pytest.raises(ArchiveError, match="cannot be written"):
            book.add("", "another", None, "a", 1)


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "topics.sqlite3"
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(ArchiveError, match="cannot be"):
        TopicBook(path).topics()


def finding(article: str, version: int = 1) -> TopicFinding:
    return TopicFinding(article, version, "new", main=True, spans=((0, 5, 1.0),))


def test_what_several_machines_find_is_kept_once_and_none_falls_back(place: Place) -> None:
    with closing(TopicBook(place)) as here, closing(TopicBook(place)) as there:
        topic = here.add("anna", "harbour", None, "a", 1)
        here.record(topic, [finding("one"), finding("two")], "a", 9)
        there.record(topic, [finding("one"), finding("three")], "a", 5)
        assert [one.article for one in here.findings(topic.id)] == ["three", "two", "one"]
        assert [one.article for one in here.findings(topic.id, ["two", "four"])] == ["two"]
        assert there.topics()[0].checked_to == 9
        there.record(topic, (), "another", 3)
        assert [(one.archive, one.checked_to) for one in here.topics()] == [("another", 3)]
        assert here.count_unseen("anna") == {topic.id: 3}
        there.mark_seen("anna", topic.id, there.findings(topic.id)[1].key)
        assert here.count_unseen("anna") == {topic.id: 1}
        here.remove("anna", topic.id)
        there.record(topic, [finding("four")], "a", 10)
        assert there.findings(topic.id) == []


def test_what_was_told_stays_told(book: TopicBook) -> None:
    address = book.feed_address("anna")
    assert book.last_told("anna") == (0, None)
    book.mark_told("anna", 7)
    book.mark_told("anna", 5)
    assert book.last_told("anna")[0] == 7
    assert book.feed_address("anna") == address


def test_two_machines_do_not_send_one_digest_twice(postgres: PostgresServer) -> None:
    place, sent = postgres.make_schema(), []
    with closing(TopicBook(place)) as here, closing(TopicBook(place)) as there:

        def send(book: TopicBook) -> None:
            with book.tell("anna"):
                if book.last_told("anna")[0] == 0:
                    sent.append("digest")
                    book.mark_told("anna", 1)

        with here.tell("anna"):
            other = threading.Thread(target=send, args=(there,))
            other.start()
            with pytest.raises(ArchiveError, match="still sending this digest"), there.tell("anna", wait_s=0):
                pass
            with there.tell("bela", wait_s=0):
                pass
            assert here.last_told("anna")[0] == 0
            sent.append("digest")
            here.mark_told("anna", 1)
        other.join()
    assert sent == ["digest"]
