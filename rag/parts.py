"""Take a question that compares, sequences or joins apart, and merge what its parts find."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.model import Passage
from rag.names import names
from rag.terms import STOPWORDS, words

_ASKING = r"who|whom|whose|what|when|where|why|how|which|did|does|do|is|are|was|were|has|have|had"
_REPORT = r"(?:reports?|articles?|reporting|coverage|pieces?|posts?|stories|story|review|interview|analysis)"
_JOINTS = tuple(
    re.compile(joint, re.IGNORECASE)
    for joint in (
        r",?\s+(?:while|whereas|in\s+contrast\s+(?:to|with)|as\s+opposed\s+to|(?:as\s+)?compared\s+(?:to|with)|rather\s+than)\b",
        rf"[,;:]?\s+(?:and|but)\s+(?:also\s+)?(?=(?:{_ASKING})\b)|;\s+|:\s+(?=(?:{_ASKING})\b)|,\s+(?=(?:{_ASKING})\b)|[.?!]\s+(?=[A-Z])",
        rf",?\s+and\s+(?:then\s+)?(?:from\s+|by\s+)?(?=(?:the|an?|another|its|their)\s+(?:[\w'’.|-]+\s+){{0,8}}?{_REPORT}\b)",
        r",?\s+and\s+(?:also\s+|then\s+)?(?=(?:is|was|has|had|are|were|have|will|can|could|would|also)\b)",
        r",\s+(?=(?:is|was|has|had|are|were|have|known|and)\b)",
    )
)
_SCAFFOLD = re.compile(
    rf"^(?:and|or|but|that|also|then)\b\s*|^(?:{_ASKING})\s+|\b(?:the\s+|an?\s+|another\s+)?(?:\w+\s+)?{_REPORT}\s+(?:from|by|in|on|of|that|about|discussing|regarding|concerning)\b"
    rf"|\b{_REPORT}\b|\b(?:published|reported|according\s+to|as\s+covered|covered|discussed|mentioned|portrayed|suggests?|implies|imply|claims?|indicates?|"
    r"states?|focus(?:es)?\s+on|describes?)\b|\bwas\s+there\b.*$|\bbetween\b|\bthe\s+portrayal\s+of\b|\b(?:in)?consisten(?:t|cy)\b",
    re.IGNORECASE,
)
_FEWEST = 3
"""Content words that a part must have of its own; a shorter piece stays with the one before it."""
_MOST = 5


def parts(question: str) -> list[str]:
    """Return the self-contained search texts of a question that asks for several things, or nothing for a simple one."""
    pieces = _grown(_cut(" ".join(question.split())))
    if len(pieces) < 2:
        return []
    shared = _shared(question, pieces)
    texts = [_search_text(piece, shared) for piece in pieces[:_MOST]]
    kept = list(dict.fromkeys(text for text in texts if text))
    return kept if len(kept) >= 2 else []


def _cut(text: str) -> list[str]:
    cuts = {0, len(text)}
    for joint in _JOINTS:
        cuts.update(match.start() for match in joint.finditer(text))
    ends = sorted(cuts)
    return [text[a:b] for a, b in zip(ends, ends[1:], strict=False)]


def _grown(pieces: Sequence[str]) -> list[str]:
    """Join pieces that are too short to be searched for themselves with their neighbour."""
    grown: list[str] = []
    for piece in pieces:
        if grown and (len(_content(piece)) < _FEWEST or len(_content(grown[-1])) < _FEWEST):
            grown[-1] += piece
        else:
            grown.append(piece)
    return grown


def _content(text: str) -> list[str]:
    return [word for word in words(_SCAFFOLD.sub(" ", text)) if word not in STOPWORDS]


def _shared(question: str, pieces: Sequence[str]) -> str:
    """Return the names of the first piece, for the pieces that have none."""
    del question
    return " ".join(pieces[0][name.start : name.end] for name in names(pieces[0]))


def _search_text(piece: str, shared: str) -> str:
    bare = piece.strip(" ,;:?.")
    return bare if names(bare) or not shared else f"{shared} {bare}"


def merge(whole: Sequence[Passage], parts: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Merge what the whole question found with what each part found, best first.

    The best article of the whole stays first; then each part places its two best articles in turn; the rest follows
    by its best score.
    """
    ordered: dict[str, Passage] = {}
    for passage in _turns(whole, parts):
        ordered.setdefault(passage.chunk.id, passage)
    return [replace(passage, rank=rank) for rank, passage in enumerate(ordered.values(), 1)]


def _turns(whole: Sequence[Passage], parts: Sequence[Sequence[Passage]]) -> Iterator[Passage]:
    yield from whole[:3]
    for rank in range(2):
        for found in parts:
            yield from found[rank : rank + 1]
    yield from whole
    for found in parts:
        yield from found
