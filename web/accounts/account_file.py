"""Who may sign in: names, hashed passwords, roles and hashed keys in a file, one a line.

An account is `name:scrypt:salt:hash:role`, one that has no password `name:none:::role`, a key for programs
`name:key:id:hash:day`. A line without a role is of an earlier version, in which everybody could add and remove articles: it
is an editor's. `python -m web.accounts --help` says how the file is made and changed.
"""

import base64
import binascii
import hashlib
import hmac
import logging
import secrets
import stat
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from corpus.command_names import name_command
from corpus.errors import SettingsError
from web.roles import ROLES, Role

log = logging.getLogger(__name__)

HOW_TO_ADD = f"{name_command('web.accounts add')} NAME --file FILE"
SHORTEST_PASSWORD = 10
LONGEST_NAME, LONGEST_PASSWORD = 100, 1000
"""Characters."""

_PREFIX = "newsdesk-"  # So that a key that was left somewhere is known for what it is.

# OWASP's password storage sheet names N = 2^17, r = 8, p = 1 as the strength to use; it takes 128 MiB for a moment.
_N, _R, _P, _MEMORY = 2**17, 8, 1, 192 * 2**20


EARLIER: Role = "editor"
"""The role of an account whose line names none."""


@dataclass(frozen=True, slots=True)
class Account:
    """Hold a name, the salt and the scrypt hash of its password, which are empty where it has none, and its role."""

    name: str
    salt: bytes
    digest: bytes
    role: Role = field(default=EARLIER, compare=False)  # Who is given another role stays signed in.

    @classmethod
    def make(cls, name: str, password: str, role: Role = EARLIER) -> "Account":
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
        return cls(name, salt, _hash(password, salt), role)

    def fits(self, password: str) -> bool:
        """Return whether the password is right; takes some tenths of a second and 128 MiB."""
        return hmac.compare_digest(_hash(password, self.salt), self.digest)

    def line(self) -> str:
        """Return the line of the file."""
        kind = "scrypt" if self.digest else "none"
        return ":".join([self.name, kind, _encode(self.salt), _encode(self.digest), self.role])


@dataclass(frozen=True, slots=True)
class Key:
    """Hold what is known of a key by which programs ask in the name of a user: an id, and the hash of the secret."""

    name: str
    id: str
    digest: bytes
    made_on: str

    @classmethod
    def make(cls, name: str) -> tuple["Key", str]:
        """Return a new key of a user, and the secret, which nothing but this call ever tells."""
        secret = f"{_PREFIX}{secrets.token_urlsafe(32)}"
        return cls(name, secrets.token_hex(4), hash_key(secret), f"{datetime.now(UTC):%Y-%m-%d}"), secret

    def line(self) -> str:
        """Return the line of the file."""
        return ":".join([self.name, "key", self.id, _encode(self.digest), self.made_on])


def hash_key(secret: str) -> bytes:
    """Return the hash of a key: a quick one, as nobody can guess 32 random bytes."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()


@dataclass(frozen=True, slots=True)
class AccountLines:
    """Hold what stands in a file of accounts, each in its order."""

    accounts: tuple[Account, ...] = ()
    keys: tuple[Key, ...] = ()

    @property
    def names(self) -> list[str]:
        """Return the names of the accounts."""
        return [account.name for account in self.accounts]

    @property
    def has_owner(self) -> bool:
        """Return whether somebody can sign in as an owner."""
        return any(account.role == "owner" and account.digest for account in self.accounts)

    def find(self, name: str) -> Account:
        """Return the account of a name.

        Raises:
            SettingsError: There is none.
        """
        for account in self.accounts:
            if account.name == name:
                return account
        raise SettingsError(f"the file has no account {name!r}; the list of accounts shows those that it has")

    def add(self, account: Account) -> "AccountLines":
        """Return the lines with one account more.

        Raises:
            SettingsError: There is one of this name.
        """
        if account.name in self.names:
            raise SettingsError(f"{account.name} has an account already; change its role or its password instead")
        return replace(self, accounts=(*self.accounts, account))

    def put(self, account: Account) -> "AccountLines":
        """Return the lines with an account in the place of the one of its name."""
        return replace(self, accounts=tuple(account if old.name == account.name else old for old in self.accounts))

    def remove(self, name: str) -> "AccountLines":
        """Return the lines without an account.

        Raises:
            SettingsError: There is none of this name.
        """
        gone = self.find(name)
        return replace(self, accounts=tuple(account for account in self.accounts if account is not gone))

    def text(self) -> str:
        """Return the content of the file; a key whose account is gone is left out."""
        names = {account.name for account in self.accounts}
        lines = [*(account.line() for account in self.accounts), *(k.line() for k in self.keys if k.name in names)]
        return "".join(f"{line}\n" for line in lines)


class Accounts:
    """Tell who may sign in; safe to use from several threads."""

    def __init__(self, path: Path) -> None:
        """Read the file, and again whenever it has changed.

        Raises:
            SettingsError: It cannot be read, holds no account, or a line is not one.
        """
        self._path = path
        self._state = _state(path)
        self._read()
        if not self._accounts:
            raise SettingsError(f"{path}: holds no account; add one with `{HOW_TO_ADD}`")
        # Checked in place of a name that is unknown, so that the time does not tell which names there are.
        self._nobody = Account("", secrets.token_bytes(16), bytes(64))

    @property
    def path(self) -> Path:
        """Return the place of the file."""
        return self._path

    def list_all(self) -> list[Account]:
        """Return the accounts as the file has them now."""
        self._renew()
        return list(self._accounts.values())

    def get(self, name: str) -> Account | None:
        """Return the account of a name as the file has it now."""
        self._renew()
        return self._accounts.get(name)

    def role_of(self, name: str) -> Role:
        """Return the role of a user; who has no account, as one whom a proxy has signed in may not, is a reader."""
        account = self.get(name)
        return account.role if account else "reader"

    def find_by_key(self, secret: str) -> Account | None:
        """Return whose key this is."""
        self._renew()
        key = self._keys.get(hash_key(secret))
        return self._accounts.get(key.name) if key else None

    def verify(self, name: str, password: str) -> Account | None:
        """Return the account whose name and password these are; an unknown name takes as long as a known one."""
        account = self.get(name) or self._nobody
        return account if account.fits(password) and account is not self._nobody else None

    def _read(self) -> None:
        found = read_accounts(self._path)
        self._accounts = {account.name: account for account in found.accounts}
        # By hash, so that the time of a look-up tells nothing of the keys.
        self._keys = {key.digest: key for key in found.keys}

    def _renew(self) -> None:
        """Read the file if it changed; a missing or invalid file changes nothing, and the log says so."""
        state = _state(self._path)
        if state is None or state == self._state:
            return
        # Before it is read, so that the log names an invalid file once and not at each request.
        self._state = state
        try:
            self._read()
        except SettingsError as error:
            log.warning("%s; until then the accounts stay as they were", error)


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


def check_account_name(name: str) -> None:
    """Raise `SettingsError` if this cannot be the name of an account: it has to fit its line, and a page."""
    usable = name.isprintable() and ":" not in name and not any(c.isspace() for c in name)
    if not usable or not 1 <= len(name) <= LONGEST_NAME:
        raise SettingsError(f"{name!r} cannot be a name; use 1 to {LONGEST_NAME} characters, no white space, no colon")


def _read_line(path: Path, number: int, line: str) -> Account | Key:
    try:
        name, kind, first, second, *rest = line.split(":")
        if not name or len(rest) > 1:
            raise ValueError(line)
        if kind == "key":
            return Key(name, first, base64.b64decode(second, validate=True), rest[0] if rest else "")
        role = next(role for role in ROLES if role == (rest[0] if rest else EARLIER))
        salt, digest = (base64.b64decode(part, validate=True) for part in (first, second))
        if kind not in {"scrypt", "none"} or (kind == "scrypt") != bool(digest):
            raise ValueError(kind)
        return Account(name, salt, digest, role)
    except (ValueError, binascii.Error, StopIteration) as error:
        raise SettingsError(f"{path}, line {number}: is no account; remove it, and use `{HOW_TO_ADD}`") from error


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _state(path: Path) -> tuple[int, int, int] | None:
    """Return what differs once a file has changed, or None for what is no file, which is read only once."""
    try:
        found = path.stat()
    except OSError:
        return None
    # With the inode, as another file may have the same size, and the time of the last tick of the clock.
    return (found.st_mtime_ns, found.st_size, found.st_ino) if stat.S_ISREG(found.st_mode) else None


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(errors="replace"), salt=salt, n=_N, r=_R, p=_P, maxmem=_MEMORY)
