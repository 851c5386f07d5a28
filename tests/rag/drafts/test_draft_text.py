"""Drafts in every form that is read."""

import io
from pathlib import Path

import docx
import pytest

from corpus.errors import InputError
from rag.drafts.draft_text import LONGEST_DRAFT, clean_draft, read_draft_bytes, read_draft_file, read_sent_draft

SAID = "The toll rises to 12 crowns. It pays for dredging."


def docx_of(*paragraphs: str) -> bytes:
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


@pytest.mark.parametrize("name", ["", "draft.txt", "draft"])
def test_plain_text_of_one_line_is_a_draft(name: str) -> None:
    assert read_draft_bytes(name, f"\ufeff{SAID}\r\n".encode()) == SAID


def test_markdown_is_made_text_with_its_heading() -> None:
    data = f"# Harbour\n\n{SAID} See [the **board**](https://x.example).\n\n- Velm lost its apples.\n".encode()
    assert read_draft_bytes("draft.md", data) == f"Harbour\n\n{SAID} See the board.\n\n• Velm lost its apples."
    assert read_draft_bytes("draft.md", SAID.encode()) == SAID


@pytest.mark.parametrize("name", ["draft.docx", "draft.txt"])
def test_a_docx_file_is_known_by_its_content(name: str) -> None:
    assert read_draft_bytes(name, docx_of("Harbour news", SAID, "Velm lost its apples.")) == (
        f"Harbour news\n\n{SAID}\n\nVelm lost its apples."
    )


def test_what_is_no_draft_is_refused_by_name() -> None:
    for name, data, reason in [
        ("draft.txt", b"  \n", "draft.txt: The draft is empty"),
        ("draft.docx", b"PK\x03\x04damaged", "draft.docx: It is not a whole DOCX file"),
        ("draft.jsonl", b'{"title": "A", "body": "B"}\n{"title": "C", "body": "D"}\n', "more than one article"),
        ("draft.bin", b"\x00\x01\x02", "draft.bin: It is not a format"),
    ]:
        with pytest.raises(InputError, match=reason):
            read_draft_bytes(name, data)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.txt: cannot be read \(No such file"):
        read_draft_file(tmp_path / "none.txt")


def test_drafts_are_bounded() -> None:
    with pytest.raises(InputError, match="The draft is empty"):
        clean_draft("\u200b\n")
    with pytest.raises(InputError, match="at most 400,000 are read"):
        clean_draft("word " * (LONGEST_DRAFT // 5 + 1))
    with pytest.raises(InputError, match="at most 20,000 are taken here"):
        read_sent_draft("a" * 20_001)
