"""Build ONNX graphs of a BERT model from its weights, without PyTorch: an embedder, or a cross-encoder on top of it.

The layers are those of Devlin et al. 2019 (BERT) and Liu et al. 2019 (RoBERTa, which counts positions from after its
padding token); the pooling is that of Reimers and Gurevych 2019.
"""

import json
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Weights = dict[str, NDArray[Any]]

_OFFSET_KINDS = {"roberta", "xlm-roberta", "camembert"}
_KINDS = _OFFSET_KINDS | {"bert"}
_POOLINGS = {"pooling_mode_mean_tokens": "mean", "pooling_mode_cls_token": "cls"}
_OPSET, _IR = 20, 10  # ONNX 1.15, which ONNX Runtime 1.17 and later read.
_FUSED = "com.microsoft"
_BYTE = 63  # Seven bits, since processors without VNNI add up two products in 16 bits.


class UnsupportedModelError(Exception):
    """Report that a model has no graph here; sentence-transformers itself can run it."""


@dataclass(frozen=True, slots=True)
class BertGraph:
    """Hold a model for ONNX Runtime.

    Attributes:
        model: The serialized graph, without its weights.
        weights: The tensors that the graph names.
        first_position: The position of the first token.
    """

    model: bytes
    weights: Weights
    first_position: int


def build_bert_graph(folder: Path) -> BertGraph:
    """Return the graph of the model in a folder.

    Inputs are `input_ids` and `mask` of shape (texts, tokens) and `at`, their positions, of shape (tokens); the output `vectors`, of
    shape (texts, dimensions), has rows of length 1.

    Raises:
        UnsupportedModelError: The model is not a BERT, pools in another way, or has layers after the pooling.
    """
    config = _read_json(folder / "config.json")
    pooling = _read_pooling(folder)
    kind = config.get("model_type")
    plain = config.get("position_embedding_type", "absolute") == "absolute" and not config.get("is_decoder")
    if kind not in _KINDS or config.get("hidden_act") != "gelu" or not plain:
        raise UnsupportedModelError(f"{kind} with {config.get('hidden_act')} is no plain BERT")
    try:
        first = int(config["pad_token_id"]) + 1 if kind in _OFFSET_KINDS else 0
        graph = _Graph(config, _read_weights(folder))
        return BertGraph(graph.build_embedder(pooling), graph.used, first)
    except KeyError as missing:
        raise UnsupportedModelError(f"it has no {missing}") from missing


def build_cross_encoder_graph(folder: Path, changed: Weights, *, quantized: bool = True) -> BertGraph:
    """Return the graph of a cross-encoder that shares most weights with the BERT model in a folder.

    Inputs are those of `build_bert_graph`, each text a question and a sentence; the output `scores`, of shape (texts, 1), has a
    logit for each.

    Args:
        folder: The model.
        changed: Weights in place of the model's, and those of the last layer: `head.weight`, of shape (1, dimensions), and
            `head.bias`, of shape (1).
        quantized: Multiply bytes, which takes half the time and orders sentences as well (docs/retrieval.md).
    """
    graph = _Graph(_read_json(folder / "config.json"), _read_weights(folder) | changed, quantized=quantized)
    return BertGraph(graph.build_cross_encoder(), graph.used, 0)


class _Graph:
    """Add nodes one by one; each method returns the name of its output."""

    def __init__(self, config: dict[str, Any], weights: Weights, *, quantized: bool = False) -> None:
        self._config = config
        self._quantized = quantized
        self._weights = weights
        self._nodes: list[Any] = []
        self.used: Weights = {}
        self._numbers = count()

    def build_embedder(self, pooling: str) -> bytes:
        """Return the serialized graph of an embedder."""
        pooled = self._add_pooling(self._add_encoder(), pooling)
        self._add_node("LpNormalization", pooled, out="vectors", axis=-1, p=2)
        return self._serialize("vectors", self._config["hidden_size"])

    def build_cross_encoder(self) -> bytes:
        """Return the serialized graph of a cross-encoder, which scores the mean of all tokens."""
        tokens = self._add_node("ReduceSum", self._add_mask(), self._add_number([1]), keepdims=1)
        mean = self._add_node("Div", self._add_pooling(self._add_encoder(), "mean"), tokens)
        product = self._add_node("MatMul", mean, self._add_weight("head.weight", transposed=True))
        self._add_node("Add", product, self._add_weight("head.bias"), out="scores")
        return self._serialize("scores", 1)

    def _serialize(self, output: str, size: int) -> bytes:
        texts, tokens = "texts", "tokens"
        graph = helper.make_graph(
            self._nodes,
            "bert",
            [
                helper.make_tensor_value_info("input_ids", TensorProto.INT64, [texts, tokens]),
                helper.make_tensor_value_info("mask", TensorProto.INT32, [texts, tokens]),
                helper.make_tensor_value_info("at", TensorProto.INT64, [tokens]),
            ],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, [texts, size])],
            [_make_placeholder(name, value) for name, value in self.used.items()],
        )
        opsets = [helper.make_opsetid("", _OPSET), helper.make_opsetid(_FUSED, 1)]
        return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=_IR).SerializeToString())

    def _add_encoder(self) -> str:
        state = self._add_embeddings()
        for number in range(self._config["num_hidden_layers"]):
            state = self._add_layer(state, f"encoder.layer.{number}")
        return state

    def _add_node(self, op: str, *inputs: str, out: str = "", domain: str = "", **attributes: Any) -> str:
        name = out or f"{op}.{next(self._numbers)}"
        self._nodes.append(helper.make_node(op, inputs, [name], domain=domain, **attributes))
        return name

    def _add_weight(self, name: str, *, transposed: bool = False) -> str:
        value = self._weights[name]
        self.used[name] = np.ascontiguousarray(value.T if transposed else value)
        return name

    def _add_number(self, value: int | list[int]) -> str:
        return self._add_node("Constant", value=numpy_helper.from_array(np.array(value)))

    def _add_linear(self, state: str, name: str) -> str:
        if self._quantized:
            return self._add_quantized(state, name)
        product = self._add_node("MatMul", state, self._add_weight(f"{name}.weight", transposed=True))
        return self._add_node("Add", product, self._add_weight(f"{name}.bias"))

    def _add_quantized(self, state: str, name: str) -> str:
        """Add a layer that multiplies bytes, each column of the weights by a scale of its own."""
        weight = self._weights[f"{name}.weight"].T
        scale = np.maximum(np.abs(weight).max(axis=0), 1e-12) / _BYTE
        self.used[f"{name}.bytes"] = np.ascontiguousarray(np.rint(weight / scale).astype(np.int8))
        self.used[f"{name}.scale"] = scale.astype(np.float32)
        inputs = state, f"{name}.bytes", f"{name}.scale", "", self._add_weight(f"{name}.bias")
        return self._add_node("DynamicQuantizeMatMul", *inputs, domain=_FUSED)

    def _add_normalization(self, state: str, name: str) -> str:
        parts = self._add_weight(f"{name}.weight"), self._add_weight(f"{name}.bias")
        return self._add_node("LayerNormalization", state, *parts, axis=-1, epsilon=self._config["layer_norm_eps"])

    def _add_embeddings(self) -> str:
        # There is only one segment, so its vector can be added to every position.
        kind = self._weights["embeddings.token_type_embeddings.weight"][0]
        self._weights["positions"] = self._weights["embeddings.position_embeddings.weight"] + kind
        places = self._add_node("Gather", self._add_weight("positions"), "at")
        words = self._add_node("Gather", self._add_weight("embeddings.word_embeddings.weight"), "input_ids")
        return self._add_normalization(self._add_node("Add", words, places), "embeddings.LayerNorm")

    def _add_layer(self, state: str, name: str) -> str:
        heads = [self._add_linear(state, f"{name}.attention.self.{part}") for part in ("query", "key", "value")]
        mixed = self._add_node(
            "MultiHeadAttention", *heads, "", "mask", domain=_FUSED, num_heads=self._config["num_attention_heads"]
        )
        mixed = self._add_node("Add", self._add_linear(mixed, f"{name}.attention.output.dense"), state)
        state = self._add_normalization(mixed, f"{name}.attention.output.LayerNorm")
        inner = self._add_node("Gelu", self._add_linear(state, f"{name}.intermediate.dense"))
        return self._add_normalization(
            self._add_node("Add", self._add_linear(inner, f"{name}.output.dense"), state), f"{name}.output.LayerNorm"
        )

    def _add_pooling(self, state: str, pooling: str) -> str:
        """Return the first token's state, or the sum of all: the result is scaled to length 1, so the sum needs no division."""
        if pooling == "cls":
            return self._add_node("Gather", state, self._add_number(0), axis=1)
        weighted = self._add_node("Mul", state, self._add_node("Unsqueeze", self._add_mask(), self._add_number([-1])))
        return self._add_node("ReduceSum", weighted, self._add_number([1]), keepdims=0)

    def _add_mask(self) -> str:
        return self._add_node("Cast", "mask", to=TensorProto.FLOAT)


def _make_placeholder(name: str, value: NDArray[Any]) -> TensorProto:
    """Return a tensor that refers to its content, which is passed separately to save a copy."""
    kind = helper.np_dtype_to_tensor_dtype(value.dtype)
    tensor = TensorProto(name=name, data_type=kind, dims=value.shape, data_location=TensorProto.EXTERNAL)
    tensor.external_data.add(key="location", value="weights")
    return tensor


def _read_pooling(folder: Path) -> str:
    parts = json.loads((folder / "modules.json").read_text("utf-8"))
    kinds = [str(part["type"]).rpartition(".")[2] for part in parts]
    if kinds[:2] != ["Transformer", "Pooling"] or kinds[2:] not in ([], ["Normalize"]):
        raise UnsupportedModelError(f"it has the parts {', '.join(kinds)}")
    if parts[0]["path"] or _read_json(folder / "sentence_bert_config.json").get("do_lower_case"):
        raise UnsupportedModelError("its text is prepared in its own way")
    given = _read_json(folder / parts[1]["path"] / "config.json")
    modes = [name for name, value in given.items() if name.startswith("pooling_mode_") and value is True]
    found = [_POOLINGS.get(mode, mode) for mode in modes] or [given.get("pooling_mode", "")]
    if found not in (["mean"], ["cls"]) or not given.get("include_prompt", True):
        raise UnsupportedModelError(f"it pools by {', '.join(map(str, found))}")
    return str(found[0])


def _read_weights(folder: Path) -> Weights:
    from safetensors import safe_open

    file = folder / "model.safetensors"
    if not file.is_file():
        raise UnsupportedModelError("its weights are not in one file")
    with safe_open(file, framework="numpy") as content:
        names = list(content.keys())
        kinds = {content.get_slice(name).get_dtype() for name in names if name.endswith(("weight", "bias"))}
        if not kinds <= {"F32", "F16"}:
            raise UnsupportedModelError(f"its weights are {', '.join(sorted(kinds))}")
        prefix = next((p for p in ("bert.", "roberta.") if f"{p}embeddings.word_embeddings.weight" in names), "")
        wanted = [name for name in names if name.startswith((f"{prefix}embeddings.", f"{prefix}encoder."))]
        return {name.removeprefix(prefix): content.get_tensor(name).astype(np.float32, copy=False) for name in wanted}


def _read_json(file: Path) -> dict[str, Any]:
    return dict(json.loads(file.read_text("utf-8"))) if file.is_file() else {}
