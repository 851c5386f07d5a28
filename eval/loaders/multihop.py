"""MultiHop-RAG's own two files, `corpus.json` and `MultiHopRAG.json`, in one folder (Tang and Yang, COLM 2024)."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus import Article
from corpus.errors import InputError
from eval.articles import parse_article
from eval.json_lines import read_json_file
from eval.loaders.question_set_builder import build_question_set
from eval.question import NULL_TYPE, Defect, GoldEvidence, Question, QuestionSet

_TYPES = {"inference_query": "inference", "comparison_query": "comparison", "temporal_query": "temporal"}


def is_multihop(path: Path) -> bool:
    """Return whether `path` is the folder with both files, or its `MultiHopRAG.json`."""
    folder = path if path.is_dir() else path.parent
    named = path.is_dir() or path.name == "MultiHopRAG.json"
    return named and all((folder / name).is_file() for name in ("corpus.json", "MultiHopRAG.json"))


def load_multihop(path: Path) -> QuestionSet:
    """Return MultiHop-RAG as published: the questions with their facts as quotes, and the corpus as articles.

    The files have no ids: an article is `mhr-NNNN` and a question `mhrq-NNNN` by position. A fact names its article by
    URL, or by title where the URL is unknown.

    Raises:
        InputError: A file cannot be read or contains no list.
    """
    folder = path if path.is_dir() else path.parent
    articles, defects = _corpus(_list(folder / "corpus.json"))
    # Backwards, so that of several articles with one title or address the first counts.
    ids = {key: article.id for article in reversed(articles) for key in (article.title, article.url) if key}
    rows: list[tuple[str, dict[str, Any] | Defect]] = []
    for number, row in enumerate(_list(folder / "MultiHopRAG.json")):
        place = f"MultiHopRAG.json[{number}]"
        rows.append(
            (place, {**row, "_id": f"mhrq-{number:04}"} if isinstance(row, dict) else Defect(place, "not an object"))
        )
    return build_question_set(folder, "multihop-rag", rows, lambda row: _question(row, ids), articles, defects)


def _list(path: Path) -> list[Any]:
    content = read_json_file(path)
    if not isinstance(content, list):
        raise InputError(f"{path} contains no JSON list. Use the file as published.")
    return content


def _corpus(rows: list[Any]) -> tuple[list[Article], list[Defect]]:
    articles: list[Article] = []
    defects: list[Defect] = []
    for number, row in enumerate(rows):
        if isinstance(row, dict) and row.get("title") and row.get("body"):
            articles.append(parse_article({**row, "id": f"mhr-{number:04}"}))
        else:
            defects.append(Defect(f"corpus.json[{number}]", "an article needs title and body"))
    return articles, defects


def _question(row: dict[str, Any], ids: dict[str, str]) -> Question:
    kind = str(row["question_type"])
    # Its published answer, "Insufficient information.", is left out: a refusal is right in any words.
    if kind == "null_query":
        return Question(row["_id"], str(row["query"]), type=NULL_TYPE)
    evidence = tuple(_evidence(row["evidence_list"], ids))
    return Question(row["_id"], str(row["query"]), (str(row["answer"]),), _TYPES.get(kind, kind), evidence)


def _evidence(rows: list[dict[str, Any]], ids: dict[str, str]) -> Iterator[GoldEvidence]:
    for row in rows:
        article = ids.get(str(row.get("url"))) or ids.get(str(row.get("title")))
        if article is None:
            raise ValueError(f"the corpus has no article {row.get('title')!r}, which a fact names")
        yield GoldEvidence(article, str(row["fact"]))
