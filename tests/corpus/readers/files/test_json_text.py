"""JSON and JSONL."""

import json
from datetime import UTC, datetime

from corpus import Article
from corpus.readers import ReadOptions, Refusal, read_bytes


def articles(name: str, data: bytes | str, options: ReadOptions | None = None) -> list[Article]:
    raw = data if isinstance(data, bytes) else data.encode()
    return [one for one in read_bytes(name, raw, options or ReadOptions()) if isinstance(one, Article)]


def refusals(name: str, data: bytes | str) -> list[Refusal]:
    raw = data if isinstance(data, bytes) else data.encode()
    return [one for one in read_bytes(name, raw) if isinstance(one, Refusal)]


def test_a_line_is_an_article_and_a_bad_line_does_not_stop_the_rest() -> None:
    data = (
        '{"id": "a1", "title": "Tram line opens", "body": "The line has 12 stops.", "source": "City Desk",'
        ' "published_at": "2015-12-16T10:00:00+02:00", "language": "en-GB"}\n'
        "{broken\n\n"
        '{"title": "No text"}\n'
        '["not", "an article"]\n'
        '{"headline": "Bridge closed", "text": "It shut.", "pubDate": 1450260000}'
    )
    found = list(read_bytes("news.jsonl", data.encode()))
    assert found[0] == Article(
        id="a1",
        title="Tram line opens",
        body="The line has 12 stops.",
        source="City Desk",
        published_at=datetime(2015, 12, 16, 8, tzinfo=UTC),
        language="en",
    )
    assert [one.item for one in found if isinstance(one, Refusal)] == [
        *("news.jsonl:2", "news.jsonl:4", "news.jsonl:5[0]", "news.jsonl:5[1]"),
    ]
    last = found[-1]
    assert isinstance(last, Article)
    assert (last.title, last.published_at) == ("Bridge closed", datetime(2015, 12, 16, 10, tzinfo=UTC))


def test_json_shapes_that_hold_articles() -> None:
    one = {"title": "Tram line opens", "content": "The line has 12 stops."}
    for value in (
        one,
        [one],
        {"articles": [one]},
        {"status": "ok", "response": {"docs": [one]}},
        {"data": {"item": one}},
    ):
        assert [found.title for found in articles("x.json", json.dumps(value))] == ["Tram line opens"]


def test_a_list_that_ends_in_the_middle_gives_what_came_before() -> None:
    found = list(read_bytes("x.json", b'[{"title": "A", "body": "One."}, {"title": "B", "bo'))
    assert isinstance(found[0], Article)
    assert isinstance(found[1], Refusal)
    assert "not JSON" in found[1].reason


def test_the_mapping_goes_before_the_aliases_and_follows_dots() -> None:
    data = '{"title": "Wrong", "meta": {"head": "Right"}, "story_text": "Text."}'
    options = ReadOptions(mapping={"title": "meta.head", "body": "story_text"})
    assert [(one.title, one.body) for one in articles("x.json", data, options)] == [("Right", "Text.")]


def test_encodings_by_mark_and_by_content() -> None:
    text = '[{"title": "Vote à l\'assemblée", "body": "Le budget a été adopté, déjà, après un débat animé."}]'
    for encoding in ("utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"):
        assert [one.title for one in articles("x.json", text.encode(encoding))] == ["Vote à l'assemblée"]


def test_a_stray_byte_in_utf_8_is_read_as_windows_1252() -> None:
    good = "".join(f'{{"title": "Café {n}", "body": "Déjà vu."}}\n' for n in range(5)).encode()
    assert articles("x.jsonl", good + b'{"title": "Caf\xe9", "body": "Texte."}')[-1].title == "Café"


def test_deep_nesting_is_refused() -> None:
    (refusal,) = refusals("x.jsonl", '{"a":' + "[" * 100_000)
    assert "not JSON" in refusal.reason
    assert refusals("x.json", "[" * 100_000)
