"""SQuAD JSON (1.1 and 2.0): each paragraph becomes an article, each `is_impossible` question a null question."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from corpus import Article
from corpus.errors import InputError
from eval.json_lines import decode, read_json_file
from eval.loaders.question_set_builder import build_question_set
from eval.question import NULL_TYPE, Defect, GoldEvidence, Question, QuestionSet

_SENTENCE_END = re.compile(r"[.!?][\"')\]]*\s+")


def is_squad(path: Path) -> bool:
    """Return whether `path` is a JSON file that starts like SQuAD."""
    if not path.is_file() or path.suffix.lower() != ".json":
        return False
    with path.open("rb") as file:
        # The head tells, and a published file may have tens of megabytes.
        head = decode(file.read(4096))
    return head.lstrip().startswith("{") and '"data"' in head and ('"paragraphs"' in head or '"title"' in head)


def load_squad(path: Path) -> QuestionSet:
    """Return the questions of a SQuAD file; the evidence is the sentence around the first answer.

    Raises:
        InputError: The file cannot be read or has no `data`.
    """
    content = read_json_file(path)
    if not isinstance(content, dict) or not isinstance(content.get("data"), list):
        raise InputError(f'{path} has no list "data". Give a SQuAD file as published.')
    articles: list[Article] = []
    rows: list[tuple[str, dict[str, Any] | Defect]] = []
    for article, questions in _paragraphs(content["data"]):
        articles.append(article)
        rows += [(f"{article.id}:{n}", {**row, "_article": article}) for n, row in enumerate(questions, start=1)]
    return build_question_set(path, "squad", rows, _question, articles)


def _paragraphs(data: list[dict[str, Any]]) -> Iterator[tuple[Article, list[dict[str, Any]]]]:
    for document, entry in enumerate(data):
        title = str(entry.get("title") or f"Document {document}").replace("_", " ")
        for number, paragraph in enumerate(entry.get("paragraphs") or []):
            body = str(paragraph.get("context") or "")
            yield Article(f"squad-{document:04}-{number:03}", title, body), list(paragraph.get("qas") or [])


def _question(row: dict[str, Any]) -> Question:
    article: Article = row["_article"]
    key, text = str(row["id"]), str(row["question"]).strip()
    if row.get("is_impossible"):
        return Question(key, text, type=NULL_TYPE)
    given = row["answers"]
    if not given:
        raise ValueError("an answerable question without answers")
    answers = tuple(dict.fromkeys(str(answer["text"]) for answer in given))
    start = int(given[0]["answer_start"])
    if article.body[start : start + len(answers[0])] != answers[0]:
        raise ValueError(f"the answer {answers[0]!r} is not at {start} in its paragraph")
    quote = sentence_around(article.body, start, start + len(answers[0]))
    return Question(key, text, answers, "span", (GoldEvidence(article.id, quote),))


def sentence_around(text: str, start: int, end: int) -> str:
    """Return the sentence or sentences that contain `text[start:end]`, cut at full stops followed by a space."""
    borders = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    left = max(border for border in borders if border <= start)
    right = min(border for border in borders if border >= end)
    return text[left:right].strip()
