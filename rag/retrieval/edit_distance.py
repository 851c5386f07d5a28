"""What makes one word a slip of the pen of another, by their letters alone."""

import unicodedata
from functools import lru_cache
from string import ascii_lowercase

from rag.index.embedder import Embedder
from rag.text.terms import STOPWORDS

SHORTEST = 5
"""Letters of the shortest word that is looked at."""

LONG = 8
"""Letters from which on a word may have two slips, and its first letter may be one of them."""

_ENDINGS = ("s", "es", "d", "ed", "r", "er", "ers", "ly", "ing", "ings")
_LETTERS = frozenset(ascii_lowercase + "äöüßéèêáàâíóôúñçåøæ")
_SOUNDS = (frozenset("aeiouy"), frozenset("csz"), frozenset("ckq"))
_KEYS = [row[i : i + 2] for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for i in range(len(row) - 1)]


def is_misspelling(asked: str, written: str) -> int | None:
    """Return how many slips lead from a written word to the one asked for, None if too many or no slip at all.

    A letter left out, put in, taken for another or swapped with its neighbour is one; accents count for nothing.
    A word that only goes on behind the other is another form of it ("Bahraini"), unless it repeats the last letter.
    """
    from rapidfuzz.distance import OSA

    one, other, most = _plain(asked), _plain(written), max_edits(asked)
    if not other.isalpha() or (one[0] != other[0] and len(one) < LONG):
        return None
    if one.startswith(other) and set(one[len(other) :]) - {other[-1]}:
        return None
    if other.startswith(one) and len(other) > len(one) + 1:
        return None
    distance = OSA.distance(one, other, score_cutoff=most)
    return distance if distance <= most else None


def is_keyboard_slip(asked: str, written: str) -> bool:
    """Tell whether a letter was left out, doubled, swapped or taken for its neighbour on the keyboard.

    Such a slip seldom makes another word of a right one. The words are those of one slip at most, as `slips` counts.
    """
    one, other = _plain(asked), _plain(written)
    if len(one) + 1 == len(other):
        return any(other[:i] + other[i + 1 :] == one for i in range(len(other)))
    if len(one) == len(other) + 1:
        return any(one[:i] + one[i + 1 :] == other for i in range(1, len(one)) if one[i] == one[i - 1])
    wrong = _is_wrong(one, other)
    return not wrong or (len(wrong) == 2 and wrong[0] == wrong[1]) or any(wrong[0] <= set(pair) for pair in _KEYS)


def is_phonetic_slip(asked: str, written: str) -> bool:
    """Tell whether a letter was taken for one that sounds like it. The words are those of one slip at most."""
    one, other = _plain(asked), _plain(written)
    return len(one) == len(other) and all(any(pair <= sounds for sounds in _SOUNDS) for pair in _is_wrong(one, other))


def _is_wrong(one: str, other: str) -> list[set[str]]:
    """Return the letters that differ between two words of one length, place by place."""
    return [{a, b} for a, b in zip(one, other, strict=True) if a != b]


def list_prefixes(word: str) -> set[str]:
    """Return with what a word begins, and what it may begin with where one of its first letters is a slip.

    All terms of one letter would take longer to read than the search.
    """
    first, second, third = word[0], word[1], word[2]
    found = {first + second, first + third}
    found |= {first + letter + behind for letter in _LETTERS | set(word) for behind in (second, third)}
    return found | {second + first, second + third} if len(word) >= LONG else found


def max_edits(word: str) -> int:
    """Return how many slips are looked for in a word."""
    return 2 if len(word) >= LONG else 1


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    return frozenset((Embedder().folder / "vocab.txt").read_text("utf-8").split())


def is_dictionary_word(word: str) -> bool:
    """Tell whether a word is of frequent use in English, or a form of one."""
    word, known = word.lower(), _vocabulary()
    if word in known or word in STOPWORDS:
        return True
    bases = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    return any(len(base) >= SHORTEST and (base in known or f"{base}e" in known) for base in bases)


def _plain(word: str) -> str:
    spread = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c))
