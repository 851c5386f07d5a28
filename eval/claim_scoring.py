"""Labelled claims: how many false ones a check catches, and how many true ones it flags."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from corpus import Article, Chunk
from corpus.errors import InputError
from corpus.text.language_detection import detect
from eval.claim_formats import find_converter
from eval.json_lines import read_json_file, read_json_lines
from eval.question import Defect
from eval.runs.fingerprint import fingerprint_records
from eval.statistics import Estimate, estimate_mean
from rag.model import Passage, Verdict
from rag.verification.claim_check import Checked, ClaimCheck

Label = Literal["supported", "unsupported", "meta"]
Verdicts = Mapping[str, Verdict]
"""The verdict on each claim, by its id."""

RULES = "rules"
READ = "second reading"
KNOWN_TO_RULES = frozenset(
    "wrong_number wrong_magnitude wrong_unit wrong_date wrong_outlet quote_word_changed paraphrase_in_quotes "
    "quote_wrong_speaker".split()
)
"""The kinds of false claims that can be detected from the figures, dates, names and quotations of a passage alone."""

_FLAGGED: frozenset[str] = frozenset({"flagged"})


@dataclass(frozen=True, slots=True)
class LabelledClaim:
    """Hold one claim with the passages that it cites, and whether they hold it.

    Attributes:
        id: Unique within its file.
        text: One sentence of an answer, without marks.
        passages: All of them are cited.
        label: "supported", "unsupported", or "meta" for a statement about the passages.
        kind: What is rewritten or wrong: "arithmetic", "wrong_date".
        true: Whether the claim holds; of a statement about the passages, whether it is right.
        language: ISO 639-1 code.
    """

    id: str
    text: str
    passages: tuple[Passage, ...]
    label: Label
    kind: str
    true: bool
    language: str


def read_claims(path: Path) -> list[LabelledClaim]:
    """Return the claims of a file, in order: JSON Lines of our own form, or a public set (`eval.claim_formats`).

    Each line has "id", "claim", "passages" (each with "text" and, where known, "title", "source" and "published_at"),
    "label" and "kind"; of a "meta" claim the kind is "meta_true" or "meta_false". "language" may be left out.

    Raises:
        InputError: The file cannot be read, or a line of it is no such claim.
    """
    claims = []
    for place, record in _read_records(path):
        try:
            if isinstance(record, Defect):
                raise ValueError(record.reason)
            claims.append(_claim(record))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise InputError(f"{place} is no labelled claim ({error}). docs/checking.md shows the form.") from error
    if not claims:
        raise InputError(f"{path} contains no claims. docs/checking.md shows the format of a line.")
    return claims


def _read_records(path: Path) -> Iterator[tuple[str, Mapping[str, Any] | Defect]]:
    """Yield the place and the record of each claim; those of a public set are converted."""
    # All rows before any is converted, as the first one tells the form.
    rows = list(_read_list(path) if path.suffix == ".json" else read_json_lines(path))
    first = next((row for _, row in rows if not isinstance(row, Defect)), {})
    convert = find_converter(path, first)
    for place, row in rows:
        if convert is None or isinstance(row, Defect):
            yield place, row
            continue
        try:
            yield from ((f"{place}.{n}", {**record, "id": f"{place}.{n}"}) for n, record in enumerate(convert(row), 1))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            yield place, Defect(place, f"{type(error).__name__}: {error}")


def _read_list(path: Path) -> Iterator[tuple[str, dict[str, Any] | Defect]]:
    rows = read_json_file(path)
    for n, row in enumerate(rows if isinstance(rows, list) else [rows], 1):
        place = f"{path.name}:{n}"
        yield place, row if isinstance(row, dict) else Defect(place, "not a JSON object")


def _claim(record: Mapping[str, Any]) -> LabelledClaim:
    label, kind, text = record["label"], str(record.get("kind", "")), str(record["claim"])
    if label not in {"supported", "unsupported", "meta"}:
        raise ValueError(f"the label {label!r} is not supported, unsupported or meta")
    true = label == "supported" or (label == "meta" and kind != "meta_false")
    passages = tuple(_passage(rank, passage) for rank, passage in enumerate(record["passages"], 1))
    language = record.get("language") or detect(text) or "en"
    return LabelledClaim(str(record["id"]), text, passages, label, kind, true, language)


def _passage(rank: int, record: Mapping[str, Any]) -> Passage:
    body = str(record["text"])
    date = record.get("published_at")
    article = Article(
        str(record.get("article_id") or rank),
        str(record.get("title") or ""),
        body,
        str(record.get("source") or ""),
        published_at=datetime.fromisoformat(date.replace("Z", "+00:00")) if date else None,
        language=record.get("language") or detect(body) or "en",
    )
    # One chunk, whatever its length: the check is measured here, not the cutting of texts.
    return Passage(Chunk(article, 0, 0, len(body)), rank, 1.0)


def fingerprint_claims(claims: Iterable[LabelledClaim]) -> str:
    """Return 16 hexadecimal digits that identify claims, labels and passages, regardless of their order."""
    rows = [[c.id, c.text, c.label, c.kind, [p.article.body for p in c.passages]] for c in claims]
    return fingerprint_records(sorted(rows, key=lambda row: str(row[0])))


def rule_verdicts(claims: Iterable[LabelledClaim]) -> dict[str, Verdict]:
    """Return the verdict of the rules on each claim; if they split one, the worst verdict of its parts."""
    return {claim.id: find_worst(make_claim_check(claim).conclude()) for claim in claims}


def make_claim_check(claim: LabelledClaim) -> ClaimCheck:
    """Return the check of a claim that cites all of its passages."""
    marks = "".join(f"[{n}]" for n in range(1, len(claim.passages) + 1))
    return ClaimCheck(f"{claim.text} {marks}", claim.passages, claim.language)


def find_worst(checked: Checked) -> Verdict:
    """Return the verdict on a claim that may have been split: it is only as good as its worst part."""
    found = {part.verdict for part in checked.claims}
    worst: tuple[Verdict, ...] = ("flagged", "unchecked", "supported", "note")
    return next((verdict for verdict in worst if verdict in found), "unchecked")


def measures(claims: Sequence[LabelledClaim], verdicts: Verdicts) -> dict[str, Estimate]:
    """Return how well verdicts fit the labels; a measure that no claim bears on is left out.

    With n claims each, F flagged:
    false alarms = F(true claims) / n(true claims), statements about the passages that are right among them;
    caught = F(unsupported) / n(unsupported); caught by kind known to rules = the same of `KNOWN_TO_RULES` alone;
    balanced accuracy = (F(unsupported) / n(unsupported) + 1 - F(supported) / n(supported)) / 2, the half of the sum that
    the interval is of both parts weighted to it; settled = verdicts other than "unchecked" / all.
    """
    flagged = {claim.id: verdicts[claim.id] in _FLAGGED for claim in claims}
    false = [claim for claim in claims if claim.label == "unsupported"]
    samples = {
        "false alarms": [float(flagged[c.id]) for c in claims if c.true],
        "caught": [float(flagged[c.id]) for c in false],
        "caught of kinds known to rules": [float(flagged[c.id]) for c in false if c.kind in KNOWN_TO_RULES],
        "balanced accuracy": _balanced(claims, flagged),
        "settled": [float(verdicts[c.id] != "unchecked") for c in claims],
    }
    return {name: estimate_mean(values) for name, values in samples.items() if values}


def _balanced(claims: Sequence[LabelledClaim], flagged: Mapping[str, bool]) -> list[float]:
    """Return for each claim 1 if its verdict is right, weighted so that the mean is that of both classes' shares."""
    right = {
        label: [float(flagged[c.id] == (label == "unsupported")) for c in claims if c.label == label]
        for label in ("supported", "unsupported")
    }
    total = sum(map(len, right.values()))
    if not all(right.values()):
        return []
    # Weighted per claim and not per class, so that the bootstrap can resample claims.
    return [value * total / (2 * len(values)) for values in right.values() for value in values]


def group_by_kind(claims: Sequence[LabelledClaim], verdicts: Verdicts) -> dict[tuple[str, str], Estimate]:
    """Return the share that is flagged of each label and kind, in order."""
    found: dict[tuple[str, str], list[float]] = {}
    for claim in claims:
        found.setdefault((claim.label, claim.kind), []).append(float(verdicts[claim.id] in _FLAGGED))
    return {key: estimate_mean(found[key]) for key in sorted(found)}
