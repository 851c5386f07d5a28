"""Who is signed in: tokens of browsers, which end with the account, its password, or a month of silence."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from web.accounts.account_file import Account, Accounts

_IDLE_S = 30 * 86400.0
_MOST = 20
"""So many browsers of one user stay signed in; one more ends the one longest silent."""


@dataclass(slots=True)
class _Session:
    account: Account
    used: float


class SignInSessions:
    """Tell whose a token is; for one thread. A restart ends all."""

    def __init__(self, accounts: Accounts, clock: Callable[[], float] = time.monotonic) -> None:
        """Ask the accounts at each request whether who signed in still may."""
        self._accounts = accounts
        self._clock = clock
        self._sessions: OrderedDict[str, _Session] = OrderedDict()

    def begin(self, account: Account) -> str:
        """Return the token of a new session."""
        own = [token for token, session in self._sessions.items() if session.account.name == account.name]
        for token in own[: max(0, len(own) - _MOST + 1)]:
            self.end(token)
        token = secrets.token_urlsafe(32)
        self._sessions[token] = _Session(account, self._clock())
        return token

    def user(self, token: str) -> str | None:
        """Return who is signed in by a token, or None."""
        session = self._sessions.get(token)
        if session is None:
            return None
        now = self._clock()
        if now - session.used > _IDLE_S or self._accounts.get(session.account.name) != session.account:
            self.end(token)
            return None
        session.used = now
        self._sessions.move_to_end(token)
        return session.account.name

    def end(self, token: str) -> None:
        """End a session, if it is one."""
        self._sessions.pop(token, None)

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._sessions)
