"""Answers as DOCX: real footnotes, flags in words, and no text that breaks the file."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime

import docx
import pytest
from defusedxml.ElementTree import fromstring

from corpus.article import Article, Chunk
from rag.answer.answer_docx import AnsweredQuestion, render_docx
from rag.model import Answer, Citation, Claim, Passage

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
ARTICLE = Article(
    "a1", "Toll rises", "The toll rises. Ferries stop.", "Harbour Post", "https://example.org/a", "Jane Doe",
    datetime(2024, 3, 5, tzinfo=UTC),
)  # fmt: skip


def cited(article: Article = ARTICLE) -> tuple[Citation, ...]:
    passage = Passage(Chunk(article, 0, 0, len(article.body)), 1, 1.0)
    return (Citation(1, passage, 0, 15), Citation(2, replace(passage, rank=2), 16, 29))


def answer(text: str, **more: object) -> Answer:
    made = Answer(
        "When?", "answered", text, citations=cited(), model="openai:test", asked_at=datetime(2024, 8, 1, tzinfo=UTC)
    )
    return replace(made, **more)  # type: ignore[arg-type]


def read(content: bytes) -> tuple[list[tuple[str, str]], list[str], list[int]]:
    """Return style and text of the paragraphs, the text of the footnotes by number, and the numbers that are referred to."""
    paragraphs = [(p.style.name if p.style else "", p.text) for p in docx.Document(io.BytesIO(content)).paragraphs]
    with zipfile.ZipFile(io.BytesIO(content)) as file:
        parts = {name: file.read(name) for name in file.namelist()}
    assert b"wordprocessingml.footnotes+xml" in parts["[Content_Types].xml"]
    assert b'relationships/footnotes" Target="footnotes.xml"' in parts["word/_rels/document.xml.rels"]
    notes = list(fromstring(parts["word/footnotes.xml"]))
    assert [note.get(f"{W}id") for note in notes] == [str(n) for n in range(-1, len(notes) - 1)]
    assert [note.get(f"{W}type") for note in notes[:3]] == ["separator", "continuationSeparator", None][: len(notes)]
    styles = {style.get(f"{W}styleId") for style in fromstring(parts["word/styles.xml"])}
    used = {
        element.get(f"{W}val")
        for part in ("word/document.xml", "word/footnotes.xml")
        for kind in ("pStyle", "rStyle")
        for element in fromstring(parts[part]).iter(f"{W}{kind}")
    }
    assert used <= styles
    settings = [element.tag for element in fromstring(parts["word/settings.xml"])]
    assert settings.index(f"{W}footnotePr") < settings.index(f"{W}compat")
    referred = [int(r.get(f"{W}id") or 0) for r in fromstring(parts["word/document.xml"]).iter(f"{W}footnoteReference")]
    return paragraphs, ["".join(note.itertext()).strip() for note in notes[2:]], referred


def test_each_mark_is_a_footnote_with_source_and_words() -> None:
    text = "## Tolls\n\nThe **toll** rises [1]. No ferry runs [2][1].\n- Item [9]"
    paragraphs, notes, referred = read(render_docx("When?", [AnsweredQuestion("When?", answer(text))]))
    assert paragraphs[:4] == [
        ("Heading 1", "When?"),
        ("Heading 3", "Tolls"),
        ("Normal", "The toll rises. No ferry runs."),
        ("List Bullet", "Item [9]"),
    ]
    source = "Jane Doe, “Toll rises”, Harbour Post, 5 March 2024, https://example.org/a."
    assert notes == [f"{source} “The toll rises.”", f"{source} “Ferries stop.”", "“Toll rises”, as in note 1."]
    assert referred == [1, 2, 3]


def test_flags_notes_and_origin_are_told_in_words() -> None:
    claims = (Claim("It fell", (1,), "flagged", "It rises."), Claim("Soon", (1,), "unchecked"))
    made = answer("It fell [1].", claims=claims, notes=("A note.",), nearest=(ARTICLE,))
    paragraphs, _, _ = read(render_docx("When?", [AnsweredQuestion("When?", made)]))
    texts = [text for _, text in paragraphs]
    assert "Not supported: “It fell” It rises." in texts
    assert "Not checked: “Soon”" in texts
    assert "A note." in texts
    assert "Jane Doe, “Toll rises”, Harbour Post, 5 March 2024, https://example.org/a." in texts
    assert texts[-1] == "Asked on 1 August 2024. status: answered; model: openai:test"


def test_a_conversation_holds_every_question_and_numbers_its_notes_on() -> None:
    asked = [
        AnsweredQuestion("When?", answer("It rises [1].")),
        AnsweredQuestion("Why?", None, "Because", "Stopped."),
        AnsweredQuestion("Where?", answer("Here [1].", model="none")),
    ]
    paragraphs, notes, referred = read(render_docx("Tolls", asked))
    assert [text for style, text in paragraphs if style.startswith("Heading")] == ["Tolls", "When?", "Why?", "Where?"]
    assert ("Normal", "Stopped.") in paragraphs
    assert (len(notes), referred, notes[1]) == (2, [1, 2], "“Toll rises”, as in note 1.")


@pytest.mark.parametrize(
    "text", ["a\x00b\x0bc\x0cd\x1fe\ufffe\ud800", "<w:p/> & ]]> <!--", "** [1]** [1", "#", "- ", "*" * 500]
)
def test_no_text_breaks_the_file(text: str) -> None:
    article = replace(ARTICLE, title=text, source=text, author=text)
    made = replace(answer(f"{text} [1]\n{text}", citations=cited(article), notes=(text,)), question=text)
    for model in ("none", "openai:test"):
        _, notes, referred = read(render_docx(text, [AnsweredQuestion(text, replace(made, model=model), text, text)]))
        assert len(notes) == len(referred) >= 1
