"""Answers as files, of articles that try to become markup."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from corpus.article import Article, Chunk
from corpus.cli.display import to_line
from corpus.errors import InputError
from rag.answer.answer_export import escape_markdown, export, to_json, to_markdown
from rag.model import Answer, Citation, Claim, Passage

HOSTILE = (
    "# Heading",
    "![x](http://evil.example/p.png)",
    "[click](javascript:alert(1))",
    "<script>alert(1)</script> <b onmouseover=x>",
    "<http://evil.example> http://evil.example www.evil.example mail@evil.example",
    "- item",
    "+ item",
    "12. item",
    "1) item",
    "> quote",
    "```code```",
    "*a* _b_ **c** ~~d~~ `e` $x^2$ | cell |",
    "&lt;b&gt; &amp;",
    "---",
    "===",
    "[^1]: note",
    "\\[1\\] \\\\",
    ": definition",
    "a\n\n# b",
)
MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shown(text: str) -> tuple[set[str], str]:
    """Return the kinds of elements that Markdown makes of a text, and what a reader sees."""
    kinds, words = set(), []
    for token in MARKDOWN.parse(text):
        kinds.add(token.type)
        for child in token.children or ():
            kinds.add(child.type)
            words.append(child.content)
    return kinds, "".join(words)


PLAIN = {"paragraph_open", "inline", "paragraph_close", "text"}


@pytest.mark.parametrize("text", HOSTILE)
def test_text_shows_as_it_reads(text: str) -> None:
    kinds, words = shown(escape_markdown(text))
    assert kinds <= PLAIN
    assert words == " ".join(text.split())


@given(st.text(st.characters(min_codepoint=32, max_codepoint=0x2FF), max_size=60))
def test_any_text_shows_as_it_reads(text: str) -> None:
    kinds, words = shown(escape_markdown(text))
    assert kinds <= PLAIN
    assert words.split() == to_line(text, 1000).split()


def made(text: str) -> Answer:
    article = Article("a1", text, f"Before. {text}", text, text, published_at=datetime(2024, 3, 5, tzinfo=UTC))
    passage = Passage(Chunk(article, 0, 0, len(article.body)), 1, 0.75, {"dense": 0.5})
    return Answer(
        question=text,
        status="answered",
        text=f"**{text.replace('*', '')}**\n{text} [1].",
        citations=(Citation(1, passage, 8, len(article.body)),),
        claims=(Claim(text, (1,), "flagged", text),),
        passages=(passage,),
        notes=(text,),
        nearest=(article,),
        entries=(Citation(0, passage, 8, len(article.body)),),
        model="openai:test",
        prompt=(("system", "Rules."), ("user", text)),
        usage={"output_tokens": 5},
        versions={"newsdesk": "1"},
        asked_at=datetime(2024, 8, 1, tzinfo=UTC),
        archive_until=datetime(2024, 7, 18, tzinfo=UTC),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_an_exported_answer_is_markup_but_ours(text: str) -> None:
    tokens = MARKDOWN.parse(to_markdown(made(text)))
    kinds = {child.type for token in tokens for child in token.children or ()}
    assert kinds <= {"text", "strong_open", "strong_close", "em_open", "em_close"}
    types = [token.type for token in tokens]
    assert types.count("heading_open") == 6
    assert types.count("hr") == 1
    assert types.count("blockquote_open") == 1
    assert not {"html_block", "fence", "code_block", "table_open"} & set(types)


def test_markdown_reads_well() -> None:
    assert to_markdown(made("Toll rises")) == (
        "# Toll rises\n\n**Toll rises**\n\nToll rises \\[1\\].\n\n"
        "*The evidence is of 5 March 2024. The newest article in the archive is of 18 July 2024.*\n\n"
        "## Not supported by what is cited\n\n- Toll rises (Toll rises)\n\n"
        "## Notes\n\n- Toll rises\n\n"
        "## Sources\n\n1. Toll rises. Toll rises, 5 March 2024\n\n   Toll rises, article a1, characters 8 to 18\n\n"
        "   > Toll rises\n\n\n"
        "## All stories\n\n- 5 March 2024: Toll rises (Toll rises)\n\n"
        "## Nearest in the archive\n\n- Toll rises. Toll rises, 5 March 2024\n\n"
        "---\n\nAsked on 1 August 2024. status: answered; model: openai:test; newsdesk: 1\n"
    )


def test_json_holds_all_that_made_the_answer() -> None:
    record = json.loads(to_json(made("Toll rises")))
    assert record["prompt"] == [{"role": "system", "text": "Rules."}, {"role": "user", "text": "Toll rises"}]
    assert record["passages"][0]["chunk_id"] == "a1@1#0"
    assert (record["passages"][0]["score"], record["passages"][0]["signals"]) == (0.75, {"dense": 0.5})
    assert {
        "question", "standalone", "status", "text", "citations", "claims", "passages", "as_of", "filters", "parts",
        "notes", "nearest", "entries", "periods", "meanings", "model", "usage", "stages", "timings_ms", "versions", "asked_at", "archive_until", "prompt",
    } == set(record)  # fmt: skip
    assert (record["asked_at"], record["archive_until"]) == ("2024-08-01T00:00:00+00:00", "2024-07-18T00:00:00+00:00")


def test_a_file_is_replaced_and_a_bad_name_refused(tmp_path: Path) -> None:
    file = tmp_path / "answer.MD"
    file.write_text("old")
    export(made("Toll \ud800 rises"), file)
    assert file.read_text("utf-8").startswith("# Toll ")
    with pytest.raises(InputError, match=r"end it in \.md, \.docx, "):
        export(made("Toll"), tmp_path / "answer.txt")
    with pytest.raises(InputError, match="cannot be written"):
        export(made("Toll"), tmp_path / "nowhere" / "answer.md")
