"""Recognise a request for an overview in whatever words it is made: "whats the deal with ...", "explain the whole ... saga".

Logistic regression over the vector that the embedder that ships gives a question, fitted by `benchmarks/overview_training` on requests
and look-alikes about the news of the world ("what's the story behind the name of ..."). `rag.question.overview_question` reads the
forms that say more, as how many sentences are wanted.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rag.question.coverage_question import CoverageQuestion
from rag.question.query import Query
from rag.text.terms import STOPWORDS, question_language, words

Vectors = npt.NDArray[np.float32]

WEIGHTS = Path(__file__).with_name("overview_requests.safetensors")
"""384 weights and one that is added to their sum."""

LIKELY = 0.7
"""Probability from which on a question is taken for a request for an overview."""

MOST = 5
"""Stories in an overview."""

_ONE_FACT = frozenset({"who", "when", "where", "how_many", "quotation"})
_MOST_WORDS = 8  # Of a topic.
_SPACES = re.compile(r"\s+")
_CARRIED = " ("  # What a follow-up takes from before stands in brackets.
# Words of a request that are no part of its topic at either end; the frequent ones of the requests that it is fitted on.
_REQUEST = STOPWORDS | frozenset(
    "story stories summary overview tell whole full case background short long going affair thing things news need want explained explain "
    "recap happening happened happen brief briefly events know quick main saga guide picture give get got situation fuss help timeline "
    "catch everyone everybody someone somebody summarise summarize explainer context version talk talking talked play played played heard complete "
    "anything everything roundup rundown run put sum latest looking walk bring fill gist nutshell primer basics lowdown tldr deal please pls plz "
    "whats what's what’s why's why’s hows how's where's wheres who's it's its that's thats im i'm can't cant don't dont me us up speed so far "
    "all about ins outs history big bit just here show take through there these this those anyone idea quickly simple terms plain english "
    "w mad row made went new became become unfold unfolded explanation backstory behind coverage digest".split()
)


class OverviewRequests:
    """Tell which questions ask for an overview, and of what."""

    def __init__(self, embed: Callable[[Sequence[str]], Vectors]) -> None:
        """Compare by the vectors that `embed` of the embedder that ships gives."""
        self._embed = embed

    @cached_property
    def _weights(self) -> tuple[Vectors, float]:
        from safetensors.numpy import load_file

        fitted = load_file(WEIGHTS)
        return fitted["weights"], float(fitted["bias"][0])

    def measure(self, text: str) -> float:
        """Return the probability that an English question asks for an overview."""
        weights, bias = self._weights
        return float(1 / (1 + np.exp(-(self._embed([fold_request(text)])[0] @ weights + bias))))

    def read(self, query: Query) -> CoverageQuestion | None:
        """Return what a question asks for an overview of, None for any other question.

        One that asks who, when or how many, has parts, or leans on what was asked before is none.
        """
        text = query.standalone
        if query.kind in _ONE_FACT or query.parts or _CARRIED in text or question_language(text) != "en":
            return None
        topic = find_topic(text)
        likely = bool(topic) and self.measure(text) >= LIKELY
        return CoverageQuestion("summary", topic, query.filters, MOST) if likely else None


def fold_request(text: str) -> str:
    """Return a question as it is compared: in small letters, without marks at its ends."""
    return _SPACES.sub(" ", text.lower().replace("’", "'")).strip(" ?!.")


def find_topic(text: str) -> str:
    """Return what a request is about: its words without those at either end that only ask; "" where that is nothing, or much."""
    pieces = [piece.strip("?!.,;:“”\"'") for piece in text.split()]
    asking = [
        # "Pan Am": a capital behind the first word marks a name.
        not piece or ((piece.islower() or not place or text.isupper()) and _only_asks(piece.lower()))
        for place, piece in enumerate(pieces)
    ]
    held = [place for place, asks in enumerate(asking) if not asks]
    kept = pieces[held[0] : held[-1] + 1] if held else []
    return " ".join(kept) if len(kept) <= _MOST_WORDS else ""


def _only_asks(piece: str) -> bool:
    return piece in _REQUEST or _REQUEST.issuperset(words(piece) or [piece])
