"""Questions to begin with and questions to go on with: made from the archive, tried, and in decent words."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from corpus import Article
from rag.text.speakers import find_speakers
from tests.waiting import PATIENCE_S
from tests.web.ask.test_ask_tab import opened
from tests.web.conftest import Newsroom, article_of, served
from tests.web.page_waits import wait_shown
from web.assistant.example_questions import Examples, question_about
from web.assistant.suggestions import suggest_questions

if TYPE_CHECKING:
    from playwright.sync_api import Page

FERRY = Article(
    "ferry",
    "Harbour opens ferry to Eastfield",
    "The ferry of Eastfield runs again since Monday. “The ferry of Eastfield will carry 120 passengers,” Ana Sousa said. "
    "The Harbour Office said that the fare stays at two dollars.",
    "Eastfield Gazette",
)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("The Commerce Department said on Monday that it would wait.", ["the Commerce Department"]),
        ("Officials of the Commerce Department said that it would wait.", ["the Commerce Department"]),
        ("Barbara Underwood, the attorney general, said that it would wait.", ["Barbara Underwood"]),
        ("They bathe Ana Sousa said.", ["Ana Sousa"]),
        ("Nobody spoke.", []),
    ],
)
def test_speakers_are_named_as_the_text_names_them(text: str, names: list[str]) -> None:
    assert find_speakers(text) == names


def test_a_question_is_made_of_who_spoke_and_what_the_headline_names() -> None:
    assert question_about(FERRY) == "What did Ana Sousa say about Eastfield?"
    assert question_about(replace(FERRY, title="A ferry runs again")) == ""
    assert question_about(replace(FERRY, body="The ferry runs again.")) == ""


RAINY = article_of({"id": "b", "title": "Nothing", "body": "It rained in the hills all day on Monday."})


def test_an_archive_of_its_own_offers_questions_that_it_answers(page: "Page", build: Callable[..., Newsroom]) -> None:
    # They come while the page is still looking often, not when it would look again at rest.
    with served(build(FERRY, RAINY).open, idle_look_s=2 * PATIENCE_S) as url:
        opened(page, url)
        wait_shown(page, "#welcome [data-act=ask]")
        assert page.locator("#welcome [data-act=ask]").all_inner_texts() == ["What did Ana Sousa say about Eastfield?"]
        page.click("#welcome [data-act=ask]")
        wait_shown(page, "#turn-0 a.n")
        assert "120 passengers" in page.inner_text("#turn-0 .a")


def test_what_ships_is_offered_where_the_starter_corpus_is(starter: Newsroom) -> None:
    with starter.open() as assistant:
        assert Examples(assistant).current() == assistant.example_questions(4)


def test_what_is_offered_below_an_answer_is_about_its_matter(build: Callable[..., Newsroom]) -> None:
    storm = article_of(
        {
            "id": "c",
            "title": "Rain after the storm",
            "body": "It rains in Eastfield again, the forester Mara Bell said.",
        }
    )
    with build(FERRY, RAINY, storm).open() as assistant:
        answer = assistant.ask("What did Ana Sousa say about Eastfield?")
        assert {"ferry", "c"} <= {passage.article.id for passage in answer.passages}
        offered = suggest_questions(assistant, answer, [answer.question])
    assert not [question for question in offered if "Mara Bell" in question or "Rain" in question]


def test_below_a_refusal_no_question_is_offered(starter: Newsroom) -> None:
    with starter.open() as assistant:
        refusal = assistant.ask("Who won the World Cup?")
        assert refusal.status == "not_found"
        assert suggest_questions(assistant, refusal, [refusal.question]) == []
