"""Addresses: what is written into one is read from it again."""

from datetime import UTC, datetime

import pytest

from corpus import Article
from rag.model import Filters
from web.addresses import article_address, conversation_address, filters_of, read_query, write_query

NARROW = Filters(
    since=datetime(2017, 9, 1, tzinfo=UTC),
    until=datetime(2018, 3, 2, tzinfo=UTC),
    outlets=("A & B=C", "Zürich #1"),
    languages=("de",),
    feeds=("http://x.example/?a=1&b=2",),
)


def test_filters_and_what_else_a_view_depends_on_are_read_again() -> None:
    query = write_query(NARROW, words="the Kells ferry", page=0)
    assert query == (
        "words=the+Kells+ferry&since=2017-09-01&until=2018-03-01&outlets=A+%26+B%3DC&outlets=Z%C3%BCrich+%231"
        "&languages=de&feeds=http%3A%2F%2Fx.example%2F%3Fa%3D1%26b%3D2"
    )
    values = read_query(query)
    assert filters_of(values) == NARROW
    assert values["words"] == ["the Kells ferry"]


@pytest.mark.parametrize(
    "query", ["since=yesterday-ish", "until=2017-99-99", "since=2018&&=&since", "%ff=%ff", 7, None]
)
def test_what_cannot_be_read_narrows_nothing(query: object) -> None:
    assert not filters_of(read_query(query)).until


def test_a_query_of_very_many_values_is_not_read() -> None:
    assert read_query("&".join(f"outlets={n}" for n in range(100))) == {}


def test_a_name_of_absurd_length_is_left_out() -> None:
    assert filters_of(read_query(f"authors={'x' * 100_000}&authors=Ana")) == Filters(authors=("Ana",))


def test_an_article_is_named_with_its_version_and_its_marks() -> None:
    article = Article("2017/a b?#", "Title", "Body", version=3)
    assert article_address(article, [(12, 40), (50, 61)]) == "/a/2017%2Fa%20b%3F%23?v=3#12-40,50-61"
    assert article_address(article) == "/a/2017%2Fa%20b%3F%23?v=3"


def test_a_conversation_without_an_id_is_a_new_one() -> None:
    assert (conversation_address("x_Y-1"), conversation_address("")) == ("/c/x_Y-1", "/")
