"""The command: what it refuses, and the port that it takes."""

import socket
import threading
from contextlib import closing
from pathlib import Path

import pytest

import app
from corpus.archive.database import Archive
from corpus.article import Article
from corpus.errors import NewsdeskError
from rag import Assistant, Settings


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Undo what the command sets for Gradio."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.5", "::", "example.org"])
def test_other_hosts_than_this_machine_want_accounts(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["--host", host]) == 2
    assert (
        "add --auth-file FILE, with accounts made by `python -m web.accounts add NAME --file FILE`"
        in capsys.readouterr().err
    )


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--auth-header", "X-Forwarded-User"], "go together"),
        (["--trusted-proxy", "10.0.0.5"], "go together"),
        (["--auth-header", "X Y", "--trusted-proxy", "10.0.0.5"], "is no name of a header"),
        (["--auth-header", "X-User", "--trusted-proxy", "proxy.example"], "give addresses like 10.0.0.5"),
    ],
)
def test_a_proxy_that_is_not_wholly_described_ends_the_command(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert app.main([*options, "--port", "0", "--data", str(tmp_path)]) == 2
    assert said in capsys.readouterr().err


def test_accounts_that_cannot_be_read_end_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert app.main(["--port", "0", "--auth-file", str(tmp_path / "none"), "--data", str(tmp_path)]) == 2
    assert "name the file of accounts" in capsys.readouterr().err


def test_a_setting_that_makes_no_sense_ends_the_command_with_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSDESK_PASSAGES", "many")
    monkeypatch.setenv("NEWSDESK_HOST_DELAY_S", "-1")
    assert app.main(["--port", "0", "--data", str(tmp_path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("app.py: invalid settings: NEWSDESK_HOST_DELAY_S (")
    assert "NEWSDESK_PASSAGES (" in line


def test_a_port_that_was_asked_for_and_is_taken_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(NewsdeskError, match=f"port {port} cannot be used; choose another with --port"):
            app.listen("127.0.0.1", port)


def test_without_a_wish_the_next_free_port_is_taken() -> None:
    first = app.listen("127.0.0.1", None)
    second = app.listen("127.0.0.1", None)
    ports = [s.getsockname()[1] for s in (first, second)]
    first.close()
    second.close()
    assert 7860 <= ports[0] < ports[1] < 7870


def test_addresses_of_version_six_are_bracketed() -> None:
    assert (app.address("::1"), app.address("127.0.0.1")) == ("[::1]", "127.0.0.1")


def test_the_page_names_itself_to_others_that_want_the_indexes(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, llm="")
    with Archive(settings.archive_path) as archive:
        archive.put(Article("a", "Ferry", "The ferry of Eastfield runs again.", "Coast Wire"))
    with closing(app.open_assistant(settings)) as assistant:
        assert isinstance(assistant, Assistant)
        assert assistant.indexes.folder.name_owner().startswith("the page, process ")


def test_the_page_waits_for_a_command_that_has_the_indexes_for_a_moment(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, llm="")
    command = Assistant(settings, "a command")
    command.archive.put(Article("a", "Ferry", "The ferry of Eastfield runs again.", "Coast Wire"))
    ending = threading.Timer(1.5, command.close)  # Longer than a lock is waited for.
    ending.start()
    with closing(app.open_assistant(settings)) as assistant:
        assert assistant.archive.count() == 1
    ending.join()
