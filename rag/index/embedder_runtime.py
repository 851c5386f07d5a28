"""Run the embedder's model: by ONNX Runtime for BERT models, else by sentence-transformers."""

import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.index.embedding_turns import EmbeddingTurns

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from rag.index.bert_graph import BertGraph

log = logging.getLogger(__name__)

_BATCH_COST = 10  # What a batch costs besides its tokens, in tokens: the weights are read again (docs/retrieval.md).
_TORCH_BATCH = 8  # Texts; with 32 it takes a quarter longer (docs/ingest.md).

Vectors = NDArray[np.float32]
Kind = Literal["query", "document"]
Batch = list[int]
"""Numbers of the texts that are embedded at once."""


class Runtime(Protocol):
    """Turn texts into float32 vectors of length 1.

    Attributes:
        dimensions: The length of a vector.
    """

    dimensions: int

    def encode(self, texts: Sequence[str], kind: Kind, urgent: bool = True) -> Vectors:
        """Return one vector per text, shape (texts, dimensions); work that is not urgent lets the rest go first."""


class OnnxModel:
    """Run a graph over the tokens of texts, one batch per core at a time, however many threads ask.

    Texts are sorted by length and batched by tokens, so that little is spent on padding. What is computed from 512
    tokens fits the cache of a core: larger batches are slower (docs/ingest.md).
    """

    def __init__(self, graph: "BertGraph", batch_tokens: int = 512, threads: int | None = None) -> None:
        """Load a graph.

        Args:
            graph: The model.
            batch_tokens: The most tokens, padding included, in a batch of several texts.
            threads: Batches at a time; as many as there are cores for this process, unless given.
        """
        import onnxruntime

        # The session may point into these arrays instead of copying them.
        self._weights = {name: onnxruntime.OrtValue.ortvalue_from_numpy(a) for name, a in graph.weights.items()}
        options = onnxruntime.SessionOptions()
        # One thread for a batch: the cores are shared among the batches (`EmbeddingTurns`).
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        options.add_external_initializers(list(self._weights), list(self._weights.values()))
        self._session = onnxruntime.InferenceSession(graph.model, options, providers=["CPUExecutionProvider"])
        self._first_position = graph.first_position
        self.dimensions = int(self._session.get_outputs()[0].shape[1])
        self._batch_tokens = batch_tokens
        self._threads = threads or _count_cores()
        self._turns = EmbeddingTurns(self._threads)

    def compute(self, rows: Sequence[list[int]], urgent: bool = True) -> Vectors:
        """Return the output for each text, shape (texts, dimensions); work that is not urgent lets the rest go first.

        Args:
            rows: The ids of the tokens of each text, special ones included.
            urgent: Whether somebody waits for it.
        """
        out = np.zeros((len(rows), self.dimensions), dtype=np.float32)

        def run(batch: Batch) -> None:
            out[batch] = self._run([rows[i] for i in batch])

        lengths = [len(row) for row in rows]
        # Few texts are split evenly, so that no core waits for another; more batches than cores cost more than they save.
        batches = list(_make_batches(lengths, min(self._batch_tokens, -(-sum(lengths) // self._threads) + _BATCH_COST)))
        # The longest first, so that no core is left alone with one at the end.
        self._turns.run_each(run, reversed(batches), urgent)
        return out

    def _run(self, rows: list[list[int]]) -> Vectors:
        width = max(map(len, rows))
        mask = np.zeros((len(rows), width), dtype=np.int32)
        padded = np.zeros((len(rows), width), dtype=np.int64)
        for i, row in enumerate(rows):
            padded[i, : len(row)] = row
            mask[i, : len(row)] = 1
        positions = np.arange(self._first_position, self._first_position + width, dtype=np.int64)
        given = {"input_ids": padded, "mask": mask, "at": positions}
        return np.asarray(self._session.run(None, given)[0], dtype=np.float32)


class OnnxRuntime:
    """Run the embedder's graph."""

    def __init__(
        self,
        graph: "BertGraph",
        tokenizer: "Tokenizer",
        max_tokens: int,
        prompts: Mapping[Kind, str],
        batch_tokens: int = 512,
        threads: int | None = None,
    ) -> None:
        """Load a model.

        Args:
            graph: The model.
            tokenizer: The model's; it is copied, as ours cuts long texts off.
            max_tokens: The most tokens that the model reads, special ones included.
            prompts: Prefixes that the model expects before a text.
            batch_tokens: See `OnnxModel`.
            threads: See `OnnxModel`.
        """
        self._model = OnnxModel(graph, batch_tokens, threads)
        self.dimensions = self._model.dimensions
        self._tokenizer = type(tokenizer).from_str(tokenizer.to_str())
        self._tokenizer.enable_truncation(max_tokens)
        self._prompts = prompts

    def encode(self, texts: Sequence[str], kind: Kind, urgent: bool = True) -> Vectors:
        """Return one vector per text, shape (texts, dimensions); work that is not urgent lets the rest go first."""
        prefix = self._prompts.get(kind, "")
        rows = [found.ids for found in self._tokenizer.encode_batch([prefix + text for text in texts])]
        return self._model.compute(rows, urgent)


class TorchRuntime:
    """Run any model by sentence-transformers, which sorts by length itself."""

    def __init__(self, folder: Path, bfloat16: bool = False) -> None:
        """Load the model of a folder, to compute in bfloat16 or float32."""
        import torch
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # Its bar for loading 90 MB would hide ours.
        weights: dict[str, Any] = {"use_safetensors": True, "dtype": torch.bfloat16 if bfloat16 else torch.float32}
        self._model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, model_kwargs=weights)
        self.dimensions = int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str], kind: Kind, urgent: bool = True) -> Vectors:  # noqa: ARG002 - PyTorch's own
        """Return one vector per text, shape (texts, dimensions)."""
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        encode = self._model.encode_query if kind == "query" else self._model.encode_document
        found = encode(list(texts), batch_size=_TORCH_BATCH, show_progress_bar=False, convert_to_tensor=True)
        vectors = np.asarray(found.float().numpy(), dtype=np.float32)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def open_runtime(folder: Path, tokenizer: "Tokenizer", max_tokens: int) -> Runtime:
    """Return ONNX Runtime where the model has a graph, else sentence-transformers; both give the same vectors."""
    from rag.index.bert_graph import UnsupportedModelError, build_bert_graph

    try:
        graph = build_bert_graph(folder)
    except UnsupportedModelError as reason:
        log.info("%s: run by sentence-transformers, for %s", folder, reason)
        return TorchRuntime(folder)
    return OnnxRuntime(graph, tokenizer, max_tokens, read_prompts(folder))


def read_prompts(folder: Path) -> dict[Kind, str]:
    """Return the prefixes that a model of sentence-transformers expects before a text."""
    file = folder / "config_sentence_transformers.json"
    given = json.loads(file.read_text("utf-8")).get("prompts") if file.is_file() else None
    kinds: tuple[Kind, ...] = ("query", "document")
    return {kind: str((given or {}).get(kind) or "") for kind in kinds}


def supports_bfloat16() -> bool:
    """Return whether the processor has a unit that multiplies matrices of bfloat16 (Intel's AMX); known only on Linux."""
    try:
        return " amx_bf16" in Path("/proc/cpuinfo").read_text("ascii", "replace")
    except OSError:
        return False


def _make_batches(lengths: Sequence[int], batch_tokens: int) -> Iterator[Batch]:
    """Group texts, shortest first, so that (texts x longest) stays within `batch_tokens`."""
    batch: Batch = []
    for i in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[i] > batch_tokens:
            yield batch
            batch = []
        batch.append(i)
    if batch:
        yield batch


def _count_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
