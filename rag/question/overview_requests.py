"""Recognise a request for an overview in whatever words it is made: "whats the deal with ...", "explain the whole ... saga".

Logistic regression over the vector that the embedder that ships gives a question, fitted by `benchmarks/overview_training` on requests
and look-alikes about the news of the world ("what's the story behind the name of ..."). `rag.question.overview_question` reads the
forms that say more, as how many sentences are wanted.
"""

import re
from collections.abc import Callable, Sequence
from functools import cached_property
from itertools import takewhile
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
_PLAYED = re.compile(r"\s(?:play(?:ed)? out|unfold(?:ed)?)(?=[\s?!.]{0,8}$)", re.IGNORECASE)
_PIECES = re.compile(r"[,;:.?!](?=\s)|\s[-–—+](?=\s)")
_SPACES = re.compile(r"\s+")
_CARRIED = " ("  # What a follow-up takes from before stands in brackets.
_MAY_ASK = frozenset("can could would will may".split())  # "Can anyone explain ...?" wants no yes.
_LINKS = frozenset("of on about with to for behind between over at through w".split())
_ASPECT = re.compile(r"^(?:[a-z][\w'’-]* )+(?:of|to|for|against|behind|from) ")
# Words that only ask, wherever a request begins or ends,
_REQUEST = STOPWORDS | frozenset(
    "story stories saga affair summary overview recap rundown roundup gist nutshell primer basics lowdown tldr explainer explanation explained "
    "explain describe summarise summarize tell give get got know heard need want help catch bring fill walk take talk put sum show happen "
    "happened happening going go went anything something everything everyone everybody someone somebody anyone whole please pls plz "
    "whats what's what’s why's why’s hows how's where's wheres who's it's its that's thats i'm im can't cant don't dont me us up so far all "
    "ins outs bit just here thing things briefly quickly simply mess fuss background timeline w hi hello intro essentials glance outline".split()
)
# and those that do in "the full picture of ...", "what's the deal with ...", "... , the short version", but are often part of a topic.
_MANNER = frozenset(
    "deal situation row case history picture guide version news coverage events main big short long quick full brief complete latest simple new run "
    "terms english plain there".split()
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

        One that asks who, when or how many, wants yes or no, has parts, or leans on what was asked before is none; nor is one for
        something of its topic, as "causes of the strike".
        """
        text = query.standalone
        wants_yes = query.kind == "yes_no" and _MAY_ASK.isdisjoint(words(text)[:1])
        if query.kind in _ONE_FACT or wants_yes or query.parts or _CARRIED in text or question_language(text) != "en":
            return None
        topic = find_topic(text)
        likely = bool(topic) and self.measure(text) >= LIKELY
        return CoverageQuestion("summary", topic, query.filters, MOST) if likely else None


def fold_request(text: str) -> str:
    """Return a question as it is compared: in small letters, without marks at its ends."""
    return _SPACES.sub(" ", text.lower().replace("’", "'")).strip(" ?!.")


def find_topic(text: str) -> str:
    """Return what a request is about: the first of its pieces, between marks, that says anything, one with a name before others.

    Of a piece the words at either end that only ask are left out, and nothing is left of one that asks for an aspect; behind a long
    one nothing is looked for. "The full picture of X" asks with all its words before "X"; "the trade deal" is a topic.
    """
    pieces = _PIECES.split(_PLAYED.sub("", text))
    stripped = (_strip_request(piece, opens=not place, loud=text.isupper()) for place, piece in enumerate(pieces))
    topics = [topic for topic in takewhile(lambda topic: len(topic.split()) <= _MOST_WORDS, stripped) if topic]
    return next((topic for topic in topics if not topic.islower()), next(iter(topics), ""))


def _strip_request(text: str, opens: bool, loud: bool) -> str:
    """Return a piece of a request without the words at either end that only ask; "" where nothing else is left, or an aspect.

    Args:
        text: The piece.
        opens: The request begins with it, so that its first word has a capital perhaps.
        loud: The request is written in capitals.
    """
    said = [word for piece in text.split() if (word := piece.strip("?!.,;:“”\"'()"))]
    # "Pan Am": a capital behind the first word marks a name.
    plain = [word.islower() or (opens and not place) or loud for place, word in enumerate(said)]
    asks = [small and _only_asks(word.lower()) for word, small in zip(said, plain, strict=True)]
    loose = [one or (small and word.lower() in _MANNER) for one, word, small in zip(asks, said, plain, strict=True)]
    led = next((place for place, one in enumerate(loose) if not one), len(said))
    begin = max((place + 1 for place in range(led) if said[place].lower() in _LINKS), default=0)
    begin = next((place for place in range(begin, len(said)) if not asks[place]), len(said))
    end = next((place + 1 for place in reversed(range(begin, len(said))) if not asks[place]), begin)
    topic = " ".join(said[begin:end])
    long = end - begin > _MOST_WORDS
    return "" if all(loose[begin:end]) or (_ASPECT.match(topic) and not long) else topic


def _only_asks(piece: str) -> bool:
    return piece in _REQUEST or _REQUEST.issuperset(words(piece) or [piece])
