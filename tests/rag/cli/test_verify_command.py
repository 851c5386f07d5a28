"""`python -m rag verify`, as a user types it, stops it and goes on."""

import json
import os
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag.cli.commands import app
from tests.child_processes import start_command
from tests.model_server import Body, ModelServer, Reply
from tests.rag.conftest_answers import newsroom
from tests.rag.drafts.conftest import DRAFT, VERBATIM
from tests.waiting import PATIENCE_S


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return newsroom(tmp_path_factory.getbasetemp() / "newsroom")


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    path = tmp_path / "draft.md"
    path.write_text(DRAFT, "utf-8")
    return path


def verify(*arguments: object, typed: str = "", **settings: str) -> Any:
    named = {"NEWSDESK_LLM": "", **settings}
    return CliRunner().invoke(app, ["verify", *map(str, arguments)], input=typed, env=named, prog_name="python -m rag")


def test_a_draft_on_standard_input_is_reported_in_json(data: Path) -> None:
    done = verify("-", "--json", "--data", data, typed=DRAFT)
    record = json.loads(done.stdout)
    assert (done.exit_code, len(record["checked"]), record["counts"]["supported"]) == (1, 5, 1)


def test_a_report_is_written_to_a_file_and_summed_up(data: Path, draft: Path, tmp_path: Path) -> None:
    done = verify(draft, "--data", data, "--out", tmp_path / "report.html", "--limit", 1)
    assert done.exit_code == 0
    assert done.stdout.startswith("1 claim: 1 supported, 0 contradicted")
    assert VERBATIM in (tmp_path / "report.html").read_text("utf-8")


def test_the_terminal_shows_verdict_reason_and_words(data: Path, draft: Path) -> None:
    shown = verify(draft, "--data", data, "--outlet", "Arden Post").stdout
    assert (
        f"1. SUPPORTED: {VERBATIM}\n   [1] Arden library opens again after the flood. Arden Post, 20 November 2023"
        in shown
    )
    assert "2. NOT IN THE ARCHIVE: Some 13,000 volumes were lost." in shown
    assert "by Arden Post" in shown


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (["none.txt"], "none.txt: cannot be read"),
        (["-", "--out", "report.pdf"], "end the name in .md, .html, .docx or .json"),
        (["-"], "The draft is empty"),
        (["-", "--since", "soon"], "'soon' is not a date"),
    ],
)
def test_what_makes_no_sense_exits_with_2_and_a_reason(data: Path, arguments: list[str], reason: str) -> None:
    done = verify(*arguments, "--data", data)
    assert (done.exit_code, reason in done.stderr, "Traceback" in done.stderr) == (2, True, False)


def test_ctrl_c_keeps_what_is_done_and_the_same_command_goes_on(data: Path, tmp_path: Path) -> None:
    """Eight claims are two requests: the first is answered, the second hangs until the command is interrupted."""
    claims = [f"Arden bought {n} trams for Westgate." for n in range(20, 28)]
    path = tmp_path / "draft.txt"
    path.write_text(" ".join(claims), "utf-8")
    asked = threading.Event()

    def reply(body: Body) -> Reply | str:
        if claims[0] in str(body):
            return '{"verdicts": [{"claim": 1, "verdict": "not stated", "evidence": [], "problem": "no trams were bought"}]}'
        asked.set()
        return Reply(hang="first token")

    with ModelServer(verify=reply) as server:
        settings = {
            "NEWSDESK_LLM": "openai:test", "NEWSDESK_LLM_BASE_URL": server.url, "NEWSDESK_LLM_API_KEY": "key",
        }  # fmt: skip
        output = tmp_path / "output"
        process = start_command("rag.cli.commands:app", ["verify", path, "--data", data, "--json"], output, settings)
        assert asked.wait(PATIENCE_S)
        assert process.pid
        os.kill(process.pid, signal.SIGINT)
        process.join(PATIENCE_S)
        errors = output.read_text()
        assert (process.exitcode, "the same command goes on from there" in errors) == (130, True)
        assert "Traceback" not in errors
        server.verify = lambda _: '{"verdicts": []}'
        asked_before = len(server.verifications)
        done = verify(path, "--data", data, "--json", **settings)
        later = [request.text for request in server.verifications[asked_before:]]
    record = json.loads(done.stdout)
    assert len(record["checked"]) == 8
    assert record["checked"][0]["reason"].endswith("no trams were bought")
    assert later
    assert not any(claims[0] in text for text in later)
    assert not any((data / "drafts").iterdir()) or record["notes"]
