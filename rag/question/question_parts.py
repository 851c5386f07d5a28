"""Split a question that compares, orders or joins several things, and merge what its parts find."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.model import Passage
from rag.question.compared_things import find_compared
from rag.question.outlet_mentions import Mention
from rag.question.question_syntax import (
    ARTICLES,
    ASKING,
    AUXILIARY,
    PREPOSITIONS,
    Word,
    asks,
    complete,
    list_content_words,
    read_words,
    split_at_sentences,
    write,
)
from rag.text.names import find_names
from rag.text.terms import words

_CONTRASTS = (
    ("while",),
    ("whereas",),
    ("unlike",),
    ("but",),
    ("rather", "than"),
    ("in", "contrast"),
    ("as", "opposed"),
    ("compared", "to"),
    ("compared", "with"),
    ("as", "compared"),
)
_JOINTS = (("and",), ("as", "well", "as"), ("before",), ("after",))
_SKIPPED = frozenset("then also both or but and that from by with".split()) | ASKING
_DETERMINERS = ARTICLES | {"another", "its", "their", "later", "subsequent"}
_MEASURES = frozenset("many much long often far big large".split())
_LEANING = frozenset("he she it they him her them his its their those".split())
_OPENING = frozenset("and but or while whereas then also that as well".split())
_CHANGING = frozenset(
    "change changed changes changing compare compared compares grow grew grown rise rose fall fell increase increased increases "
    "decrease decreased decreases evolve evolved evolves develop developed shift higher lower larger smaller more fewer less "
    "both each or vote voted votes differ differed difference".split()
)
_PEOPLE = frozenset("individual person man woman people figure company firm organisation organization one".split())
_REMARKING = frozenset(
    "am are was were have had read heard saw think know believe write writing work working seen been".split()
)
_IDENTIFYING = frozenset("who which what whose".split())
_IN_A_ROW = frozenset("and or with versus vs to the".split())
_FEWEST = 4
"""Content words that a part must have of its own; a shorter piece stays with its neighbour (docs/questions.md)."""

_FEWEST_ASKED = 1
"""The same for a piece that asks a question of its own: "and when was it renewed"."""

_MOST = 6

_PART_WEIGHT = 0.6
"""How much it counts beside the whole question's score that a passage stands out for a part; tuned in docs/questions.md."""

_USUAL = 5
"""The place in a part's ranking whose passage does not stand out."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold one of several things that a question asks for.

    Attributes:
        text: What to search for; makes sense without the question.
        said: The same in the words of the question.
    """

    text: str
    said: str


def split_question(question: str, mentions: Sequence[Mention] = ()) -> list[Piece]:
    """Return the things that a question asks for one by one, or nothing for a simple one.

    Args:
        question: The stand-alone question, its words one space apart.
        mentions: Where it names outlets: it is not cut there, nor in quotations and brackets, and an outlet is not what a part is about.
    """
    found = read_words(question, mentions)
    sentences = split_at_sentences(question, found)
    apart = _split_by_outlet(question, found, mentions)
    if len(sentences) == 1 and not apart and not _find_questions(found):
        apart = find_compared(found) or _split_by_date(found)
    pieces = [Piece(part, part) for part in apart] or _split_clauses(found, sentences, mentions)
    kept = {piece.text: piece for piece in pieces if piece.text.strip()}  # "Compare B and :" names one thing.
    return list(kept.values())[:_MOST] if len(kept) > 1 else []


def has_several_questions(question: str) -> bool:
    """Return whether a question asks several questions that each want an answer: "When ..., and who ...?"."""
    found = read_words(question)
    lows = [word.low for word in found]
    if any(word.stop == "?" and (ASKING | AUXILIARY) & set(lows[n + 1 : n + 6]) for n, word in enumerate(found)):
        return True
    joints = [n for n, low in enumerate(lows) if low in {"and", "but"} and asks(found, n + 1)]
    if not lows or lows[0] not in _IDENTIFYING:
        return bool(joints)
    of_one = lows[2:3] == ["the"] and bool(_PEOPLE & set(lows[3:6]))  # "Who is the man that ..., and who ...?"
    return any(
        lows[n + 1] not in _IDENTIFYING - {"what"} or _is_gapped(found[n:]) or (found[n - 1].stop == "," and not of_one)
        for n in joints
    )


def is_remark(piece: str) -> bool:
    """Return whether a piece of a question is a remark of the user about their own work, which asks for nothing."""
    first, second, *_ = [*piece.replace("’", "'").lower().split(), "", ""]
    if first in {"i", "we"}:
        return second in _REMARKING
    contracted = first.startswith(("i'", "we'")) or first in {"my", "our"}
    return contracted or (first in {"it", "this", "here"} and second == "is")


def _find_questions(found: Sequence[Word]) -> list[int]:
    """Return where further questions begin that have something of their own: "and what did the FBI say"."""
    joints = [
        n for n, word in enumerate(found) if word.low in {"and", "but"} and asks(found, n + 1) and not word.inside
    ]
    return [n for n in joints if any(word.kind for word in found[n:]) or len(list_content_words(write(found[n:]))) > 1]


def _is_gapped(piece: Sequence[Word]) -> bool:
    """Return whether a piece leaves out what it asks: "and who in 2017", "and which one with Log4Shell"."""
    rest = [word.low for word in piece if word.low not in {"and", "but", "one"}]
    return (
        len(rest) > 2
        and rest[0] in ASKING
        and rest[1] in PREPOSITIONS
        and len(list_content_words(write(piece))) < _FEWEST
    )


def _split_by_outlet(question: str, found: Sequence[Word], mentions: Sequence[Mention]) -> list[str]:
    """Ask once for each outlet where two or more are listed: "What do A, B and C say about ...?"."""
    row = sorted(mentions, key=lambda mention: mention.start)
    if not 2 <= len(row) <= _MOST:
        return []
    gaps = [{word.low for word in found if a.end < word.start < b.start} for a, b in pairwise(row)]
    if any(gap - _IN_A_ROW for gap in gaps):
        return []
    head = [word for word in found if word.end <= row[0].start and word.low not in {"both", "the", "compare"}]
    tail = question[row[-1].end :]
    if (head and (head[0].low not in {"what", "how"} or len(head) > 2)) or not list_content_words(tail):
        return []
    return [f"{write(head)} {question[mention.start : mention.end]}{tail}".strip() for mention in row]


def _split_by_date(found: Sequence[Word]) -> list[str]:
    """Ask once for each date: "... between 2016 and 2017", "... in 2015, 2017 and 2024"."""
    runs = [
        n
        for n, word in enumerate(found)
        if word.kind == "date" and (n == 0 or found[n - 1].kind != "date" or found[n - 1].stop)
    ]
    spans = [
        (
            n,
            next(
                (
                    m
                    for m in range(n, len(found))
                    if found[m].stop or m + 1 == len(found) or found[m + 1].kind != "date"
                ),
                n,
            )
            + 1,
        )
        for n in runs
    ]
    if not 2 <= len(spans) <= _MOST or not (len(spans) > 2 or _CHANGING & {word.low for word in found}):
        return []
    if any(len(list_content_words(write(found[a:b]))) > 3 for (_, a), (b, _) in pairwise(spans)):
        return []
    head, tail = list(found[: spans[0][0]]), found[spans[-1][1] :]
    if head and head[-1].low in {"between", "from"}:
        head[-1] = replace(head[-1], text="in", low="in")
    return [write([*head, *found[a:b], *tail]) for a, b in spans]


def _split_clauses(
    found: Sequence[Word], sentences: Sequence[Sequence[Word]], mentions: Sequence[Mention]
) -> list[Piece]:
    frame = {word for mention in mentions for name in mention.names for word in words(name)}
    starts = {sentence[0].start for sentence in sentences if sentence}
    cuts = [n for n, word in enumerate(found) if not word.inside and (word.start in starts or _is_joint(found, n))]
    pieces = _merge_short_pieces([found[a:b] for a, b in pairwise([*cuts, len(found)])], frame)
    if len(pieces) < 2:
        return []
    subject = " ".join(_find_subjects(write(pieces[0]), frame))
    return [_make_piece(pieces[0], piece, subject if n else "", frame) for n, piece in enumerate(pieces)]


def _is_joint(found: Sequence[Word], n: int) -> bool:
    """Return whether a clause begins at a word that asks or tells for itself."""
    stop = found[n - 1].stop if n else ""
    if n == 0 or stop in {":", ";", "?", "!"} or _starts(found, n, _CONTRASTS):
        return True
    if found[n].low in {"and", "but"} and asks(found, n + 1):
        return True
    if joint := _starts(found, n, _JOINTS):
        rest = n + len(joint)
        while rest < len(found) and found[rest].low in _SKIPPED:
            rest += 1
        return rest + 1 < len(found) and (found[rest].low in _DETERMINERS or _may_be_verb(found[rest]))
    return stop == "," and _is_listed(found, n)


def _is_listed(found: Sequence[Word], n: int) -> bool:
    """Return whether one of several facts or questions begins behind a comma: ", known for ...", ", when did ..."."""
    while n + 1 < len(found) and found[n].low in {"and", "or", "but", "also", "then"}:
        n += 1
    low, following = found[n].low, found[n + 1].low if n + 1 < len(found) else ""
    if asks(found, n) and (following in AUXILIARY | _MEASURES | ASKING):
        return True
    if found[0].low not in _IDENTIFYING:
        return False
    return low in {"known", "who", "which", "whose", "that", "when", "where", "why", "how", "what"} or _may_be_verb(
        found[n]
    )


def _starts(found: Sequence[Word], n: int, phrases: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return next((p for p in phrases if tuple(word.low for word in found[n : n + len(p)]) == p), ())


def _may_be_verb(word: Word) -> bool:
    return word.low in AUXILIARY or word.low.endswith(("ing", "ed", "s"))


def _merge_short_pieces(pieces: Sequence[Sequence[Word]], frame: set[str]) -> list[list[Word]]:
    """Join pieces that are too short to be searched for themselves with their neighbour."""
    grown: list[list[Word]] = []
    for piece in pieces:
        asked = _asks_itself(piece)
        enough = _FEWEST_ASKED if asked else _FEWEST
        before = _FEWEST_ASKED if asked and grown and any(asks(grown[-1], n) for n in range(3)) else _FEWEST
        if grown and (_count(piece, frame) < enough or _count(grown[-1], frame) < before):
            grown[-1] += piece
        else:
            grown.append(list(piece))
    return grown


def _asks_itself(piece: Sequence[Word]) -> bool:
    return asks(piece, piece[0].low in {"and", "but"})


def _count(piece: Sequence[Word], frame: set[str]) -> int:
    return len(list_content_words(write(piece), frame))


def _find_subjects(piece: str, frame: set[str]) -> list[str]:
    """Return the names in a piece that are not those of outlets."""
    called = [piece[name.start : name.end] for name in find_names(piece)]
    return [name for name in called if not set(words(name)) <= frame]


def _make_piece(first: Sequence[Word], piece: Sequence[Word], subject: str, frame: set[str]) -> Piece:
    while piece and piece[0].low in _OPENING:
        piece = piece[1:]
    said = write(piece)
    if subject and _is_gapped(piece):
        return Piece(write(complete(first, piece)), said)
    leans = not _find_subjects(said, frame) or bool(_LEANING & {word.low for word in piece})
    return Piece(f"{subject} {said}" if subject and leans else said, said)


def merge_parts(whole: Sequence[Passage], parts: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Merge what the whole question found with what each part found, best first.

    A passage scores what the whole gave it (or the whole's least) plus a share of the most by which it stands above the
    fifth passage of a part (or its last), so that a part which one passage answers counts more than one of which many
    tell alike; the passage that the whole puts first stays first. `Passage.score` becomes that sum.

    Args:
        whole: The passages for the whole question, best first.
        parts: The passages for each part.
    """
    if not any(parts):
        return list(whole)
    floor = min((p.score for p in whole), default=0.0)
    passages = {p.chunk.id: p for p in (*(p for found in parts for p in found), *whole)}
    scores = {p.chunk.id: p.score for p in whole}
    gains = [_measure_gains(part, passages) for part in parts if part]
    total = {i: scores.get(i, floor) + _PART_WEIGHT * max(gain[i] for gain in gains) for i in passages}
    order = sorted(passages, key=lambda i: (bool(whole) and i != whole[0].chunk.id, -total[i], i))
    return [replace(passages[i], rank=rank, score=total[i]) for rank, i in enumerate(order, 1)]


def _measure_gains(part: Sequence[Passage], chunk_ids: Iterable[str]) -> dict[str, float]:
    """Return how far chunks stand above a part's fifth passage; those that it did not find stand where its last does."""
    scores = {passage.chunk.id: passage.score for passage in part}
    usual, least = part[:_USUAL][-1].score, min(scores.values())
    return {i: scores.get(i, least) - usual for i in chunk_ids}
