"""Names and hashed passwords in a file, one a line: `name:scrypt:salt:hash`. Run it to make a line.

`python -m web.accounts NAME >> accounts.txt` asks for the password and prints the line.
"""

import base64
import getpass
import hashlib
import hmac
import secrets
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from corpus.errors import SettingsError

SHORTEST_PASSWORD = 10
"""Characters."""

# OWASP's password storage sheet names N = 2^17, r = 8, p = 1 as the strength to use; it takes 128 MiB for a moment.
_N, _R, _P, _MEMORY = 2**17, 8, 1, 192 * 2**20


def entry(name: str, password: str) -> str:
    """Return the line for an account.

    Raises:
        SettingsError: The name is empty or holds a colon or white space, or the password is too short.
    """
    if not name or ":" in name or any(c.isspace() for c in name):
        raise SettingsError(f"{name!r} cannot be a name; choose one without white space and colons")
    if len(password) < SHORTEST_PASSWORD:
        raise SettingsError(f"the password is too short; use {SHORTEST_PASSWORD} characters or more")
    salt = secrets.token_bytes(16)
    return f"{name}:scrypt:{_text(salt)}:{_text(_hash(password, salt))}"


class Accounts:
    """Tell whether a name and a password belong together."""

    def __init__(self, entries: Mapping[str, tuple[bytes, bytes]]) -> None:
        """Keep entries: salt and hash by name."""
        self._entries = dict(entries)
        self._nobody = (secrets.token_bytes(16), b"")

    @classmethod
    def from_file(cls, path: Path) -> "Accounts":
        """Read the file of accounts.

        Raises:
            SettingsError: It cannot be read, holds no account, or a line is not one.
        """
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}: cannot be read ({error}); name the file of accounts") from error
        entries = dict(_account(path, i, line) for i, line in enumerate(lines, 1) if line.strip())
        if not entries:
            raise SettingsError(f"{path}: holds no account; add one with `python -m web.accounts NAME >> {path}`")
        return cls(entries)

    def admits(self, name: str, password: str) -> bool:
        """Tell whether the password is right; an unknown name takes as long as a known one."""
        salt, expected = self._entries.get(name, self._nobody)
        return hmac.compare_digest(_hash(password, salt), expected)


def _account(path: Path, number: int, line: str) -> tuple[str, tuple[bytes, bytes]]:
    try:
        name, kind, salt, digest = line.strip().split(":")
        if kind != "scrypt" or not name:
            raise ValueError(kind)
        return name, (base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True))
    except ValueError as error:
        raise SettingsError(
            f"{path}, line {number}: is no account; make the line with `python -m web.accounts NAME`"
        ) from error


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY)


def _text(value: bytes) -> str:
    return base64.b64encode(value).decode()


def main(arguments: Sequence[str]) -> int:
    """Ask for a password and print the line for an account; return the exit code."""
    if len(arguments) != 1:
        print("usage: python -m web.accounts NAME >> accounts.txt", file=sys.stderr)
        return 2
    try:
        print(entry(arguments[0], getpass.getpass("Password: ")))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
