"""Accounts in a database: what one page changes, the others know a moment later."""

import logging
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from corpus.archive.engine import Place
from corpus.errors import ArchiveError, SettingsError
from tests.postgresql import PostgresServer
from tests.waiting import wait_until
from tests.web.accounts.test_account_commands import run
from web.accounts.account import Account, AccountLines, Accounts, Key, keep_owner
from web.accounts.account_table import AccountTable

ANNA, BERT = Account("anna", b"salt", b"hash", "owner"), Account("zoë", b"", b"", "reader")


@pytest.fixture
def table(place: Place) -> Iterator[AccountTable]:
    with closing(AccountTable(place)) as opened:
        yield opened


def test_accounts_and_keys_come_back_as_they_were_put(table: AccountTable) -> None:
    key, secret = Key.make("anna")
    table.change(lambda lines: lines.add(ANNA).add(BERT))
    table.change(lambda lines: type(lines)(lines.accounts, (key,)))
    accounts = Accounts(table)
    assert accounts.list_all() == [ANNA, BERT]
    assert [accounts.role_of(name) for name in ("anna", "zoë", "nobody")] == ["owner", "reader", "reader"]
    assert accounts.find_by_key(secret) == ANNA
    changed = Account("anna", b"salt", b"another", "editor")
    table.change(lambda lines: lines.put(changed))
    assert [(one.digest, one.role) for one in accounts.list_all()] == [(b"another", "editor"), (b"", "reader")]
    assert accounts.find_by_key(secret) == changed
    table.change(lambda lines: lines.remove("anna"))
    assert (accounts.get("anna"), accounts.find_by_key(secret), table.read().keys) == (None, None, ())


def test_a_change_that_is_refused_changes_nothing(table: AccountTable) -> None:
    with pytest.raises(SettingsError, match=r"holds no account; add one with `python -m web\.accounts add NAME`"):
        Accounts(table)
    table.change(lambda lines: lines.add(ANNA))
    for change in (lambda lines: lines.add(ANNA), keep_owner(lambda lines: lines.remove("anna"))):
        with pytest.raises(SettingsError, match=r"has an account already|last owner"):
            table.change(change)
    assert table.read().accounts == (ANNA,)


def test_what_one_page_changes_another_one_knows(place: Place) -> None:
    with closing(AccountTable(place)) as here, closing(AccountTable(place, look_s=0.05)) as there:
        here.change(lambda lines: lines.add(ANNA).add(BERT))
        accounts = Accounts(there)
        here.change(lambda lines: lines.remove("anna"))
        wait_until(lambda: accounts.get("anna") is None)
        assert accounts.get("zoë") == BERT


def test_changes_at_the_same_time_are_all_kept(place: Place) -> None:
    def add(kind: str) -> None:
        with closing(AccountTable(place)) as table:
            for n in range(10):
                one = Account(f"{kind}{n}", b"", b"", "reader")
                table.change(lambda lines, one=one: lines.add(one))  # type: ignore[misc]

    threads = [threading.Thread(target=add, args=(kind,)) for kind in "abc"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with closing(AccountTable(place)) as table:
        assert len(table.read().names) == 30


def test_while_the_database_is_away_the_accounts_stay_as_they_were(
    postgres: PostgresServer, caplog: pytest.LogCaptureFixture
) -> None:
    with closing(AccountTable(postgres.make_schema(), look_s=0.05)) as table:
        table.change(lambda lines: lines.add(ANNA))
        accounts = Accounts(table)
        postgres.stop()
        try:
            with caplog.at_level(logging.WARNING):
                wait_until(lambda: accounts.get("anna") and caplog.messages)
            assert "does not answer" in caplog.messages[0]
            with pytest.raises(ArchiveError, match="does not answer"):
                table.change(lambda lines: lines.add(BERT))
        finally:
            postgres.start()
        table.change(lambda lines: lines.add(BERT))
        assert accounts.get("zoë") == BERT


def test_the_commands_change_the_database_that_is_set(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSDESK_DATABASE", postgres.make_schema())
    assert run("list") == (0, "", "")
    assert run("add", "anna", typed="correct horse\n" * 2)[:2] == (0, "anna can sign in now, as owner.\n")
    assert run("add", "script", "--no-password")[0] == 0
    assert run("role", "script", "editor")[0] == 0
    assert run("key", "script")[0] == 0
    key_id, name, _ = run("keys")[1].split()
    assert (name, run("list")[1]) == ("script", "anna\towner\nscript\teditor, no password\n")
    assert run("revoke", "none")[2].startswith("the database postgres at 127.0.0.1:")
    assert run("revoke", key_id)[0] == 0
    assert run("remove", "script")[0] == 0
    assert (run("list")[1], run("keys")[1]) == ("anna\towner\n", "")


def test_accounts_go_from_a_file_into_the_database_and_back(
    postgres: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWSDESK_DATABASE", postgres.make_schema())
    first, second = tmp_path / "first.txt", tmp_path / "second.txt"
    key, _ = Key.make("anna")
    first.write_text(AccountLines((ANNA, BERT), (key,)).text(), encoding="utf-8")
    assert run("import", str(first))[1].endswith(" has 2 accounts and 1 keys now.\n")
    assert run("list")[1] == "anna\towner\nzoë\treader, no password\n"
    code, _, said = run("import", str(first))
    assert (code, "has accounts already" in said) == (2, True)
    assert run("export", str(second))[1] == f"{second} has 2 accounts and 1 keys now.\n"
    assert second.read_text(encoding="utf-8") == first.read_text(encoding="utf-8")
    assert run("export", str(second))[0] == 2
