"""Where the sentences of a text begin and end."""

import re
from functools import lru_cache

from yasbd import BoundaryDetector, get_supported_langs

Span = tuple[int, int]

# The time of the rules grows faster than the length of what they read, so they never get more than a long paragraph.
_PIECE = 4000
_PARAGRAPH = re.compile(r"[^\n]+")
# Georgian letters count as small ones, and no small letter begins a sentence: any letter without case stands for them.
_CASELESS = dict.fromkeys(range(4304, 4352), "א")
# Short forms of large numbers, which end no sentence where what is counted follows: "112 Mio. Euro".
_AMOUNT = re.compile(
    r"\d\s?(?:mio|mrd|tsd|bio|mill|mia|mld|mln|md|tys|mil|bn|mn|млн|млрд|тыс|εκατ|δισ)\.$", re.IGNORECASE
)
_OPENERS = frozenset(
    """
    a an and but he in it its she the they this that we der die das dies diese dieser ein eine er es sie wir im am und aber
    le la les il elle el los las un una gli i lo он она это они de het een en han hun den det
    """.split()
)
# Short forms inside a name, which the library takes for its end: "Warner Bros. Discovery", "Ft. Worth".
_NAME_PARTS = ("Bros.", "Ft.")
_CLOCK_ENDS = ("a.m.", "p.m.")
_ZONE = re.compile(r"(?:E|C|M|P)[DS]?T\b|GMT\b|UTC\b|BST\b|CES?T\b|Eastern\b|Pacific\b")


def split_sentences(text: str, language: str = "en") -> list[Span]:
    """Return the sentences of a text as (start, end) offsets, without the white space around them.

    A sentence never crosses the end of a line, nor ends inside a quotation. A language that the library has no rules for
    is cut by the English ones.

    Args:
        text: Paragraphs separated by line breaks.
        language: ISO 639-1 code.
    """
    spans: list[Span] = []
    for paragraph in _PARAGRAPH.finditer(text):
        for start, end in _pieces(paragraph.start(), paragraph.end(), text):
            spans.extend((start + a, start + b) for a, b in _segments(language, text[start:end]))
    return spans


def _pieces(start: int, end: int, text: str) -> list[Span]:
    """Cut a paragraph that is too long at the last white space before the limit."""
    pieces: list[Span] = []
    while end - start > _PIECE:
        cut = text.rfind(" ", start + 1, start + _PIECE)
        cut = cut if cut > start else start + _PIECE
        pieces.append((start, cut))
        start = cut
    return [*pieces, (start, end)]


@lru_cache(maxsize=64)
def _detector(language: str) -> BoundaryDetector:
    return BoundaryDetector(language if language in get_supported_langs() else "en")


# A paragraph takes about a millisecond, and the same ones are found for many questions.
@lru_cache(maxsize=8192)
def _segments(language: str, text: str) -> tuple[Span, ...]:
    spans: list[Span] = []
    start = 0
    for end in sorted({*_detector(language).detect(text.translate(_CASELESS)), len(text)}):
        piece = text[start:end]
        first, last = start + len(piece) - len(piece.lstrip()), start + len(piece.rstrip())
        if first >= last:
            continue
        if spans and _continues(text, spans[-1][1], first):
            spans[-1] = (spans[-1][0], last)
        else:
            spans.append((first, last))
        start = end
    return tuple(spans)


def _continues(text: str, end: int, start: int) -> bool:
    """Return whether no sentence ends here: "10 a.m. | ET", "112 Mio. | Euro", "Warner Bros. | Discovery"."""
    if text.endswith(_CLOCK_ENDS, 0, end):
        return bool(_ZONE.match(text, start))
    if text[start:].split(maxsplit=1)[0].lower() in _OPENERS:
        return False
    return text.endswith(_NAME_PARTS, 0, end) or bool(_AMOUNT.search(text, max(0, end - 12), end))
