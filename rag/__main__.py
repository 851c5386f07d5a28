"""Run `python -m rag`."""

from rag.commands import app

app(prog_name="python -m rag")
