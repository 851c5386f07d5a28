"""Labelled claims of public sets, in the form of our own: RAGTruth, SummEdits, RefChecker and ExpertQA.

The sets are not part of the product; each form is known by the fields of a row.

- RAGTruth (Niu et al., 2024), `response.jsonl` with `source_info.jsonl` next to it: each sentence of a response is a claim,
  unsupported where a labelled span touches it.
- SummEdits (Laban et al., 2023): `doc`, `summary` and `label` (1: consistent); the summary is the claim.
- RefChecker (Hu et al., 2024): triplets with `human_label` in `*_response_kg`; the reference is in the row
  ("reference", "references" or "context").
- ExpertQA (Malaviya et al., 2024), `r2_compiled_anon.jsonl`: the claims of each answer with `support`; evidence that is an
  address alone cannot be judged, and the claim is left out.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from corpus.text.language_detection import detect
from corpus.text.sentences import split_sentences
from eval.json_lines import read_json_lines
from eval.question import Defect

Row = Mapping[str, Any]

_SUPPORT = {"complete": "supported", "partial": "unsupported", "incomplete": "unsupported", "missing": "unsupported"}
_ENTAILED = {"entailment": "supported", "neutral": "unsupported", "contradiction": "unsupported"}
_ADDRESS = re.compile(r"https?://\S+")
_SHORTEST_EVIDENCE = 40  # Characters besides URLs: fewer are only a link with its number.


def find_converter(path: Path, row: Row) -> Callable[[Row], Iterator[Row]] | None:
    """Return what makes records of our own form, without ids, of each row of a public set; None for a row of no known one.

    Args:
        path: The file that it is in.
        row: Its first row.
    """
    if {"response", "labels", "source_id"} <= row.keys():
        sources = _read_sources(path.with_name("source_info.jsonl"))
        return lambda row: _read_ragtruth(row, sources)
    if {"doc", "summary", "label"} <= row.keys():
        return _read_summedits
    if any(key.endswith("response_kg") for key in row):
        return _read_refchecker
    if isinstance(row.get("answers"), dict) and "question" in row:
        return _read_expertqa
    return None


def _record(claim: str, texts: list[str], label: str, kind: str) -> Row:
    passages = [{"article_id": str(n), "text": text} for n, text in enumerate(texts, 1) if text.strip()]
    return {"claim": claim, "passages": passages, "label": label, "kind": kind}


# A source is passages (for a question), the fields of a record, or one text (for a summary).
def _read_sources(path: Path) -> dict[str, str]:
    found = {}
    for _, row in read_json_lines(path):
        if not isinstance(row, Defect):
            info = row.get("source_info", "")
            text = (
                info.get("passages") or "\n".join(f"{k}: {v}" for k, v in info.items())
                if isinstance(info, dict)
                else info
            )
            found[str(row.get("source_id"))] = str(text)
    return found


def _read_ragtruth(row: Row, sources: Mapping[str, str]) -> Iterator[Row]:
    text, source = str(row["response"]), sources.get(str(row["source_id"]), "")
    # A response whose source is missing from the other file cannot be judged.
    for start, end in split_sentences(text, detect(text) or "en") if source else ():
        wrong = [label for label in row["labels"] if label["start"] < end and start < label["end"]]
        kind = str(wrong[0].get("label_type", "")) if wrong else "sentence"
        yield _record(text[start:end], [source], "unsupported" if wrong else "supported", kind)


def _read_summedits(row: Row) -> Iterator[Row]:
    edits = row.get("edit_types") or []
    kind = ", ".join(map(str, edits)) if isinstance(edits, list) else str(edits)
    label = "supported" if int(row["label"]) else "unsupported"
    yield _record(str(row["summary"]), [str(row["doc"])], label, kind or "summary")


def _read_refchecker(row: Row) -> Iterator[Row]:
    given: Any = next((row[key] for key in ("reference", "references", "context") if row.get(key)), [])
    texts = [str(text) for text in given] if isinstance(given, list) else [str(given)]
    for key, triplets in row.items():
        if key.endswith("response_kg") and texts:
            for triplet in triplets:
                label = str(triplet.get("human_label", "")).casefold()
                if label in _ENTAILED:
                    claim = " ".join(map(str, triplet["triplet"]))
                    yield _record(claim, texts, _ENTAILED[label], label)


def _read_expertqa(row: Row) -> Iterator[Row]:
    for answer in row["answers"].values():
        for claim in answer.get("claims") or ():
            evidence = [str(text) for text in claim.get("evidence") or ()]
            texts = [text for text in evidence if len(_ADDRESS.sub("", text).strip()) >= _SHORTEST_EVIDENCE]
            support = str(claim.get("support") or "").casefold()
            if texts and support in _SUPPORT:
                yield _record(str(claim["claim_string"]), texts, _SUPPORT[support], support)
