"""Spelling mistakes in a question: a word that no article has is replaced by the one similar word that some have.

A wrong correction turns a refusal into a wrong answer, so it needs evidence: see `SpellingCorrector.correct`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.article import Chunk
from rag.index.lexical import read_article_id
from rag.question.query import Corrected
from rag.retrieval.edit_distance import (
    LONG,
    SHORTEST,
    count_allowed_typos,
    count_typos,
    is_keyboard_typo,
    is_phonetic_typo,
    list_prefixes,
)
from rag.retrieval.passage_search import Retriever
from rag.text.english_words import EnglishWords
from rag.text.names import TITLES
from rag.text.question_words import ASKING, FRAME
from rag.text.quotations import find_quotations
from rag.text.terms import STOPWORDS, list_query_terms, question_language, stem, terms, words

FOREIGN = 8
"""Letters of the shortest word that is corrected to one of an article in another language than English."""

RARE = 7
"""Letters of the shortest name that needs no other word of the question near it, if it is not a frequent English word."""

DOMINANCE = 5
"""How many times as many chunks must have the replacement as have any other word that is as similar."""

_MEANT = {
    "happend": "happened",
    "hapened": "happened",
    "happned": "happened",
    "lates": "latest",
    "lastest": "latest",
    "timline": "timeline",
    "sumarize": "summarize",
    "summerize": "summarize",
    "sumarise": "summarise",
    "summerise": "summarise",
}
"""Usual mistakes in the words that only ask for something, some of them in the lists of English words too."""
_WORD = re.compile(r"(?<![^\W_])(?<![^\W_]['’])[^\W\d_]+(?=['’]s\b|[^\w'’]|['’](?!\w)|$)")
_ADDRESS = re.compile(r"[@/_]|\w\.\w")  # Only URLs, e-mail addresses and file names have one of these.
_CAPITAL_SHARE = {True: 0.4, False: 0.8}  # Of a name, by whether the question writes it with a capital.
_NEAR = 6  # Terms of the archive whose written forms are compared.
_READ = 12  # Chunks that are read for each.
_MAX_TOPIC_SHARE = 0.2  # Share of the chunks: a more frequent word says nothing about the topic.
_NAME_WINDOW = 3  # Words on each side in which the rest of a name is searched for.


@dataclass(frozen=True, slots=True)
class _UnknownWord:
    """Hold a word of the question that no article has, its offset, and the other words of the same name."""

    word: str
    start: int
    capital: bool
    name_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Replacement:
    """Hold a word as articles write it, its distance from the one asked for, and the evidence for it."""

    word: str
    distance: int
    chunks: int
    name: bool
    frequent: bool
    english: bool
    with_topic: bool
    neighbours: frozenset[str]


class SpellingCorrector:
    """Compare the words of a question with those of an archive."""

    def __init__(self, retriever: Retriever, english: EnglishWords) -> None:
        """Look words up where `retriever` searches; frequent English words are never corrected."""
        self._retriever = retriever
        self._english = english
        self._lexical = retriever.indexes.lexical
        self._store = retriever.indexes.store

    def correct(self, text: str) -> Corrected:
        """Return a question with each word corrected that no article has, where the archive has one similar word.

        The words that ask are put right without a note. Left alone: words of fewer than five letters, numbers, URLs, abbreviations in capitals, quotations, and
        frequent English words.

        The replacement differs by one typo, by two from eight letters on, and no other word is as similar, unless it
        is much rarer. It also needs evidence: the words of a name occur together in an article (first name and
        surname, say); a rare name occurs in an article with another word of the topic, or the typo is of a usual kind
        (`rag.retrieval.edit_distance`); for a frequent name or an ordinary word both must hold.

        Raises:
            IndexUnavailableError: The lexical index cannot be read.
        """
        languages = self._retriever.stemming_languages(text)
        text = self._mend_asking(text, languages)
        asked = [
            word
            for word in _find_doubtful_words(text)
            if word.word not in self._english and not self._is_held(word.word, languages)
        ]
        if not asked:
            return Corrected(text)
        topic = self._find_topic_terms(text, languages)
        near = {word: self._find_near(word, topic) for word in asked}
        similar = {word.word.lower(): {n.word.lower() for n in found} for word, found in near.items()}
        notes: list[str] = []
        # From the end, so that the offsets of the others stay valid.
        for word in reversed(asked):
            if best := _choose(word, near[word], similar, bool(topic)):
                text = text[: word.start] + best + text[word.start + len(word.word) :]
                notes.insert(0, f"Searched for “{best}” in place of “{word.word}”, which no article holds.")
        return Corrected(text, tuple(dict.fromkeys(notes)))

    def _mend_asking(self, text: str, languages: Sequence[str]) -> str:
        """Return an English question with the usual mistakes in words that only ask mended."""
        if question_language(text) != "en":
            return text
        for word in reversed(list(_find_doubtful_words(text))):
            meant = _MEANT.get(word.word.lower())
            if meant and not self._is_held(word.word, languages):
                meant = meant.capitalize() if word.word[0].isupper() else meant
                text = text[: word.start] + meant + text[word.start + len(word.word) :]
        return text

    def _is_held(self, word: str, languages: Sequence[str]) -> bool:
        return any(self._lexical.count_documents(stem(word.lower(), language)) for language in languages)

    def _find_topic_terms(self, text: str, languages: Sequence[str]) -> list[str]:
        """Return the terms of a question that some chunks have, but not too many."""
        most = max(2.0, _MAX_TOPIC_SHARE * self._lexical.count())
        return [
            term
            for term in list_query_terms(text, tuple(languages))
            if term not in ASKING | FRAME and 0 < self._lexical.count_documents(term) <= most
        ]

    def _find_near(self, asked: _UnknownWord, topic: Sequence[str]) -> list[_Replacement]:
        word = asked.word.lower()
        found = [
            near
            for term, chunks in self._find_similar_terms(word)
            if (near := self._find_written_form(asked, term, chunks, topic))
        ]
        return sorted(found, key=lambda near: (near.distance, -near.chunks, near.word))

    def _find_similar_terms(self, word: str) -> list[tuple[str, int]]:
        """Return the terms of the archive that are most similar to a word or its stem, with how many chunks have them.

        A typo in an ending hides it from the stemmer, so the beginning of a word is compared with shorter terms too.
        """
        from rapidfuzz import process  # Imported late: most questions need no comparison.
        from rapidfuzz.distance import OSA

        most, bare = count_allowed_typos(word), stem(word)
        known = self._lexical.find_terms(list_prefixes(word))
        sized: dict[int, list[str]] = {}
        for term in known:
            if SHORTEST - 1 <= len(term) <= len(word) + most and term.isalpha():
                sized.setdefault(len(term), []).append(term)
        whole = [term for size, some in sized.items() if size >= len(bare) - most for term in some]
        compared = [(form, whole, most) for form in {word, bare}]
        for size, some in sized.items():
            compared += [(word[:cut], some, 1) for cut in range(size - 1, min(size + 2, len(word)))]
        found: dict[str, float] = {}
        for form, some, cutoff in compared:
            for term, distance, _ in process.extract_iter(form, some, scorer=OSA.distance, score_cutoff=cutoff):
                found[term] = min(distance, found.get(term, distance))
        nearest = sorted(found, key=lambda term: (found[term], -len(term), -known[term], term))
        return [(term, known[term]) for term in nearest[:_NEAR]]

    def _find_written_form(
        self, asked: _UnknownWord, term: str, chunks: int, topic: Sequence[str]
    ) -> _Replacement | None:
        """Return the form of a term that is most similar to the word asked for, None where none is similar enough."""
        read = self._read_chunks(self._lexical.find_chunks(term, [*map(stem, asked.name_words), *topic], _READ))
        forms = Counter(form for part in read for form in _list_written_forms(part, term))
        near = [
            (distance, form[0].isupper() != asked.word[0].isupper(), -n, form)
            for form, n in forms.items()
            if (distance := count_typos(asked.word, form)) is not None
        ]
        if not near:
            return None
        distance, _, _, form = min(near)
        held = [set(terms(part.indexed_text, part.article.language or "en")) for part in read]
        return _Replacement(
            form,
            distance,
            chunks,
            sum(n for form, n in forms.items() if form[0].isupper()) >= _CAPITAL_SHARE[asked.capital] * forms.total(),
            form in self._english,
            all((part.article.language or "en") == "en" for part in read),
            any(terms_ & set(topic) for terms_ in held),
            frozenset(word for part in read for word in _list_words_around(part, form)),
        )

    def _read_chunks(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        chunks = self._store.chunks(read_article_id(chunk_id) for chunk_id in chunk_ids)
        return [chunks[chunk_id] for chunk_id in chunk_ids if chunk_id in chunks]


def _find_doubtful_words(text: str) -> Iterator[_UnknownWord]:
    """Yield the words of a question that may be misspelt, by their form alone."""
    kept = list(find_quotations(text))
    kept += [match.span() for match in re.finditer(r"\S+", text) if _ADDRESS.search(match.group())]
    found = list(_WORD.finditer(text))
    shouted = text.isupper()
    for i, match in enumerate(found):
        word = match.group()
        if len(word) < SHORTEST or (word.isupper() and not shouted) or words(word) != [word.lower()]:
            continue
        if any(start <= match.start() < end for start, end in kept):
            continue
        capital = word[0].isupper() and not shouted
        yield _UnknownWord(word, match.start(), capital and i > 0, _find_name_words(text, found, i) if capital else ())


def _find_name_words(text: str, found: Sequence[re.Match[str]], i: int) -> tuple[str, ...]:
    """Return the words before and after one that belong to the same name."""
    neighbours: list[str] = []
    for one, other, place in ((i - 1, i, i - 1), (i, i + 1, i + 1)):
        if 0 <= place < len(found) and text[found[one].end() : found[other].start()] in {" ", "-"}:
            word = found[place].group()
            if word[0].isupper() and not word.isupper() and word.lower() not in TITLES | STOPWORDS:
                neighbours.append(word.lower())
    return tuple(neighbours)


def _list_written_forms(chunk: Chunk, term: str) -> list[str]:
    """Return the words of a chunk, as written, whose stem is a term."""
    language = chunk.article.language or "en"
    return [m.group() for m in _WORD.finditer(chunk.indexed_text) if stem(m.group().lower(), language) == term]


def _list_words_around(chunk: Chunk, form: str) -> set[str]:
    """Return the words, in lower case, near a word in a chunk."""
    found, wanted = words(chunk.indexed_text), form.lower()
    places = [i for i, word in enumerate(found) if word == wanted]
    return {word for i in places for word in found[max(0, i - _NAME_WINDOW) : i + _NAME_WINDOW + 1]}


def _choose(asked: _UnknownWord, near: Sequence[_Replacement], similar: dict[str, set[str]], context: bool) -> str:
    """Return the replacement of a word, "" where the evidence is too weak.

    A word that is among its own replacements occurs in an article of a language that is rare in the archive.
    """
    if any(n.word.lower() == asked.word.lower() for n in near):
        return ""
    named = [n for n in near if all(({word} | similar.get(word, set())) & n.neighbours for word in asked.name_words)]
    if asked.name_words and (together := [n for n in named if n.word[0].isupper()]):
        sure = near = together
    else:
        sure = [n for n in near if _is_standalone(asked, n, context)]
    if not sure:
        return ""
    best = sure[0]
    rivals = [n for n in near if n.distance <= best.distance and n.word.lower() != best.word.lower()]
    return "" if any(DOMINANCE * n.chunks > best.chunks for n in rivals) else best.word


def _is_standalone(asked: _UnknownWord, near: _Replacement, context: bool) -> bool:
    """Return whether the evidence suffices without the other words of a name.

    `context` is true if the question has other words of the topic, one of which should occur near the replacement.
    """
    rare = near.name and not near.frequent and len(asked.word) >= RARE
    plain = near.distance <= 1 and is_keyboard_typo(asked.word, near.word)
    if (near.chunks < 2 and not (rare and plain and near.with_topic)) or (
        asked.name_words and not (rare and near.with_topic)
    ):
        return False
    if not near.english and (len(asked.word) < FOREIGN or near.distance > 1):
        return False
    if rare:
        return near.with_topic or plain or (near.distance <= 1 and is_phonetic_typo(asked.word, near.word))
    if near.name and not near.frequent and near.with_topic:
        return near.distance <= 1
    fitting = plain and (near.with_topic or not context)
    return fitting and (near.name or (not asked.capital and len(asked.word) >= LONG))
