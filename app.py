"""Start the page: read the arguments, put the parts together, serve."""

import argparse
import contextlib
import logging
import os
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cli.display import accept_any_text
from corpus.command_names import name_command
from corpus.errors import IndexInUseError, NewsdeskError, SettingsError

if TYPE_CHECKING:
    from rag import Assistant
    from rag.settings import Settings
    from web.accounts.account import Accounts
    from web.server.site import Server

LOOPBACK = {"127.0.0.1", "localhost", "::1"}
PORTS_TRIED = 10
QUESTIONS_A_MINUTE = 10
"""Of one client, where others than this machine's user may ask."""
PATIENCE_S = 10.0
"""So long the page waits for a command that has the indexes."""


def parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    found = argparse.ArgumentParser(prog="app.py", description="Serve the page of Newsdesk.")
    found.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="folder of the archive (default: NEWSDESK_DATA_DIR or ./data); with NEWSDESK_DATABASE, of the indexes alone",
    )
    found.add_argument("--host", default="127.0.0.1", help="address to serve on (default: 127.0.0.1)")
    found.add_argument("--port", type=int, default=None, help="port to serve on (default: 7860, or the next free one)")
    found.add_argument(
        "--auth-file",
        type=Path,
        metavar="FILE",
        help=f"accounts, made by `{name_command('web.accounts add')} NAME`",
    )
    found.add_argument(
        "--auth-database",
        action="store_true",
        help="accounts are in the database of NEWSDESK_DATABASE, made by the same command without --file",
    )
    found.add_argument(
        "--name",
        action="append",
        default=[],
        metavar="HOST",
        help="a name that browsers reach this server by; repeatable",
    )
    found.add_argument(
        "--auth-header",
        metavar="NAME",
        help="header in which a proxy names the user, such as X-Forwarded-User; with --trusted-proxy",
    )
    found.add_argument(
        "--trusted-proxy",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="address or network that such a proxy asks from; repeatable",
    )
    found.add_argument("--read-only", action="store_true", help="let nobody add or remove articles by the page")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until interrupted; return the exit code: 2 for invalid arguments, 1 for a port in use."""
    accept_any_text()
    options = parser().parse_args(arguments)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        serve(options)
    except SettingsError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 2
    except NewsdeskError as error:
        print(f"app.py: {error}", file=sys.stderr)
        return 1
    return 0


def serve(options: argparse.Namespace) -> None:
    """Open the assistant in the background, and serve the page meanwhile.

    Raises:
        SettingsError: Another host than loopback without accounts, or an invalid setting.
        NewsdeskError: The port is taken.
    """
    if options.auth_file and options.auth_database:
        raise SettingsError("--auth-file and --auth-database name two places of accounts; leave one out")
    if options.host not in LOOPBACK and not (options.auth_file or options.auth_database or options.auth_header):
        raise SettingsError(
            f"--host {options.host} would let others in without a password; "
            f"add --auth-file FILE, with accounts made by `{name_command('web.accounts add')} NAME --file FILE`"
        )
    # Gradio looks these up when it is imported and has no argument for them: no call home, no look-up of versions.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["HF_HUB_DISABLE_TELEMETRY"] = "1"
    with tempfile.TemporaryDirectory(prefix="newsdesk-uploads-") as uploads:
        os.environ["GRADIO_TEMP_DIR"] = uploads  # Readable by this user only, and gone in the end.
        serve_page(options)


def serve_page(options: argparse.Namespace) -> None:
    """Put the parts together and serve; Gradio is first imported here."""
    from rag.settings import read_settings
    from web.accounts.proxy_sign_in import TrustedProxy
    from web.assistant.assistant_loader import AssistantLoader
    from web.conversations.conversation_store import FILE, ConversationStore
    from web.rate_limit import RateLimit
    from web.server.guard import LOOPBACK as NAMES
    from web.server.site import Server, site
    from web.shared_state import SharedState

    settings = read_settings(options.data)
    database = settings.database.get_secret_value()
    accounts = open_accounts(options, database)
    proxy = TrustedProxy.read(options.auth_header, options.trusted_proxy)
    # Who is alone on this machine waits for nobody.
    alone = not (accounts or proxy or options.name)
    own = [] if options.host in {*LOOPBACK, "0.0.0.0", "::"} else [options.host]  # noqa: S104
    with (
        listen(options.host, options.port) as bound,
        contextlib.closing(ConversationStore(settings.place_of(FILE))) as conversations,
        contextlib.closing(SharedState(database)) as state,
    ):
        limit = RateLimit(0 if alone else QUESTIONS_A_MINUTE, state=state)
        port = int(bound.getsockname()[1])
        loader = AssistantLoader(lambda: open_assistant(settings)).start()
        names = [*NAMES, *options.name, *own]
        page = site(
            loader, conversations, port, names, accounts, limit, not options.read_only, alone=alone, proxy=proxy
        )
        running = Server(page, options.host, port)
        url = f"http://{address(options.host)}:{port}"
        threading.Thread(target=announce, args=(running, url), daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt), contextlib.closing(loader):
            running.run(sockets=[bound])


def open_accounts(options: argparse.Namespace, database: str) -> "Accounts | None":
    """Return who may sign in, or None where nobody does.

    Raises:
        NewsdeskError: The accounts cannot be read, or there are none.
    """
    from web.accounts.account import Accounts
    from web.accounts.account_file import AccountFile
    from web.accounts.account_table import AccountTable

    if options.auth_database and not database:
        raise SettingsError("--auth-database needs a database; set NEWSDESK_DATABASE, or give --auth-file FILE")
    if options.auth_database:
        return Accounts(AccountTable(database))
    return Accounts(AccountFile(options.auth_file)) if options.auth_file else None


def announce(running: "Server", url: str) -> None:
    """Print the address as soon as somebody can open it."""
    while not running.started:
        time.sleep(0.05)
    print(f"Newsdesk is at {url}", flush=True)


def address(host: str) -> str:
    """Write a host as it stands in an address."""
    return f"[{host}]" if ":" in host else host


def listen(host: str, port: int | None) -> socket.socket:
    """Bind the port, or the first free one from 7860 on when none was asked for.

    Raises:
        NewsdeskError: The port, or each of those tried, is taken.
    """
    tried = [port] if port is not None else list(range(7860, 7860 + PORTS_TRIED))
    for number in tried:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        bound = socket.socket(family, socket.SOCK_STREAM)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, number))
        except OSError:
            bound.close()
            continue
        bound.listen(128)
        return bound
    raise NewsdeskError(f"{host}: port {tried[0]} cannot be used; choose another with --port, or stop what uses it")


def open_assistant(settings: "Settings") -> "Assistant":
    """Open the assistant over the archive; an archive of one's own that is empty gets the starter corpus."""
    from rag import Assistant

    ends = time.monotonic() + PATIENCE_S
    while True:
        try:
            assistant = Assistant.from_settings(settings, owner="the page")
            break
        except IndexInUseError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.2)
    try:
        if assistant.archive.count() == 0 and not settings.database:  # A database is shared, and filled on purpose.
            assistant.load_starter()
    except BaseException:
        assistant.close()
        raise
    assistant.start()
    return assistant


if __name__ == "__main__":
    raise SystemExit(main())
