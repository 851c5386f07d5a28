"""Run `python -m rag`."""

from corpus.cli.display import accept_any_text
from rag.cli.commands import app

accept_any_text()
app(prog_name="python -m rag")
