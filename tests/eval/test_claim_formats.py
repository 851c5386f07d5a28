"""Public sets of labelled claims, in small made-up files of their forms."""

import json
from pathlib import Path
from typing import Any

import pytest

from corpus.errors import InputError
from eval.claim_scoring import read_claims

DOC = "The toll rises from 9 to 12 crowns on 1 June, the port authority said on Tuesday."


def lines(path: Path, *rows: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    return path


def found(path: Path) -> list[tuple[str, str, str]]:
    return [(claim.text, claim.label, claim.kind) for claim in read_claims(path)]


def test_ragtruth_sentences_are_false_where_a_label_touches_them(tmp_path: Path) -> None:
    lines(
        tmp_path / "source_info.jsonl",
        {"source_id": "7", "task_type": "Summary", "source_info": DOC},
        {"source_id": "8", "task_type": "QA", "source_info": {"question": "When?", "passages": f"passage 1: {DOC}"}},
    )
    said = "The toll rises in June. It doubles."
    labels = [{"start": said.index("doubles"), "end": len(said), "text": "doubles", "label_type": "Evident Conflict"}]
    path = lines(
        tmp_path / "response.jsonl",
        {"id": "1", "source_id": "7", "response": said, "labels": labels, "model": "m"},
        {"id": "2", "source_id": "8", "response": "It rises.", "labels": []},
        {"id": "3", "source_id": "unknown", "response": "It rises.", "labels": []},
    )
    assert found(path) == [
        ("The toll rises in June.", "supported", "sentence"),
        ("It doubles.", "unsupported", "Evident Conflict"),
        ("It rises.", "supported", "sentence"),
    ]
    assert read_claims(path)[0].passages[0].article.body == DOC


def test_summedits(tmp_path: Path) -> None:
    path = lines(
        tmp_path / "summedits.jsonl",
        {"id": 1, "doc": DOC, "summary": "The toll rises.", "label": 1, "edit_types": []},
        {"id": 2, "doc": DOC, "summary": "The toll falls.", "label": 0, "edit_types": ["antonym_swap"]},
    )
    assert found(path) == [
        ("The toll rises.", "supported", "summary"),
        ("The toll falls.", "unsupported", "antonym_swap"),
    ]


def test_refchecker_is_a_json_list_of_triplets(tmp_path: Path) -> None:
    triplets = [
        {"triplet": ["toll", "rises to", "12 crowns"], "human_label": "Entailment"},
        {"triplet": ["toll", "was", "9 marks"], "human_label": "Contradiction"},
        {"triplet": ["toll", "is", "hated"], "human_label": "Neutral"},
        {"triplet": ["toll", "is", "old"], "human_label": None},
    ]
    path = tmp_path / "answers.json"
    rows = [{"id": "a", "response": "…", "reference": [DOC], "claude2_response_kg": triplets}]
    path.write_text(json.dumps(rows), "utf-8")
    assert found(path) == [
        ("toll rises to 12 crowns", "supported", "entailment"),
        ("toll was 9 marks", "unsupported", "contradiction"),
        ("toll is hated", "unsupported", "neutral"),
    ]


def test_expertqa_leaves_out_what_has_an_address_alone(tmp_path: Path) -> None:
    claims = [
        {"claim_string": "The toll rises.", "evidence": [f"[1] https://x.example\n\n{DOC}"], "support": "Complete"},
        {"claim_string": "It doubles.", "evidence": [DOC], "support": "Incomplete"},
        {
            "claim_string": "It is old.",
            "evidence": ["https://x.example/a-long-address-that-says-nothing"],
            "support": "Complete",
        },
        {"claim_string": "It is hated.", "evidence": [], "support": "Missing"},
    ]
    path = lines(tmp_path / "r2.jsonl", {"question": "When?", "answers": {"gpt4": {"claims": claims}}})
    assert found(path) == [("The toll rises.", "supported", "complete"), ("It doubles.", "unsupported", "incomplete")]


def test_every_claim_has_a_name_of_its_own(tmp_path: Path) -> None:
    row = {"doc": DOC, "summary": "The toll rises.", "label": 1}
    assert len({claim.id for claim in read_claims(lines(tmp_path / "s.jsonl", row, row))}) == 2


@pytest.mark.parametrize(
    "row",
    [{"doc": DOC, "summary": "It rises.", "label": "yes"}, {"question": "Why?", "answers": {"gpt4": {"claims": [3]}}}],
)
def test_a_row_that_cannot_be_read_is_named(tmp_path: Path, row: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"set\.jsonl:1 is no labelled claim"):
        read_claims(lines(tmp_path / "set.jsonl", row))
