"""Who may sign in: names and hashed passwords in a file, one a line, `name:scrypt:salt:hash`.

`python -m web.accounts --help` says how the file is made and changed.
"""

import base64
import binascii
import hashlib
import hmac
import logging
import secrets
import stat
from dataclasses import dataclass
from pathlib import Path

from corpus.command_names import name_command
from corpus.errors import SettingsError

log = logging.getLogger(__name__)

HOW_TO_ADD = f"{name_command('web.accounts add')} NAME --file FILE"
SHORTEST_PASSWORD = 10
LONGEST_NAME, LONGEST_PASSWORD = 100, 1000
"""Characters."""

# OWASP's password storage sheet names N = 2^17, r = 8, p = 1 as the strength to use; it takes 128 MiB for a moment.
_N, _R, _P, _MEMORY = 2**17, 8, 1, 192 * 2**20


@dataclass(frozen=True, slots=True)
class Account:
    """Hold a name, and the salt and the scrypt hash of its password."""

    name: str
    salt: bytes
    digest: bytes

    @classmethod
    def make(cls, name: str, password: str) -> "Account":
        """Return an account with a salt of its own.

        Raises:
            SettingsError: The name or the password cannot be one.
        """
        check_account_name(name)
        if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
            limits = f"{SHORTEST_PASSWORD} to {LONGEST_PASSWORD:,} characters"
            raise SettingsError(f"a password of {len(password):,} characters cannot be used; use {limits}")
        if not password.isprintable():
            raise SettingsError("the password holds a character that cannot be typed everywhere; leave it out")
        salt = secrets.token_bytes(16)
        return cls(name, salt, _hash(password, salt))

    def fits(self, password: str) -> bool:
        """Return whether the password is right; takes some tenths of a second and 128 MiB."""
        return hmac.compare_digest(_hash(password, self.salt), self.digest)

    def line(self) -> str:
        """Return the line of the file."""
        return f"{self.name}:scrypt:{base64.b64encode(self.salt).decode()}:{base64.b64encode(self.digest).decode()}"


class Accounts:
    """Tell who may sign in; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Read the file, and again whenever it has changed.

        Raises:
            SettingsError: It cannot be read, holds no account, or a line is not one.
        """
        self._path = path
        self._state = _state(path)
        self._accounts = {account.name: account for account in read_accounts(path)}
        if not self._accounts:
            raise SettingsError(f"{path}: holds no account; add one with `{HOW_TO_ADD}`")
        self._nobody = Account("", secrets.token_bytes(16), bytes(64))

    def get(self, name: str) -> Account | None:
        """Return the account of a name as the file has it now."""
        self._renew()
        return self._accounts.get(name)

    def verify(self, name: str, password: str) -> Account | None:
        """Return the account whose name and password these are; an unknown name takes as long as a known one."""
        account = self.get(name) or self._nobody
        return account if account.fits(password) and account is not self._nobody else None

    def _renew(self) -> None:
        """Read the file if it changed; a missing or invalid file changes nothing, and the log says so."""
        state = _state(self._path)
        if state is None or state == self._state:
            return
        self._state = state
        try:
            self._accounts = {account.name: account for account in read_accounts(self._path)}
        except SettingsError as error:
            log.warning("%s; until then the accounts stay as they were", error)


def read_accounts(path: Path) -> list[Account]:
    """Read the accounts of a file.

    Raises:
        SettingsError: It cannot be read, or a line is not one.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path}: cannot be read ({error}); name the file of accounts") from error
    return [_account(path, i, line.strip()) for i, line in enumerate(lines, 1) if line.strip()]


def check_account_name(name: str) -> None:
    """Raise `SettingsError` if this cannot be the name of an account: it has to fit its line, and a page."""
    usable = name.isprintable() and ":" not in name and not any(c.isspace() for c in name)
    if not usable or not 1 <= len(name) <= LONGEST_NAME:
        raise SettingsError(f"{name!r} cannot be a name; use 1 to {LONGEST_NAME} characters, no white space, no colon")


def _account(path: Path, number: int, line: str) -> Account:
    try:
        name, kind, salt, digest = line.split(":")
        if kind != "scrypt" or not name:
            raise ValueError(kind)
        return Account(name, base64.b64decode(salt, validate=True), base64.b64decode(digest, validate=True))
    except (ValueError, binascii.Error) as error:
        raise SettingsError(f"{path}, line {number}: is no account; remove it, and use `{HOW_TO_ADD}`") from error


def _state(path: Path) -> tuple[int, int, int] | None:
    """Return what differs once a file has changed, or None for what is no file, which is read only once."""
    try:
        found = path.stat()
    except OSError:
        return None
    return (found.st_mtime_ns, found.st_size, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(errors="replace"), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY)
