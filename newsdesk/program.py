"""The program `newsdesk`: the commands of every package under one name, each loaded when it is used."""

import importlib
import os
import sys
import tomllib
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.main import get_command_name

PARTS = Path(__file__).parent / "parts"
"""Where an installed program has its packages; in the repository they lie beside this one."""

# The archive comes first: its commands load neither models nor indexes.
_MERGED = ("corpus.cli.commands", "rag.cli.commands")
_GROUPS = {"eval": "eval.__main__", "accounts": "web.accounts.account_commands"}


def main(arguments: list[str] | None = None) -> None:
    """Run the command line (of this process, unless one is given); an error becomes one line on stderr and a code."""
    find_parts()
    from corpus.cli.display import accept_any_text, to_line
    from corpus.errors import NewsdeskError

    accept_any_text()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        sys.exit(_run(given))
    except NewsdeskError as error:
        sys.stderr.write(f"{to_line(str(error), 2000)}\n")
        sys.exit(2)
    except BrokenPipeError:  # `| head` has seen enough.
        sys.stderr.close()
        sys.exit(0)


def find_parts() -> None:
    """Let this process, and those that it starts, import the packages of an installed program."""
    if PARTS.is_dir() and str(PARTS) not in sys.path:
        os.environ["PYTHONPATH"] = os.pathsep.join([str(PARTS), *filter(None, sys.path[1:])])
        sys.path.insert(0, str(PARTS))


def _run(given: list[str]) -> int:
    first, rest = (given[0], given[1:]) if given else ("", [])
    if first == "serve":
        return int(importlib.import_module("app").main(rest))
    if given == ["--version"]:  # For which nothing else has to be loaded.
        print(f"newsdesk {find_version()}")
        return 0
    if first in _GROUPS:
        return _call(importlib.import_module(_GROUPS[first]).app, rest, f"newsdesk {first}")
    for name in _MERGED:
        app = importlib.import_module(name).app
        if first in list_names(app):
            return _call(app, given)
    return _call(_build_whole(), given)  # Help, completion, or what is wrong and what there is.


def find_version() -> str:
    """Return the version that is installed, or that of the repository which this is run from."""
    try:
        return version("newsdesk")
    except PackageNotFoundError:
        with (Path(__file__).parent.parent / "pyproject.toml").open("rb") as file:
            return str(tomllib.load(file)["project"]["version"])


def list_names(app: Any) -> list[str]:
    """Return the names of the commands and groups of a Typer application."""
    commands = [one.name or get_command_name(one.callback.__name__) for one in app.registered_commands]
    groups = [one.name or one.typer_instance.info.name for one in app.registered_groups]
    return [*commands, *groups]


def _build_whole() -> Any:
    """Return one application with the commands of every package."""
    whole = typer.Typer(
        help="Ask a news archive; every claim is cited and checked. `newsdesk COMMAND --help` says more.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
    )
    whole.callback()(_take_options)
    whole.command("serve", help="Start the page on http://127.0.0.1:7860.")(_stand_in)
    for name in _MERGED:
        app = importlib.import_module(name).app
        whole.registered_commands += app.registered_commands
        whole.registered_groups += app.registered_groups
    for name, module in _GROUPS.items():
        app = importlib.import_module(module).app
        whole.add_typer(app, name=name)
    return whole


def _print_version(wanted: bool) -> None:
    if wanted:
        print(f"newsdesk {find_version()}")
        raise typer.Exit


def _take_options(
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version.")
    ] = False,
) -> None: ...


def _stand_in() -> None:
    """Stand for a command that is run before this application is built."""


def _call(app: Callable[..., Any], arguments: list[str], name: str = "newsdesk") -> int:
    """Run a Typer application; return its exit code."""
    try:
        app(arguments, prog_name=name)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else int(bool(ended.code))
    return 0
