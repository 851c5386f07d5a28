import json
from pathlib import Path

import numpy as np
import pytest

from rag.index.bert_graph import build_bert_graph
from rag.index.embedder import Embedder
from rag.index.embedder_runtime import OnnxRuntime, Runtime, TorchRuntime, Vectors, open_runtime, read_prompts
from tests.rag.small_model import small_model

TEXTS = [
    "The harbour board voted on Tuesday to close the old ferry terminal by the end of the year.",
    "",
    "Ferry.",
    "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich 🚢 港口",
    "word " * 500,
    "A cat lay down on a rug in the warm kitchen of the old house, where nobody had lit a fire for weeks.",
]


def onnx(folder: Path, **options: int) -> OnnxRuntime:
    embedder = Embedder(str(folder))
    return OnnxRuntime(
        build_bert_graph(folder), embedder._tokenizer, embedder.max_tokens, read_prompts(folder), **options
    )


def opened(folder: Path) -> Runtime:
    embedder = Embedder(str(folder))
    return open_runtime(folder, embedder._tokenizer, embedder.max_tokens)


def least_cosine(one: Vectors, other: Vectors) -> float:
    return float((one * other).sum(axis=1).min())


@pytest.fixture(scope="module")
def plain(embedder: Embedder) -> TorchRuntime:
    return TorchRuntime(embedder.folder)


def test_the_model_that_ships_needs_no_pytorch(embedder: Embedder) -> None:
    assert isinstance(opened(embedder.folder), OnnxRuntime)


def test_the_vectors_are_those_of_sentence_transformers(embedder: Embedder, plain: TorchRuntime) -> None:
    found = onnx(embedder.folder).encode(TEXTS, "document")
    assert found.dtype == np.float32
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert least_cosine(found, plain.encode(TEXTS, "document")) > 0.999999


def test_bfloat16_gives_vectors_that_go_with_the_others(embedder: Embedder, plain: TorchRuntime) -> None:
    found = TorchRuntime(embedder.folder, bfloat16=True).encode(TEXTS, "document")
    assert found.dtype == np.float32
    assert least_cosine(found, plain.encode(TEXTS, "document")) > 0.9995


@pytest.mark.parametrize("options", [{"batch_tokens": 1}, {"batch_tokens": 64, "threads": 1}, {"batch_tokens": 9999}])
def test_batches_and_threads_make_no_difference(embedder: Embedder, options: dict[str, int]) -> None:
    expected = onnx(embedder.folder).encode(TEXTS, "document")
    assert np.allclose(onnx(embedder.folder, **options).encode(TEXTS, "document"), expected, atol=1e-5)


@pytest.mark.parametrize(("kind", "pooling"), [("bert", "mean"), ("bert", "cls"), ("xlm-roberta", "mean")])
def test_other_models_have_graphs(tmp_path: Path, kind: str, pooling: str) -> None:
    folder = small_model(tmp_path / "model", kind, pooling)
    expected = TorchRuntime(folder).encode(TEXTS, "document")
    assert least_cosine(expected[:1], expected[2:3]) < 0.99
    assert least_cosine(onnx(folder).encode(TEXTS, "document"), expected) > 0.99999


@pytest.mark.parametrize(
    "given", [{"query": "query: ", "document": "text: "}, {"query": "query: ", "passage": "passage: "}, {}]
)
def test_prompts_are_those_of_sentence_transformers(tmp_path: Path, given: dict[str, str]) -> None:
    folder = small_model(tmp_path / "model", prompts=given)
    ours, plain = onnx(folder), TorchRuntime(folder)
    assert least_cosine(ours.encode(TEXTS, "query"), plain.encode(TEXTS, "query")) > 0.99999
    assert least_cosine(ours.encode(TEXTS, "document"), plain.encode(TEXTS, "document")) > 0.99999


def test_half_precision_weights_have_a_graph(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    folder = small_model(tmp_path / "model")
    weights = load_file(folder / "model.safetensors")
    save_file({name: w.astype(np.float16) for name, w in weights.items()}, folder / "model.safetensors")
    assert least_cosine(onnx(folder).encode(TEXTS, "document"), TorchRuntime(folder).encode(TEXTS, "document")) > 0.9999


@pytest.mark.parametrize(("kind", "pooling"), [("distilbert", "mean"), ("bert", "max")])
def test_what_has_no_graph_is_run_by_sentence_transformers(tmp_path: Path, kind: str, pooling: str) -> None:
    folder = small_model(tmp_path / "model", kind, pooling)
    runtime = opened(folder)
    assert isinstance(runtime, TorchRuntime)
    assert runtime.encode(TEXTS, "document").shape == (len(TEXTS), 16)
    assert runtime.encode([], "document").shape == (0, 16)


def test_parts_behind_the_pooling_have_no_graph(tmp_path: Path) -> None:
    from sentence_transformers.sentence_transformer.modules import Dense

    folder = small_model(tmp_path / "model")
    (folder / "2_Dense").mkdir()
    Dense(16, 5).save(str(folder / "2_Dense"))
    parts = json.loads((folder / "modules.json").read_text())[:2]
    parts.append({"idx": 2, "name": "2", "path": "2_Dense", "type": "sentence_transformers.models.Dense"})
    (folder / "modules.json").write_text(json.dumps(parts))
    assert opened(folder).encode(TEXTS, "document").shape == (len(TEXTS), 5)
