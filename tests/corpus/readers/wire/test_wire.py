"""The wire as agencies send it: headlines, bylines and keys in the places where they differ."""

import json

import pytest

from corpus import Article
from corpus.readers import Refusal, read_bytes

TEXT = "<p>The harbour council voted on Tuesday to rebuild the old ferry pier.</p><p>Work is to begin in spring.</p>"
BODY = "The harbour council voted on Tuesday to rebuild the old ferry pier.\n\nWork is to begin in spring."


def read(name: str, text: str) -> Article:
    (found,) = read_bytes(name, text.encode())
    assert isinstance(found, Article), found
    return found


def refusal(name: str, text: str) -> str:
    (found,) = read_bytes(name, text.encode())
    assert isinstance(found, Refusal), found
    return found.reason


def g2(meta: str, body: str) -> str:
    return (
        '<newsItem xmlns="http://iptc.org/std/nar/2006-10-01/" guid="urn:1"><itemMeta><itemClass qcode="ninat:text"/>'
        f"</itemMeta><contentMeta>{meta}</contentMeta><contentSet><inlineXML>"
        f'<html xmlns="http://www.w3.org/1999/xhtml"><body>{body}</body></html></inlineXML></contentSet></newsItem>'
    )


def nitf(head: str, content: str = TEXT) -> str:
    return f"<nitf><body><body.head>{head}</body.head><body.content>{content}</body.content></body></nitf>"


def newsml1(lines: str, content: str, management: str = "") -> str:
    return (
        "<NewsML><NewsItem><Identification><NewsIdentifier><ProviderId>gazette.example</ProviderId><DateId>20240305</DateId>"
        "<NewsItemId>17</NewsItemId><RevisionId>{revision}</RevisionId></NewsIdentifier></Identification>"
        f"<NewsManagement>{management}</NewsManagement><NewsComponent><NewsComponent><NewsLines>{lines}</NewsLines>"
        "<AdministrativeMetadata><Provider><Party FormalName='GAZ'/></Provider></AdministrativeMetadata>"
        f"{content}</NewsComponent></NewsComponent></NewsItem></NewsML>"
    )


@pytest.mark.parametrize(
    ("meta", "body", "title"),
    [
        ("<headline/><slugline>PIER</slugline>", f"<h1>Pier vote</h1>{TEXT}", "Pier vote"),
        ("<headline> </headline><slugline>PIER-VOTE</slugline>", TEXT, "PIER-VOTE"),
        ("<headline>Pier<br/>vote</headline>", TEXT, "Pier vote"),
    ],
)
def test_an_item_of_g2_without_a_headline_has_the_next_best_one(meta: str, body: str, title: str) -> None:
    article = read("a.xml", g2(meta, body))
    assert (article.title, article.body) == (title, BODY)


def test_the_tables_before_the_text_of_g2_are_dropped_and_those_within_stay() -> None:
    header = "<div><table><tr><td>Slug</td><td>PIER-VOTE</td></tr><tr><td>Desk</td><td>City</td></tr></table></div>"
    fares = "<table><tr><th>Trip</th><th>Fare</th></tr><tr><td>Single</td><td>3 euros</td></tr></table>"
    article = read("a.xml", g2("<headline>Pier</headline>", header + TEXT + fares))
    assert article.body == f"{BODY}\n\nTrip: Single; Fare: 3 euros"
    alone = read("a.xml", g2("<headline>Pier</headline>", fares))
    assert alone.body == "Trip: Single; Fare: 3 euros"


@pytest.mark.parametrize(
    ("byline", "author"),
    [
        ("By MARA VOSS<byttl>Harbour Correspondent</byttl>", "MARA VOSS"),
        ("By <person>Mara Voss</person> and <person>Lea Horn</person><byttl>Writers</byttl>", "Mara Voss, Lea Horn"),
        ("Mara Voss<byttl>Writer</byttl><location>Holm</location>", "Mara Voss"),
    ],
)
def test_titles_and_places_are_parted_from_the_names_of_a_byline(byline: str, author: str) -> None:
    assert read("a.xml", nitf(f"<hedline><hl1>Pier</hl1></hedline><byline>{byline}</byline>")).author == author


def test_text_behind_an_unwanted_element_stays() -> None:
    article = read(
        "a.xml", nitf("<hedline><hl1>Pier</hl1></hedline>", f"{TEXT}<media>x</media>Nine voted for it.<note>y</note>")
    )
    assert article.body == f"{BODY}\n\nNine voted for it."


def test_control_characters_in_xml_are_dropped() -> None:
    article = read("a.xml", nitf("<hedline><hl1>Pi\x07er&#7; vo&#x0;te</hl1></hedline>"))
    assert article.title == "Pier vote"


def test_newsml_1_is_read_with_one_key_over_its_revisions() -> None:
    text = newsml1(
        "<HeadLine>Pier vote</HeadLine><ByLine>By Mara Voss</ByLine>",
        f"<ContentItem><DataContent>{TEXT}</DataContent></ContentItem>",
    )
    first, second = (read("a.xml", text.format(revision=number)) for number in (1, 2))
    assert (first.title, first.body, first.author, first.source) == ("Pier vote", BODY, "Mara Voss", "GAZ")
    assert first.id == second.id


def test_newsml_1_holds_nitf_too() -> None:
    inner = nitf("<hedline><hl1>Pier vote</hl1></hedline><byline>Mara Voss<byttl>Writer</byttl></byline>")
    article = read("a.xml", newsml1("", f"<ContentItem><DataContent>{inner}</DataContent></ContentItem>"))
    assert (article.title, article.body, article.author) == ("Pier vote", BODY, "Mara Voss")


@pytest.mark.parametrize(
    ("content", "management", "reason"),
    [
        (
            "<ContentItem Href='a.jpg'><MediaType FormalName='Photo'/></ContentItem>",
            "",
            "no text but of the kind 'Photo'",
        ),
        (
            f"<ContentItem><DataContent>{TEXT}</DataContent></ContentItem>",
            "<Status FormalName='Canceled'/>",
            "marked it as canceled",
        ),
    ],
)
def test_newsml_1_that_is_a_picture_or_canceled_is_refused(content: str, management: str, reason: str) -> None:
    assert reason in refusal("a.xml", newsml1("<HeadLine>Pier</HeadLine>", content, management))


@pytest.mark.parametrize(
    ("text", "title", "body", "day"),
    [
        (
            "\x01bdt0259 3 pl 321  dpa 0564\r\n\r\nRat/Fähre/\r\n(Zusammenfassung)\r\nRat baut\r\nneuen Anleger =\r\n\r\n"
            "Holm (dpa) - Der Rat hat dafür gestimmt.\r\n\r\n051430 Mrz 24\r\n\x03",
            "Rat baut neuen Anleger",
            "Holm (dpa) - Der Rat hat dafür gestimmt.",
            "2024-03-05",
        ),
        ("gaz062 4 i 211\n\nPier vote\n\nThe council voted.\n", "Pier vote", "The council voted.", None),
    ],
)
def test_iptc_7901_is_read_behind_its_header(text: str, title: str, body: str, day: str | None) -> None:
    article = read("a.txt", text)
    assert (article.title, article.body) == (title, body)
    assert (article.published_at and f"{article.published_at:%Y-%m-%d}") == day


def test_a_text_that_only_begins_with_a_word_and_numbers_is_no_message() -> None:
    assert read("a.txt", "Flight ba2490 4 hours late\n\nThe flight was late.").title == "Flight ba2490 4 hours late"


@pytest.mark.parametrize(
    "item",
    [
        {
            "type": "picture",
            "uri": "urn:1",
            "headline": "Pier",
            "description_text": "The pier.",
            "renditions": {"main": {}},
        },
        {"type": "urn:x:video", "pubstatus": "usable", "headline": "Pier", "body_text": "The pier."},
        {
            "type": "image",
            "mimetype": "image/jpeg",
            "title": "Pier",
            "description": "The pier.",
            "url": "https://x.example/1",
        },
    ],
)
def test_items_that_are_no_text_are_refused(item: dict[str, object]) -> None:
    assert "only texts are read" in refusal("a.json", json.dumps(item))


@pytest.mark.parametrize(
    "value",
    [
        {"name": "pier-widget", "description": "Shows the tides", "version": "1.0.0", "author": "Mara Voss"},
        {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Tide", "description": "A tide", "text": "x"},
        {"title": "Tide", "description": "The height of a tide", "type": "object", "properties": {}},
        {"name": "Pier", "short_name": "Pier", "description": "An app", "start_url": "/", "icons": []},
    ],
)
def test_configuration_files_are_no_articles(value: dict[str, object]) -> None:
    assert "configuration file" in refusal("a.json", json.dumps(value))


def test_a_headline_with_a_summary_and_a_date_or_an_address_is_an_article() -> None:
    for more in ({"publishedAt": "2024-03-05"}, {"url": "https://gazette.example/1"}):
        assert (
            read("a.json", json.dumps({"title": "Pier vote", "description": "The council voted.", **more})).title
            == "Pier vote"
        )


@pytest.mark.parametrize(
    "status", [{"status": "draft"}, {"draft": True}, {"post_status": "private"}, {"status": "trash"}]
)
def test_what_was_never_published_stays_out(status: dict[str, object]) -> None:
    assert "was not published" in refusal(
        "a.json", json.dumps({"title": "Pier", "body": "The council voted.", **status})
    )
    assert (
        read("a.json", json.dumps({"title": "Pier", "body": "The council voted.", "status": "publish"})).title == "Pier"
    )


def test_a_draft_in_markdown_stays_out() -> None:
    assert "was not published" in refusal("a.md", "---\ntitle: Pier\ndraft: true\n---\nThe council voted.")


@pytest.mark.parametrize("name", ["a.xml", "a.txt", "a"])
def test_xml_of_another_kind_is_refused_by_its_name(name: str) -> None:
    text = "<?xml version='1.0'?><!-- x --><catalogue><title>Pier</title><p>The council voted.</p></catalogue>"
    assert "<catalogue>" in refusal(name, text)


def test_control_characters_in_json_are_no_hindrance() -> None:
    assert read("a.json", '{"title": "Pi\x07er", "body": "The council\tvoted."}').title == "Pier"
    assert read("a.jsonl", '{"title": "Pi\x07er", "body": "The council\tvoted."}\n').title == "Pier"
