"""A passage as evidence: its sentences and one more on each side, each with the facts that it states."""

import re
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache

from corpus.sentences import Span, sentences
from rag.dates_in_text import Moment, moments
from rag.figures import Figure, figures
from rag.model import Passage
from rag.names import initials, name_words
from rag.quotations import plain, quotations
from rag.wording import lemmas

_AROUND = 700  # Characters in which the sentence before or behind a chunk is looked for.
_LONG_QUOTATION = 600  # Characters: a sentence does not end inside a quotation that is shorter.
_STOP = re.compile(r"(?<![.!?])([.!?]++[”\"’)\]]*+)\s++(?=[“\"‘«(\[]*+[A-Z0-9À-Þ])")
_WORD_LENGTH = 40  # Characters before a stop that can make it doubtful.
_DOUBTFUL = re.compile(
    r"[(“\"]*(?:\w|(?:[\w-]*\b\w\.)+\w?|\d+|[A-Z][a-z]|[Ss]t|[MD]rs?|Ms|Prof|Sen|Reps?|Gov|Gen|Lt|Col|Capt|Sgt|Rev|Hon|Pres|[Nn]os?|[Vv]s?|"
    r"etc|al|Inc|Corp|Co|Ltd|Bros|Jr|Sr|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|Calif|Mass|Penn|Fla|Ariz|approx|Art|[Ff]ig|[Pp]p?)",
)
_DOUBT = re.compile(r"[。！？।؟۔]|[a-z]{2}[.!?][”\"’)\]]*[A-Z][a-z]")

_VERBATIM = 4  # Sentences: the longest run that is compared word for word.


@dataclass(frozen=True)
class Evidence:
    """Hold a passage with what is looked up in it.

    Attributes:
        position: Its place among the passages of the prompt, counted from 1.
        passage: The passage.
    """

    position: int
    passage: Passage

    @property
    def language(self) -> str:
        """Return the language of the article, English where it is not known."""
        return self.passage.article.language or "en"

    @cached_property
    def published(self) -> date | None:
        """Return the day of publication, or None."""
        at = self.passage.article.published_at
        return at.date() if at else None

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Return the sentences as offsets in the body: those of the chunk, one before, one behind."""
        body, chunk = self.passage.article.body, self.passage.chunk
        inside = _cut(body, chunk.start, chunk.end, self.language)
        before = _cut(body, _paragraph(body, chunk.start), chunk.start, self.language)
        behind = _cut(body, chunk.end, min(len(body), chunk.end + _AROUND), self.language)
        return (*before[-1:], *inside, *behind[:1])

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Return the sentences."""
        body = self.passage.article.body
        return tuple(body[start:end] for start, end in self.spans)

    @cached_property
    def plain(self) -> str:
        """Return headline and sentences in the form in which quotations are compared."""
        body = self.passage.article.body
        run = body[self.spans[0][0] : self.spans[-1][1]] if self.spans else ""
        return plain(f"{self.passage.article.title} | {run}")

    def verbatim(self, text: str) -> tuple[int, int] | None:
        """Return the first and the last of the sentences that a text repeats whole and word for word, or None."""
        wanted = _bare(text)
        if not wanted:
            return None
        bare = [_bare(sentence) for sentence in self.texts]
        for first in range(len(bare)):
            run = ""
            for last in range(first, min(len(bare), first + _VERBATIM)):
                run = f"{run} {bare[last]}".strip()
                if run == wanted:
                    return first, last
        return None

    @cached_property
    def heading_lemmas(self) -> frozenset[str]:
        """Return the words of headline, outlet and section."""
        article = self.passage.article
        return lemmas(f"{article.title} {article.source} {article.category}", self.language)

    @cached_property
    def heading_names(self) -> frozenset[str]:
        """Return the words of headline, outlet and byline as names compare them."""
        article = self.passage.article
        return name_words(f"{article.title} | {article.source} | {article.author}") | {
            "".join(c for c in article.source.casefold() if c.isalnum())
        }

    @cached_property
    def _article_names(self) -> frozenset[str]:
        return name_words(self.passage.article.body) | self.heading_names

    @cached_property
    def _initials(self) -> frozenset[str]:
        article = self.passage.article
        return initials(f"{article.title} | {article.source} | {article.body}")

    def article_names(self) -> frozenset[str]:
        """Return the words of the whole article as names compare them."""
        return self._article_names

    def initials(self) -> frozenset[str]:
        """Return the initials of the longer names of the article and its outlet."""
        return self._initials

    def lemmas(self, i: int) -> frozenset[str]:
        """Return the words of sentence i."""
        return lemmas(self.texts[i], self.language)

    def figures(self, i: int) -> tuple[Figure, ...]:
        """Return the figures of sentence i."""
        return figures(self.texts[i], self.language)

    def moments(self, i: int) -> tuple[Moment, ...]:
        """Return the dates of sentence i, resolved against the day of publication."""
        return moments(self.texts[i], self.published)

    def names(self, i: int) -> frozenset[str]:
        """Return the words of sentence i as names compare them."""
        return name_words(self.texts[i])


def _bare(text: str) -> str:
    return " ".join(text.split()).rstrip(" .")


def _paragraph(body: str, end: int) -> int:
    """Return where to begin looking for the sentence before an offset: at the start of a line or a word."""
    floor = max(0, end - _AROUND)
    line = body.find("\n", floor, end - 3)
    return line + 1 if floor and line >= 0 else body.find(" ", floor, end) + 1 if floor else 0


def _cut(body: str, start: int, end: int, language: str) -> tuple[Span, ...]:
    return tuple((start + a, start + b) for a, b in sentence_spans(body[start:end], language)) if start < end else ()


@lru_cache(maxsize=2048)
def sentence_spans(text: str, language: str = "en") -> tuple[Span, ...]:
    """Return the sentences of a text like `corpus.sentences`, which is asked only where a border is in doubt.

    A stop behind an ordinary word and before a capital is a border without asking: that is most of them, and asking
    costs about half a millisecond a sentence.
    """
    spans: list[Span] = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start()
        doubtful = False
        quoted = [(start + a, start + b) for a, b in quotations(line.group()) if b - a < _LONG_QUOTATION]
        for stop in [*_STOP.finditer(text, line.start(), line.end()), None]:
            if stop and any(a < stop.start() and stop.end() < b for a, b in quoted):
                continue
            if stop and (_DOUBTFUL.fullmatch(_word(text, stop.start())) or (len(stop[1]) > 1 and stop[1][0] != ".")):
                doubtful = True
                continue
            end = stop.end(1) if stop else line.end()
            spans.extend(_piece(text, start, end, language, doubtful))
            start, doubtful = (stop.end() if stop else end), False
    return tuple(spans)


def _word(text: str, end: int) -> str:
    """Return the end of the word that ends at an offset, or an empty text behind white space."""
    before = text[max(0, end - _WORD_LENGTH) : end]
    return before.split()[-1] if before and not before[-1].isspace() else ""


def _piece(text: str, start: int, end: int, language: str, doubtful: bool) -> list[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return []
    if not doubtful and not _DOUBT.search(text, start, end):
        return [(start, end)]
    return [(start + a, start + b) for a, b in sentences(text[start:end], language)]
