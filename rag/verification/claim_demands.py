"""What a claim states that rules can look up: quotations, figures, dates and names."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from corpus.text.sentences import Span
from rag.text.dates.date_mentions import Moment, find_moments
from rag.text.figures import Figure, find_figures
from rag.text.names import TITLES, Name, find_names
from rag.text.quotations import MIN_WORDS, find_quotations
from rag.text.terms import STOPWORDS, stem, terms, words

_PHRASE = re.compile(r"[,;:.()“”\"]|\b(?:and|or|to|in|on|of|from|by|at|for|with|who|that)\b")
_CAPITAL_NOUNS = frozenset({"de", "lb"})
"""Languages that write every noun with a capital: there a run of capitals is no name."""


@dataclass(frozen=True)
class Demands:
    """Hold a claim with what is looked up for it; what stands inside its quotations is looked up with them.

    Attributes:
        text: The claim without marks.
        language: Its ISO 639-1 code.
    """

    text: str
    language: str = "en"

    @cached_property
    def quotations(self) -> tuple[Span, ...]:
        """Return the quotations long enough to be words of a source, as offsets."""
        return tuple((a, b) for a, b in find_quotations(self.text) if len(self.text[a:b].split()) >= MIN_WORDS)

    @cached_property
    def moments(self) -> tuple[Moment, ...]:
        """Return the dates, those left out that are counted from an unknown day ("last year")."""
        return tuple(m for m in self._dates if not m.relative and not self._quoted(m))

    @cached_property
    def figures(self) -> tuple[Figure, ...]:
        """Return the figures; "one" is none, nor is a number in a name ("Proposition 1")."""
        dates = [(moment.start, moment.end) for moment in self._dates]
        return tuple(
            figure
            for figure in find_figures(self.text, self.language)
            if not (figure.bare or figure.named or self._quoted(figure) or overlaps((figure.start, figure.end), dates))
        )

    @cached_property
    def full_names(self) -> tuple[Name, ...]:
        """Return the names of two words and more, titles not counted; none where every noun has a capital."""
        if self.language in _CAPITAL_NOUNS:
            return ()
        return tuple(name for name in find_names(self.text) if _is_full(name) and not self._quoted(name))

    @cached_property
    def stems(self) -> frozenset[str]:
        """Return the stems of its words, stop words left out."""
        return frozenset(stem for stem in terms(self.text, self.language) if stem not in STOPWORDS)

    @cached_property
    def _dates(self) -> tuple[Moment, ...]:
        return find_moments(self.text, None, self.language)

    def _quoted(self, part: Moment | Figure | Name) -> bool:
        return overlaps((part.start, part.end), self.quotations)


def _is_full(name: Name) -> bool:
    return len([word for word in name.words[name.opening :] if word not in TITLES]) >= 2


def overlaps(span: Span, others: Iterable[Span]) -> bool:
    """Return whether a span and any of others have a character in common."""
    return any(start < span[1] and span[0] < end for start, end in others)


def find_counted_things(text: str, figure: Figure, language: str) -> frozenset[str]:
    """Return the stems of up to three words after a figure, within its phrase: what it counts."""
    phrase = _PHRASE.split(text[figure.end : figure.end + 80], maxsplit=1)[0]
    return frozenset(stem(word, language) for word in words(phrase)[:3])
