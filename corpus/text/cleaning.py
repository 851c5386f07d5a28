"""Clean what readers found: the one-line fields of an article, and its body."""

import re
from itertools import groupby

from corpus.text import boilerplate
from corpus.text.characters import strip_invisible
from corpus.text.html_text import html_to_text

TITLE_LENGTH = 300
NAME_LENGTH = 200
SECTION_LENGTH = 100
_WORK_LENGTH = 20_000
_ENDS_SENTENCE = re.compile(r"[.!?…。！？؟।:;\"'”’»)\]]$")
_WRAP_WIDTHS = range(40, 121)


def clean_line(text: str, limit: int = NAME_LENGTH) -> str:
    """Return one clean line of at most `limit` characters: no markup, no entity, no invisible character.

    What follows a blank line is dropped: a name or headline has none, a smuggled message does.
    """
    text = strip_invisible(html_to_text(text[:_WORK_LENGTH]).strip())
    first = re.split(r"\n[^\S\n]*\n", text.replace("\r\n", "\n").replace("\r", "\n").strip(), maxsplit=1)[0]
    return " ".join(first.split())[:limit].rstrip()


def clean_body(text: str) -> str:
    """Return the text of a body: HTML made text, characters cleaned, paragraphs separated by one blank line.

    Lines of boilerplate are dropped. A text without blank lines has a paragraph a line, unless its lines are plainly
    wrapped.
    """
    return "\n\n".join(boilerplate.drop_boilerplate(split_paragraphs(strip_invisible(html_to_text(text)))))


def split_paragraphs(text: str) -> list[str]:
    """Split a text into paragraphs with single spaces; lines of a list stay apart within theirs."""
    text = re.sub("\r\n?|[\x0b\x85\u2028]", "\n", text).replace("\x0c", "\n\n").replace("\u2029", "\n\n")
    lines = [" ".join(row.split()) for row in text.split("\n")]
    blocks = [list(block) for filled, block in groupby(lines, bool) if filled]
    if len(blocks) == 1:
        return _unwrap(blocks[0]) if _is_hard_wrapped(blocks[0]) else blocks[0]
    found = [_unwrap(block) if _is_hard_wrapped(block) else ["\n".join(block)] for block in blocks]
    return [paragraph for block in found for paragraph in block]


def _is_hard_wrapped(lines: list[str]) -> bool:
    """Return whether lines were broken at a margin: most break off within a sentence, and those have about its width."""
    broken = [row for row in lines[:-1] if not _ENDS_SENTENCE.search(row)]
    wide = sum(len(row) in _WRAP_WIDTHS for row in broken)
    return bool(broken) and 2 * len(broken) >= len(lines) - 1 and wide >= 0.9 * len(broken)


def _unwrap(lines: list[str]) -> list[str]:
    """Join wrapped lines; a line that ends a sentence well before the margin ends a paragraph."""
    margin = 0.8 * max(map(len, lines))
    joined: list[list[str]] = [[]]
    for row in lines:
        joined[-1].append(row)
        if len(row) < margin and _ENDS_SENTENCE.search(row):
            joined.append([])
    return [re.sub(r"(?<=[^\W\d_])- (?=[a-zà-ÿ])", "", " ".join(rows)) for rows in joined if rows]


def cut_text(text: str, limit: int) -> str:
    """Return at most `limit` bytes (UTF-8) of a text, cut at the end of a paragraph or word where one is near."""
    raw = text.encode("utf-8", "replace")
    if len(raw) <= limit:
        return text
    kept = raw[:limit].decode("utf-8", "ignore")
    for border in ("\n\n", " "):
        end = kept.rfind(border, len(kept) - 2000)
        if end > 0:
            return kept[:end].rstrip()
    return kept
