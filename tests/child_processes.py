"""Processes that tests own, starve and kill, forked from a server that has everything imported: one costs a tenth of a second."""

import multiprocessing
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from multiprocessing import forkserver
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path

_PRELOADED = ["chromadb", "app", "web.server.site", "tests.corpus.child", "tests.rag.owner", "tests.rag.worker"]


def begin_to_import() -> None:
    """Start the server that children are forked from: it imports what they need beside what is done here."""
    _prepare()
    forkserver.ensure_running()


def _prepare() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def start_child(work: Callable[..., object], *arguments: object) -> ForkServerProcess:
    """Start a process that does some work."""
    process = _prepare().Process(target=work, args=arguments)
    process.start()
    return process


def start_command(
    command: str,
    arguments: Sequence[object],
    output: Path,
    environment: Mapping[str, str] = {},
    folder: Path | None = None,
) -> ForkServerProcess:
    """Start a command in a process of its own, as the interpreter would with its arguments.

    Args:
        command: What is called with its arguments, as "module:name"; what it returns, or exits with, is the exit code.
        arguments: The words after its name.
        output: A file for all that it prints.
        environment: What its environment has besides, or instead.
        folder: The folder that it is called in.
    """
    words = [str(argument) for argument in arguments]
    return start_child(_run_command, command, words, output, dict(environment), folder)


def _run_command(
    command: str,
    arguments: list[str],
    output: Path,
    environment: dict[str, str],
    folder: Path | None,
) -> None:
    os.environ.update(environment)
    if folder:
        os.chdir(folder)
    with output.open("wb") as file:
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    module, _, name = command.partition(":")
    sys.exit(getattr(import_module(module), name)(arguments))
