"""Walk over paths and open only ordinary files: no device, no pipe, no link that leads out of the folder."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from corpus.errors import InputError
from corpus.readers.refusal import Refusal
from corpus.text.characters import strip_invisible

_SYSTEM = ("/dev", "/proc", "/sys")
_PIPES = "It is not an ordinary file but a folder, pipe, socket or device: name a file."


def display_path(path: object) -> str:
    """Return a path as one line that is safe in a terminal or log."""
    text = os.fsencode(str(path)).decode("utf-8", "replace") if isinstance(path, Path) else str(path)
    return " ".join(strip_invisible(text).split(" ")).replace("\n", " ").replace("\r", " ").replace("\t", " ")


def walk_files(path: Path, depth: int) -> Iterator[Path | Refusal]:
    """Yield the files under a path, sorted by name; hidden ones are left out, what must not be opened is refused."""
    try:
        root = path.resolve(strict=True)
        if root.is_dir():
            yield from _entries(path, root, depth)
        else:
            yield path
    except (OSError, ValueError, RuntimeError) as error:
        yield Refusal(display_path(path), _describe_error(error))


def _entries(folder: Path, root: Path, depth: int) -> Iterator[Path | Refusal]:
    if depth == 0:
        yield Refusal(display_path(folder), "Its folders are nested too deep: add the inner ones by name.")
        return
    try:
        names = sorted(entry.name for entry in os.scandir(folder))
    except OSError as error:
        yield Refusal(display_path(folder), _describe_error(error))
        return
    for name in names:
        if not name.startswith("."):
            yield from _entry(folder / name, root, depth)


def _entry(path: Path, root: Path, depth: int) -> Iterator[Path | Refusal]:
    try:
        target = path.resolve(strict=True)
        outside = path.is_symlink() and not target.is_relative_to(root)
        is_folder = target.is_dir()
    except (OSError, ValueError, RuntimeError) as error:
        yield Refusal(display_path(path), _describe_error(error))
        return
    if outside:
        yield Refusal(display_path(path), "It is a link that leads out of the folder: add its target by name.")
    elif not is_folder:
        yield path
    elif not path.is_symlink():
        yield from _entries(path, root, depth - 1)


def open_file(path: Path) -> BinaryIO:
    """Open an ordinary file for reading, without ever waiting for a pipe.

    Raises:
        InputError: If it is missing, may not be read, or is not an ordinary file.
    """
    try:
        target = path.resolve(strict=True)
        if any(target.is_relative_to(system) for system in _SYSTEM):
            raise InputError(_PIPES)
        handle = os.open(target, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError, RuntimeError) as error:
        raise InputError(_describe_error(error)) from error
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise InputError(_PIPES)
    return os.fdopen(handle, "rb")


def _describe_error(error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return "There is no such file or folder: check the path."
    if isinstance(error, PermissionError):
        return "It may not be read: check its permissions."
    if isinstance(error, RuntimeError) or (isinstance(error, OSError) and error.errno == 40):
        return "It is a link that leads back to itself: remove the link."
    detail = error.strerror if isinstance(error, OSError) and error.strerror else "the path is not valid"
    return f"It cannot be opened ({detail}): check the path."
