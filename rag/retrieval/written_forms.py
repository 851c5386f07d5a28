"""Questions written as the archive writes: names with their capitals, initials that no article uses as the name they stand for.

Whether a question is answered depends on its names, and capitals mark these. Restoring them from text that has them is
truecasing (Lita et al. 2003), here with the archive itself as the only corpus.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache

from corpus.article import Chunk
from rag.index.lexical import read_article_id
from rag.model import Turn
from rag.question.query import Corrected
from rag.retrieval.edit_distance import count_allowed_typos
from rag.retrieval.passage_search import Retriever
from rag.text.dates.calendar_names import list_month_names, list_weekday_names
from rag.text.english_words import EnglishWords
from rag.text.equal_words import find_equal_terms
from rag.text.names import find_names
from rag.text.terms import STOPWORDS, find_long_names, is_asking, question_language, stem, words

CAPITAL_SHARE = 0.8
"""Share of the uses of a word or phrase inside sentences that have capitals, from which on it is a name in a question too."""

_WORD = re.compile(r"[^\W_]+")
_NO_ADDRESS = re.compile(r"(?<![\w.@/])[^\W_]+(?![\w.@/]*[.@/_]\w)")
_PART_OF_ADDRESS = re.compile(r"[.@/_]\w")
_INSIDE = re.compile(r"[^\W\d_][,;:)”’\"']*[ -]$")  # What stands before a word that opens no sentence.
_BEFORE_CAPITAL = re.compile(r"[ -][^\W\d_a-z]")
_UNITED_STATES = re.compile(r"(?<=\bthe )us\b|(?<=\bin )us\b|(?<=-)us\b|\bus(?=-)")
_LEFT = STOPWORDS | {"us"}
_BEFORE = 24  # Characters before a word that tell whether it opens a sentence.
_READ = 12  # Chunks that are read for a word.
_REMEMBERED = 2048
_LONGEST_PHRASE = 5  # Words.
_LONGEST = 2000  # Characters of a question; an earlier turn that is longer is left.
_TURNS = 8  # Of a conversation.
_HOLDERS = 200  # Chunks that are looked through for initials before no article is said to write them.
_DRAWN_OUT = re.compile(r"(.)\1{2,}")
_ORDERS = frozenset(
    "summarise recap paraphrase outline pls plz gimme lemme wanna gonna btw tldr whos whats wheres hows".split()
)
_PEOPLE = frozenset("president judge justice senator minister mr mrs ms dr".split()).union(
    list_month_names(), list_weekday_names()
)
_LISTED = 5  # Words of the shortest name with "and" in it that is no list.
_ACRONYM = range(3, 7)  # Letters.
_PLURAL = [[word] for word in "the these those both some many all most few".split()]
_SHORTEST_UNKNOWN = 4  # Letters.


class WrittenForms:
    """Write the names of questions as the archive does; several threads may call at once."""

    def __init__(self, retriever: Retriever, english: EnglishWords) -> None:
        """Look words up where `retriever` searches; a word that neither it nor `english` has is taken for a name."""
        self._retriever = retriever
        self._lexical = retriever.indexes.lexical
        self._store = retriever.indexes.store
        self._english = english
        self._known: tuple[int, dict[str, tuple[Chunk, ...]]] = (-1, {})

    def restore(self, text: str) -> str:
        """Return a question with capitals where the archive has them; one that has some itself, or is not English, as it is.

        Raises:
            IndexUnavailableError: The lexical index cannot be read.
        """
        if len(text) > _LONGEST or not lacks_capitals(text):
            return text
        plain = _UNITED_STATES.sub("US", text.lower() if text.isupper() else text)
        phrases = self._restore_phrases(plain)
        return _NO_ADDRESS.sub(lambda match: self._write(match.group(), _may_own(match)), phrases)

    def restore_turns(self, history: Sequence[Turn]) -> list[Turn]:
        """Return the turns of a conversation with the last questions restored; a follow-up leans on no earlier ones."""
        early = len(history) - _TURNS
        return [
            replace(turn, content=self.restore(turn.content)) if turn.role == "user" and place >= early else turn
            for place, turn in enumerate(history)
        ]

    def expand(self, text: str) -> Corrected:
        """Return a question with the name in place of its initials where every article writes the name alone ("GDPR")."""
        notes: list[str] = []
        for word in dict.fromkeys(word for word in _NO_ADDRESS.findall(text) if self._may_be_initials(word)):
            if name := self._find_long_name(word.lower()):
                text = _replace_word(text, word, name)
                notes.append(f"Searched for “{name}”: no article writes “{word}”.")
        return Corrected(text, tuple(notes))

    def _find_long_name(self, word: str) -> str:
        """Return the name that has a word for its initials, "" where there is none or an article writes the word itself."""
        read = self._read(word)
        names = Counter(
            name for chunk in read for name in find_long_names(chunk.text, word) if _is_body(name, chunk.text)
        )
        holders = self._lexical.count_documents(word) if names else 0
        if not names or holders > _HOLDERS:
            return ""
        every = self._load(self._lexical.find_chunks(word, [], holders)) if holders > len(read) else read
        written = any(_holds_form(f"{chunk.article.title}\n{chunk.text}", word) for chunk in every)
        return "" if written else names.most_common(1)[0][0]

    def _may_be_initials(self, word: str) -> bool:
        return len(word) in _ACRONYM and word.isalpha() and word.isupper()

    def capitalise_unknown(self, text: str) -> str:
        """Return a question typed without capitals with one for each word that neither an article nor English has: a name.

        Where a name is known they are left: beside it an unknown word is more often a rare one.
        """
        if find_names(text, mid_sentence=True):
            return text
        unknown = {word for word in _NO_ADDRESS.findall(text) if not self._is_left(word) and self._is_unknown(word)}
        return _NO_ADDRESS.sub(lambda m: m.group().capitalize() if m.group() in unknown else m.group(), text)

    def find_unknown(self, text: str) -> str:
        """Return the first name of an English question that holds only what neither an article nor English has, or ""."""
        if question_language(text) != "en":
            return ""
        names = find_names(text, mid_sentence=True)
        return next((name.words[0].capitalize() for name in names if all(map(self._is_unknown, name.words))), "")

    def _restore_phrases(self, text: str) -> str:
        """Return a question in which runs of words are written that the archive has with capitals only together."""
        found = list(_WORD.finditer(text))
        pieces, first, end = list[str](), 0, 0
        while first < len(found):
            last = next((n for n in range(min(len(found), first + _LONGEST_PHRASE), first + 1, -1)
                         if (form := self._find_phrase(text, found[first:n]))), first + 1)  # fmt: skip
            if last > first + 1:
                pieces += [text[end : found[first].start()], form]
                end = found[last - 1].end()
            first = last
        return "".join([*pieces, text[end:]])

    def _find_phrase(self, text: str, run: Sequence[re.Match[str]]) -> str:
        """Return a run of words as the archive writes it, "" where that has no capital at its ends or not often."""
        ends = (run[0].group(), run[-1].group())
        if any(self._is_left(word) for word in ends):
            return ""
        phrase = text[run[0].start() : run[-1].end()]
        form = self._find_form(phrase, ends[1])
        if form or not _may_own(run[-1]):
            return form
        return f"{form}'s" if (form := self._find_form(phrase[:-1], ends[1][:-1])) else ""

    def _find_form(self, phrase: str, last: str) -> str:
        """Return a phrase, of which one word is the last, as the archive writes it, or ""."""
        form = _choose_form(use for chunk in self._read(last) for use in _find_uses(chunk.text, phrase))
        pieces = _WORD.findall(form)
        return form if pieces and not pieces[0].islower() and not pieces[-1].islower() else ""

    def _is_left(self, word: str) -> bool:
        return not word.islower() or word in _LEFT or is_asking(word)

    def _write(self, word: str, owns: bool = False) -> str:
        if word == "i":
            return "I"
        if self._is_left(word):
            return word
        read = self._read(word)
        uses = [use for chunk in read for use in _find_uses(chunk.text, word)]
        if not uses and owns and not self._english.lists(word) and (form := self._write(word[:-1])) != word[:-1]:
            return f"{form}'s"  # Typed without its apostrophe: "googles firm".
        if not uses:  # It may stand in headlines alone, or be the initials of a long name, by which chunks are found.
            headed = any(use == word.upper() for chunk in read for use, _ in _find_uses(chunk.article.title, word))
            short = len(word) in _ACRONYM and (headed or (word not in self._english and self._find_long_name(word)))
            return word.upper() if short else word
        # Where a frequent word only opens sentences, or longer names, its capital says nothing of it alone.
        alone = [use for chunk in read for use in _find_uses(chunk.text, word, alone=True)]
        if word in self._english and not any(within for _, within in alone):
            return word
        return _choose_form(alone or uses) or word

    def _is_unknown(self, word: str) -> bool:
        if len(word.removesuffix("s")) < _SHORTEST_UNKNOWN or not word.isalpha() or self._is_english(word):
            return False
        held = {stem(word, language) for language in self._retriever.stemming_languages(word)}
        return not any(map(self._lexical.count_documents, held | find_equal_terms(stem(word))))

    def _is_english(self, word: str) -> bool:
        """Return whether a word is English as it is, in American spelling, with a letter drawn out, or with a slip."""
        american = word.replace("yse", "yze").replace("ise", "ize")
        british = word.replace("yze", "yse").replace("ize", "ise")
        forms = {word, american, british, _DRAWN_OUT.sub(r"\1", word)}
        listed = any(form in self._english or form in _ORDERS for form in forms)
        return listed or self._english.is_near(word, count_allowed_typos(word))

    def _read(self, word: str) -> tuple[Chunk, ...]:
        """Return some chunks that hold a word; they are read once until the archive changes."""
        change, known = self._store.last_change(), self._known
        if known[0] != change or len(known[1]) > _REMEMBERED:
            known = self._known = (change, {})
        if word not in known[1]:
            known[1][word] = self._load(self._lexical.find_chunks(stem(word), [], _READ))
        return known[1][word]

    def _load(self, chunk_ids: Sequence[str]) -> tuple[Chunk, ...]:
        chunks = self._store.chunks(map(read_article_id, chunk_ids))
        return tuple(chunks[chunk_id] for chunk_id in chunk_ids if chunk_id in chunks)


def _may_own(match: re.Match[str]) -> bool:
    """Return whether a word of a text may be a genitive: it ends in one "s", what it owns follows, and no "the" makes it a plural."""
    before, after = words(match.string[: match.start()][-_BEFORE:]), words(match.string[match.end() :][:_BEFORE])
    word = match.group()
    owns = after[:1] and after[0] not in STOPWORDS and match.string[match.end() :].startswith(" ")
    return bool(owns) and len(word) > 2 and word[-1] == "s" and word[-2] != "s" and before[-1:] not in _PLURAL


def lacks_capitals(text: str) -> bool:
    """Return whether an English question has no capital behind its first letter but "I", or nothing but capitals."""
    behind = (word for word in _WORD.findall(text[1:]) if word.isalpha() and word != "I")
    return (text.isupper() or all(word.islower() for word in behind)) and question_language(text) == "en"


def _replace_word(text: str, word: str, name: str) -> str:
    return _NO_ADDRESS.sub(lambda match: name if match.group() == word else match.group(), text)


@lru_cache(maxsize=1024)
def _compile_words(phrase: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.@/]){re.escape(phrase)}\b", re.IGNORECASE)


def _find_uses(text: str, phrase: str, alone: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield each form in which a text writes a phrase, and whether it stands inside a sentence; addresses are left out.

    With `alone`, so are those that are part of a longer name.
    """
    for match in _compile_words(phrase).finditer(text):
        before = text[max(0, match.start() - _BEFORE) : match.start()]
        longer = alone and (_follows_name(before) or _BEFORE_CAPITAL.match(text, match.end()))
        if not longer and not _PART_OF_ADDRESS.match(text, match.end()):
            yield match.group(), bool(_INSIDE.search(before))


def _is_body(name: str, text: str) -> bool:
    """Return whether a run of capitals names a body or a law: behind "the", and no person, day or list ("A and B")."""
    parts = name.split()
    listed = {"in", "on"}.intersection(parts) or ("and" in parts and len(parts) < _LISTED)
    return not listed and _PEOPLE.isdisjoint(map(str.lower, parts)) and (f"the {name}" in text or f"The {name}" in text)


def _follows_name(before: str) -> bool:
    """Return whether the word before has a capital and is none that only opens a sentence ("The")."""
    word = before[:-1].rpartition(" ")[2]
    return before[-1:] in {" ", "-"} and word[:1].isupper() and word.casefold() not in STOPWORDS


def _choose_form(uses: Iterable[tuple[str, bool]]) -> str:
    """Return the usual form with a capital, "" where words are mostly written without; those that open sentences count last."""
    every = list(uses)
    forms = [form for form, within in every if within] or [form for form, _ in every]
    named = Counter(form for form in forms if not form.islower())
    return named.most_common(1)[0][0] if named and named.total() >= CAPITAL_SHARE * len(forms) else ""


def _holds_form(text: str, word: str) -> bool:
    return any(stem(other) == stem(word) for other in words(text))
