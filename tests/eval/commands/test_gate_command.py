import json
from pathlib import Path
from typing import Any

from typer.testing import CliRunner, Result

from eval.__main__ import app
from tests.eval.newsroom import ARTICLES
from tests.postgresql import PostgresServer

QUESTIONS: list[dict[str, Any]] = [
    {"id": "1", "question": "How many accounts did Yahoo say were affected?", "answer": "3 billion", "type": "number",
     "evidence": [{"article_id": "yahoo", "quote": "all 3 billion accounts were affected"}]},
    {"id": "2", "question": "Who won the 2015 Rugby World Cup?", "type": "null"},
]  # fmt: skip


def gate(*arguments: object, dense: str = "chroma") -> Result:
    # A model that is set is none of the gate's business.
    env = {"NEWSDESK_LLM": "openai:test", "NEWSDESK_LLM_BASE_URL": "http://127.0.0.1:9/v1", "NEWSDESK_DENSE": dense}
    return CliRunner().invoke(app, ["gate", *map(str, arguments)], env=env)


def test_every_figure_is_the_same_in_a_database(tmp_path: Path, postgres: PostgresServer) -> None:
    (tmp_path / "articles.jsonl").write_text("\n".join(json.dumps(article.to_record()) for article in ARTICLES))
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    file, database = tmp_path / "gate.json", postgres.make_schema()
    assert gate(tmp_path, "--file", file, "--update").exit_code == 0
    for dense, place in (("chroma", database), ("postgres", postgres.make_vector_schema())):
        held = gate(tmp_path, "--file", file, "--database", place, dense=dense)
        assert (held.exit_code, held.stdout) == (0, "All 13 floors hold; the figures in the database agree.\n")
    assert "holds something already" in str(gate(tmp_path, "--file", file, "--database", database).exception)


def test_floors_of_retrieval_and_answers_are_written_and_held(tmp_path: Path) -> None:
    (tmp_path / "articles.jsonl").write_text("\n".join(json.dumps(article.to_record()) for article in ARTICLES))
    (tmp_path / "questions.jsonl").write_text("\n".join(map(json.dumps, QUESTIONS)))
    file = tmp_path / "gate.json"
    assert "has no floors" in str(gate(tmp_path, "--file", file).exception)
    assert gate(tmp_path, "--file", file, "--update").exit_code == 0
    written = json.loads(file.read_text())
    ((name, entry),) = written.items()
    assert entry["limits"]["Success@1"] == 0.98
    assert entry["limits"]["correct"] == 0.98
    assert entry["limits"]["refusal recall"] == 0.98
    assert entry["limits"]["false refusals"] == 0.02
    assert entry["limits"]["failed"] == 0.02

    entry["limits"] = {"correct": 1.0, "failed": 0.0}
    file.write_text(json.dumps(written))
    held = gate(tmp_path, "--file", file)
    assert (held.exit_code, held.stdout) == (0, "All 2 floors hold.\n")

    (tmp_path / "questions.jsonl").write_text(json.dumps(QUESTIONS[0] | {"answer": "4 billion"}))
    assert "are not those of the floors" in str(gate(tmp_path, "--file", file).exception)
    eased = gate(tmp_path, "--file", file, "--update")
    assert "correct: 1.000 -> 0.000" in str(eased.exception)
    assert gate(tmp_path, "--file", file, "--update", "--lower").exit_code == 0
    assert json.loads(file.read_text())[name]["limits"]["correct"] == 0.0
    file.write_text(json.dumps({name: json.loads(file.read_text())[name] | {"limits": {"correct": 0.5}}}))
    missed = gate(tmp_path, "--file", file)
    assert (missed.exit_code, missed.stdout) == (1, "correct: 0.000, limit 0.500\n")
