"""Compare two words by their letters: whether one may be a misspelling of the other."""

import unicodedata
from string import ascii_lowercase

SHORTEST = 5
"""Letters of the shortest word that is corrected."""

LONG = 8
"""Letters from which on a word may have two typos, the first letter included."""

_LETTERS = frozenset(ascii_lowercase + "äöüßéèêáàâíóôúñçåøæ")
_SOUNDS = (frozenset("aeiouy"), frozenset("csz"), frozenset("ckq"))
_KEYS = [row[i : i + 2] for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm") for i in range(len(row) - 1)]


def count_typos(asked: str, written: str) -> int | None:
    """Return how many typos turn a written word into the one asked for, None if too many or if it is another form.

    A letter omitted, inserted, replaced or swapped with its neighbour is one; accents are ignored. A word that only
    continues the other is another form of it ("Bahraini"), unless it repeats the last letter.
    """
    from rapidfuzz.distance import OSA

    one, other, most = _strip_accents(asked), _strip_accents(written), count_allowed_typos(asked)
    if not other.isalpha() or (one[0] != other[0] and len(one) < LONG):
        return None
    if one.startswith(other) and set(one[len(other) :]) - {other[-1]}:
        return None
    if other.startswith(one) and len(other) > len(one) + 1:
        return None
    distance = OSA.distance(one, other, score_cutoff=most)
    return distance if distance <= most else None


def is_keyboard_typo(asked: str, written: str) -> bool:
    """Return whether a letter was omitted, doubled, swapped or replaced by its neighbour on the keyboard.

    Such a typo seldom turns one correct word into another. The words differ by one typo at most (`count_typos`).
    """
    one, other = _strip_accents(asked), _strip_accents(written)
    if len(one) + 1 == len(other):
        return any(other[:i] + other[i + 1 :] == one for i in range(len(other)))
    if len(one) == len(other) + 1:
        return any(one[:i] + one[i + 1 :] == other for i in range(1, len(one)) if one[i] == one[i - 1])
    wrong = _list_differing_letters(one, other)
    return not wrong or (len(wrong) == 2 and wrong[0] == wrong[1]) or any(wrong[0] <= set(pair) for pair in _KEYS)


def is_phonetic_typo(asked: str, written: str) -> bool:
    """Return whether a letter was replaced by one that sounds like it. The words differ by one typo at most."""
    one, other = _strip_accents(asked), _strip_accents(written)
    return len(one) == len(other) and all(
        any(pair <= sounds for sounds in _SOUNDS) for pair in _list_differing_letters(one, other)
    )


def _list_differing_letters(one: str, other: str) -> list[set[str]]:
    """Return the letters that differ between two words of one length, place by place."""
    return [{a, b} for a, b in zip(one, other, strict=True) if a != b]


def list_prefixes(word: str) -> set[str]:
    """Return the first letters of a word, and those it may have where one of them is a typo.

    Reading all terms that share one letter would take longer than the search.
    """
    first, second, third = word[0], word[1], word[2]
    found = {first + second, first + third}
    found |= {first + letter + following for letter in _LETTERS | set(word) for following in (second, third)}
    return found | {second + first, second + third} if len(word) >= LONG else found


def count_allowed_typos(word: str) -> int:
    """Return how many typos a word may have."""
    return 2 if len(word) >= LONG else 1


def _strip_accents(word: str) -> str:
    spread = unicodedata.normalize("NFKD", word.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c))
