"""Whether a word is in frequent use in English, by a list of such words that the caller brings."""

from collections.abc import Collection

from rag.text.terms import STOPWORDS

_ENDINGS = ("s", "es", "d", "ed", "r", "er", "ers", "ly", "ing", "ings")
_SHORTEST_BASE = 5  # Letters; a shorter one is the beginning of many names.


class EnglishWords:
    """Look words and their regular forms up in a list of frequent English words."""

    def __init__(self, words: Collection[str]) -> None:
        """Hold words in lower case, base forms at least."""
        self._words = frozenset(words) | STOPWORDS

    def is_near(self, word: str, typos: int) -> bool:
        """Return whether a word, in any case, differs from one in the list by so many typos at most."""
        from rapidfuzz import process  # Imported late: most questions need no comparison.
        from rapidfuzz.distance import OSA

        return process.extractOne(word.lower(), self._words, scorer=OSA.distance, score_cutoff=typos) is not None

    def lists(self, word: str) -> bool:
        """Return whether a word, in any case, is in the list as it is."""
        return word.lower() in self._words

    def __contains__(self, word: str) -> bool:
        """Return whether a word, in any case, is in the list or a regular form of one that is."""
        word = word.lower()
        if word in self._words:
            return True
        bases = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
        return any(len(base) >= _SHORTEST_BASE and (base in self._words or f"{base}e" in self._words) for base in bases)
