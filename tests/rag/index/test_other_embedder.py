"""Another embedder, from the setting to the answer: refused, embedded anew, and asked in other scripts."""

import json
from pathlib import Path
from typing import Any

import pytest
from tokenizers import BertWordPieceTokenizer
from typer.testing import CliRunner

from rag.cli.commands import app
from tests.corpus.cli.test_commands import corpus
from tests.rag.small_model import small_model
from tests.rag.wire_items import WIRES


@pytest.fixture
def multilingual(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Set a small embedder whose tokenizer knows the words of every script of the wire items."""
    folder = small_model(tmp_path / "multilingual", by_words=True, hidden_size=128)
    # The words as they are: what training makes of them differs from time to time.
    reader = BertWordPieceTokenizer(lowercase=True, strip_accents=False)
    texts = (reader.normalize(f"{item.title} {item.body}") for item in WIRES)
    known = sorted({word for text in texts for word, _ in reader.pre_tokenizer.pre_tokenize_str(text)})
    vocabulary = {word: n for n, word in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *known])}
    tokenizer = BertWordPieceTokenizer(vocab=vocabulary, lowercase=True, strip_accents=False)
    tokenizer.save(str(folder / "tokenizer.json"))
    monkeypatch.setenv("NEWSDESK_EMBEDDER", str(folder))
    return folder


def rag(*arguments: str) -> Any:
    return CliRunner().invoke(app, [*arguments], prog_name="python -m rag")


def test_a_multilingual_embedder_is_set_embeds_anew_and_finds_other_scripts(data: Path, multilingual: Path) -> None:
    where = ("--data", str(data))
    refused = rag("search", "паводок", *where)
    assert refused.exit_code == 2
    assert "run `python -m corpus rebuild` to embed anew" in refused.stderr
    rebuilt = json.loads(corpus("rebuild", "--json", *where).stdout)
    assert (rebuilt["done"], rebuilt["embedded"]) == (True, 14)
    for question, article in (
        ("Где объявлен режим чрезвычайной ситуации из-за паводка?", "moscow"),
        ("谁参加了北京马拉松比赛", "beijing"),
        ("افتتاح المتحف المصري", "cairo"),
    ):
        found = rag("search", question, "-k", "14", "--json", *where)
        passages = json.loads(found.stdout)
        assert passages[0]["article_id"] == article
        nearest = max(passages, key=lambda passage: passage["signals"]["dense"])
        assert nearest["article_id"] == article
    answer = rag("ask", "Где объявлен режим чрезвычайной ситуации из-за паводка?", "--json", *where)
    record = json.loads(answer.stdout)
    assert record["citations"][0]["article_id"] == "moscow"
