"""The rule for the browser, and the browser itself."""

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.conftest import chromium_path, workers

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_without_chromium_a_user_skips_and_ci_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(pytest.skip.Exception, match="apt-get install chromium"):
        chromium_path(on_ci=False)
    with pytest.raises(pytest.fail.Exception, match="apt-get install chromium"):
        chromium_path(on_ci=True)


def test_chromium_is_found_on_the_path_rather_without_a_user_interface(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("chromium", "chromium-headless-shell"):
        program = tmp_path / name
        program.write_text("#!/bin/sh\n", encoding="ascii")
        program.chmod(0o755)
        assert chromium_path(on_ci=True) == str(program)


def test_what_the_tests_start_can_be_interrupted() -> None:
    command = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    assert subprocess.run([sys.executable, "-c", command], capture_output=True, text=True).stdout == "True\n"


@pytest.mark.parametrize(
    ("arguments", "cores", "count"),
    [
        (["tests"], 2, 2),
        (["tests/web", "tests/rag"], 64, 4),
        (["tests"], 1, 1),
        (["tests/rag/question/test_question_kind.py"], 2, 0),
        (["tests/rag/question/test_question_kind.py::test_a"], 2, 0),
    ],
)
def test_folders_are_shared_among_processes_and_files_are_not(arguments: list[str], cores: int, count: int) -> None:
    assert workers(arguments, cores) == count


def test_page_runs_scripts_and_shows_text(page: "Page") -> None:
    page.set_content("<p id=a></p><script>document.getElementById('a').textContent = 6 * 7</script>")
    assert page.inner_text("#a") == "42"


def test_shared_data_holds_the_seed_article(shared_data: Path) -> None:
    assert [path.name for path in (shared_data / "seed").iterdir()] == ["000_e0ad98cd0faecc87.txt"]
