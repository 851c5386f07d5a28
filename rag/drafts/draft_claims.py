"""Cut a draft into its claims; what states nothing that an archive could hold is passed over, with the reason."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from corpus.text.sentences import Span, split_sentences
from rag.text.names import find_names
from rag.text.quotations import find_quotations
from rag.text.speech_verbs import SPEECH
from rag.text.terms import STOPWORDS, words
from rag.verification.claim_demands import Demands

Reason = Literal["heading", "question", "opinion", "trivial"]

_LINE = re.compile(r"[^\n]+")
_LEAD = re.compile(r"\s*(?:[-*•+–]\s+|\d{1,2}[.)]\s+|>\s*|#{1,6}\s+|\|\s*)+")
_ENDS = re.compile(r"[.!?…。！？:;\"'”’»)\]|]\s*$")
_LONGEST_HEADING = 9  # Words of a line without a stop; what is longer is a headline, which states something.
_FEWEST_WORDS = 2  # Content words: "That changed." states nothing that can be looked up.
_MOST_NAMES = 6

# What begins a sentence that speaks of something named before it, in the languages of the rules for statements.
_POINTING = frozenset(
    "he she it they his her its their him them this that these those er sie seine ihre il elle ils elles él ella ellos "
    "ellas su sus".split()
)
_FIRST_PERSON = frozenset(
    "we our ours my mine ich wir unser unsere je nous notre mon yo nosotros nuestro nuestra".split()
)
_WISHING = frozenset(
    "should ought hopefully unfortunately sadly regrettably surely arguably thankfully sollte sollten leider hoffentlich "
    "devrait devraient malheureusement debería deberían lamentablemente".split()
)


@dataclass(frozen=True, slots=True)
class DraftClaim:
    """Hold one claim of a draft.

    Attributes:
        number: Its place among the claims, from 1.
        start: Offset of its first character in the draft.
        end: End offset, exclusive.
        text: The sentence.
        about: Names of the sentence before, where it begins with "he" or "the company".
    """

    number: int
    start: int
    end: int
    text: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PassedOver:
    """Hold a sentence that is not checked, and why: "heading", "question", "opinion" or "trivial"."""

    start: int
    end: int
    text: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class CutDraft:
    """Hold the sentences of a draft.

    Attributes:
        claims: What it states, in order.
        passed_over: The other sentences, in order.
    """

    claims: tuple[DraftClaim, ...]
    passed_over: tuple[PassedOver, ...]


def cut_draft(text: str, language: str = "en") -> CutDraft:
    """Cut a draft into sentences and take those for claims that state something.

    Args:
        text: Paragraphs separated by line breaks.
        language: ISO 639-1 code.
    """
    claims: list[DraftClaim] = []
    passed: list[PassedOver] = []
    names: tuple[str, ...] = ()
    for (start, end), heading in _list_sentences(text, language):
        said = text[start:end]
        about = names if _points_back(said) else ()
        names = _list_names(said) or about
        reason = "heading" if heading else find_reason(said, language)
        if reason:
            passed.append(PassedOver(start, end, said, reason))
        else:
            claims.append(DraftClaim(len(claims) + 1, start, end, said, about))
    return CutDraft(tuple(claims), tuple(passed))


def find_reason(text: str, language: str = "en") -> Reason | None:
    """Return why a sentence is no claim, or None where it is one.

    An opinion that holds a figure, a date or a quotation is a claim, and so is one that is reported of somebody with a
    name ("Smith said that the company should ...").
    """
    if text.rstrip("\"'”’»)").endswith(("?", "？")):
        return "question"
    demands = Demands(text, language)
    checkable = bool(demands.figures or demands.moments or demands.quotations)
    said = [word for word in words(text) if word not in STOPWORDS]
    if len(said) < _FEWEST_WORDS or text.endswith(":"):
        return None if checkable and not text.endswith(":") else "trivial"
    if checkable:
        return None
    outside = set(words(_drop_quotations(text)))
    if outside & _FIRST_PERSON or _says_i(text):
        return "opinion"
    reported = bool(outside & SPEECH) and bool(find_names(text))
    return "opinion" if outside & _WISHING and not reported else None


def _list_sentences(text: str, language: str) -> Iterator[tuple[Span, bool]]:
    """Yield the sentences, without the mark of a list or table before them, and whether each is a heading."""
    for line in _LINE.finditer(text):
        lead = _LEAD.match(text, line.start(), line.end())
        begin = lead.end() if lead else line.start()
        spans = [(begin + a, begin + b) for a, b in split_sentences(text[begin : line.end()], language)]
        marked = bool(lead) and "#" not in text[line.start() : begin]
        heading = len(spans) == 1 and not marked and _is_heading(text[slice(*spans[0])])
        yield from ((span, heading) for span in spans)


def _is_heading(text: str) -> bool:
    return not _ENDS.search(text) and len(text.split()) <= _LONGEST_HEADING


def _drop_quotations(text: str) -> str:
    for start, end in reversed(find_quotations(text)):
        text = text[:start] + text[end:]
    return text


def _says_i(text: str) -> bool:
    """Return whether somebody says "I"; behind a capital it is a number, as in "World War I"."""
    said = _drop_quotations(text).split()
    return any(word == "I" and (n == 0 or not said[n - 1][:1].isupper()) for n, word in enumerate(said))


def _points_back(text: str) -> bool:
    """Return whether a sentence begins with a word for something named before it: "he", "the company".

    "The pier of Selmouth" is named there, and "The" at the start of a quotation is the speaker's.
    """
    first, _, rest = text.lstrip("\"'“‘«„( ").partition(" ")
    word = first.lower().rstrip(",'’s") if first.lower() not in _POINTING else first.lower()
    return word in _POINTING or (text.startswith("The ") and rest[:1].islower() and not _is_of_a_name(rest.split()))


def _is_of_a_name(said: Sequence[str]) -> bool:
    """Return whether words begin with a noun that a name goes with: "pier of Selmouth"."""
    return any(word == "of" and name[:1].isupper() for word, name in pairwise(said[1:4]))


def _list_names(text: str) -> tuple[str, ...]:
    names = dict.fromkeys(text[name.start : name.end] for name in find_names(text))
    return tuple(names)[:_MOST_NAMES]
