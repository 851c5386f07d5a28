"""The commands that make and change the file of accounts: `python -m web.accounts`."""

import contextlib
import getpass
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from corpus.errors import SettingsError
from web.accounts.account_file import Account, check_account_name, read_accounts

app = typer.Typer(
    help="Make and change the accounts of a page: a file that `python app.py --auth-file FILE` reads. "
    "A page that is running notices a change at once.",
    no_args_is_help=True,
    add_completion=False,
)

Name = Annotated[str, typer.Argument(help="Who signs in: no white space, no colon.", show_default=False)]
File = Annotated[Path, typer.Option("--file", help="The file of accounts.")]
DEFAULT = Path("accounts.txt")


def main(arguments: list[str] | None = None) -> None:
    """Run the command line (of this process, unless one is given); an error becomes one line on stderr and a code."""
    try:
        app(arguments)
    except SettingsError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


@app.command()
def add(name: Name, file: File = DEFAULT) -> None:
    """Add an account, and make the file if it is not there yet; asks twice for the password."""
    check_account_name(name)
    accounts = read_accounts(file) if file.exists() else []
    if name in _names(accounts):
        raise SettingsError(f"{name} has an account already; give it another password with `password {name}`")
    account = Account.make(name, _ask_password())
    _write(file, [*accounts, account])
    print(f"{name} can sign in now.")


@app.command("list")
def list_names(file: File = DEFAULT) -> None:
    """List the names, one a line."""
    for name in _names(read_accounts(file)):
        print(name)


@app.command()
def remove(name: Name, file: File = DEFAULT) -> None:
    """Remove an account; who is signed in by it is signed out."""
    accounts = _known(name, file)
    _write(file, [account for account in accounts if account.name != name])
    print(f"{name} cannot sign in any more.")


@app.command()
def password(name: Name, file: File = DEFAULT) -> None:
    """Give an account another password, asking twice; who is signed in by the old one is signed out."""
    accounts = _known(name, file)
    account = Account.make(name, _ask_password())
    _write(file, [account if old.name == name else old for old in accounts])
    print(f"{name} has another password now.")


def _names(accounts: Sequence[Account]) -> list[str]:
    return [account.name for account in accounts]


def _known(name: str, file: Path) -> list[Account]:
    """Return all accounts if one has the name."""
    accounts = read_accounts(file)
    if name not in _names(accounts):
        raise SettingsError(f"{file}: has no account {name!r}; `list` shows those that it has")
    return accounts


def _ask_password() -> str:
    try:
        first, second = _ask("Password: "), _ask("Again: ")
    except (EOFError, KeyboardInterrupt):
        print("\nNothing was changed: no password was given.", file=sys.stderr)
        raise typer.Exit(1) from None
    if first != second:
        raise SettingsError("the two passwords differ; run the command again")
    return first


def _ask(prompt: str) -> str:
    """Return what is typed, unseen; or the next line of what is piped in."""
    if sys.stdin.isatty():
        return getpass.getpass(prompt)
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.removesuffix("\n")


def _write(file: Path, accounts: Sequence[Account]) -> None:
    """Put the file in place whole, readable by its owner only."""
    place = file.resolve()  # A link stays one.
    text = "".join(f"{account.line()}\n" for account in accounts)
    try:
        handle, name = tempfile.mkstemp(dir=place.parent, prefix=f".{place.name}-")  # Mode 0600.
        made = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as written:
                written.write(text)
                written.flush()
                os.fsync(handle)
            if place.exists():
                # The page may run as another user than the one who types this.
                with contextlib.suppress(PermissionError):
                    os.chown(made, place.stat().st_uid, place.stat().st_gid)
            made.replace(place)
        except BaseException:
            made.unlink()
            raise
    except OSError as error:
        raise SettingsError(f"{file}: cannot be written ({error}); name another place with --file") from error
