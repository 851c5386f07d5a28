"""Score how far a sentence answers a question by reading the two together.

A cross-encoder (Nogueira and Cho 2019) made of the embedder that ships: its embeddings are that model's, the layers differ
from it by matrices of low rank (Hu et al. 2022, LoRA), which are all that is kept here. It was trained by
`benchmarks/answer_training` on questions that were written for other articles than those of any question set.
"""

import threading
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.index.embedder import SHIPPED, Embedder
from rag.index.recent_values import RecentValues

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from rag.index.bert_graph import Weights
    from rag.index.embedder_runtime import OnnxModel

CHANGES = Path(__file__).with_name("answer_scorer.safetensors")
"""What differs from the embedder that ships."""

MAX_TOKENS = 96
"""Tokens of a question, a sentence and what stands around it, that are read."""

_SENTENCE, _HEADLINE, _BEFORE = 400, 120, 100  # Characters of each.
_LEFT, _RIGHT = ".left", ".right"
_REMEMBERED = 8192  # Pairs, of up to 600 characters each: those of some 300 questions.
_Pair = tuple[str, str]
_loading = threading.Lock()  # Or two questions at once would load it twice.


class AnswerScorer:
    """Score sentences for a question; a process has the model once in memory, from the first question on."""

    def __init__(self, changes: Path = CHANGES) -> None:
        """Name the file with what differs from the embedder that ships."""
        self._changes = changes

    def score(self, question: str, sentences: Sequence[str]) -> list[float]:
        """Return for each sentence the probability, by the model, that it answers the question.

        Args:
            question: A question that stands by itself.
            sentences: Sentences with what stands around them, as `describe_sentence` gives them.
        """
        if not sentences:
            return []
        with _loading:
            reader = _load(Embedder(SHIPPED).folder, self._changes)
        return reader.score([(question, sentence) for sentence in sentences])


def describe_sentence(sentence: str, headline: str, before: str) -> str:
    """Return a sentence as it is read: with the headline of its article and the end of what stands before it."""
    told, title, earlier = (" ".join(text.split()) for text in (sentence, headline, before))
    return f"{told[:_SENTENCE]} | {title[:_HEADLINE]} | {earlier[-_BEFORE:]}"


class PairReader:
    """Read pairs of a question and a sentence, and remember those read last: what is offered to be asked next was tried before."""

    def __init__(self, tokenizer: "Tokenizer", model: "OnnxModel") -> None:
        """Read with the tokenizer and the graph of a cross-encoder."""
        self._tokenizer = tokenizer
        self._model = model
        self._recent = RecentValues[_Pair, float](_REMEMBERED)

    def score(self, pairs: Sequence[_Pair]) -> list[float]:
        """Return the probability of each pair."""
        return self._recent.find(pairs, self._compute)

    def _compute(self, pairs: list[_Pair]) -> list[float]:
        logits = self._model.compute([found.ids for found in self._tokenizer.encode_batch(pairs)])[:, 0]
        return [float(score) for score in 1 / (1 + np.exp(-logits))]


@lru_cache(maxsize=2)
def _load(folder: Path, changes: Path) -> PairReader:
    from tokenizers import Tokenizer

    from rag.index.bert_graph import build_cross_encoder_graph
    from rag.index.embedder_runtime import OnnxModel

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(MAX_TOKENS)
    # One sentence a batch: bytes are scaled by all that is in a batch, and a score must not depend on what stands beside it.
    model = OnnxModel(build_cross_encoder_graph(folder, read_changes(folder, changes)), batch_tokens=1)
    return PairReader(tokenizer, model)


def read_changes(folder: Path, changes: Path) -> "Weights":
    """Return the weights of the cross-encoder that differ from those of the model in a folder."""
    from safetensors import safe_open
    from safetensors.numpy import load_file

    given = {name: value.astype(np.float32) for name, value in load_file(changes).items()}
    with safe_open(folder / "model.safetensors", framework="numpy") as shipped:
        products = {
            name: shipped.get_tensor(name) + given[name + _LEFT] @ given[name + _RIGHT]
            for name in (key.removesuffix(_LEFT) for key in given if key.endswith(_LEFT))
        }
    return products | {name: value for name, value in given.items() if not name.endswith((_LEFT, _RIGHT))}
