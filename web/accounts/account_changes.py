"""Change the file of accounts, from the command line or the page."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import SettingsError
from web.accounts.account_file import AccountLines, read_accounts

Change = Callable[[AccountLines], AccountLines]
"""Returns what is to stand in the file in place of what stands there."""

_PATIENCE_S = 10.0


def change_accounts(file: Path, change: Change) -> None:
    """Put what a change makes of a file of accounts in its place, whole, readable by its owner only.

    A file that is not there yet is taken for an empty one. One change is made after the other, whatever process makes it.

    Raises:
        SettingsError: The file cannot be read or written, or the change is refused.
    """
    with _lock(file.resolve()):
        _write(file, change(read_accounts(file) if file.exists() else AccountLines()))


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


def keep_owner(change: Change) -> Change:
    """Return a change that is refused where it would leave nobody who can sign in as an owner."""

    def checked(lines: AccountLines) -> AccountLines:
        changed = change(lines)
        if lines.has_owner and not changed.has_owner:
            raise SettingsError("this is the last owner with a password; make another account an owner first")
        return changed

    return checked


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
