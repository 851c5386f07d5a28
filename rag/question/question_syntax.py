"""Read the words of a question with what the rules for its parts ask of them: names, dates, joints and stops."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise

from corpus.text.sentences import split_sentences
from rag.question.outlet_mentions import Mention
from rag.text.dates.question_period import find_dates
from rag.text.names import find_names
from rag.text.quotations import find_quotations
from rag.text.terms import STOPWORDS, words

ASKING = frozenset("who whom whose what when where why how which".split())
AUXILIARY = frozenset(
    "is was are were do does did has have had will would can could may should isn't wasn't didn't doesn't".split()
)
PREPOSITIONS = frozenset(
    "of in on at by for from to with under during against after before since until as about over through into".split()
)
ARTICLES = frozenset("the a an".split())
ORDINALS = frozenset("first second third fourth fifth former latter".split())
FRAME = frozenset(
    "report reports reported article articles suggest suggests claim claims claimed according discussed covered "
    "published company individual individuals known described mentioned accused respectively sources source "
    "portrayal portrayed change consistent inconsistency consistency indicate indicates focus focuses imply implies "
    "describe describes also later subsequent another including exactly tell give please want".split()
)
"""What frames a part of a question without telling what it is about."""

REFERRING = frozenset("that those one ones".split())
POSSESSIVE = frozenset("its their his her".split())
OWNING = ("'s", "’s")
_LEFT_OUT = PREPOSITIONS | ARTICLES | ASKING | REFERRING | {"its", "own", "and", "but"}
_ENOUGH = 2  # Content words beside names with which a thing makes sense alone.
_IMPERATIVES = frozenset("compare contrast rank arrange put both neither between name list".split())
_MARKS = ".,:;?!\"'“”‘’()[]"
_DASHES = frozenset("- – —".split())
_NOW = datetime(2100, 1, 1, tzinfo=UTC)  # Only the places of dates are needed.


@dataclass(frozen=True, slots=True)
class Word:
    """Hold one word of a question.

    Attributes:
        text: As it is written, with the marks around it.
        low: In lower case, without the marks around it.
        start: Offset of its first character.
        end: End offset (exclusive).
        kind: "name", "outlet", "date", "ordinal" or "".
        inside: It stands within an outlet, a quotation or brackets, where nothing is cut before it.
        stop: The mark that follows it: one of ",:;?!" or a dash, or "".
    """

    text: str
    low: str
    start: int
    end: int
    kind: str = ""
    inside: bool = False
    stop: str = ""


def read_words(text: str, mentions: Sequence[Mention] = ()) -> list[Word]:
    """Return the words of a question, those between white space.

    Args:
        text: The question.
        mentions: Where it names outlets.
    """
    dates = [(date.start, date.end) for date in find_dates(text, _NOW)]
    outlets = [(mention.start, mention.end) for mention in mentions]
    names = [(name.start, name.end) for name in find_names(text)]
    whole = [*outlets, *find_quotations(text), *_find_brackets(text), *dates]
    found: list[Word] = []
    place = 0
    for piece in text.split():
        start = text.index(piece, place)
        place = start + len(piece)
        if piece in _DASHES:
            if found:
                found[-1] = _stop(found[-1], piece)
            continue
        low = piece.strip(_MARKS).lower()
        middle = start + piece.find(piece.strip(_MARKS) or piece)
        names = names if found or low not in _IMPERATIVES else [span for span in names if span[0] > start]
        kinds = {"date": dates, "outlet": outlets, "name": names}
        kind = next(
            (one for one, spans in kinds.items() if _within(middle, spans)), "ordinal" if low in ORDINALS else ""
        )
        inside = any(a < start < b for a, b in whole)
        last = piece[-1:]
        closed = last in ",:;?!" and not any(a < place < b for a, b in whole)
        found.append(Word(piece, low, start, place, kind, inside, last if closed else ""))
    return found


def _stop(word: Word, mark: str) -> Word:
    return Word(word.text, word.low, word.start, word.end, word.kind, word.inside, mark)


def _within(place: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start <= place < end for start, end in spans)


def _find_brackets(text: str) -> list[tuple[int, int]]:
    """Return what stands in round brackets, the outermost ones."""
    spans, depth, start = [], 0, 0
    for place, character in enumerate(text):
        if character == "(":
            start = start if depth else place
            depth += 1
        elif character == ")" and depth:
            depth -= 1
            if not depth:
                spans.append((start, place + 1))
    return spans


def split_at_sentences(text: str, found: Sequence[Word]) -> list[list[Word]]:
    """Return the words of each sentence; none ends at an abbreviation, in a quotation or in brackets."""
    borders = {0, len(found)}
    for start, _ in split_sentences(text):
        borders.update(n for n, word in enumerate(found) if word.start == start and not word.inside)
    return [list(found[a:b]) for a, b in pairwise(sorted(borders))]


def write(found: Sequence[Word]) -> str:
    """Return words as a text, without the marks at either end."""
    return " ".join(word.text.rstrip(";:?!") for word in found).strip(" ,.")


def list_content_words(text: str, frame: Iterable[str] = ()) -> list[str]:
    """Return the words that tell what a text is about, without those of `frame`."""
    return [word for word in words(text) if word not in STOPWORDS and word not in FRAME and word not in frame]


def asks(found: Sequence[Word], place: int) -> bool:
    """Return whether a question begins at a place: "who ...", "on which ..."."""
    head = [word.low for word in found[place : place + 2]]
    return bool(head) and (head[0] in ASKING or (len(head) == 2 and head[0] in PREPOSITIONS and head[1] in ASKING))


def complete(left: Sequence[Word], right: Sequence[Word]) -> Sequence[Word]:
    """Return the second of two things with the words that it shares with the first and leaves out.

    "under the GDPR" behind "the highest fine under PIPL" becomes "the highest fine under GDPR".
    """
    lows = {word.low for word in right}
    bare = [word for word in right if word.low not in _LEFT_OUT]
    own = [word for word in bare if not word.kind and list_content_words(word.low)]
    named = any(word.kind == "name" for word in bare)
    if len(own) >= _ENOUGH or (own and not lows & REFERRING and (named or not lows & POSSESSIVE)):
        return right
    if lows & POSSESSIVE and not named:
        return [*(word for word in left if word.kind == "name"), *bare]
    kinds = {word.kind for word in bare if word.kind}
    runs = [run for run in _find_runs(left) if left[run[0]].kind in kinds]
    if not runs:
        return right
    if 1 < len([run for run in _find_runs(bare) if bare[run[0]].kind in kinds]) >= len(runs):
        return [*(word for word in left if not word.kind), *bare]
    if bare[-1].low.endswith(OWNING):
        runs = [run for run in runs if left[run[1] - 1].low.endswith(OWNING)] or runs
    start, end = runs[-1]
    end += end < len(left) and left[end].kind == "ordinal"
    return [*left[:start], *bare, *left[end:]]


def _find_runs(found: Sequence[Word]) -> list[tuple[int, int]]:
    """Return where names and dates begin and end."""
    runs: list[tuple[int, int]] = []
    for n, word in enumerate(found):
        if word.kind and runs and runs[-1][1] == n and found[n - 1].kind == word.kind and not found[n - 1].stop:
            runs[-1] = (runs[-1][0], n + 1)
        elif word.kind:
            runs.append((n, n + 1))
    return runs
