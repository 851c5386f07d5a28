import json
from collections.abc import Sequence
from pathlib import Path

from typer.testing import CliRunner

from eval.__main__ import app

QUESTIONS = [
    {"id": "1", "question": "Where?", "answer": "Dubai", "evidence": [{"article_id": "a", "quote": "in Dubai"}]},
    {"id": "2", "question": "Where?", "answer": "Dubai", "evidence": [{"article_id": "a", "quote": "in Geneva"}]},
]


def make_set(folder: Path, questions: Sequence[object]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "articles.jsonl").write_text(json.dumps({"id": "a", "title": "T", "body": "Signed in Dubai."}))
    (folder / "questions.jsonl").write_text("\n".join(map(json.dumps, questions)))
    return folder


def test_validate_names_each_defect_and_fails(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["validate", str(make_set(tmp_path, QUESTIONS))])
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "2: the quote 'in Geneva' is not in a",
        f"{tmp_path.name} (own): 2 questions (2 untyped); 2 quotes looked up in 1 articles.",
        "1 defects.",
    ]


def test_validate_is_content_with_a_clean_set(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["validate", str(make_set(tmp_path, QUESTIONS[:1])), "--json"])
    assert result.exit_code == 0
    assert json.loads(result.stdout)["defects"] == []


def test_sets_lists_folders(tmp_path: Path) -> None:
    make_set(tmp_path / "mine", QUESTIONS)
    result = CliRunner().invoke(app, ["sets", str(tmp_path), "--json"])
    listed = json.loads(result.stdout)
    assert [(entry["set"], entry["format"], entry["questions"]) for entry in listed] == [("mine", "own", 2)]
