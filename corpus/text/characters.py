"""Remove invisible characters: controls, bidirectional marks, zero-width and tag characters.

They hide instructions to a language model, break searches and spoof names. Joiners stay where a script or an emoji needs
them.
"""

import re
import unicodedata

# Controls but the white space among them; soft hyphen, fillers, bidirectional and zero-width marks, surrogates,
# non-characters, annotation marks, shorthand and musical controls, tags and the second block of variation selectors.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufdd0-\ufdef\ufeff\uffa0\ufff0-\ufffc\ufffe\uffff"
    "\U00013430-\U0001345f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1f\x7f]")
_JOINERS = re.compile("[\u200c\u200d]+")
# Scripts in which a joiner changes the shape of letters: Arabic, Syriac, the Indic ones, Myanmar, Khmer, Mongolian.
_JOINING_SCRIPT = re.compile(
    "[\u0600-\u074f\u0750-\u077f\u08a0-\u0dff\u1000-\u109f\u1780-\u18af\ufb50-\ufdff\ufe70-\ufefc]"
)
_VIRAMA = re.compile("[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]")
_PICTOGRAPH = re.compile("[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]")
_SELECTORS = re.compile("([\ufe00-\ufe0f])[\ufe00-\ufe0f]+|^[\ufe00-\ufe0f]+")
# Eight marks on one letter is more than any orthography stacks; more is decoration, and slow to normalise.
_STACKED_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{8})[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


def strip_invisible(text: str) -> str:
    """Return the text in NFC without invisible characters; white space stays as it is."""
    if text.isascii():
        return _CONTROL.sub("", text)
    text = _INVISIBLE.sub("", text)
    text = _JOINERS.sub(_is_needed_joiner, text)
    text = _SELECTORS.sub(lambda match: match[1] or "", text)
    return unicodedata.normalize("NFC", _STACKED_MARKS.sub(r"\1", text))


def one_line(text: str) -> str:
    """Return the text on one line, in NFC, without invisible characters."""
    return " ".join(strip_invisible(text).split())


def _is_needed_joiner(match: re.Match[str]) -> str:
    text, joiner = match.string, match[0][0]
    before = text[match.start() - 1 : match.start()] if match.start() else ""
    after = text[match.end() : match.end() + 1]
    if _VIRAMA.match(before) or (_JOINING_SCRIPT.match(before) and _JOINING_SCRIPT.match(after)):
        return joiner
    pictographs = _PICTOGRAPH.match(before) and _PICTOGRAPH.match(after)
    return joiner if joiner == "\u200d" and pictographs else ""


def has_mixed_scripts(text: str) -> tuple[str, ...]:
    """Return the words that mix Latin letters with Cyrillic or Greek ones, as look-alike names do."""
    return tuple(word for word in re.findall(r"\w+", text) if not word.isascii() and len(_find_scripts(word)) > 1)


def _find_scripts(word: str) -> set[str]:
    names = (unicodedata.name(letter, "").partition(" ")[0] for letter in word if letter.isalpha())
    return {name for name in names if name in ("LATIN", "CYRILLIC", "GREEK")}
