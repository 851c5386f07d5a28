"""The figures of a text: counts, amounts of money, shares and measures, as values that can be compared."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache

from babel.numbers import get_decimal_symbol

from rag.text.units import PERCENT, fold_words, list_currency_signs, list_scales, list_unit_names, load_locale, size

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_CARDINALS = {word: float(i) for i, word in enumerate(_ONES)} | {w: 10.0 * i for i, w in enumerate(_TENS, 2)}
_PARTS = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "tenth": 1 / 10}
_PARTS |= {f"{word}s": value for word, value in _PARTS.items()} | {"halves": 1 / 2}
_EACH = {"a", "an", "per", "each", "every", "/", "im", "pro", "par", "por", "al"}
_JOINS = {"to", "or", "and", "-", "–", "—", "- to", "bis", "à", "a"}
_ABOVE = {"over", "above", "more", "least", "exceeding", "über", "mehr", "plus", "más"}
_BELOW = {
    "under",
    "below",
    "fewer",
    "less",
    "most",
    "nearly",
    "almost",
    "up",
    "unter",
    "weniger",
    "fast",
    "knapp",
    "moins",
    "menos",
}
_SIGN = 8  # Characters before a number in which the sign of a currency is looked for.
_ORDINAL = {"st", "nd", "rd", "th"}

_TOKEN = re.compile(r"\d+(?:[.,’'\u00a0\u202f]\d+)*|[^\W\d_]+(?:[.’'][^\W\d_]+)*|\S")


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one figure.

    Attributes:
        value: The number as written, scale words multiplied in; for a share, in percent.
        units: What its unit may be: "percent", "percentage point", a measure ("day"), currency codes; "dollars" is of
            many countries. Empty where it has none.
        start: Offset of the first character as written.
        end: End offset (exclusive).
        bare: True for "one", a pronoun as often as a number, and for "a hundred", "two dozen".
        per: The time that it is counted by ("month" in "900 euros a month"), or "".
        named: True for a number in a name or right after one: "Proposition 1", "Boeing 737".
        foreign: True where a short form in capitals comes before it, which may be a currency sign ("NIS 97").
        digits: How many digits are written, zeros at the end left out: what it is rounded to.
        scale: What its scale words multiply by.
        bound: 1 after "more than" and the like, -1 after "fewer than", else 0.
    """

    value: float
    units: frozenset[str]
    start: int
    end: int
    bare: bool = False
    per: str = ""
    named: bool = False
    foreign: bool = False
    digits: int = 1
    scale: float = 1.0
    bound: int = 0

    def holds(self, other: "Figure") -> bool:
        """Return whether this figure of a text equals the figure of a claim; a missing unit matches any."""
        if not self.units or not other.units:
            return _is_near(self.value, other.value)
        return any(_is_near(*values) for values in self.list_shared_values(other))

    def list_shared_values(self, other: "Figure") -> list[tuple[float, float]]:
        """Return both values in each unit that the two can be expressed in: hours and days, miles and kilometres."""
        pairs = [(size(a), size(b)) for a in self.units for b in other.units]
        return list({(self.value * a[1], other.value * b[1]) for a, b in pairs if a[0] == b[0]})


def _is_near(one: float, other: float) -> bool:
    return abs(one - other) <= 1e-9 * max(1.0, abs(one))


@dataclass(frozen=True, slots=True)
class _Token:
    text: str
    start: int
    end: int

    @property
    def low(self) -> str:
        return self.text.casefold().replace(".", "").removeprefix("d'").removeprefix("d’")


@lru_cache(maxsize=8192)
def find_figures(text: str, language: str = "en") -> tuple[Figure, ...]:
    """Return the figures of a text in order: "$1.2bn", "1,200 million dollars", "two", "a third", "5 percent".

    Number words are read in English, digits, scales and units in every language.

    Args:
        text: Any text. Dates are figures here too: the caller leaves out their spans.
        language: ISO 639-1 code; decides what a comma in a number means and which names of units are read.
    """
    return tuple(_complete_ranges(text, list(_FigureReader(text, language).read())))


def _complete_ranges(text: str, found: list[Figure]) -> list[Figure]:
    """Give the first figure of "3.5 to 5 million euros" scale and unit of the second; add up "one hour and 18 minutes"."""
    for i in range(len(found) - 1, 0, -1):
        low, high = found[i - 1], found[i]
        between = " ".join(text[low.end : high.start].split())
        if between in {"and", ""} and (sum_ := _add_times(low, high)):
            found[i - 1 : i + 1] = [sum_]
        elif between in _JOINS and (not low.units or low.units & high.units):
            scale = high.scale if low.scale == 1 and low.value < 1000 else 1.0
            found[i - 1] = replace(low, value=low.value * scale, units=low.units or high.units)
    return found


def _add_times(long: Figure, short: Figure) -> Figure | None:
    """Return the sum of hours and minutes and the like, in the shorter unit, or None."""
    for one in long.units:
        for other in short.units:
            (family, much), (same, little) = size(one), size(other)
            if family == same == "time" and much > little:
                total = long.value * much / little + short.value
                return replace(long, value=total, units=short.units, end=short.end, digits=len(f"{total:.0f}"))
    return None


class _FigureReader:
    """Read the figures of one text from its tokens."""

    def __init__(self, text: str, language: str) -> None:
        self.text = text
        self.tokens = [_Token(m.group(), *m.span()) for m in _TOKEN.finditer(text)]
        self.language = language
        self.decimal = get_decimal_symbol(load_locale(language))
        self.scales: Mapping[str, float] = list_scales(language)

    def low(self, i: int) -> str:
        return self.tokens[i].low if 0 <= i < len(self.tokens) else ""

    def read(self) -> Iterator[Figure]:
        i = 0
        while i < len(self.tokens):
            found = self._read_share(i) or self._read_number(i)
            if found:
                yield found[0]
            i = found[1] if found else i + 1

    def _read_share(self, i: int) -> tuple[Figure, int] | None:
        """Read "a third", "two-thirds", "one in four", "six out of ten"."""
        if (
            self.low(i) == "half"
            and self.low(i + 1) in {"of", "the", "its", "their", "all"}
            and self.low(i + 2) not in self.scales
        ):
            return replace(self._make_percent(50, i, i + 1), bare=True), i + 1
        j = i + 1 + (self.low(i + 1) == "-")
        count = 1.0 if self.low(i) in {"a", "one"} else _CARDINALS.get(self.low(i), 0.0)
        part = _PARTS.get(self.low(j), 0.0)
        plural = self.low(j).endswith("s")
        if (
            count
            and part
            and self.low(i - 1) != "and"
            and plural == (count > 1)
            and self.low(j + 1) not in {*self.scales, "-"}
            and count * part < 1
        ) and (self.low(j + 1) != "of" or self.low(j + 2) not in {"a", *self.scales}):
            return replace(self._make_percent(100 * count * part, i, j + 1), bound=self._read_bound(i)), j + 1
        few, j = self._read_small(i), i + 1 + (self.low(i + 1) == "out")
        many = self._read_small(j + 1) if self.low(j) in {"in", "of"} and (j > i + 1 or self.low(j) == "in") else 0.0
        if 0 < few < many <= 100 and self.low(j + 2) not in self.scales:
            # "Six in ten" is said of 62 percent, "one in seven" of 14.
            share = self._make_percent(100 * few / many, i, j + 2)
            return replace(share, digits=1 if many == 10 else 2, bound=self._read_bound(i)), j + 2
        return None

    def _read_small(self, i: int) -> float:
        low = self.low(i)
        return float(low) if low.isascii() and low.isdigit() and len(low) < 3 else _CARDINALS.get(low, 0.0)

    def _make_percent(self, value: float, i: int, j: int) -> Figure:
        return Figure(value, frozenset({PERCENT}), self.tokens[i].start, self.tokens[j - 1].end, digits=2)

    def _read_number(self, i: int) -> tuple[Figure, int] | None:
        token = self.tokens[i]
        found = self._read_digits(i) if token.text[0].isdigit() else self._read_words(i)
        if not found:
            return None
        value, j, digits = found
        scaled, j = self._apply_scale(value, j)
        units, j = self._read_unit(j)
        signs, start = self._read_sign(token.start)
        bare = not (units or signs) and (
            token.low == "a" or (token.low == "one" and j == i + 1) or "dozen" in self.low(j - 1)
        )
        figure = Figure(
            scaled, signs or units, start, self.tokens[j - 1].end, bare, self._read_per(j), self._is_named(i, j),
            self._is_foreign(i), digits, scaled / value if value else 1.0, self._read_bound(i),
        )  # fmt: skip
        return figure, j

    def _read_digits(self, i: int) -> tuple[float, int, int] | None:
        """Return the value of digits, the index after them and how many are significant; None inside a name or time."""
        token = self.tokens[i]
        before, after = self.text[token.start - 1 : token.start], self.text[token.end : token.end + 1]
        joined = before in {"-", "/"} and self.text[max(0, token.start - 2) : max(0, token.start - 1)].isalpha()
        if (before.isascii() and (before.isalpha() or joined)) or before == ":" or after == ":":
            return None
        if after.isascii() and after.isalpha():
            word = self.low(i + 1)
            if word in _ORDINAL or (word not in self.scales and (word,) not in list_unit_names(self.language)):
                return None
        value = self._parse_value(token.text)
        digits = len("".join(c for c in token.text if c.isdigit()).strip("0")) or 1
        return None if value is None else self._add_half(value, i + 1, digits)

    def _parse_value(self, written: str) -> float | None:
        """Return what digits with points and commas say, or None for "5.4.6"."""
        marks = [c for c in written if not c.isdigit()]
        if not marks:
            return float(written)
        last = marks[-1]
        tail = len(written) - written.rindex(last) - 1
        split = len(set(marks)) > 1 or (len(marks) == 1 and (tail != 3 or last == self.decimal))
        if split and last in ".,":
            whole, _, fraction = written.rpartition(last)
            return float("".join(c for c in whole if c.isdigit()) + "." + fraction)
        groups = [len(group) for group in written.replace(last, " ").split()]
        return float("".join(c for c in written if c.isdigit())) if all(n == 3 for n in groups[1:]) else None

    def _read_words(self, i: int) -> tuple[float, int, int] | None:
        """Return the value of a number in words ("two hundred and five", "a dozen", "half a million"), None for none."""
        low = self.low(i)
        if low == "half" or low == "a":
            j = i + 1 + (self.low(i + 1) in {"a", "-"})
            scale = self.scales.get(self.low(j), 0.0) if len(self.low(j)) > 2 else 12.0 * (self.low(j) == "dozen")
            scale = 12.0 if self.low(j) == "dozen" else scale
            if not scale or (low == "a" and j != i + 1):
                return None
            return scale * (0.5 if low == "half" else 1.0), j + 1, 1
        if low not in _CARDINALS:
            return None
        total, current, j = 0.0, _CARDINALS[low], i + 1
        while True:
            skip = j + (self.low(j) in {"-", "and"})
            word = self.low(skip)
            if (
                word in _CARDINALS
                and (skip > j or current >= 20 or total)
                and not (self.low(j) == "and" and current < 100 > total)
            ):
                current += _CARDINALS[word]
            elif word == "hundred" and skip == j:
                current *= 100
            elif word == "dozen" and skip == j:
                current *= 12
            elif word == "thousand" and skip == j and self._has_more(j + 1):
                total, current = total + current * 1000, 0.0
            else:
                return self._add_half(total + current, j, len(f"{total + current:.0f}".strip("0")) or 1)
            j = skip + 1

    def _has_more(self, i: int) -> bool:
        return self.low(i + (self.low(i) == "and")) in _CARDINALS

    def _add_half(self, value: float, i: int, digits: int) -> tuple[float, int, int]:
        """Add what follows in "one and a half billion"."""
        parts = [self.low(i + k) for k in range(6)]
        words = [(k, part) for k, part in enumerate(parts) if part != "-"]
        if [word for _, word in words[:2]] == ["and", "a"] and len(words) > 2 and words[2][1] in _PARTS:
            return value + _PARTS[words[2][1]], i + words[2][0] + 1, digits + 1
        return value, i, digits

    def _apply_scale(self, value: float, j: int) -> tuple[float, int]:
        while j < len(self.tokens):
            k = j + (self.low(j) == "-")
            word = self.low(k)
            scale = self.scales.get(word, 0.0)
            # Other scripts inflect them: "миллионов".
            if not scale and word and not word[0].isascii():
                scale = next((s for name, s in self.scales.items() if word.startswith(name)), 0.0)
            if not scale or (len(word) == 1 and word.isascii() and self.text[self.tokens[k].end : self.tokens[k].end + 1] == "."
                             and self.text[self.tokens[k].end + 1 : self.tokens[k].end + 2].isalpha()):  # fmt: skip
                break
            value, j = value * scale, k + 1
            if self.low(j) == "." and self.low(j - 1) in {"mio", "mrd", "bio"}:
                j += 1
        return value, j

    def _read_unit(self, j: int) -> tuple[frozenset[str], int]:
        """Return what the words after a number may mean as a unit, and the index after them."""
        names = list_unit_names(self.language)
        for first in (j, j + 1) if self.low(j) in {"-", "de"} else (j,):
            for length in (4, 3, 2, 1):
                words = fold_words(" ".join(self.low(k) for k in range(first, first + length)))
                if words in names and self.low(first + length - 1) not in {"", "-"}:
                    return names[words], first + length
        # "American dollars", "New Taiwan dollars": a capitalised word or two before the noun.
        for after in (j + 1, j + 2):
            words = fold_words(self.low(after))
            if all(self.tokens[k].text[0].isupper() for k in range(j, min(after, len(self.tokens)))) and words in names:
                codes = frozenset(code for code in names[words] if code.isupper())
                return (codes, after + 1) if codes else (frozenset(), j)
        return frozenset(), j

    def _read_sign(self, start: int) -> tuple[frozenset[str], int]:
        before = self.text[max(0, start - _SIGN) : start].rstrip(" \u00a0")
        if min(start, _SIGN) - len(before) > 1:
            return frozenset(), start
        signs = list_currency_signs(self.language)
        for length in (3, 2, 1):
            sign = before[-length:]
            whole = not sign[:1].isalpha() or not before[: -len(sign)][-1:].isalpha()
            if len(sign) == length and sign in signs and whole:
                return signs[sign], max(0, start - _SIGN) + len(before) - length
        return frozenset(), start

    def _read_per(self, j: int) -> str:
        if self.low(j) not in _EACH:
            return ""
        units = list_unit_names(self.language).get((self.low(j + 1),), frozenset())
        return next((unit for unit in sorted(units) if size(unit)[0] == "time"), "")

    def _is_named(self, i: int, j: int) -> bool:
        """Return whether a bare number directly follows a capitalised word that does not open the text."""
        if i == 0 or j != i + 1 or self.text[self.tokens[i].start - 1 : self.tokens[i].start] != " ":
            return False
        before, token = self.tokens[i - 1].text, self.tokens[i].text
        return before[0].isupper() and (token.isdigit() or token[0].isupper()) and len(token) <= 4

    def _read_bound(self, i: int) -> int:
        before = {self.low(i - 1), self.low(i - 2) if self.low(i - 1) in {"than", "to", "as", "least", "most"} else ""}
        return 1 if before & _ABOVE else -1 if before & _BELOW else 0

    def _is_foreign(self, i: int) -> bool:
        before = self.tokens[i - 1].text if i else ""
        return 2 <= len(before) <= 4 and before.isupper() and before.isalpha()
