"""Accounts: an account admits its password and no other, and the file is read again when it has changed."""

import hashlib
import logging
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from operator import methodcaller
from pathlib import Path

import pytest

from corpus.errors import SettingsError
from web.accounts.account import Account, Accounts
from web.accounts.account_file import AccountFile, read_accounts

WEAK = 10
"""A strength by which a password is hashed in no time. The processes below import this module, and so nothing large."""


def written(path: Path, *accounts: Account) -> Path:
    path.write_text("\n\n".join(account.line() for account in accounts), encoding="utf-8")
    return path


def test_passwords_are_hashed_as_strongly_as_is_recommended() -> None:
    anna = Account.make("anna", "correct horse")
    assert anna.digest == hashlib.scrypt(b"correct horse", salt=anna.salt, n=2**17, r=8, p=1, maxmem=2**28)


def test_a_password_is_admitted_and_does_not_stand_in_the_file(tmp_path: Path) -> None:
    anna = Account.make("anna", "correct horse", strength=WEAK)
    bert = Account.make("bert", "battery staple", strength=WEAK)
    path = written(tmp_path / "accounts.txt", anna, bert)
    accounts = Accounts(AccountFile(path), WEAK)
    assert accounts.verify("anna", "correct horse") == anna
    assert accounts.verify("anna", "battery staple") is None
    assert accounts.verify("nobody", "correct horse") is None
    assert accounts.verify("", "") is None
    assert "horse" not in path.read_text(encoding="utf-8")


def test_two_accounts_with_one_password_differ() -> None:
    first, second = (Account.make("anna", "correct horse", strength=WEAK) for _ in range(2))
    assert first.salt != second.salt
    assert first.digest != second.digest


@pytest.mark.parametrize("name", ["", "a:b", "a b", "a\nb", "a\u200b", "\udcff", "a" * 101])
def test_a_name_that_would_break_the_line_is_refused(name: str) -> None:
    with pytest.raises(SettingsError, match="cannot be a name"):
        Account.make(name, "long enough")


@pytest.mark.parametrize("password", ["short", "x" * 1001, "with a \x00 in it", "with a \udcff in it"])
def test_a_password_that_cannot_be_used_is_refused(password: str) -> None:
    with pytest.raises(SettingsError, match=r"cannot be used; use 10 to 1,000|cannot be typed everywhere"):
        Account.make("anna", password)


def test_a_line_of_an_earlier_version_is_an_editors(tmp_path: Path) -> None:
    path = tmp_path / "accounts.txt"
    path.write_text("anna:scrypt:c2FsdA==:aGFzaA==\nbert:scrypt:c2FsdA==:aGFzaA==:owner\n", encoding="utf-8")
    accounts = Accounts(AccountFile(path))
    assert accounts.get("anna") == Account("anna", b"salt", b"hash")
    assert [accounts.role_of(name) for name in ("anna", "bert", "carl")] == ["editor", "owner", "reader"]


@pytest.mark.parametrize(
    "text",
    [
        "anna",
        "anna:scrypt:YQ==:YQ==:king",
        "anna:scrypt:YQ==:",
        "anna:none:::reader:x",
        "anna:md5:a:b",
        ":scrypt:YQ==:YQ==",
        "anna:scrypt:***:YQ==",
        "",
    ],
)
def test_a_file_that_is_none_is_refused_with_the_way_out(tmp_path: Path, text: str) -> None:
    path = tmp_path / "accounts.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"python -m web\.accounts add NAME"):
        Accounts(AccountFile(path))
    with pytest.raises(SettingsError, match="cannot be read"):
        Accounts(AccountFile(tmp_path / "missing"))


def test_a_file_that_has_changed_is_read_again(tmp_path: Path) -> None:
    anna, bert = Account("anna", b"salt", b"hash"), Account("bert", b"salt", b"hash")
    path = written(tmp_path / "accounts.txt", anna, bert)
    accounts = Accounts(AccountFile(path))
    written(path, bert)
    assert (accounts.get("anna"), accounts.get("bert")) == (None, bert)
    written(path)
    assert accounts.get("bert") is None


def test_a_file_that_is_gone_or_makes_no_sense_changes_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    anna = Account("anna", b"salt", b"hash")
    path = written(tmp_path / "accounts.txt", anna)
    accounts = Accounts(AccountFile(path))
    path.unlink()
    assert accounts.get("anna") == anna
    path.write_text("anna:scrypt:", encoding="utf-8")
    with caplog.at_level(logging.WARNING):
        assert [accounts.get("anna") for _ in range(3)] == [anna] * 3
    assert len(caplog.messages) == 1
    assert "line 1: is no account" in caplog.messages[0]


def test_lines_are_read_as_they_were_written(tmp_path: Path) -> None:
    accounts = [Account("anna", b"salt", b"hash"), Account("zoë", b"", bytes(64))]
    assert list(read_accounts(written(tmp_path / "accounts.txt", *accounts)).accounts) == accounts


def _add_many(file: Path, kind: str) -> None:
    for n in range(25):
        one = Account(f"{kind}{n}", b"", b"", "reader")
        AccountFile(file).change(methodcaller("add", one))


def test_changes_by_several_processes_are_all_kept(tmp_path: Path) -> None:
    """The page and a command may change the file at once: a removed account must not come back with the other's change."""
    file = tmp_path / "accounts.txt"
    with ProcessPoolExecutor(3, get_context("spawn")) as processes:
        for _ in processes.map(_add_many, [file] * 3, "abc"):
            pass
    assert len(read_accounts(file).names) == 75
