"""Read question and passage together with a cross-encoder, slower and closer than any index, to reorder the best."""

import threading
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.errors import SettingsError
from rag.index.embedder import digest_weights
from rag.model import Passage

if TYPE_CHECKING:
    from sentence_transformers import CrossEncoder

RERANKED = 30
"""Passages that are read by the cross-encoder; later ones keep their ranks."""


class Reranker:
    """Reorder passages by a cross-encoder of sentence-transformers that lies on the disk; nothing is ever downloaded."""

    def __init__(self, name: str) -> None:
        """Name a folder; the model is loaded at its first use.

        Raises:
            SettingsError: The folder holds no model.
        """
        self.folder = Path(name)
        self._lock = threading.Lock()
        self._loaded: CrossEncoder | None = None
        missing = [file for file in ("config.json", "model.safetensors") if not (self.folder / file).is_file()]
        if missing:
            raise SettingsError(
                f"NEWSDESK_RERANKER={name}: no cross-encoder there ({' and '.join(missing)} missing); download the model "
                "first and give its folder, or unset it to rank without one"
            )

    @cached_property
    def profile(self) -> str:
        """Return the name of the model with the beginning of the hash of its weights."""
        return f"{self.folder.name}/{digest_weights(self.folder)}"

    def rerank(self, question: str, passages: Sequence[Passage]) -> list[Passage]:
        """Return passages with the first `RERANKED` in the order of the cross-encoder.

        Its raw score stands in `signals["rerank"]`. The fused scores are reassigned, the highest to the first, so
        that they still fall along the list and stay on the scale that refusals are judged by.

        Args:
            question: What is searched for.
            passages: Best first.
        """
        top = passages[:RERANKED]
        if len(top) < 2:
            return list(passages)
        scores = self._compute_scores(question, [passage.chunk.indexed_text for passage in top])
        order = sorted(range(len(top)), key=lambda i: (-scores[i], i))
        read = [
            replace(top[i], score=place.score, signals={**top[i].signals, "rerank": scores[i]})
            for place, i in zip(top, order, strict=True)
        ]
        return read + list(passages[RERANKED:])

    def _compute_scores(self, question: str, texts: Sequence[str]) -> list[float]:
        from torch.nn import Identity

        with self._lock:
            self._loaded = self._loaded or self._load()
            pairs = [(question, text) for text in texts]
            # The raw score: by default the model would squeeze it into 0 to 1.
            scores = self._loaded.predict(pairs, activation_fn=Identity(), show_progress_bar=False)
        return [float(score) for score in scores]

    def _load(self) -> "CrossEncoder":
        from safetensors import SafetensorError
        from sentence_transformers import CrossEncoder
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]
        try:
            model: CrossEncoder = CrossEncoder(
                str(self.folder), device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            said = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise SettingsError(
                f"NEWSDESK_RERANKER={self.folder}: the model cannot be loaded ({said}); download it again, or unset the "
                "setting"
            ) from error
        if model.num_labels != 1:
            raise SettingsError(
                f"NEWSDESK_RERANKER={self.folder}: gives {model.num_labels} scores to a pair, not one; give a "
                "cross-encoder that was trained to rank"
            )
        return model
