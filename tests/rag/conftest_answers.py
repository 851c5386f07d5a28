"""A small archive that answers are made from, and models that answer as they are told."""

import copy
import json
import math
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from langchain_core.runnables import RunnableConfig
from pydantic import SecretStr

from corpus.archive.database import Archive
from corpus.ingestion.ingest import ingest
from corpus.readers import read_bytes
from rag import Assistant, Settings
from rag.llm.prompt import ModelRequest
from rag.llm.writer import Reply, Writer
from tests.shared_embedder import shared_embedder
from tests.waiting import PATIENCE_S

CANARY = "sk-canary-7f3a9c51"

ARTICLES = Path(__file__).parents[1] / "data" / "newsroom.jsonl"

TOLL = "When does the Selmouth harbour toll rise?"
NOT_HELD = "Who won the 2015 Rugby World Cup?"


def newsroom(folder: Path, articles: bytes | None = None) -> Path:
    """Fill a data folder once; asked again for the same folder, return it."""
    if not folder.exists():
        settings = Settings(data_dir=folder)
        with Archive(settings.archive_path) as archive:
            ingest(archive, read_bytes("newsroom.jsonl", articles or ARTICLES.read_bytes()))
        with Assistant(settings, embedder=shared_embedder()) as assistant:
            assistant.sync()
    return folder


def small_newsroom(folder: Path, rows: Iterable[Sequence[str]]) -> Path:
    """Fill a data folder with articles, each given by id, outlet, day, headline and text."""
    names = ("id", "source", "published_at", "title", "body")
    return newsroom(folder, "\n".join(json.dumps(dict(zip(names, row, strict=True))) for row in rows).encode())


def model_settings(url: str, data: Path = Path("data"), **changes: Any) -> Settings:
    """Return settings for a model at an address, with a key that must show nowhere; what is slow is waited
    for, and nothing is read again, unless asked for."""
    limits: dict[str, Any] = {
        **dict.fromkeys(("llm_connect_s", "llm_first_token_s", "llm_token_s", "llm_total_s", "plan_s"), PATIENCE_S),
        "llm_tries": 1,
        "verifier": "none",
    } | changes
    return Settings(
        data_dir=data, llm=limits.pop("llm", "openai:test"), llm_base_url=url, llm_api_key=SecretStr(CANARY), **limits
    )


def with_model(base: Assistant, url: str, **changes: Any) -> Assistant:
    """Return an assistant over the same archive and indexes that asks a model."""
    twin = copy.copy(base)
    twin.settings = model_settings(url, base.settings.data_dir, **changes)
    twin.writer = Writer.from_settings(twin.settings)
    twin.pipeline = twin.compose_pipeline()
    return twin


class FixedWriter(Writer):
    """A model that replies one text to every prompt, without a server; `prompts` is what it was asked."""

    def __init__(self, text: str = "") -> None:
        self.name = "openai:fixed"
        self.planner = self.verifier = None
        self.text = text
        self.prompts: list[ModelRequest] = []

    def stream(
        self, prompt: ModelRequest, reply: Reply, config: RunnableConfig | None = None, within_s: float = math.inf
    ) -> Iterator[str]:
        self.prompts.append(prompt)
        reply.text, reply.whole = self.text, True
        yield reply.text


def place(prompt: str, words: str) -> int:
    """Return the number of the passage of a prompt in which some words stand."""
    blocks = re.split(r"^\[(\d+)\] ", prompt, flags=re.MULTILINE)
    return next(int(n) for n, block in zip(blocks[1::2], blocks[2::2], strict=True) if words in block)
