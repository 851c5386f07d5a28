"""Who may sign in: names, hashed passwords, roles and hashed keys, in a file or in a database.

`python -m web.accounts --help` says how they are made and changed.
"""

import base64
import hashlib
import hmac
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from corpus.command_names import name_command
from corpus.errors import NewsdeskError, SettingsError
from web.roles import ROLES, Role

log = logging.getLogger(__name__)

HOW_TO_ADD = f"{name_command('web.accounts add')} NAME"
SHORTEST_PASSWORD = 10
LONGEST_NAME, LONGEST_PASSWORD = 100, 1000
"""Characters."""

_PREFIX = "newsdesk-"  # So that a key that was left somewhere is known for what it is.

STRENGTH = 17
"""How strongly passwords are hashed by default: as the logarithm of scrypt's N.

OWASP's password storage sheet names N = 2^17, r = 8, p = 1 as the strength to use; it takes 128 MiB for a moment.
"""

_R, _P, _MEMORY = 8, 1, 192 * 2**20


EARLIER: Role = "editor"
"""The role of an account whose line names none: it is of an earlier version, in which everybody could add and remove articles."""


@dataclass(frozen=True, slots=True)
class Account:
    """Hold a name, the salt and the scrypt hash of its password, which are empty where it has none, and its role."""

    name: str
    salt: bytes
    digest: bytes
    role: Role = field(default=EARLIER, compare=False)  # Who is given another role stays signed in.

    @classmethod
    def make(cls, name: str, password: str, role: Role = EARLIER, strength: int = STRENGTH) -> "Account":
        """Return an account with a salt of its own; where it is checked, the strength must be the same.

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
        return cls(name, salt, _hash(password, salt, strength), role)

    def fits(self, password: str, strength: int = STRENGTH) -> bool:
        """Return whether the password is right; by default that takes some tenths of a second and 128 MiB."""
        return hmac.compare_digest(_hash(password, self.salt, strength), self.digest)

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
        raise SettingsError(f"there is no account {name!r}; the list of accounts shows those that it has")

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


Change = Callable[[AccountLines], AccountLines]
"""Returns what the accounts are to be in place of what they are."""


def keep_owner(change: Change) -> Change:
    """Return a change that is refused where it would leave nobody who can sign in as an owner."""

    def checked(lines: AccountLines) -> AccountLines:
        changed = change(lines)
        if lines.has_owner and not changed.has_owner:
            raise SettingsError("this is the last owner with a password; make another account an owner first")
        return changed

    return checked


class AccountSource(Protocol):
    """Read and change accounts wherever they are kept."""

    how_to_add: str
    """The command that adds one there."""

    def read(self) -> AccountLines:
        """Return the accounts and the keys.

        Raises:
            NewsdeskError: They cannot be read.
        """

    def read_if_changed(self) -> AccountLines | None:
        """Return the accounts and the keys, or None where they are known to be as they were."""

    def change(self, change: Change) -> None:
        """Put what a change makes of the accounts in their place, one change after the other, whatever process makes it.

        Raises:
            NewsdeskError: They cannot be read or written, or the change is refused.
        """


class Accounts:
    """Tell who may sign in; safe to use from several threads."""

    def __init__(self, source: AccountSource, strength: int = STRENGTH) -> None:
        """Read the accounts, and again whenever they have changed.

        Args:
            source: Where they are kept.
            strength: How strongly their passwords are hashed.

        Raises:
            NewsdeskError: They cannot be read, or there is none.
        """
        self.source = source
        self._strength = strength
        self._problem = ""
        self._take(source.read())
        if not self._accounts:
            raise SettingsError(f"{source}: holds no account; add one with `{source.how_to_add}`")
        # Checked in place of a name that is unknown, so that the time does not tell which names there are.
        self._nobody = Account("", secrets.token_bytes(16), bytes(64))

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
        return account if account.fits(password, self._strength) and account is not self._nobody else None

    def make(self, name: str, password: str, role: Role = EARLIER) -> Account:
        """Return an account that can be put among these.

        Raises:
            SettingsError: The name or the password cannot be one.
        """
        return Account.make(name, password, role, self._strength)

    def _take(self, found: AccountLines) -> None:
        self._accounts = {account.name: account for account in found.accounts}
        # By hash, so that the time of a look-up tells nothing of the keys.
        self._keys = {key.digest: key for key in found.keys}

    def _renew(self) -> None:
        """Read the accounts if they changed; where they cannot be read nothing changes, and the log says so once."""
        try:
            if (found := self.source.read_if_changed()) is not None:
                self._problem = ""
                self._take(found)
        except NewsdeskError as error:
            if str(error) != self._problem:
                log.warning("%s; until then the accounts stay as they were", error)
            self._problem = str(error)


def check_account_name(name: str) -> None:
    """Raise `SettingsError` if this cannot be the name of an account: it has to fit its line, and a page."""
    usable = name.isprintable() and ":" not in name and not any(c.isspace() for c in name)
    if not usable or not 1 <= len(name) <= LONGEST_NAME:
        raise SettingsError(f"{name!r} cannot be a name; use 1 to {LONGEST_NAME} characters, no white space, no colon")


def read_role(text: str) -> Role:
    """Return a role by its name.

    Raises:
        SettingsError: There is none of this name.
    """
    for role in ROLES:
        if role == text:
            return role
    raise SettingsError(f"choose one of the roles {', '.join(ROLES)}")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _hash(password: str, salt: bytes, strength: int) -> bytes:
    return hashlib.scrypt(password.encode(errors="replace"), salt=salt, n=2**strength, r=_R, p=_P, maxmem=_MEMORY)
