"""The file of accounts, one a line: read again when it has changed, and changed whole.

An account is `name:scrypt:salt:hash:role`, one that has no password `name:none:::role`, a key for programs
`name:key:id:hash:day`. A line without a role is an editor's.
"""

import base64
import binascii
import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import SettingsError
from web.accounts.account import EARLIER, HOW_TO_ADD, Account, AccountLines, Change, Key, read_role

_PATIENCE_S = 10.0


class AccountFile:
    """Read and change a file of accounts; one that is not there yet is changed as an empty one."""

    how_to_add = f"{HOW_TO_ADD} --file FILE"

    def __init__(self, path: Path) -> None:
        """Name the file."""
        self.path = path
        self._state: tuple[int, int, int] | None = None

    def __str__(self) -> str:
        """Return its path."""
        return str(self.path)

    def read(self) -> AccountLines:
        """Return what stands in it.

        Raises:
            SettingsError: It cannot be read, or a line is no account.
        """
        # Before it is read, so that the log names an invalid file once and not at each request.
        self._state = _state(self.path)
        return read_accounts(self.path)

    def read_if_changed(self) -> AccountLines | None:
        """Return what stands in it, or None where it is as it was, or is gone."""
        state = _state(self.path)
        return None if state is None or state == self._state else self.read()

    def change(self, change: Change) -> None:
        """Put what a change makes of it in its place, whole, readable by its owner only.

        Raises:
            SettingsError: The file cannot be read or written, or the change is refused.
        """
        with _lock(self.path.resolve()):
            before = read_accounts(self.path) if self.path.exists() else AccountLines()
            _write(self.path, change(before))


def _state(path: Path) -> tuple[int, int, int] | None:
    """Return what differs once a file has changed, or None for what is no file, which is read only once."""
    try:
        found = path.stat()
    except OSError:
        return None
    # With the inode, as another file may have the same size, and the time of the last tick of the clock.
    return (found.st_mtime_ns, found.st_size, found.st_ino) if stat.S_ISREG(found.st_mode) else None


@contextlib.contextmanager
def _lock(place: Path) -> Iterator[None]:
    """Keep every other change waiting: between reading and writing, it would be lost."""
    # Open to all, as the page may run as another user than the one who types a command.
    lock = FileLock(place.with_name(f".{place.name}.lock"), _PATIENCE_S, mode=0o666)
    try:
        place.parent.stat()  # The lock would make a folder that is not there.
        lock.acquire()
    except Timeout as error:
        raise SettingsError(f"{place}: somebody else is changing it; try again in a moment") from error
    except OSError as error:
        raise _not_writable(place, error) from error
    try:
        yield
    finally:
        lock.release()


def _not_writable(file: Path, error: OSError) -> SettingsError:
    return SettingsError(f"{file}: cannot be written ({error}); make its folder writable, or name another place")


def _write(file: Path, lines: AccountLines) -> None:
    place = file.resolve()  # A link stays one.
    try:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-")  # Mode 0600.
        made = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as written:
                written.write(lines.text())
                written.flush()
                os.fsync(handle)
            if place.exists():
                # The page may run as another user than the one who types a command.
                with contextlib.suppress(PermissionError):
                    os.chown(made, place.stat().st_uid, place.stat().st_gid)
            made.replace(place)
        except BaseException:
            made.unlink()
            raise
    except OSError as error:
        raise _not_writable(file, error) from error


def read_accounts(path: Path) -> AccountLines:
    """Read the accounts and the keys of a file.

    Raises:
        SettingsError: It cannot be read, or a line is none.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); name the file of accounts") from error
    read = [_read_line(path, i, line.strip()) for i, line in enumerate(lines, 1) if line.strip()]
    return AccountLines(
        tuple(each for each in read if isinstance(each, Account)), tuple(each for each in read if isinstance(each, Key))
    )


def _read_line(path: Path, number: int, line: str) -> Account | Key:
    try:
        name, kind, first, second, *rest = line.split(":")
        if not name or len(rest) > 1:
            raise ValueError(line)
        if kind == "key":
            return Key(name, first, base64.b64decode(second, validate=True), rest[0] if rest else "")
        role = read_role(rest[0] if rest else EARLIER)
        salt, digest = (base64.b64decode(part, validate=True) for part in (first, second))
        if kind not in {"scrypt", "none"} or (kind == "scrypt") != bool(digest):
            raise ValueError(kind)
        return Account(name, salt, digest, role)
    except (ValueError, binascii.Error, SettingsError) as error:
        raise SettingsError(
            f"{path}, line {number}: is no account; remove it, and use `{AccountFile.how_to_add}`"
        ) from error
