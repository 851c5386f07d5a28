"""The table that a campaign ends with, made by a pytest of its own over a file of tests."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]

TESTS = """
import pytest

@pytest.mark.sizes(2, 50)
def test_kept(size, record_promise):
    record_promise("kills", "0 lost", f"{size} kills, 0 lost")

@pytest.mark.sizes(2, 50)
def test_broken(size, record_promise):
    record_promise("a | b", "0", str(size))
    assert size == 2

@pytest.mark.campaign
def test_ended_early(record_promise):
    raise OSError
"""


def run(folder: Path, *arguments: str) -> tuple[int, str]:
    (folder / "test_made.py").write_text(TESTS)
    (folder / "conftest.py").write_text('pytest_plugins = ["tests.promises"]\n')
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    run = subprocess.run(
        [*command, "--rootdir", str(folder), str(folder), *arguments], cwd=ROOT, capture_output=True, text=True
    )
    return run.returncode, run.stdout


def test_the_suite_runs_the_short_forms_without_a_table(tmp_path: Path) -> None:
    code, out = run(tmp_path)
    assert code == 0, out
    assert "2 passed, 3 deselected" in out
    assert "promises" not in out


def test_a_campaign_ends_with_one_table(tmp_path: Path) -> None:
    file = tmp_path / "table.md"
    code, out = run(tmp_path, "-m", "campaign", "--share", "0.5", "--promises", str(file))
    assert code == 1, out
    assert "kills                          | 0 lost | 25 kills, 0 lost  | held" in out
    assert file.read_text().splitlines() == [
        "| promise | figure | seen | outcome |",
        "|---|---|---|---|",
        "| kills | 0 lost | 25 kills, 0 lost | held |",
        "| a \\| b | 0 | 25 | failed |",
        "| test_made.py::test_ended_early |  | nothing was noted | failed |",
    ]
