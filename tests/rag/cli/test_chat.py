"""`python -m rag chat`: a conversation in the terminal."""

import io
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from rag import Assistant, Settings
from rag.cli.chat import Chat
from rag.cli.commands import app, write_export
from tests.model_server import ModelServer, Reply
from tests.rag.conftest_answers import NOT_HELD, TOLL, newsroom, with_model
from tests.shared_embedder import shared_embedder

TRUE = "The Selmouth harbour toll rises from 9 to 12 crowns on 1 June 2024"


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    folder = newsroom(tmp_path_factory.getbasetemp() / "newsroom")
    with Assistant(Settings(data_dir=folder, llm=""), embedder=shared_embedder()) as opened:
        yield opened


def talked(assistant: Assistant, *lines: str, terminal: bool = False) -> str:
    """Type some lines and return what was shown."""
    shown, keyboard = io.StringIO(), sys.stdin
    console = Console(file=shown, force_terminal=terminal, highlight=False, markup=False, width=100)
    sys.stdin = io.StringIO("".join(line + "\n" for line in lines))
    try:
        Chat(assistant, write_export, console=console).run()
    finally:
        sys.stdin = keyboard
    return shown.getvalue()


def test_a_question_is_answered_with_numbers_and_sources(assistant: Assistant) -> None:
    shown = talked(assistant, TOLL, "/source 1", "/source 9", "/quit", "never asked")
    assert f"{TRUE}" in shown
    assert "[1]" in shown
    assert "Sources:\n  [1] Selmouth harbour toll goes up in June. Coast Wire, 5 March 2024" in shown
    assert "\nSelmouth harbour toll goes up in June\n" in shown
    assert "The last answer has no [9]." in shown
    assert "never asked" not in shown


def test_a_follow_up_leans_on_what_was_said_until_the_conversation_is_new(
    assistant: Assistant, model_server: ModelServer
) -> None:
    asked = with_model(assistant, model_server.url)
    model_server.reply = lambda body: Reply(f"{TRUE} [1].")
    talked(asked, TOLL, "And why does the toll rise?", "/new", "Why does the Selmouth toll rise?")
    told = [TOLL in str(request.messages) for request in model_server.requests]
    assert told == [True, True, False]


def test_what_is_no_question_is_told_in_words(assistant: Assistant) -> None:
    shown = talked(assistant, "/help", "/nonsense", "/source 1", "", "x" * 3000, NOT_HELD)
    assert "/source N   show the passage" in shown
    assert "/nonsense is no command; /help lists them." in shown
    assert "There is no answer yet." in shown
    assert "The question is too long" in shown
    assert "This archive does not hold an answer to that." in shown


def test_a_terminal_sees_no_control_characters_of_a_model(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.reply = lambda body: Reply(f"{TRUE} [1]. \x1b]0;owned\x07")
    shown = talked(with_model(assistant, model_server.url), TOLL, terminal=True)
    assert "\x1b]0;" not in shown
    assert "\x07" not in shown


def test_the_command(assistant: Assistant, tmp_path: Path) -> None:
    assistant.close()
    data = assistant.settings.data_dir
    done = CliRunner().invoke(app, ["chat", "--data", str(data)], input=f"{TOLL}\n", env={"NEWSDESK_LLM": ""})
    assert done.exit_code == 0
    assert TRUE in done.stdout
    missing = CliRunner().invoke(app, ["chat", "--data", str(tmp_path / "none")])
    assert missing.exit_code == 2
    assert "no archive there" in missing.stderr
