"""The commands that make and change the accounts, with roles and keys: `python -m web.accounts`."""

import getpass
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from corpus.errors import NewsdeskError, SettingsError
from corpus.settings import ArchiveSettings, read_settings
from web.accounts.account import Account, AccountLines, AccountSource, Key, check_account_name
from web.accounts.account_file import AccountFile
from web.accounts.account_table import AccountTable
from web.roles import Role

app = typer.Typer(
    help="Make and change the accounts of a page: a file that `python app.py --auth-file FILE` reads, or the tables "
    "of the database that NEWSDESK_DATABASE names, for `python app.py --auth-database`. A page that is running notices a "
    "change at once.",
    no_args_is_help=True,
    add_completion=False,
)

DEFAULT = Path("accounts.txt")
Name = Annotated[str, typer.Argument(help="Who signs in: no white space, no colon.", show_default=False)]
File = Annotated[
    Path | None,
    typer.Option("--file", help=f"The file of accounts; by default the database that is set, else {DEFAULT}."),
]


def main(arguments: list[str] | None = None) -> None:
    """Run the command line (of this process, unless one is given); an error becomes one line on stderr and a code."""
    try:
        app(arguments)
    except NewsdeskError as error:
        print(error, file=sys.stderr)
        sys.exit(2)


@app.command()
def add(
    name: Name,
    file: File = None,
    role: Annotated[
        Role | None, typer.Option(help="reader, unless it is the first account, which is an owner.")
    ] = None,
    password: Annotated[bool, typer.Option(help="Without one, sign-in is by a proxy or a key.")] = True,
) -> None:
    """Add an account, and make the file if it is not there yet; asks twice for the password."""
    check_account_name(name)
    source = _find_source(file)
    lines = _read_or_begin(source)
    if name in lines.names:
        raise SettingsError(f"{name} has an account already; give it another password with `password {name}`")
    given: Role = role or ("reader" if lines.accounts else "owner")
    account = Account.make(name, _ask_password(), given) if password else Account(name, b"", b"", given)
    source.change(lambda now: now.add(account))
    print(f"{name} can {'sign in' if password else 'use a key or be signed in by a proxy'} now, as {given}.")


@app.command("list")
def list_names(file: File = None) -> None:
    """List the accounts, one a line: name and role, with a word on one that has no password."""
    for account in _find_source(file).read().accounts:
        print(f"{account.name}\t{account.role}{'' if account.digest else ', no password'}")


@app.command()
def remove(name: Name, file: File = None) -> None:
    """Remove an account with its keys; who is signed in by it is signed out."""
    source = _find_known(name, file)
    source.change(lambda now: now.remove(name))
    print(f"{name} cannot sign in any more.")


@app.command()
def password(name: Name, file: File = None) -> None:
    """Give an account another password, asking twice; who is signed in by the old one is signed out."""
    source = _find_known(name, file)
    made = Account.make(name, _ask_password())
    source.change(lambda now: now.put(replace(made, role=now.find(name).role)))
    print(f"{name} has another password now.")


@app.command("role")
def change_role(
    name: Name,
    role: Annotated[Role, typer.Argument(help="What the account may do.", show_default=False)],
    file: File = None,
) -> None:
    """Give an account another role, which holds from the next click on.

    A reader asks and reads, an editor also adds, removes and measures, an owner also decides on models and accounts.
    """
    source = _find_known(name, file)
    source.change(lambda now: now.put(replace(now.find(name), role=role)))
    print(f"{name} is {role} now.")


@app.command("key")
def make_key(name: Name, file: File = None) -> None:
    """Make a key by which programs ask in the name of an account. It is shown once; what is kept is its hash."""
    source = _find_known(name, file)
    key, secret = Key.make(name)
    source.change(lambda now: replace(now, keys=(*now.keys, key)))
    # On stderr, so that a script that reads stdout gets the key and nothing else.
    print(f"Key {key.id} of {name}; it is not shown again:", file=sys.stderr)
    print(secret)


@app.command("keys")
def list_keys(file: File = None) -> None:
    """List the keys, one a line: id, account, and the day on which it was made."""
    for key in _find_source(file).read().keys:
        print(f"{key.id}\t{key.name}\t{key.made_on}")


@app.command("revoke")
def revoke_key(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `keys` lists it.", show_default=False)],
    file: File = None,
) -> None:
    """Revoke a key: programs that use it are refused from now on."""
    source = _find_source(file)
    if key_id not in {key.id for key in source.read().keys}:
        raise SettingsError(f"{source}: has no key {key_id!r}; `keys` shows those that it has")
    source.change(lambda now: replace(now, keys=tuple(key for key in now.keys if key.id != key_id)))
    print(f"Key {key_id} is revoked.")


@app.command("import")
def import_accounts(
    source: Annotated[Path, typer.Argument(metavar="FROM", help="A file of accounts.", show_default=False)],
    file: File = None,
) -> None:
    """Take over all accounts of a file, with passwords, roles and keys, where there are none yet."""
    _copy(AccountFile(source), _find_source(file))


@app.command("export")
def export_accounts(
    target: Annotated[Path, typer.Argument(metavar="TO", help="A new file of accounts.", show_default=False)],
    file: File = None,
) -> None:
    """Write all accounts, with passwords, roles and keys, into a new file."""
    _copy(_find_source(file), AccountFile(target))


def _copy(source: AccountSource, target: AccountSource) -> None:
    lines = source.read()

    def replace_none(now: AccountLines) -> AccountLines:
        if now.accounts:
            raise SettingsError(f"{target}: has accounts already; remove them first, or name another place")
        return lines

    target.change(replace_none)
    print(f"{target} has {len(lines.accounts):,} accounts and {len(lines.keys):,} keys now.")


def _find_source(file: Path | None) -> AccountSource:
    """Return where the accounts are: a file that is named, or else the database that is set, or else a file here."""
    database = "" if file else read_settings(ArchiveSettings).database.get_secret_value()
    return AccountTable(database) if database else AccountFile(file or DEFAULT)


def _read_or_begin(source: AccountSource) -> AccountLines:
    """Return the accounts, none where there is no file yet."""
    return AccountLines() if isinstance(source, AccountFile) and not source.path.exists() else source.read()


def _find_known(name: str, file: Path | None) -> AccountSource:
    """Return where the accounts are, and refuse a name that is not among them before anything is asked."""
    source = _find_source(file)
    source.read().find(name)
    return source


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
