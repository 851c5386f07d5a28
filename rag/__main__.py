"""Run `python -m rag`."""

from corpus.display import accept_any_text
from rag.commands import app

accept_any_text()
app(prog_name="python -m rag")
