"""Sessions, over a real file of accounts and a clock that the test turns."""

from pathlib import Path

from tests.web.accounts.test_account_file import written
from web.accounts.account import Account, Accounts
from web.accounts.account_file import AccountFile
from web.accounts.sign_in_sessions import SignInSessions
from web.shared_state import SharedState

ANNA, BERT = Account("anna", b"salt", b"hash"), Account("bert", b"salt", b"hash")


def test_a_session_ends_when_it_is_signed_out_and_no_other_does(tmp_path: Path, state: SharedState) -> None:
    sessions = SignInSessions(Accounts(AccountFile(written(tmp_path / "accounts.txt", ANNA, BERT))), state)
    first, second, third = sessions.begin(ANNA), sessions.begin(ANNA), sessions.begin(BERT)
    sessions.end(first)
    assert [sessions.user(token) for token in (first, second, third, "")] == [None, "anna", "bert", None]


def test_a_session_ends_with_its_account_and_with_its_password(tmp_path: Path, state: SharedState) -> None:
    path = written(tmp_path / "accounts.txt", ANNA, BERT)
    sessions = SignInSessions(Accounts(AccountFile(path)), state)
    tokens = [sessions.begin(ANNA), sessions.begin(BERT)]
    written(path, Account("bert", b"salt", b"another hash"))
    assert [sessions.user(token) for token in tokens] == [None, None]
    written(path, ANNA, BERT)
    assert [sessions.user(token) for token in tokens] == [None, None]


def test_a_session_ends_after_a_month_of_silence(tmp_path: Path, state: SharedState) -> None:
    now = [0.0]
    sessions = SignInSessions(
        Accounts(AccountFile(written(tmp_path / "accounts.txt", ANNA))), state, clock=lambda: now[0]
    )
    token = sessions.begin(ANNA)
    for day in (29, 58, 87):
        now[0] = day * 86400.0
        assert sessions.user(token) == "anna"
    now[0] += 31 * 86400
    assert sessions.user(token) is None


def test_one_user_keeps_twenty_sessions_and_ends_only_own_ones(tmp_path: Path, state: SharedState) -> None:
    sessions = SignInSessions(Accounts(AccountFile(written(tmp_path / "accounts.txt", ANNA, BERT))), state)
    kept = sessions.begin(BERT)
    tokens = [sessions.begin(ANNA) for _ in range(30)]
    assert len(sessions) == 21
    assert sessions.user(kept) == "bert"
    assert [sessions.user(token) for token in tokens] == [None] * 10 + ["anna"] * 20


def test_a_token_is_good_at_every_page_and_its_hash_is_what_is_kept(tmp_path: Path, state: SharedState) -> None:
    accounts = Accounts(AccountFile(written(tmp_path / "accounts.txt", ANNA)))
    here, there = SignInSessions(accounts, state), SignInSessions(accounts, state)
    token = here.begin(ANNA)
    assert there.user(token) == "anna"
    with state.read() as connection:
        assert token.encode() not in b"".join(connection.execute("SELECT token FROM sign_in_sessions").fetchone())
    there.end(token)
    assert here.user(token) is None
