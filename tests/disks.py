"""File systems of a few megabytes, to be filled or made read-only under what is tested; only root may mount them."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def small_disk(folder: Path, megabytes: int = 40) -> Iterator[Path]:
    """Mount an empty file system at a folder, which is made; skip the test where that is not allowed."""
    folder.mkdir()
    if os.geteuid() != 0 or _mount("-t", "tmpfs", "-o", f"size={megabytes}m", "none", str(folder)):
        pytest.skip("no file system may be mounted here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)  # tantivy lets go of its files late.


def fill(disk: Path, left: int = 0) -> None:
    """Leave so many bytes free, to within a block."""
    found = os.statvfs(disk)
    with (disk / "filler").open("ab") as filler:
        filler.write(bytes(max(0, found.f_bavail * found.f_frsize - left)))


def make_room(disk: Path) -> None:
    """Take back what `fill` did."""
    (disk / "filler").unlink()


def make_read_only(disk: Path) -> None:
    """Let nothing be written from now on."""
    assert _mount("-o", "remount,ro", str(disk)) == 0


def _mount(*words: str) -> int:
    return subprocess.run(["mount", *words], capture_output=True, check=False).returncode
