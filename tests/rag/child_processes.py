"""Processes that tests own, starve and kill, forked from a server that has everything imported: one costs a tenth of a second."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess


def start_child(work: Callable[..., object], *arguments: object) -> ForkServerProcess:
    """Start a process that does some work."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["chromadb", "tests.rag.owner", "tests.rag.worker"])
    process = context.Process(target=work, args=arguments)
    process.start()
    return process
