"""RAMDocs JSONL (Wang et al. 2025): questions with documents that are correct, misinformed or noise."""

from pathlib import Path
from typing import Any

from corpus import Article
from eval.json_lines import read_json_lines
from eval.loaders.question_set_builder import build_question_set
from eval.question import Defect, GoldEvidence, Question, QuestionSet


def is_ramdocs(path: Path) -> bool:
    """Return whether the first readable line of a JSONL file has `documents` and `gold_answers`."""
    if not path.is_file() or path.suffix.lower() != ".jsonl":
        return False
    first = next((row for _, row in read_json_lines(path) if isinstance(row, dict)), {})
    return "documents" in first and "gold_answers" in first


def load_ramdocs(path: Path) -> QuestionSet:
    """Return the questions of a RAMDocs file; its documents become articles, the correct ones are the evidence.

    The same text occurs under several questions: it is one article, `ramdocs-NNNNN`, named after the first line of its
    text. A question with several gold answers is ambiguous: any of them is accepted here, and `wrong_answers` keeps the
    planted ones.

    Raises:
        InputError: The file cannot be read.
    """
    articles: dict[str, Article] = {}
    rows: list[tuple[str, dict[str, Any] | Defect]] = []
    for number, (place, row) in enumerate(read_json_lines(path)):
        rows.append((place, row if isinstance(row, Defect) else {**row, "_id": f"ramdocs-q{number:04}"}))
        for document in row.get("documents") or [] if isinstance(row, dict) else []:
            text = str(document.get("text") or "") if isinstance(document, dict) else ""
            if text and text not in articles:
                articles[text] = Article(f"ramdocs-{len(articles):05}", text.split("\n")[0][:120], text)
    return build_question_set(path, "ramdocs", rows, lambda row: _question(row, articles), articles.values())


def _question(row: dict[str, Any], articles: dict[str, Article]) -> Question:
    correct = [document["text"] for document in row["documents"] if document.get("type") == "correct"]
    answers = tuple(dict.fromkeys(str(answer) for answer in row["gold_answers"]))
    evidence = tuple(GoldEvidence(articles[text].id) for text in dict.fromkeys(correct))
    kind = "ambiguous" if len(answers) > 1 else "single"
    wrong = tuple(str(answer) for answer in row.get("wrong_answers") or [])
    return Question(row["_id"], str(row["question"]), answers, kind, evidence, wrong_answers=wrong)
