"""BEIR folders: `corpus.jsonl`, `queries.jsonl`, and relevance grades in `qrels/SPLIT.tsv`."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus import Article
from corpus.errors import InputError
from eval.articles import parse_article
from eval.json_lines import read_json_lines
from eval.loaders.question_set_builder import build_question_set
from eval.question import Defect, GoldEvidence, Question, QuestionSet

_SPLITS = ("test", "dev", "train")


def is_beir(path: Path) -> bool:
    """Return whether `path` is a BEIR folder or one of its `qrels/*.tsv` files."""
    folder = path if path.is_dir() else path.parent.parent
    return (folder / "queries.jsonl").is_file() and (folder / "qrels").is_dir()


def load_beir(path: Path) -> QuestionSet:
    """Return the judged queries of a BEIR folder (`test`, else `dev`, else `train`), or of the qrels file given.

    Queries have no type and no answer: only retrieval can be measured. Grades of 0 and less are not evidence.

    Raises:
        InputError: A file is missing or cannot be read.
    """
    folder = path if path.is_dir() else path.parent.parent
    judged = path if path.is_file() else _first_split(folder)
    articles, defects = _corpus(folder / "corpus.jsonl")
    grades, wrong = _qrels(judged)
    rows = [(place, row) for place, row in read_json_lines(folder / "queries.jsonl") if _is_wanted(row, grades)]

    def question(row: dict[str, Any]) -> Question:
        key = str(row["_id"])
        evidence = tuple(GoldEvidence(article, grade=grade) for article, grade in grades[key].items())
        return Question(key, str(row["text"]), type="search", evidence=evidence)

    return build_question_set(folder / judged.stem, "beir", rows, question, articles, [*defects, *wrong])


def _first_split(folder: Path) -> Path:
    for split in _SPLITS:
        if (folder / "qrels" / f"{split}.tsv").is_file():
            return folder / "qrels" / f"{split}.tsv"
    raise InputError(f"{folder}/qrels contains none of test.tsv, dev.tsv, train.tsv. Name a .tsv file of it instead.")


def _is_wanted(row: dict[str, Any] | Defect, grades: dict[str, dict[str, int]]) -> bool:
    # `queries.jsonl` holds the queries of every split; what cannot be read stays, to be reported.
    return isinstance(row, Defect) or "_id" not in row or str(row["_id"]) in grades


def _corpus(path: Path) -> tuple[list[Article], list[Defect]]:
    articles: list[Article] = []
    defects: list[Defect] = []
    for place, row in read_json_lines(path):
        if isinstance(row, Defect):
            defects.append(row)
        elif not row.get("_id") or not row.get("text"):
            defects.append(Defect(place, "a BEIR document needs _id and text"))
        else:
            body = str(row["text"])
            # Many of these collections have no titles.
            title = str(row.get("title") or "") or body[:80]
            metadata: dict[str, Any] = row["metadata"] if isinstance(row.get("metadata"), dict) else {}
            articles.append(parse_article({**metadata, "id": str(row["_id"]), "title": title, "body": body}))
    return articles, defects


def _qrels(path: Path) -> tuple[dict[str, dict[str, int]], list[Defect]]:
    grades: dict[str, dict[str, int]] = {}
    defects: list[Defect] = []
    for number, row in _tsv(path):
        try:
            query, article, grade = row[0], row[1], int(float(row[2]))
        except (IndexError, ValueError):
            if number > 1:  # the first line is a heading
                defects.append(Defect(f"{path.name}:{number}", "expected query-id, corpus-id and score"))
            continue
        # Published qrels list articles of grade 0 too: judged, and found irrelevant.
        if grade > 0:
            grades.setdefault(query, {})[article] = grade
    return grades, defects


def _tsv(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            # No quoting: a quotation mark in an id is part of it.
            yield from enumerate(csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), start=1)
    except OSError as error:
        raise InputError(f"{path} cannot be read: {error.strerror}. Check the path.") from error
