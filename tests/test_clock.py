"""The wall clock jumps a year ahead or back while the product runs, and nothing that goes by order minds."""

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.promises import RecordPromise

ROOT = Path(__file__).parents[1]
CHILD = Path(__file__).with_name("clock_child.py")


@pytest.fixture
def jumping_clock(tmp_path: Path) -> dict[str, str]:
    """Return the environment of a process whose wall clock can be set."""
    if not shutil.which("cc") or sys.platform != "linux":
        pytest.skip("needs Linux and a C compiler, for a wall clock that can be set")
    library, offset = tmp_path / "clock.so", tmp_path / "offset"
    source = str(ROOT / "tests" / "data" / "clock.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-o", str(library), source, "-ldl"], check=True)
    offset.write_text("0")
    return os.environ | {"LD_PRELOAD": str(library), "CLOCK_OFFSET": str(offset)}


@pytest.mark.sizes(12, 200)
def test_jumps_of_the_clock_change_no_order(
    tmp_path: Path, jumping_clock: dict[str, str], size: int, record_promise: RecordPromise
) -> None:
    command = [sys.executable, str(CHILD), str(tmp_path), str(size)]
    run = subprocess.run(command, env=jumping_clock, capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    wrong = json.loads(run.stdout)
    seen = ", ".join(f"{n} wrong in {name}" for name, n in wrong.items() if name != "clock")
    record_promise("clock jumps", "index, lists, feeds and allowance go on", f"{size} jumps of up to a year: {seen}")
    assert wrong == dict.fromkeys(wrong, 0)


def test_no_wait_goes_by_the_wall_clock() -> None:
    files = [path for folder in ("corpus", "rag", "web") for path in (ROOT / folder).rglob("*.py")] + [ROOT / "app.py"]
    found = [
        f"{path.name}:{node.lineno}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) == "time.time"
    ]
    assert found == []
