"""The graph of a BERT model: built from the files of the one that ships, and refused where a model computes otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from rag.index.bert_graph import UnsupportedModelError, build_bert_graph
from rag.index.embedder import Embedder


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Return a copy of the model that ships, whose weights are only linked."""
    for file in Embedder().folder.rglob("*.json"):
        copy = tmp_path / file.relative_to(Embedder().folder)
        copy.parent.mkdir(exist_ok=True)
        copy.write_bytes(file.read_bytes())
    (tmp_path / "model.safetensors").symlink_to(Embedder().folder / "model.safetensors")
    return tmp_path


def change(file: Path, **values: Any) -> None:
    file.write_text(json.dumps(json.loads(file.read_text("utf-8")) | values), "utf-8")


def test_the_model_that_ships_has_one(model: Path) -> None:
    graph = build_bert_graph(model)
    assert graph.first_position == 0
    assert graph.weights["embeddings.word_embeddings.weight"].shape == (30_522, 384)
    assert len(graph.model) < 100_000  # It names the weights and does not hold them.


@pytest.mark.parametrize(
    ("name", "values", "reason"),
    [
        ("config.json", {"model_type": "t5"}, "t5 with gelu is no plain BERT"),
        ("config.json", {"hidden_act": "relu"}, "bert with relu is no plain BERT"),
        ("config.json", {"position_embedding_type": "relative_key"}, "is no plain BERT"),
        ("config.json", {"num_hidden_layers": 99}, "it has no 'encoder.layer"),
        ("sentence_bert_config.json", {"do_lower_case": True}, "its text is prepared in its own way"),
        (
            "1_Pooling/config.json",
            {"pooling_mode_mean_tokens": False, "pooling_mode_max_tokens": True},
            "it pools by pooling_mode_max_tokens",
        ),
    ],
)
def test_a_model_that_computes_otherwise_has_none(model: Path, name: str, values: dict[str, Any], reason: str) -> None:
    change(model / name, **values)
    with pytest.raises(UnsupportedModelError, match=reason):
        build_bert_graph(model)


def test_without_its_weights_in_one_file_it_has_none(model: Path) -> None:
    (model / "model.safetensors").unlink()
    with pytest.raises(UnsupportedModelError, match="its weights are not in one file"):
        build_bert_graph(model)
