"""A conversation as a file: every source numbered, and no text in it becomes markup."""

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from markdown_it import MarkdownIt

from corpus import Article
from eval.loaders.own import load_own
from eval.validation import validate
from rag.model import Answer, Claim, Event
from tests.promises import RecordPromise
from tests.web.conftest import cite
from tests.web.payloads import leaking, scripts
from web.conversations.conversation import Conversation, Exchange
from web.conversations.conversation_export import conversation_to_markdown, export_conversation, to_html
from web.conversations.ratings_export import build_question_set

if TYPE_CHECKING:
    from playwright.sync_api import Page

BODY = "First words that are cited here."
WORDS = "words that are cited"


def conversation(*payloads: str, opinion: int = 0, remark: str = "", status: str = "answered") -> Conversation:
    found = Conversation(id="c1", title=f"Title {' '.join(payloads)}")
    for n, payload in enumerate(payloads, 1):
        article = Article(f"a{n}", f"Headline {payload}", BODY, f"Desk {payload}", "https://example.org/<a>")
        citations = (cite(1, article, WORDS),) if status == "answered" else ()
        answer = Answer(
            f"Q{n} {payload}",
            "answered",
            f"**Bold** {payload} [1].\n\n- item",
            citations=citations,
            claims=(Claim(f"C {payload}", (1,), "flagged", f"R {payload}"),),
            notes=(f"N {payload}",),
        )
        exchange = found.begin(Exchange(f"Q{n} {payload}", key=n, opinion=opinion, remark=remark))
        exchange.take(Event("done", answer.text, (), replace(answer, status=status)))  # type: ignore[arg-type]
    return found


def test_markdown_reads_as_it_was_answered() -> None:
    text = conversation_to_markdown(conversation("x"))
    assert text.startswith("# Title x\n\n## Q1 x\n\n**Bold** x [1].\n\n- item\n\n> **Not supported:** “C x” R x")
    assert "1. Headline x · Desk x · date unknown" in text
    assert f"“{WORDS}”" in text


def test_an_answer_keeps_its_lists_and_looks_as_it_was_written() -> None:
    found = Conversation(title="T")
    text = "- one [1]\n2. two\n# three\n> four\na & b <i>"
    found.begin(Exchange("Q")).take(Event("done", text, (), Answer("Q", "answered", text)))
    assert "\n\n- one [1]\n2. two\n\\# three\n\\> four\na \\& b \\<i\\>\n\n" in conversation_to_markdown(found)


@pytest.mark.parametrize("payload", [*scripts()[::4], *leaking("http://127.0.0.1:9")[::3]])
def test_no_text_becomes_markup_in_markdown(payload: str) -> None:
    tokens = MarkdownIt("commonmark").parse(conversation_to_markdown(conversation(payload)))
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or []}
    assert kinds.isdisjoint({"image", "html_block", "html_inline", "fence", "code_block"})
    links = [c.attrs["href"] for t in tokens for c in t.children or [] if c.type == "link_open"]
    assert set(links) <= {"https://example.org/%3Ca%3E"}


@pytest.mark.sizes(1, 40)
@pytest.mark.own_page
def test_nothing_runs_and_nothing_is_fetched_from_a_saved_page(
    page: "Page", tmp_path: Path, size: int, record_promise: RecordPromise
) -> None:
    payloads, wrong = [*scripts(), *leaking("http://127.0.0.1:9")], []
    asked: list[str] = []
    page.add_init_script("window.executed = []")
    page.on("request", lambda request: asked.append(request.url))
    for n in range(size):
        # In each file another payload comes first, and so stands in its title.
        turned = payloads[n * len(payloads) // size :] + payloads[: n * len(payloads) // size]
        path = tmp_path / f"saved{n}.html"
        path.write_text(to_html(conversation(*turned)), encoding="utf-8")
        asked.clear()
        page.goto(path.as_uri())
        elements = page.locator("script, img, iframe, object, form").count()
        if page.evaluate("window.executed") != [] or asked != [path.as_uri()] or elements:
            wrong.append(turned[0])
        assert page.locator("#card-0-1").inner_text().startswith(f"Headline {turned[0]}"[:20])
        page.click("a.n >> nth=0")
        assert page.evaluate("location.hash") == "#card-0-1"
    record_promise(
        "exported HTML in a browser",
        "0 executed, 0 fetched",
        f"{size} files with {len(payloads)} payloads each: {len(wrong)} with anything executed or fetched",
    )
    assert wrong == []


def test_json_holds_the_record_of_every_answer() -> None:
    name, kind, text = export_conversation(conversation("x", "y"), "json")
    record = json.loads(text)
    assert (name, kind) == ("title-x-y.json", "application/json")
    assert [e["answer"]["citations"][0]["quote"] for e in record["exchanges"]] == [WORDS, WORDS]


def test_a_name_is_always_found_for_the_file() -> None:
    assert export_conversation(Conversation(title="../../…"), "markdown")[0] == "conversation.md"
    with pytest.raises(ValueError, match="none of markdown, html, docx, json, ris"):
        export_conversation(Conversation(), "exe")


@pytest.mark.parametrize(
    ("opinion", "remark", "status", "kind"),
    [
        (1, "", "answered", "confirmed"),
        (1, "", "not_found", "null"),
        (-1, "It was 5.", "answered", "disputed"),
        (-1, "", "answered", ""),
    ],
)
def test_opinions_become_questions_that_the_evaluation_accepts(
    tmp_path: Path, opinion: int, remark: str, status: str, kind: str
) -> None:
    judged = conversation("x", opinion=opinion, remark=remark, status=status)
    path = tmp_path / "ratings.jsonl"
    path.write_text(build_question_set([(judged, 0)]), encoding="utf-8")
    questions = load_own(path)
    assert [question.type for question in questions.questions] == ([kind] if kind else [])
    assert bool(validate(questions, {"a1": Article("a1", "t", BODY)})) is not bool(
        kind
    )  # A set of nothing is a defect.


def test_a_headline_in_the_web_page_stands_on_a_line_of_its_own(page: "Page") -> None:
    article = Article("a", "Ferry runs again", BODY, "Coast Wire")
    answer = Answer(
        "Q?",
        "answered",
        f"**Coast Wire, undated – Ferry runs again**\n{BODY} [1].",
        citations=(cite(1, article, WORDS),),
    )
    found = Conversation(title="Title")
    found.begin(Exchange("Q?")).take(Event("done", answer.text, (), answer))
    page.set_content(to_html(found))
    assert page.inner_text("section p >> nth=0").splitlines()[-1].startswith(BODY)
