"""The names that an article is about: those of its headline and its opening, and those that it repeats."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from corpus.article import Article
from corpus.text.sentences import split_sentences
from rag.text.names import TITLES, Name, find_names, fold_name

_READ = 20_000
"""Characters of a body that are read for names: what an article is about stands in its first pages."""

_OPENING = 2  # Sentences.
_REPEATED = 2  # Times.
_LEFT_OUT = TITLES | frozenset(
    "mayor councillor councilman councilwoman pope bishop archbishop cardinal captain colonel major admiral sergeant "
    "sheriff detective inspector superintendent prince princess duke duchess sheikh reverend".split()
)
_TITLE_CASE = 0.6  # Share of capitalised words from which on a headline writes every word so.


@dataclass(frozen=True, slots=True)
class MainName:
    """Hold a name that an article is about.

    Attributes:
        text: As the article first writes it.
        words: Its words as they are compared, titles left out.
        count: How often the article writes it in this form.
        headline: Whether the headline holds it.
    """

    text: str
    words: tuple[str, ...]
    count: int
    headline: bool


@lru_cache(maxsize=512)
def list_main_names(article: Article) -> tuple[MainName, ...]:
    """Return the names that an article is about, those of the headline first, then the most frequent ones."""
    found: dict[tuple[str, ...], str] = {}
    times: Counter[tuple[str, ...]] = Counter()
    word_times: Counter[str] = Counter()
    early: set[str] = set()
    written: set[str] = set()
    for number, text, name in _read_names(article):
        words = strip_titles(name)
        written.update(words)
        if name.opening and len(words) == 1:  # Its capital may mean nothing, unless the headline has it too.
            continue
        found.setdefault(words, text)
        times[words] += 1
        word_times.update(words)
        early.update(words if number < _OPENING else ())
    heading = _read_headline(article, written)
    repeated = {word for word, count in word_times.items() if count >= _REPEATED}
    for words, text in heading.items():
        if not any(set(words) & set(known) for known in found):  # "Ferry Alder" of a headline is "Alder" in the text.
            found[words] = text
    called = {word for words in heading for word in words}
    main = [
        MainName(text, words, times[words], not called.isdisjoint(words))
        for words, text in found.items()
        if called.union(early, repeated).issuperset(words)
    ]
    return tuple(sorted(main, key=lambda name: (not name.headline, -name.count)))


def list_main_words(article: Article) -> frozenset[str]:
    """Return the words of the names that an article is about, as they are compared."""
    return frozenset(word for name in list_main_names(article) for word in name.words)


def list_headline_words(article: Article) -> frozenset[str]:
    """Return the words of those of its main names that stand in the headline."""
    heading = {word for name in find_names(article.title, mid_sentence=True) for word in name.words}
    return frozenset(heading & list_main_words(article))


def _read_names(article: Article) -> Iterator[tuple[int, str, Name]]:
    """Yield the number of the sentence, the name as written, and the name."""
    body = article.body[:_READ]
    for number, (start, end) in enumerate(split_sentences(body, article.language or "en")):
        sentence = body[start:end]
        for name in find_names(sentence):
            if strip_titles(name):
                yield number, _write_without_titles(sentence, name), name


def _read_headline(article: Article, known: set[str]) -> dict[tuple[str, ...], str]:
    """Return the names of the headline.

    Where it writes every word with a capital, and for its first word, those that the text holds too.
    """
    letters = [word for word in article.title.split() if word[0].isalpha()]
    everywhere = sum(word[0].isupper() for word in letters) > _TITLE_CASE * len(letters)
    found = {}
    for name in find_names(article.title, mid_sentence=True):
        words = strip_titles(name)
        if words and (all(word in known for word in words) or not (everywhere or name.start == 0)):
            found[words] = _write_without_titles(article.title, name)
    return found


def _write_without_titles(text: str, name: Name) -> str:
    """Return a name as a text writes it, without the titles and days before it, which other articles may leave out."""
    written = text[name.start : name.end]
    first, _, rest = written.partition(" ")
    while rest and fold_name(first).rstrip(".") in _LEFT_OUT:
        written = rest
        first, _, rest = written.partition(" ")
    return written


def strip_titles(name: Name) -> tuple[str, ...]:
    """Return the words of a name without titles."""
    return tuple(word for word in name.words if word not in _LEFT_OUT)
