"""What to ask next about a name with several meanings."""

import json
from pathlib import Path

from corpus.archive.selection import Selection
from rag import Assistant, Settings
from rag.index.embedder import Embedder
from tests.rag.conftest_answers import newsroom
from web.assistant.suggestions import suggest_questions

ARTICLES = (
    {
        "id": "s1",
        "title": "River floods homes",
        "body": "The river flooded 200 homes in Springfield, Illinois, on Monday.",
    },
    {"id": "s2", "title": "Dam breaks", "body": "Water flooded 90 homes in Springfield, Massachusetts, on Monday."},
)


def test_the_questions_about_each_meaning_are_offered_first(tmp_path: Path, embedder: Embedder) -> None:
    folder = newsroom(tmp_path / "towns", "\n".join(map(json.dumps, ARTICLES)).encode())
    with Assistant(Settings(data_dir=folder, llm=""), embedder=embedder) as assistant:
        answer = assistant.ask("How many homes were flooded in Springfield?")
        offered = suggest_questions(assistant, answer, [answer.question])
    assert set(offered[:2]) == {
        "How many homes were flooded in Springfield, Illinois?",
        "How many homes were flooded in Springfield, Massachusetts?",
    }


def test_what_was_tried_is_tried_again_once_the_archive_is_another(tmp_path: Path, embedder: Embedder) -> None:
    folder = newsroom(tmp_path / "towns", "\n".join(map(json.dumps, ARTICLES)).encode())
    gone = "How many homes were flooded in Springfield, Massachusetts?"
    with Assistant(Settings(data_dir=folder, llm=""), embedder=embedder) as assistant:
        answer = assistant.ask("How many homes were flooded in Springfield?")
        assert gone in suggest_questions(assistant, answer, [answer.question])
        assistant.archive.remove(Selection(ids=("s2",)))
        assistant.sync()
        assert gone not in suggest_questions(assistant, answer, [answer.question])
