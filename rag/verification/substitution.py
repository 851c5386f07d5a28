"""Figures and dates of a claim put in the place of others: the same words on both sides, another value between."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.text.dates.date_mentions import Moment
from rag.text.figures import Figure
from rag.text.terms import STOPWORDS, terms
from rag.text.units import size

_ALONG = 3
"""Words in a row on one side alone that make two places the same; on both sides one each is enough."""

_REACH = 400  # Characters around a value in which its sentence is read.
_BORDERS = ".;!?\n"


@dataclass(frozen=True, slots=True)
class Place:
    """Hold a figure or a date with the words around it.

    Attributes:
        value: The figure or the date.
        wording: How the text writes it.
        left: The stems before it, the nearest first, back to the start of the sentence.
        right: The stems after it, the nearest first.
    """

    value: Figure | Moment
    wording: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    def same_as(self, other: "Place") -> bool:
        """Return whether the words around two values are the same: next to them on both sides, or several on one."""
        left, right = _count_common_words(self.left, other.left), _count_common_words(self.right, other.right)
        return (left > 0 and right > 0) or left >= _ALONG or right >= _ALONG

    def tells(self, other: "Place") -> bool:
        """Return whether the sentence of this value has every word of the sentence of another, three or more."""
        told = {*other.left, *other.right}
        return len(told) >= _ALONG and told <= {*self.left, *self.right}

    def touches(self, other: "Place") -> bool:
        """Return whether the word on either side of two values is the same."""
        return _count_common_words(self.left, other.left) > 0 or _count_common_words(self.right, other.right) > 0


def _count_common_words(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many words two places have in common from the value on; other figures may come between them."""
    count = 0
    for a, b in zip(one, other, strict=False):
        figures = a[0].isdigit() and b[0].isdigit()
        if a != b and not figures:
            break
        count += not figures
    return count


def list_places(text: str, values: Sequence[Figure | Moment], language: str) -> Iterator[Place]:
    """Yield the values of a text with the words around them."""
    for value in values:
        before, after = text[max(0, value.start - _REACH) : value.start], text[value.end : value.end + _REACH]
        cut = max(before.rfind(border) for border in (". ", *_BORDERS[1:])) + 1
        ends = [at for border in (". ", *_BORDERS[1:]) if (at := after.find(border)) >= 0]
        yield Place(
            value,
            text[value.start : value.end].strip(),
            tuple(reversed(_stems(before[cut:], language))),
            tuple(_stems(after[: min(ends, default=len(after))], language)),
        )


def _stems(text: str, language: str) -> list[str]:
    return [stem for stem in terms(text, language) if stem not in STOPWORDS]


def find_exchanged_value(
    claimed: Place, passages: Sequence[Sequence[Place]], gives: Callable[[Figure | Moment], bool]
) -> str:
    """Return the value that passages give in the place of one of a claim, or "".

    Args:
        claimed: The claim's.
        passages: All of each passage.
        gives: Returns whether a value of a passage gives that of the claim.
    """
    given = [place for passage in passages for place in passage]
    holding = [place for place in given if gives(place.value)]
    rivals = [place for place in given if _is_comparable(place.value, claimed.value) and place not in holding]
    if any(place.same_as(claimed) for place in holding):
        return ""
    told = any(place.tells(claimed) for place in holding)
    touched = any(place.touches(claimed) for place in holding)
    alike = [
        place for place in rivals if (not told and place.tells(claimed)) or (not touched and place.same_as(claimed))
    ]
    # What another passage gives for the same thing is an account of its own, and no slip of the claim.
    elsewhere = [p for passage in passages if alike and alike[0] not in passage for p in passage if p in holding]
    return alike[0].wording if alike and not any(place.touches(claimed) for place in elsewhere) else ""


def _is_comparable(one: Figure | Moment, other: Figure | Moment) -> bool:
    if isinstance(one, Figure) and isinstance(other, Figure):
        kinds = [{size(unit)[0] for unit in figure.units} for figure in (one, other)]
        return bool(kinds[0] & kinds[1]) or not (kinds[0] or kinds[1])
    if isinstance(one, Moment) and isinstance(other, Moment):
        return (one.day is None, one.month is None) == (other.day is None, other.month is None) and one.weekday is None
    return False
