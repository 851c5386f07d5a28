"""The commands as a user types them, each in a process of its own."""

import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.archive.database import Archive
from corpus.cli.commands import main
from corpus.cli.index_process import forget_vectors, is_pending
from tests.corpus.archive_items import HARBOUR, at, numbered, store_all

ROOT = Path(__file__).parents[3]
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("NEWSDESK_")} | {
    "COLUMNS": "150"
}


def corpus(*arguments: object) -> "subprocess.CompletedProcess[str]":
    """Run a command here: starting Python takes longer than most of them."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as end:
        main([*map(str, arguments)])
    return subprocess.CompletedProcess([*map(str, arguments)], int(end.value.code or 0), out.getvalue(), err.getvalue())


def process(*arguments: object, answer: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a command in a process of its own."""
    command = [sys.executable, "-m", "corpus", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, input=answer, capture_output=True, text=True, env=ENVIRONMENT, check=False)


def write(path: Path, *articles: Any) -> Path:
    records = [article if isinstance(article, dict) else article.to_record() for article in articles]
    path.write_text("".join(json.dumps(record) + "\n" for record in records))
    return path


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Return a folder with an archive of three articles, one of them corrected, two of them copies."""
    folder = tmp_path / "data"
    with Archive(folder / "archive.sqlite3") as archive:
        archive.put(HARBOUR)
        corrected = HARBOUR.body.replace("14 million", "41 million")
        archive.put(replace(HARBOUR, body=corrected, notice="Corrects the cost.", updated_at=at(9)))
        archive.put(replace(HARBOUR, id="echo", title="Port plans", source="Lowmoor Echo", url=""))
        archive.put(replace(numbered(1), published_at=None))
    return folder


def test_add_counts_names_what_it_refuses_and_may_be_repeated(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", HARBOUR, {"id": "x", "title": "No text"}, numbered(1))
    first = process("add", source, tmp_path / "missing.txt", "--no-index", "--data", tmp_path / "d")
    assert first.returncode == 1, first.stderr
    assert first.stdout.startswith("2 added, 0 updated, 0 unchanged, 2 refused.")
    assert "in.jsonl:2" in first.stdout
    assert "missing.txt" in first.stdout
    again = corpus("add", source, "--no-index", "--json", "--data", tmp_path / "d")
    record = json.loads(again.stdout)
    assert (record["added"], record["unchanged"], record["refused"], record["index"]) == (0, 2, 1, None)
    assert "in.jsonl:2" in record["reasons"][0]["item"]


def test_add_where_nothing_can_be_read_ends_with_2(tmp_path: Path) -> None:
    done = corpus("add", tmp_path / "missing", "--no-index", "--data", tmp_path / "d")
    assert done.returncode == 2
    assert "1 refused" in done.stdout


def test_a_trial_makes_no_folder(tmp_path: Path) -> None:
    done = corpus("add", write(tmp_path / "in.jsonl", HARBOUR), "--dry-run", "--data", tmp_path / "d")
    assert (done.returncode, done.stdout) == (0, "Would be: 1 added, 0 updated, 0 unchanged, 0 refused.\n")
    assert not (tmp_path / "d").exists()


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Return size and time of the last change of everything in a folder."""
    return {str(path): (path.stat().st_size, path.stat().st_mtime_ns) for path in [folder, *folder.rglob("*")]}


@pytest.mark.parametrize("state", ["none", "closed", "open", "killed"])
def test_a_trial_writes_nothing_anywhere(tmp_path: Path, state: str) -> None:
    world = tmp_path / "world"
    folders = {name: world / name for name in ("TMPDIR", "HOME", "XDG_CACHE_HOME", "here")}
    for folder in folders.values():
        folder.mkdir(parents=True)
    source = write(world / "in.jsonl", HARBOUR, replace(numbered(1), title="Another"), numbered(2), numbered(2))
    data = world / "data"
    writer = None
    if state != "none":
        writer = Archive(data / "archive.sqlite3")
        writer.put(HARBOUR)
        writer.put(numbered(1))
    if state == "killed":  # What lies on the disk then: the file and its log, without what readers share.
        shutil.copytree(data, world / "copy", ignore=shutil.ignore_patterns("*-shm"))
        data = world / "copy"
    if writer and state != "open":
        writer.close()
    before = tree(world)
    done = subprocess.run(
        [sys.executable, "-B", "-m", "corpus", "add", source, "--dry-run", "--data", data],
        cwd=folders["here"],
        env=ENVIRONMENT | {name: str(path) for name, path in folders.items()} | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    expected = "3 added, 0 updated, 1 unchanged" if state == "none" else "1 added, 1 updated, 2 unchanged"
    assert done.stdout == f"Would be: {expected}, 0 refused.\n", done.stderr
    if state != "killed":  # Its log can only be read once it is taken in, which any other command would do too.
        assert tree(world) == before
    if writer:
        writer.close()


def test_add_with_their_names_a_limit_and_a_first_day(tmp_path: Path) -> None:
    rows = [
        {"id": str(n), "kopf": f"Head {n}", "text_de": numbered(n).body, "date": f"2024-01-0{n}"} for n in range(1, 6)
    ]
    source = write(tmp_path / "in.jsonl", *rows)
    options = ("--map", "title=kopf", "--map", "body=text_de", "--since", "2024-01-02", "--limit", "2")
    done = corpus("add", source, *options, "--no-index", "--json", "--data", tmp_path / "d")
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["skipped"] == 1
    listed = json.loads(corpus("list", "--json", "--data", tmp_path / "d").stdout)
    assert [(record["id"], record["title"]) for record in listed] == [("3", "Head 3"), ("2", "Head 2")]


def test_many_files_are_read_by_several_processes_in_order(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for n in range(70):
        (folder / f"{n:03}.txt").write_text(f"Head {n}\n\n{numbered(n).body}\n")
    done = process("add", folder, "--jobs", "2", "--no-index", "--json", "--data", tmp_path / "d")
    assert json.loads(done.stdout)["added"] == 70
    with Archive(tmp_path / "d" / "archive.sqlite3") as archive:
        rows = archive.connection.execute("SELECT title FROM articles ORDER BY key").fetchall()
    assert [row["title"] for row in rows] == [f"Head {n}" for n in range(70)]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add",), "Missing argument"),
        (("add", "x", "--map", "body"), "--map OURS=THEIRS"),
        (("add", "x", "--map", "nothing=y"), "no field 'nothing'"),
        (("add", "x", "--since", "yesterday"), "is not a date"),
        (("list", "--data", "/nonexistent/folder"), "no archive in"),
        (("remove",), "name what to remove"),
        (("fly",), "No such command"),
    ],
)
def test_wrong_usage_ends_with_2_and_says_what_to_do(tmp_path: Path, arguments: tuple[str, ...], words: str) -> None:
    extra = () if "--data" in arguments or "fly" in arguments else ("--data", tmp_path / "d")
    done = corpus(*arguments, *extra)
    assert done.returncode == 2
    assert words in " ".join(done.stderr.replace("│", " ").split())
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "d").exists()


def test_list_shows_dates_corrections_versions_and_copies(data: Path) -> None:
    done = corpus("list", "--data", data)
    lines = done.stdout.splitlines()
    harbour = next(line for line in lines if "harbour" in line)
    assert harbour.split()[:4] == ["2024-01-08", "Eastfield", "Post", "Harbour"]
    assert "version 2, corrected, story 1" in harbour
    assert any(line.split()[0] == "undated" for line in lines if "n00001" in line)
    assert done.stderr.strip() == "3 of 3"


def test_show_gives_text_notice_versions_and_copies(data: Path) -> None:
    done = corpus("show", "harbour", "--data", data)
    assert done.returncode == 0
    for words in ("41 million", "Corrects the cost.", "2 of 1 (2024-01-08), 2 (2024-01-09)", "Lowmoor Echo: echo"):
        assert words in done.stdout
    first = json.loads(corpus("show", "harbour", "--version", "1", "--json", "--data", data).stdout)
    assert (first["body"], first["versions"], first["copies"]) == (HARBOUR.body, [1, 2], ["echo"])
    missing = corpus("show", "harbor", "--data", data)
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "no article 'harbor'" in missing.stderr


def test_remove_asks_first_and_tells_what_was_not_there(data: Path) -> None:
    refused = process("remove", "--outlet", "Lowmoor Echo", "--no-index", "--data", data, answer="n\n")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "1 article with all versions" in refused.stderr
    done = corpus("remove", "echo", "ghost", "--yes", "--no-index", "--json", "--data", data)
    assert done.returncode == 1
    assert json.loads(done.stdout) == {"removed": 1, "missing": ["ghost"], "index": None}
    nothing = corpus("remove", "--until", "2000-01-01", "--yes", "--no-index", "--data", data)
    assert nothing.returncode == 2
    assert json.loads(corpus("list", "--json", "--until", "2024-01-07", "--data", data).stdout) == []
    last_day = json.loads(corpus("list", "--json", "--until", "2024-01-08", "--data", data).stdout)
    assert [record["id"] for record in last_day] == [HARBOUR.id]
    assert len(json.loads(corpus("list", "--json", "--data", data).stdout)) == 2


def test_stats_counts_everything(data: Path) -> None:
    with Archive(data / "archive.sqlite3") as archive:
        store_all(archive, "tiny")
    record = json.loads(corpus("stats", "--json", "--data", data).stdout)
    sizes = record.pop("bytes")
    assert sizes["folder"] >= sizes["archive"] > 10_000
    assert record == {
        "articles": 3,
        "outlets": {"Daily Number": 1, "Eastfield Post": 1, "Lowmoor Echo": 1},
        "languages": {"en": 3},
        "first": "2024-01-08T09:00:00+00:00",
        "last": "2024-01-08T09:00:00+00:00",
        "undated": 1,
        "corrected": 1,
        "versions": 1,
        "stories": 1,
        "copies": 2,
        "chunks": {"tiny": 3},
        "pending": 0,
    }
    shown = corpus("stats", "--data", data).stdout
    assert "2 articles in 1 groups" in shown
    assert "2024-01-08 to 2024-01-08, 1 undated" in shown


def test_text_of_an_article_cannot_steer_the_terminal(tmp_path: Path) -> None:
    evil = "\x1b]0;owned\x07\x1b[31mred [bold]bold[/bold] \x9b2J \u202etxt.exe"
    with Archive(tmp_path / "archive.sqlite3") as archive:
        archive.put(replace(HARBOUR, title=evil, source=evil, author=evil, notice=evil, body=evil))
    for arguments in (("list",), ("show", "harbour"), ("stats",), ("show", "harbour", "--json")):
        out = corpus(*arguments, "--data", tmp_path).stdout
        assert not set(out) & {"\x1b", "\x07", "\x9b", "\u202e"}
        assert "[bold]bold[/bold]" in " ".join(out.split())


def test_interrupted_it_says_what_is_safe_and_ends_with_130(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", *(numbered(n) for n in range(4000)))
    command = [sys.executable, "-m", "corpus", "add", str(source), "--no-index", "--data", str(tmp_path / "d")]
    child = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT
    )
    archive = tmp_path / "d" / "archive.sqlite3-wal"
    while child.poll() is None and (not archive.exists() or archive.stat().st_size < 300_000):
        time.sleep(0.005)
    child.send_signal(signal.SIGINT)
    out, err = child.communicate()
    assert child.returncode == 130, err
    assert "safe" in err
    assert "Traceback" not in err
    counted = int(out.split()[0].replace(",", ""))
    with Archive(tmp_path / "d" / "archive.sqlite3") as opened:
        assert counted <= opened.count() <= counted + 1


def test_doctor_finds_what_is_broken_and_says_what_to_run(data: Path) -> None:
    with Archive(data / "archive.sqlite3") as archive:
        store_all(archive)
        archive.connection.execute("UPDATE chunks SET vector = x'00000000' WHERE rowid = 1")
        archive.put(numbered(2))
    done = corpus("doctor", "--json", "--data", data)
    assert done.returncode == 1
    checks = {check["name"]: check for check in json.loads(done.stdout)}
    assert checks["archive"]["state"] == checks["history"]["state"] == checks["log"]["state"] == "fine"
    assert (checks["pending"]["state"], checks["pending"]["finding"]) == (
        "attention",
        "1 articles cannot be searched yet",
    )
    assert checks["vectors"]["finding"] == "vectors of test differ in length"
    assert list(checks) == ["archive", "history", "log", "tallies", "pending", "vectors", "profile", "disk", "indexes"]


def test_a_damaged_archive_is_named_by_doctor(tmp_path: Path) -> None:
    (tmp_path / "archive.sqlite3").write_bytes(b"\x00garbage" * 4096)
    done = corpus("doctor", "--json", "--data", tmp_path)
    assert done.returncode in (1, 2)
    assert "cannot be opened" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_help_of_every_command_is_there() -> None:
    overview = corpus("--help").stdout
    for name in ("add", "list", "show", "remove", "stats", "rebuild", "doctor", "feed"):
        assert name in overview
    assert "130" in overview
    assert "--dry-run" in corpus("add", "--help").stdout


def test_vectors_that_are_forgotten_are_pending_again(data: Path) -> None:
    with Archive(data / "archive.sqlite3") as archive:
        store = store_all(archive)
        before = store.last_change()
        forget_vectors(archive)
        assert (store.count(), store.progress(), is_pending(archive)) == (0, (0, 3), True)
        assert store.changes(before, 99)[1] == ["harbour", "echo", "n00001"]
        store_all(archive)
        assert not is_pending(archive)
