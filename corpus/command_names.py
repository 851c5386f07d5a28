"""How a command is typed: `python -m corpus add`, or `newsdesk add` where the program is installed."""

from pathlib import Path

INSTALLED = Path(__file__).parents[1].name == "parts"
"""Whether the packages lie where the wheel puts them, under the one package `newsdesk`."""

_GROUPS = {"corpus": "", "rag": "", "eval": "eval ", "web.accounts": "accounts "}


def name_command(line: str) -> str:
    """Return what a user types for a command.

    Args:
        line: A package that has commands, and what follows: "corpus add PATH".
    """
    package, _, rest = line.partition(" ")
    return f"newsdesk {_GROUPS[package]}{rest}" if INSTALLED else f"python -m {line}"
