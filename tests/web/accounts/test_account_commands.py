"""The command that keeps the accounts, as it is typed."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from corpus.errors import SettingsError
from tests.web.conftest import ROOT
from web.accounts.account import Account, Accounts
from web.accounts.account_commands import app
from web.accounts.account_file import AccountFile, read_accounts

pty = pytest.importorskip("pty")


def run(*arguments: str, typed: str = "") -> tuple[int, str, str]:
    """Run a command in this process; return the exit code, what it printed, and the error or what it wrote to stderr."""
    done = CliRunner().invoke(app, [*arguments], input=typed)
    failed = isinstance(done.exception, SettingsError)
    return (2, done.stdout, str(done.exception)) if failed else (done.exit_code, done.stdout, done.stderr)


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "accounts.txt"
    path.write_text(f"{Account('anna', b'salt', b'hash').line()}\n", encoding="utf-8")
    return str(path)


def test_an_account_is_added_listed_changed_and_removed(tmp_path: Path) -> None:
    file = str(tmp_path / "accounts.txt")
    assert run("add", "anna", "--file", file, typed="correct horse\n" * 2)[:2] == (
        0,
        "anna can sign in now, as owner.\n",
    )
    assert run("add", "bert", "--file", file, typed="battery staple\n" * 2)[0] == 0
    assert run("list", "--file", file) == (0, "anna\towner\nbert\treader\n", "")
    assert Path(file).stat().st_mode & 0o777 == 0o600
    accounts = Accounts(AccountFile(Path(file)))
    assert accounts.verify("anna", "correct horse")
    assert run("password", "anna", "--file", file, typed="another horse\n" * 2)[0] == 0
    assert accounts.verify("anna", "another horse")
    assert accounts.verify("anna", "correct horse") is None
    assert run("remove", "anna", "--file", file)[0] == 0
    assert run("list", "--file", file)[1] == "bert\treader\n"
    assert {path.name for path in tmp_path.iterdir()} == {"accounts.txt", ".accounts.txt.lock"}


@pytest.mark.parametrize(
    ("arguments", "typed", "said"),
    [
        (("add", "anna"), "", "anna has an account already; give it another password with `password anna`"),
        (("add", "a b"), "", "cannot be a name"),
        (("add", "bert"), "short\nshort\n", "use 10 to 1,000 characters"),
        (("add", "bert"), "correct horse\nbattery staple\n", "the two passwords differ"),
        (("password", "bert"), "", "there is no account 'bert'"),
        (("remove", "bert"), "", "there is no account 'bert'"),
        (("role", "bert", "owner"), "", "there is no account 'bert'"),
        (("key", "bert"), "", "there is no account 'bert'"),
        (("revoke", "1234"), "", "has no key '1234'"),
    ],
)
def test_what_makes_no_sense_changes_nothing(file: str, arguments: tuple[str, str], typed: str, said: str) -> None:
    before = Path(file).read_bytes()
    code, _, error = run(*arguments, "--file", file, typed=typed)
    assert code == 2
    assert said in error
    assert Path(file).read_bytes() == before


def test_a_role_is_changed_and_signs_nobody_out(file: str) -> None:
    accounts = Accounts(AccountFile(Path(file)))
    before = accounts.get("anna")
    assert before is not None
    assert accounts.role_of("anna") == "editor"
    assert run("role", "anna", "owner", "--file", file) == (0, "anna is owner now.\n", "")
    assert accounts.role_of("anna") == "owner"
    assert accounts.get("anna") == before
    assert run("role", "anna", "king", "--file", file)[0] == 2
    assert accounts.role_of("nobody") == "reader"


def test_a_key_is_shown_once_kept_hashed_and_revoked(file: str) -> None:
    accounts = Accounts(AccountFile(Path(file)))
    _, shown, _ = run("key", "anna", "--file", file)
    secret = shown.strip()
    assert secret not in Path(file).read_text(encoding="utf-8")
    assert accounts.find_by_key(secret) == accounts.get("anna")
    assert accounts.find_by_key(secret[:-1]) is None
    assert accounts.find_by_key("") is None
    listed = run("keys", "--file", file)[1]
    key_id, name, day = listed.split()
    assert (name, len(day)) == ("anna", 10)
    assert run("revoke", key_id, "--file", file)[:2] == (0, f"Key {key_id} is revoked.\n")
    assert accounts.find_by_key(secret) is None


def test_keys_go_with_their_account_and_one_without_a_password_admits_none(file: str) -> None:
    assert run("add", "script", "--no-password", "--role", "reader", "--file", file)[0] == 0
    secret = run("key", "script", "--file", file)[1].strip()
    accounts = Accounts(AccountFile(Path(file)))
    assert accounts.find_by_key(secret) == accounts.get("script")
    assert accounts.verify("script", "") is None
    assert "script\treader, no password" in run("list", "--file", file)[1]
    assert run("remove", "script", "--file", file)[0] == 0
    assert (accounts.find_by_key(secret), run("keys", "--file", file)[1]) == (None, "")


def test_no_more_input_ends_it_with_one_line(file: str) -> None:
    for typed in ("", "correct horse\n"):
        code, _, error = run("add", "bert", "--file", file, typed=typed)
        assert (code, error) == (1, "\nNothing was changed: no password was given.\n")
    assert [account.name for account in read_accounts(Path(file)).accounts] == ["anna"]


def test_a_link_to_the_file_stays_one(tmp_path: Path, file: str) -> None:
    link = tmp_path / "link.txt"
    link.symlink_to(file)
    assert run("remove", "anna", "--file", str(link))[0] == 0
    assert link.is_symlink()
    assert Path(file).read_text(encoding="utf-8") == ""


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    code, _, error = run("add", "anna", "--file", str(tmp_path / "no" / "file"), typed="correct horse\n" * 2)
    assert (code, "cannot be written" in error) == (2, True)


def on_a_terminal(*arguments: str, keys: bytes) -> tuple[int, str]:
    """Type into the real command on a terminal once it asks; return its exit code and what the terminal showed."""
    here, there = pty.openpty()
    command = [sys.executable, "-m", "web.accounts", *arguments]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=there, stdout=there, stderr=there, start_new_session=True
    ) as process:
        os.close(there)
        shown = b""
        while b"Password: " not in shown:
            shown += os.read(here, 1000)
        if keys == b"\x03":  # No terminal controls the process here, so the key itself would be a character.
            process.send_signal(signal.SIGINT)
        else:
            os.write(here, keys)
        try:
            while piece := os.read(here, 1000):
                shown += piece
        except OSError:  # Linux's way to say that the other end is closed.
            pass
        os.close(here)
    return process.returncode, shown.decode()


@pytest.mark.parametrize("keys", [b"\x04", b"\x03"], ids=["end of input", "interrupt"])
def test_on_a_terminal_it_ends_cleanly(file: str, keys: bytes) -> None:
    code, shown = on_a_terminal("add", "bert", "--file", file, keys=keys)
    assert code == 1
    assert shown.splitlines()[-1] == "Nothing was changed: no password was given."
    assert "Traceback" not in shown


def test_the_help_names_the_commands() -> None:
    code, shown, _ = run("--help")
    assert code == 0
    assert all(name in shown for name in ("add", "list", "remove", "password", "role", "key", "keys", "revoke"))
    assert run("anna")[0] == 2
