"""A passage as evidence: its sentences and one more on each side, each with the facts that it states."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from corpus.text.days import format_day
from corpus.text.sentences import Span, split_sentences
from rag.model import Passage
from rag.text.citation_marks import strip_marks
from rag.text.dates.date_mentions import Moment, find_moments
from rag.text.figures import Figure, find_figures
from rag.text.names import find_initials, find_name_words
from rag.text.output_filter import filter_output
from rag.text.quotations import fold
from rag.text.terms import terms

_AROUND = 700  # Characters in which the sentence before or after a chunk is looked for.

_LONGEST_RUN = 4  # Sentences that one citation covers.
_EDGE = " .,;:'"
_OPENING = "\"“‘«„'("
_NO_WORD = 80  # Letters in a row that are no word of a sentence.
_STOPS = ".!?…。！？\"”’»“')]"


@dataclass(frozen=True)
class PassageFacts:
    """Hold a passage with what is looked up in it; headline, outlet, byline and date are evidence too.

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
        """Return the day of publication in UTC, or None."""
        at = self.passage.article.published_at
        return at.date() if at else None

    @cached_property
    def spans(self) -> tuple[Span, ...]:
        """Return the sentences as offsets in the body: those of the chunk, one before, one after."""
        body, chunk = self.passage.article.body, self.passage.chunk
        inside = _cut(body, chunk.start, chunk.end, self.language)
        before = _cut(body, _paragraph(body, chunk.start), chunk.start, self.language)
        after = _cut(body, chunk.end, min(len(body), chunk.end + _AROUND), self.language)
        return (*before[-1:], *inside, *after[:1])

    @cached_property
    def texts(self) -> tuple[str, ...]:
        """Return the sentences."""
        body = self.passage.article.body
        return tuple(body[start:end] for start, end in self.spans)

    @cached_property
    def text(self) -> str:
        """Return all sentences as they stand in the body."""
        return self.passage.article.body[self.spans[0][0] : self.spans[-1][1]] if self.spans else ""

    @cached_property
    def outlets(self) -> tuple[str, ...]:
        """Return the outlets that carry the article, its own first."""
        carried = (self.passage.article.source, *(copy.source for copy in self.passage.copies))
        return tuple(dict.fromkeys(outlet for outlet in carried if outlet))

    @cached_property
    def heading(self) -> str:
        """Return headline, section, outlets and byline."""
        article = self.passage.article
        return " | ".join((article.title, article.category, *self.outlets, article.author))

    @property
    def dated_heading(self) -> str:
        """Return the heading with the day of publication."""
        return f"{self.heading} | {format_day(self.passage.article.published_at)}"

    def heads(self, text: str) -> bool:
        """Return whether a text says nothing but the headline, outlet, byline and date of the article."""
        at = self.published
        dates = [m for m in find_moments(text, None, self.language) if at and m.as_date in {None, at}]
        for moment in reversed(dates):
            text = text[: moment.start] + text[moment.end :]
        known = find_name_words(self.heading)
        return all(word in known for word in find_name_words(text))

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Return the figures of heading and sentences; offsets are those of `heading_and_text`."""
        return find_figures(self.heading_and_text, self.language)

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """Return the dates of heading and sentences, resolved against the day of publication."""
        return find_moments(self.heading_and_text, self.published, self.language)

    @cached_property
    def heading_and_text(self) -> str:
        """Return the heading, a line break and the sentences."""
        return f"{self.heading}\n{self.text}"

    @cached_property
    def words(self) -> frozenset[str]:
        """Return the words of heading and whole article as names compare them."""
        article = self.passage.article
        return find_name_words(f"{self.heading} | {article.body}") | {
            "".join(c for c in outlet.casefold() if c.isalnum()) for outlet in self.outlets
        }

    @cached_property
    def initials(self) -> frozenset[str]:
        """Return the initials of the longer names of heading and article: "ftc"."""
        return find_initials(f"{self.heading} | {self.passage.article.body}")

    @cached_property
    def stems(self) -> tuple[frozenset[str], ...]:
        """Return the stems of each sentence."""
        return tuple(frozenset(terms(text, self.language)) for text in self.texts)

    def shared(self, stems: Set[str]) -> frozenset[str]:
        """Return those of some stems that headline or sentences have."""
        return frozenset(stems & frozenset(terms(self.heading, self.language)).union(*self.stems))

    def nearest(self, stems: Set[str]) -> Span:
        """Return the narrowest run of sentences, as offsets in the body, that has the most of some stems."""
        best, run = -1.0, (0, 0)
        for length in range(1, min(_LONGEST_RUN, len(self.spans)) + 1):
            for first in range(len(self.spans) - length + 1):
                had = stems & frozenset().union(*self.stems[first : first + length])
                weight = len(had) + 2 * sum(stem[0].isdigit() for stem in had) - 1.5 * (length - 1)
                if weight > best:
                    best, run = weight, (first, first + length - 1)
        return (self.spans[run[0]][0], self.spans[run[1]][1]) if self.spans else (0, 0)

    def is_told_by_headline(self, stems: Set[str], span: Span) -> bool:
        """Return whether the headline has more of some stems than the sentences in a span of the body."""
        told = stems & frozenset(terms(self.passage.article.title, self.language))
        inside = [held for (a, b), held in zip(self.spans, self.stems, strict=True) if a < span[1] and span[0] < b]
        return len(told) > len(stems & frozenset().union(*inside))

    def whole(self, start: int, end: int) -> Span:
        """Return the sentences in which a span of the body lies, as offsets in the body."""
        touched = [span for span in self.spans if span[0] < end and start < span[1]]
        return (touched[0][0], touched[-1][1]) if touched else (start, end)

    def verbatim(self, text: str) -> Span | None:
        """Return the whole sentences, as offsets in the body, that a text repeats word for word, or None."""
        wanted = fold(text).text.strip(_EDGE)
        if not wanted or not self.spans:
            return None
        borders = [self.passage.chunk.start, *(border for span in self.spans for border in span)]
        place = self._place(wanted, self.text, [border - self.spans[0][0] for border in borders])
        if place:
            return self.spans[0][0] + place[0], self.spans[0][0] + place[1]
        # An answer shows no links, images and markup.
        shown = filter_output(strip_marks(self.text))
        if shown != self.text and (self._place(wanted, shown, []) or wanted in self._shown):
            return self.nearest(frozenset(terms(text, self.language)))
        return None

    @cached_property
    def _shown(self) -> frozenset[str]:
        """Return each sentence, cut before links and markup are taken out, as it is compared."""
        cut = [self.text[a:b] for a, b in split_sentences(self.text, self.language)]
        return frozenset(fold(filter_output(strip_marks(text))).text.strip(_EDGE) for text in cut)

    @staticmethod
    def _place(wanted: str, text: str, borders: list[int]) -> Span | None:
        """Return where a text has folded words as whole sentences."""
        folded = fold(text)
        at = folded.find(wanted)
        while at >= 0:
            start, end = _widened(text, *folded.span(at, at + len(wanted)))
            if (start in borders or _opens(text, start)) and (end in borders or _closes(text, end)):
                return start, end
            at = folded.find(wanted, at + 1)
        return None


def _opens(text: str, start: int) -> bool:
    """Return whether a sentence may begin at an offset: at the start of a line, or after a stop that ends no short form."""
    before = text[max(0, start - _NO_WORD - 1) : start].rstrip(" \t")
    if not before or before[-1] == "\n":
        return True
    word = before.split()[-1]
    if len(word) >= _NO_WORD:
        return True
    bare = word.strip(_STOPS)
    return word[-1] in _STOPS and (len(bare) > 3 or not any(c.isalpha() for c in bare))


def _closes(text: str, end: int) -> bool:
    return end >= len(text) or text[end - 1] in _STOPS or text[end] == "\n"


def _widened(body: str, start: int, end: int) -> Span:
    """Take in the quotation mark before and the stop and marks after it, which are not compared."""
    while start and body[start - 1] in _OPENING:
        start -= 1
    while end < len(body) and body[end] in _STOPS:
        end += 1
    return start, end


def _paragraph(body: str, end: int) -> int:
    """Return where to begin looking for the sentence before an offset: at the start of a line or a word."""
    floor = max(0, end - _AROUND)
    line = body.find("\n", floor, end - 3)
    return line + 1 if floor and line >= 0 else body.find(" ", floor, end) + 1 if floor else 0


def _cut(body: str, start: int, end: int, language: str) -> tuple[Span, ...]:
    return tuple((start + a, start + b) for a, b in split_sentences(body[start:end], language)) if start < end else ()
