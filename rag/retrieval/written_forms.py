"""Questions written as the archive writes: names with their capitals, initials that no article uses as the name they stand for.

Whether a question is answered depends on its names, and capitals mark these. Restoring them from text that has them is
truecasing (Lita et al. 2003), here with the archive itself as the only corpus.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from corpus.article import Chunk
from rag.index.lexical import read_article_id
from rag.model import Turn
from rag.question.query import Corrected
from rag.retrieval.passage_search import Retriever
from rag.text.english_words import EnglishWords
from rag.text.equal_words import find_equal_terms
from rag.text.terms import STOPWORDS, find_long_names, is_asking, question_language, stem, words

CAPITAL_SHARE = 0.8
"""Share of the uses of a word or phrase inside sentences that have capitals, from which on it is a name in a question too."""

_WORD = re.compile(r"[^\W_]+")
_NO_ADDRESS = re.compile(r"(?<![\w.@/])[^\W_]+(?![\w.@/]*[.@/_]\w)")
_PART_OF_ADDRESS = re.compile(r"[.@/_]\w")
_INSIDE = re.compile(r"[^\W\d_][,;:)”’\"']*[ -]$")  # What stands before a word that opens no sentence.
_AFTER_CAPITAL = re.compile(r"(?:^|[^\w])[^\W\d_a-z][\w’']*[ -]$")
_BEFORE_CAPITAL = re.compile(r"[ -][^\W\d_a-z]")
_UNITED_STATES = re.compile(r"(?<=\bthe )us\b|(?<=\bin )us\b|(?<=-)us\b|\bus(?=-)")
_LEFT = STOPWORDS | {"us"}
_BEFORE = 24  # Characters before a word that tell whether it opens a sentence.
_READ = 12  # Chunks that are read for a word.
_REMEMBERED = 2048
_LONGEST_PHRASE = 5  # Words.
_ACRONYM = range(3, 7)  # Letters.
_SHORTEST_UNKNOWN = 4  # Letters.


class WrittenForms:
    """Write the names of questions as the archive does; several threads may call at once."""

    def __init__(self, retriever: Retriever, english: EnglishWords) -> None:
        """Look words up where `retriever` searches; a word that neither it nor `english` has is taken for a name."""
        self._lexical = retriever.indexes.lexical
        self._store = retriever.indexes.store
        self._english = english
        self._known: tuple[int, dict[str, tuple[Chunk, ...]]] = (-1, {})

    def restore(self, text: str) -> str:
        """Return a question with capitals where the archive has them; one that has some itself, or is not English, as it is.

        Raises:
            IndexUnavailableError: The lexical index cannot be read.
        """
        if not lacks_capitals(text):
            return text
        plain = _UNITED_STATES.sub("US", text.lower() if text.isupper() else text)
        phrases = self._restore_phrases(plain)
        return _NO_ADDRESS.sub(lambda match: self._write(match.group()), phrases)

    def restore_turns(self, history: Sequence[Turn]) -> list[Turn]:
        """Return the turns of a conversation with the questions restored."""
        return [replace(turn, content=self.restore(turn.content)) if turn.role == "user" else turn for turn in history]

    def expand(self, text: str) -> Corrected:
        """Return a question with the name in place of its initials where every article writes the name alone ("GDPR")."""
        notes: list[str] = []
        for word in dict.fromkeys(word for word in _NO_ADDRESS.findall(text) if self._may_be_initials(word)):
            if name := self._find_long_name(word.lower()):
                text = re.sub(rf"\b{word}\b", name, text)
                notes.append(f"Searched for “{name}”: no article writes “{word}”.")
        return Corrected(text, tuple(notes))

    def _find_long_name(self, word: str) -> str:
        """Return the name that has a word for its initials, "" where there is none or an article writes the word itself."""
        read = self._read(word)
        names = Counter(name for chunk in read for name in find_long_names(chunk.text, word))
        written = any(_holds_form(f"{chunk.article.title}\n{chunk.text}", word) for chunk in read if names)
        return names.most_common(1)[0][0] if names and not written else ""

    def _may_be_initials(self, word: str) -> bool:
        return len(word) in _ACRONYM and word.isalpha() and word.isupper()

    def capitalise_unknown(self, text: str) -> str:
        """Return a question typed without capitals with one for each word that neither an article nor English has: a name."""
        unknown = {word for word in _NO_ADDRESS.findall(text) if not self._is_left(word) and self._is_unknown(word)}
        return _NO_ADDRESS.sub(lambda m: m.group().capitalize() if m.group() in unknown else m.group(), text)

    def find_unknown(self, text: str) -> str:
        """Return the first word with a capital that neither an article nor the list of English words has, or ""."""
        capitalised = (word for word in _NO_ADDRESS.findall(text) if not word.islower())
        return next((word for word in capitalised if self._is_unknown(word.lower())), "")

    def _restore_phrases(self, text: str) -> str:
        """Return a question in which runs of words are written that the archive has with capitals only together."""
        found = list(_WORD.finditer(text))
        first = 0
        while first < len(found):
            last = next((n for n in range(min(len(found), first + _LONGEST_PHRASE), first + 1, -1)
                         if (form := self._find_phrase(text, found[first:n]))), first + 1)  # fmt: skip
            if last > first + 1:
                text = text[: found[first].start()] + form + text[found[last - 1].end() :]
            first = last
        return text

    def _find_phrase(self, text: str, run: Sequence[re.Match[str]]) -> str:
        """Return a run of words as the archive writes it, "" where that has no capital at its ends or not often."""
        ends = (run[0].group(), run[-1].group())
        if any(self._is_left(word) for word in ends):
            return ""
        phrase = text[run[0].start() : run[-1].end()]
        form = _choose_form(use for chunk in self._read(ends[1]) for use in _find_uses(chunk.text, phrase))
        pieces = _WORD.findall(form)
        return form if pieces and not pieces[0].islower() and not pieces[-1].islower() else ""

    def _is_left(self, word: str) -> bool:
        return not word.islower() or word in _LEFT or is_asking(word)

    def _write(self, word: str) -> str:
        if word == "i":
            return "I"
        if self._is_left(word):
            return word
        read = self._read(word)
        uses = [use for chunk in read for use in _find_uses(chunk.text, word)]
        if not uses:  # It may be the initials of a long name, by which chunks are found.
            return word.upper() if self._find_long_name(word) else word
        # Where a frequent word only opens sentences, or longer names, its capital says nothing of it alone.
        alone = [use for chunk in read for use in _find_uses(chunk.text, word, alone=True)]
        if word in self._english and not any(within for _, within in alone):
            return word
        return _choose_form(alone or uses) or word

    def _is_unknown(self, word: str) -> bool:
        if len(word.removesuffix("s")) < _SHORTEST_UNKNOWN or not word.isalpha() or word in self._english:
            return False
        return not any(self._lexical.count_documents(term) for term in find_equal_terms(stem(word)))

    def _read(self, word: str) -> tuple[Chunk, ...]:
        """Return some chunks that hold a word; they are read once until the archive changes."""
        change, known = self._store.last_change(), self._known
        if known[0] != change or len(known[1]) > _REMEMBERED:
            known = self._known = (change, {})
        if word not in known[1]:
            found = self._lexical.find_chunks(stem(word), [], _READ)
            chunks = self._store.chunks(map(read_article_id, found))
            known[1][word] = tuple(chunks[chunk_id] for chunk_id in found if chunk_id in chunks)
        return known[1][word]


def lacks_capitals(text: str) -> bool:
    """Return whether an English question has no capital behind its first letter but "I", or nothing but capitals."""
    behind = (word for word in _WORD.findall(text[1:]) if word.isalpha() and word != "I")
    return (text.isupper() or all(word.islower() for word in behind)) and question_language(text) == "en"


def _find_uses(text: str, phrase: str, alone: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield each form in which a text writes a phrase, and whether it stands inside a sentence; addresses are left out.

    With `alone`, so are those that are part of a longer name.
    """
    for match in re.finditer(rf"(?<![\w.@/]){re.escape(phrase)}\b", text, re.IGNORECASE):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        longer = alone and (_AFTER_CAPITAL.search(before) or _BEFORE_CAPITAL.match(text, match.end()))
        if not longer and not _PART_OF_ADDRESS.match(text, match.end()):
            yield match.group(), bool(_INSIDE.search(before))


def _choose_form(uses: Iterable[tuple[str, bool]]) -> str:
    """Return the usual form with a capital, "" where words are mostly written without; those that open sentences count last."""
    every = list(uses)
    forms = [form for form, within in every if within] or [form for form, _ in every]
    named = Counter(form for form in forms if not form.islower())
    return named.most_common(1)[0][0] if named and named.total() >= CAPITAL_SHARE * len(forms) else ""


def _holds_form(text: str, word: str) -> bool:
    return any(stem(other) == stem(word) for other in words(text))
