"""The program as `pip install .` makes it: one package of its own, every command under one name."""

import os
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.command_names import INSTALLED, name_command
from newsdesk.program import find_version

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from a copy, as the build leaves folders behind."""
    folder = tmp_path_factory.mktemp("wheel")
    copied = [*(ROOT / name for name in ("newsdesk", "corpus", "rag", "eval", "web")), *ROOT.glob("*.*")]
    (folder / "source").mkdir()
    for path in [*copied, ROOT / "LICENSE"]:
        (folder / "source" / path.name).symlink_to(path)
    build = "from setuptools import build_meta; import sys; print(build_meta.build_wheel(sys.argv[1]))"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", build, str(folder)],
        cwd=folder / "source",
        capture_output=True,
        text=True,
        check=True,
    )
    return folder / done.stdout.splitlines()[-1]


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """Install the wheel into a folder, its dependencies being here already, with a few articles of the starter corpus."""
    folder = wheel.parent / "installed"
    options = ["--quiet", "--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check"]
    subprocess.run([sys.executable, "-m", "pip", "install", *options, "--target", folder, wheel], check=True)
    starter = folder / "newsdesk" / "parts" / "corpus" / "starter" / "articles.jsonl"
    lines = starter.read_text(encoding="utf-8").splitlines(keepends=True)
    starter.write_text("".join(line for line in lines if "WannaCry" in line), encoding="utf-8")
    return folder


def run(installed: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run the program in an empty folder, out of reach of the repository; what it compiles is kept, as by an installation."""
    folder = installed.parent / "work"
    folder.mkdir(exist_ok=True)
    left_out = ("NEWSDESK_", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    command = [sys.executable, str(installed / "bin" / "newsdesk"), *arguments]
    environment = {**kept, "PYTHONPATH": str(installed), "COLUMNS": "200", **settings}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def run_at_once(installed: Path, *commands: Sequence[str]) -> list[subprocess.CompletedProcess[str]]:
    """Run several commands beside each other."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda command: run(installed, *command), commands))


def test_the_wheel_brings_one_package_and_what_it_reads(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
    assert {name.partition("/")[0].partition("-")[0] for name in names} == {"newsdesk"}
    for part in ("corpus", "rag", "eval", "web"):
        kept = [path for path in (ROOT / part).rglob("*.*") if "__pycache__" not in path.parts]
        missing = {f"newsdesk/parts/{path.relative_to(ROOT).as_posix()}" for path in kept} - set(names)
        assert {name for name in missing if not name.endswith(".md")} == set()


def test_an_installed_program_answers_adds_and_says_how_it_is_called(installed: Path, tmp_path: Path) -> None:
    article = tmp_path / "one.txt"
    article.write_text("Kells gets a tram\n\nThe town of Kells gets a tram for 40 million euros, the council said.\n")
    asked, added = run_at_once(
        installed, ["ask", "Which tool did WannaCry use?"], ["add", str(article), "--data", str(tmp_path / "own")]
    )
    assert asked.returncode == 0
    assert "EternalBlue" in asked.stdout
    assert "Add your own by newsdesk add PATH" in asked.stderr
    assert added.returncode == 0, added.stderr
    found = run(installed, "search", "tram of Kells", "--data", str(tmp_path / "own"))
    assert "40 million euros" in found.stdout


def test_the_repository_knows_its_version() -> None:
    assert f'version = "{find_version()}"' in (ROOT / "pyproject.toml").read_text()


def test_every_command_is_told_and_completed(installed: Path) -> None:
    told, version = run_at_once(installed, ["--help"], ["--version"])
    for command in ("serve", "ask", "search", "add", "feed", "eval", "verify", "accounts", "doctor"):
        assert f" {command} " in told.stdout
    assert version.stdout.startswith("newsdesk 0.")
    assert "feed" in run(installed, _NEWSDESK_COMPLETE="complete_bash", COMP_WORDS="newsdesk fe", COMP_CWORD="1").stdout


def test_a_wrong_command_and_an_error_end_with_a_line_and_a_code(installed: Path) -> None:
    wrong, missing = run_at_once(installed, ["asc", "What?"], ["list", "--data", "nowhere"])
    assert wrong.returncode == 2
    assert "No such command 'asc'" in wrong.stderr
    assert (missing.returncode, missing.stderr) == (
        2,
        "no archive in nowhere: make one with `newsdesk add PATH`, or name it by --data\n",
    )


def test_in_the_repository_commands_are_named_by_their_packages() -> None:
    assert not INSTALLED
    assert name_command("eval batch next") == "python -m eval batch next"
