"""Slips of the pen in a question: a word that no article holds is read as the one near word that some do.

A wrong correction makes a wrong answer of a refusal, so evidence is asked for: see `Spelling.corrected`.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.article import Chunk
from rag.index.lexical import article_of
from rag.question.query import Corrected
from rag.retrieval.edit_distance import (
    LONG,
    SHORTEST,
    is_dictionary_word,
    is_keyboard_slip,
    is_misspelling,
    is_phonetic_slip,
    list_prefixes,
    max_edits,
)
from rag.retrieval.passage_search import Retriever
from rag.text.names import TITLES
from rag.text.question_words import ASKING, FRAME
from rag.text.quotations import find_quotations
from rag.text.terms import STOPWORDS, query_terms, stem, terms, words

FOREIGN = 8
"""Letters of the shortest word that is corrected to one of an article in another language than English."""

RARE = 7
"""Letters of the shortest name that needs no other word of the question beside it, if it is no word of frequent use."""

CLEARLY = 5
"""How many times as many chunks must hold the near word as hold any other one that is as near."""

_WORD = re.compile(r"(?<![^\W_])(?<![^\W_]['’])[^\W\d_]+(?=['’]s\b|[^\w'’]|['’](?!\w)|$)")
_ADDRESS = re.compile(r"[@/_]|\w\.\w")  # In a word that is an address or the name of a file.
_NAMED = {True: 0.4, False: 0.8}  # Share of its places where a name has a capital, by whether the asked word has one.
_NEAR = 6  # Terms of the archive that are compared as articles write them.
_READ = 12  # Chunks that are read for each.
_TELLING = 0.2  # Share of the chunks that hold a word, from which on it tells nothing of what is asked about.
_NAME = 3  # Words between which a name of several may stretch.


@dataclass(frozen=True, slots=True)
class _Asked:
    """Hold a word of the question that no article holds, its place, and the words of the same name beside it."""

    word: str
    start: int
    capital: bool
    beside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Near:
    """Hold a word as articles write it, how far it is from the one asked for, and what speaks for it."""

    word: str
    distance: int
    chunks: int
    name: bool
    english: bool
    telling: bool
    neighbours: frozenset[str]


class SpellingCorrector:
    """Compare the words of a question with those of an archive."""

    def __init__(self, retriever: Retriever) -> None:
        """Look words up where `retriever` searches."""
        self._retriever = retriever
        self._lexical = retriever.indexes.lexical
        self._store = retriever.indexes.store

    def correct(self, text: str) -> Corrected:
        """Return a question with each word that no article holds put right, where one word of the archive is near.

        Never touched: words of fewer than five letters, numbers, addresses, abbreviations in capitals, what stands in
        quotation marks, and words of frequent use in English, with which the shipped embedder's vocabulary is filled.

        The near word is one slip away, two from eight letters on, and no other is as near, unless it is much rarer.
        Beyond that there must be evidence: a name of several words stands together in an article (first name and
        surname, say); a rare name stands in an article with another telling word of the question, or the slip is of
        a usual kind (`rag.retrieval.edit_distance`); for a usual name or an ordinary word both must hold.

        Raises:
            IndexUnavailableError: The lexical index cannot be read.
        """
        languages = self._retriever.stemming_languages(text)
        asked = [word for word in _question_words(text) if not self._is_held(word.word, languages)]
        if not asked:
            return Corrected(text)
        telling = self._is_distinctive(text, languages)
        near = {word: self._find_near(word, telling) for word in asked}
        beside = {word.word.lower(): {n.word.lower() for n in found} for word, found in near.items()}
        notes: list[str] = []
        for word in reversed(asked):
            if best := _best(word, near[word], beside, bool(telling)):
                text = text[: word.start] + best + text[word.start + len(word.word) :]
                notes.insert(0, f"Searched for “{best}” in place of “{word.word}”, which no article holds.")
        return Corrected(text, tuple(dict.fromkeys(notes)))

    def _is_held(self, word: str, languages: Sequence[str]) -> bool:
        return any(self._lexical.document_frequency(stem(word.lower(), language)) for language in languages)

    def _is_distinctive(self, text: str, languages: Sequence[str]) -> list[str]:
        """Return the terms of a question that some chunks hold, and not too many."""
        most = max(2.0, _TELLING * self._lexical.count())
        return [
            term
            for term in query_terms(text, tuple(languages))
            if term not in ASKING | FRAME and 0 < self._lexical.document_frequency(term) <= most
        ]

    def _find_near(self, asked: _Asked, telling: Sequence[str]) -> list[_Near]:
        word = asked.word.lower()
        found = [
            near
            for term, chunks in self._terms(word)
            if (near := self._find_written_form(asked, term, chunks, telling))
        ]
        return sorted(found, key=lambda near: (near.distance, -near.chunks, near.word))

    def _terms(self, word: str) -> list[tuple[str, int]]:
        """Return the terms of the archive that are nearest to a word or its stem, with how many chunks hold them.

        A slip in an ending hides it from the stemmer, so that the beginning of a word is compared with shorter terms.
        """
        from rapidfuzz import process  # Imported late: most questions need no comparison.
        from rapidfuzz.distance import OSA

        most, bare = max_edits(word), stem(word)
        known = self._lexical.terms_with_prefix(list_prefixes(word))
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

    def _find_written_form(self, asked: _Asked, term: str, chunks: int, telling: Sequence[str]) -> _Near | None:
        """Return the word behind a term that is nearest to the one asked for, None where none is near enough."""
        read = self._read_as(self._lexical.chunks_with_term(term, [*map(stem, asked.beside), *telling], _READ))
        forms = Counter(form for part in read for form in _forms(part, term))
        near = [
            (distance, form[0].isupper() != asked.word[0].isupper(), -n, form)
            for form, n in forms.items()
            if (distance := is_misspelling(asked.word, form)) is not None
        ]
        if not near:
            return None
        distance, _, _, form = min(near)
        held = [set(terms(part.indexed_text, part.article.language or "en")) for part in read]
        return _Near(
            form,
            distance,
            chunks,
            sum(n for form, n in forms.items() if form[0].isupper()) >= _NAMED[asked.capital] * forms.total(),
            all((part.article.language or "en") == "en" for part in read),
            any(terms_ & set(telling) for terms_ in held),
            frozenset(word for part in read for word in _around(part, form)),
        )

    def _read_as(self, chunk_ids: Sequence[str]) -> list[Chunk]:
        chunks = self._store.chunks(article_of(chunk_id) for chunk_id in chunk_ids)
        return [chunks[chunk_id] for chunk_id in chunk_ids if chunk_id in chunks]


def _question_words(text: str) -> Iterator[_Asked]:
    """Yield the words of a question that may be a slip, by their looks."""
    kept = list(find_quotations(text))
    kept += [match.span() for match in re.finditer(r"\S+", text) if _ADDRESS.search(match.group())]
    found = list(_WORD.finditer(text))
    shouted = text.isupper()
    for i, match in enumerate(found):
        word = match.group()
        if (
            len(word) < SHORTEST
            or (word.isupper() and not shouted)
            or words(word) != [word.lower()]
            or is_dictionary_word(word)
        ):
            continue
        if any(start <= match.start() < end for start, end in kept):
            continue
        capital = word[0].isupper() and not shouted
        yield _Asked(word, match.start(), capital and i > 0, _neighbour_words(text, found, i) if capital else ())


def _neighbour_words(text: str, found: Sequence[re.Match[str]], i: int) -> tuple[str, ...]:
    """Return the words before and behind one that belong to the same name."""
    beside: list[str] = []
    for one, other, place in ((i - 1, i, i - 1), (i, i + 1, i + 1)):
        if 0 <= place < len(found) and text[found[one].end() : found[other].start()] in {" ", "-"}:
            word = found[place].group()
            if word[0].isupper() and not word.isupper() and word.lower() not in TITLES | STOPWORDS:
                beside.append(word.lower())
    return tuple(beside)


def _forms(chunk: Chunk, term: str) -> list[str]:
    """Return the words of a chunk, as written, whose stem is a term."""
    language = chunk.article.language or "en"
    return [m.group() for m in _WORD.finditer(chunk.indexed_text) if stem(m.group().lower(), language) == term]


def _around(chunk: Chunk, form: str) -> set[str]:
    """Return the words, in lower case, that stand near a word in a chunk."""
    said, wanted = words(chunk.indexed_text), form.lower()
    places = [i for i, word in enumerate(said) if word == wanted]
    return {word for i in places for word in said[max(0, i - _NAME) : i + _NAME + 1]}


def _best(asked: _Asked, near: Sequence[_Near], beside: dict[str, set[str]], context: bool) -> str:
    """Return the word to put in the place of the one asked for, "" where the evidence is too weak.

    A word that is found after all stands in an article of a language that is rare in the archive.
    """
    if any(n.word.lower() == asked.word.lower() for n in near):
        return ""
    named = [n for n in near if all(({word} | beside.get(word, set())) & n.neighbours for word in asked.beside)]
    if asked.beside and (together := [n for n in named if n.word[0].isupper()]):
        sure = near = together
    else:
        sure = [n for n in near if _is_standalone(asked, n, context)]
    if not sure:
        return ""
    best = sure[0]
    rivals = [n for n in near if n.distance <= best.distance and n.word.lower() != best.word.lower()]
    return "" if any(CLEARLY * n.chunks > best.chunks for n in rivals) else best.word


def _is_standalone(asked: _Asked, near: _Near, context: bool) -> bool:
    """Tell whether the evidence is enough without the other words of a name beside it.

    `context` tells whether the question has other telling words, one of which should stand beside the near word.
    """
    rare = near.name and not is_dictionary_word(near.word) and len(asked.word) >= RARE
    plain = near.distance <= 1 and is_keyboard_slip(asked.word, near.word)
    if (near.chunks < 2 and not (rare and plain and near.telling)) or (asked.beside and not (rare and near.telling)):
        return False
    if not near.english and (len(asked.word) < FOREIGN or near.distance > 1):
        return False
    if rare:
        return near.telling or plain or (near.distance <= 1 and is_phonetic_slip(asked.word, near.word))
    if near.name and not is_dictionary_word(near.word) and near.telling:
        return near.distance <= 1
    fitting = plain and (near.telling or not context)
    return fitting and (near.name or (not asked.capital and len(asked.word) >= LONG))
