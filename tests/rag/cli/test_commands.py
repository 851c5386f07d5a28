"""`python -m rag`, as a user types it."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from rag.cli.commands import app
from tests.model_server import Body, ModelServer, Reply
from tests.rag.conftest_answers import CANARY, NOT_HELD, TOLL, newsroom, place
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[3]
TRUE = "The Selmouth harbour toll rises from 9 to 12 crowns on 1 June 2024"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return newsroom(tmp_path_factory.getbasetemp() / "newsroom")


def rag(*arguments: object, **settings: str) -> Any:
    named = {f"NEWSDESK_{name.upper()}": value for name, value in settings.items()}
    return CliRunner().invoke(app, [*map(str, arguments)], env=named, prog_name="python -m rag")


def test_ask_in_json_without_a_model(data: Path) -> None:
    done = rag("ask", TOLL, "--json", "--data", data)
    assert (done.exit_code, done.stderr.count("Traceback")) == (0, 0)
    record: dict[str, Any] = json.loads(done.stdout)
    assert {
        "question", "status", "text", "citations", "claims", "passages", "as_of", "filters", "model", "usage", "timings_ms",
    } <= set(record)  # fmt: skip
    assert (record["question"], record["status"], record["model"]) == (TOLL, "answered", "none")
    cited = record["citations"][0]
    assert {
        "n",
        "article_id",
        "chunk_id",
        "title",
        "outlet",
        "url",
        "published_at",
        "quote",
        "start",
        "end",
        "headline",
    } == set(cited)
    assert (cited["n"], cited["article_id"], cited["outlet"]) == (1, "toll", "Coast Wire")
    assert cited["end"] - cited["start"] == len(cited["quote"])
    assert cited["quote"].startswith(TRUE)
    assert {"text", "citations", "supported", "verdict", "reason", "read"} == set(record["claims"][0])
    assert {"rank", "score", "article_id", "chunk_id", "text"} <= set(record["passages"][0])
    assert record["as_of"] == {"from": "2024-03-05T08:00:00+00:00", "to": "2024-03-05T08:00:00+00:00"}


def test_what_is_cited_is_printed_as_references(data: Path) -> None:
    done = rag("ask", TOLL, "--format", "csl", "--data", data)
    assert [item["container-title"] for item in json.loads(done.stdout)] == ["Coast Wire"]
    assert rag("ask", TOLL, "--format", "docx", "--data", data).stdout_bytes.startswith(b"PK")
    assert rag("search", "toll", "-k", "1", "--format", "bibtex", "--data", data).stdout.startswith("@article{")
    assert rag("ask", TOLL, "--format", "odt", "--data", data).exit_code == 2


def test_a_collection_is_made_filled_and_asked(data: Path, tmp_path: Path) -> None:
    kept = shutil.copytree(data, tmp_path / "data")
    assert rag("collection", "create", "Ships", "--data", kept).stdout == "“Ships”: 0 articles\n"
    assert rag("collection", "add", "ships", "toll", "ferry", "--data", kept).stdout == "2 added. “Ships”: 2 articles\n"
    assert rag("collection", "add", "ships", "nope", "--data", kept).exit_code == 2
    found = json.loads(rag("search", "tram line", "--collection", "Ships", "--json", "--data", kept).stdout)
    assert {passage["article_id"] for passage in found} == {"toll", "ferry"}
    assert "Ships" in rag("collection", "list", "--data", kept).stdout
    assert json.loads(rag("collection", "show", "Ships", "--json", "--data", kept).stdout)["ids"] == ["ferry", "toll"]
    assert rag("collection", "remove", "Ships", "toll", "--data", kept).stdout == "1 removed. “Ships”: 1 article\n"
    assert rag("collection", "delete", "Ships", "--data", kept).exit_code == 0
    done = rag("ask", TOLL, "--collection", "Ships", "--data", kept)
    assert (done.exit_code, done.stderr) == (2, "there is no collection called “Ships”; there are: none yet\n")


def test_a_question_that_is_not_held_exits_with_1(data: Path) -> None:
    done = rag("ask", NOT_HELD, "--data", data)
    assert done.exit_code == 1
    assert done.stdout.startswith("This archive does not hold an answer to that.\n\nNearest in the archive:\n  - ")


def test_search_in_json_with_filters(data: Path) -> None:
    done = rag(
        "search",
        "Selmouth crowns",
        "-k",
        3,
        "--outlet",
        "Coast Wire",
        "--since",
        "2024-07-01",
        "--json",
        "--data",
        data,
    )
    assert done.exit_code == 0
    (passage,) = json.loads(done.stdout)
    assert (passage["rank"], passage["article_id"], passage["chunk_id"]) == (1, "ferry", "ferry@1#0")
    assert passage["text"].startswith("A night ferry will run")


def test_a_model_answers_and_its_failure_exits_with_1(data: Path, model_server: ModelServer) -> None:
    def written(body: Body) -> str:
        return f"{TRUE} [{place(str(body['messages'][-1]['content']), 'toll rises')}]."

    model_server.reply = written
    settings = {"llm": "openai:test", "llm_base_url": model_server.url, "llm_api_key": CANARY, "llm_tries": "1"}
    done = rag("ask", TOLL, "--data", data, **settings)
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{TRUE} [1].\n\n? Not checked: {TRUE}.\n")
    assert "\n\nSources:\n  [1] Selmouth harbour toll goes up in June. Coast Wire, 5 March" in done.stdout
    model_server.script(Reply(status=401))
    failed = rag("ask", TOLL, "--json", "--data", data, **settings)
    assert failed.exit_code == 1
    assert json.loads(failed.stdout)["status"] == "incomplete"
    assert CANARY not in failed.stdout + failed.stderr + done.stdout + done.stderr


@pytest.mark.parametrize("name", ["answer.md", "answer.json"])
def test_an_answer_is_exported(data: Path, tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    done = rag("ask", TOLL, "--export", file, "--data", data)
    assert done.exit_code == 0
    assert done.stdout.startswith("Coast Wire, 5 March 2024 – Selmouth harbour toll goes up in June\n")
    text = file.read_text("utf-8")
    if name.endswith(".md"):
        assert text.startswith(
            f"# {TOLL}\n\n**Coast Wire, 5 March 2024 – Selmouth harbour toll goes up in June**\n\n{TRUE}"
        )
        assert "\n1. Selmouth harbour toll goes up in June. Coast Wire, 5 March 2024\n" in text
    else:
        assert json.loads(text)["citations"][0]["article_id"] == "toll"


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        (
            ("ask", "Why?", "--export", "answer.txt"),
            {},
            "answer.txt: this name does not say what to write; end it in .md, .docx",
        ),
        (("ask", TOLL, "--export", "no/such/place.md"), {}, "no/such/place.md: cannot be written (No such file or"),
        (("ask", "Why?", "--data", "no-such-folder"), {}, "no-such-folder: no archive there; add articles first"),
        (("ask", "Why?", "--since", "soon"), {}, "'soon' is not a date; write it as 2017-09-01"),
        (("ask", "  "), {}, "The question is empty: type one."),
        (("ask", "Why?"), {"llm": "nosuch:x"}, "NEWSDESK_LLM=nosuch:x: nosuch is not a provider that LangChain knows"),
        (("ask", "Why?"), {"llm": "groq:x"}, "run `pip install langchain-groq`"),
        (
            ("search", "Why?"),
            {"llm_tries": "lots", "llm_api_key": CANARY},
            "invalid settings: NEWSDESK_LLM_TRIES",
        ),
    ],
)
def test_what_cannot_be_asked_exits_with_2_and_one_line(
    data: Path, arguments: tuple[str, ...], settings: dict[str, str], said: str
) -> None:
    where = () if "--data" in arguments else ("--data", data)
    done = rag(*arguments, *where, "--json", **settings)
    assert done.exit_code == 2
    assert said in done.stderr
    assert (done.stderr.count("\n"), "Traceback" in done.stderr, CANARY in done.stderr) == (1, False, False)
    assert said in json.loads(done.stdout)["error"]


def test_the_command_itself(data: Path) -> None:
    command = [sys.executable, "-m", "rag", "ask", NOT_HELD, "--json", "--data", str(data)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    assert done.returncode == 1
    record = json.loads(done.stdout)
    assert (record["status"], record["citations"]) == ("not_found", [])
    assert set(record["nearest"][0]) == {"article_id", "title", "outlet"}


def test_commands_start_without_what_only_answers_need() -> None:
    code = "import rag.cli.commands, rag.index.generations, sys; print({'langchain_core', 'rag.assistant'} & {*sys.modules})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"


ODD = (f"{TOLL} \udcff", "--outlet", "Coast Wire\udcff")


def test_any_bytes_are_searched_for(data: Path) -> None:
    done = rag("search", *ODD, "--data", data)
    assert (done.exit_code, "The Selmouth harbour toll" in done.stdout) == (0, True)


def test_any_bytes_are_a_question_and_any_terminal_shows_the_answer(data: Path) -> None:
    arguments = [sys.executable, "-m", "rag", "ask", *ODD, "--data", str(data)]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = subprocess.run(arguments, capture_output=True, cwd=ROOT, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert b"The Selmouth harbour toll" in done.stdout
    assert b"Traceback" not in done.stderr
