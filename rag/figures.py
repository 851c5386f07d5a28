"""The figures of a text: counts, amounts of money and shares, as values that can be compared."""

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from rag.places import Places

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_CARDINALS = {word: float(i) for i, word in enumerate(_ONES)} | {w: 10.0 * i for i, w in enumerate(_TENS, 2)}
_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "lakh": 1e5, "million": 1e6, "mn": 1e6, "mln": 1e6, "m": 1e6,
    "crore": 1e7, "billion": 1e9, "bn": 1e9, "bln": 1e9, "b": 1e9, "milliard": 1e9, "trillion": 1e12, "tn": 1e12,
    "trn": 1e12,
}  # fmt: skip
_SHARES = {"half": 1 / 2, "third": 1 / 3, "quarter": 1 / 4, "fifth": 1 / 5, "tenth": 1 / 10}
_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "a$": "AUD", "c$": "CAD", "hk$": "HKD", "€": "EUR",
    "eur": "EUR", "euro": "EUR", "£": "GBP", "gbp": "GBP", "pound": "GBP", "¥": "CNY/JPY", "yuan": "CNY/JPY",
    "yen": "CNY/JPY", "renminbi": "CNY/JPY", "cny": "CNY/JPY", "rmb": "CNY/JPY", "jpy": "CNY/JPY", "₹": "INR",
    "inr": "INR", "rupee": "INR", "rs": "INR", "ruble": "RUB", "rouble": "RUB", "rub": "RUB", "₽": "RUB",
    "chf": "CHF", "franc": "CHF",
}  # fmt: skip

_WORD = "|".join((*_ONES, *_TENS, "dozen"))
_SCALE = "hundred|thousand|lakh|million|mln|mn|crore|billion|bln|bn|milliard|trillion|trn|tn"
_UNITS = (
    r"dollars?|euros?|pounds?(?:\s+sterling)?|yuan|yen|renminbi|rupees?|roubles?|rubles?|francs?|"
    r"usd|eur|gbp|cny|rmb|jpy"
)
_FIGURE = re.compile(
    rf"""(?<![\w.])
    (?P<sign>US\$|HK\$|A\$|C\$|[$€£¥₹₽]|(?:USD|EUR|GBP|CNY|RMB|INR|CHF|Rs\.?)(?=\s?\d))?\s?
    (?:(?P<digits>\d{{1,3}}(?:\.\d{{3}})+,\d+|\d{{1,3}}(?:\.\d{{3}}){{2,}}|\d+(?:[,\u00a0\u202f]\d{{3}})+(?:\.\d+)?|\d+(?:[.,]\d+)?|\.\d+)
       (?:[\s-]*(?P<short>k|m|b)(?=[\s.,;:)]|$)|[\s-]*(?P<scale>(?:{_SCALE})(?:s)?(?:\s+(?:million|billion))?))?
     | (?P<words>(?:(?:{_WORD})\b(?:[\s-]+(?:and\s+)?(?:{_WORD}|{_SCALE})\b)*)|(?:half\s+)?a\s+(?:{_SCALE}|dozen))
    )
    (?P<ordinal>st|nd|rd|th)?(?![\w])
    (?:[\s-]?(?P<percent>%|percentage\s+points?|percent|per\s+cent|pct\b))?
    (?:[\s-]+(?:(?:US|U\.S\.|American|Hong\s+Kong)\s+)?(?P<unit>{_UNITS})\b)?
    """,
    re.VERBOSE | re.IGNORECASE,
)
_SHARE = re.compile(
    r"\b(?P<count>a|one|two|three|four|nine)[\s-](?P<part>half|third|quarter|fifth|tenth)s?\b(?!\s+of\s+[A-Z][a-z]+\s+\d)"
    rf"|\b(?P<half>half)(?=\s+(?:of|the|a|its|their|all)\b)(?!\s+a\s+(?:{_SCALE}|dozen)\b)"
    r"|\b(?P<few>one|two|three|four|five|six|seven|eight|nine|\d)\s+(?:in|out\s+of)\s+"
    r"(?P<many>two|three|four|five|ten|\d{1,3})\b",
    re.IGNORECASE,
)
_RANGE = re.compile(r"\s*(?:[-–—]|to|or)\s*")
_PLAIN = re.compile(r"[$€£¥₹]?[\d.,]+")
_ANY = re.compile(rf"\d|\b(?:{_WORD}|half|third|quarter|fifth|tenth|a\s+(?:{_SCALE}))", re.IGNORECASE)
_DECIMAL_COMMA = frozenset("cs da de es fi fr hu id it nb nl nn no pl pt ro ru sr sv tr uk".split())


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold one figure.

    Attributes:
        value: The number; for a share, in percent.
        unit: "%" for a share, a currency code ("CNY/JPY" for ¥, which both use), or "".
        start: Offset of the first character as written.
        end: Offset behind the last.
        bare: True for "one", which is a pronoun as often as a number.
    """

    value: float
    unit: str
    start: int
    end: int
    bare: bool = False

    def holds(self, other: "Figure") -> bool:
        """Tell whether this figure of a text says what another of a claim says.

        A unit that either leaves out ("5 to 10 percent") does not part them; another value always does.
        """
        return abs(self.value - other.value) <= 1e-9 * max(1.0, abs(self.value)) and (
            self.unit == other.unit or not self.unit or not other.unit
        )


@lru_cache(maxsize=8192)
def figures(text: str, language: str = "en") -> tuple[Figure, ...]:
    """Return the figures of a text in order: "$1.2bn", "1,200 million dollars", "two", "a third", "5 percent".

    Args:
        text: Any text. Dates are figures here too: the caller leaves out their spans.
        language: ISO 639-1 code; decides what a comma in a number means.
    """
    if not _ANY.search(text):
        return ()
    found = [figure for match in _SHARE.finditer(text) if (figure := _share(match))]
    places = Places(text, ((figure.start, figure.end) for figure in found))
    for match in _FIGURE.finditer(text):
        if not places.touch(*match.span()) and (figure := _figure(match, language)):
            found.append(figure)
    return tuple(_ranges(text, sorted(found, key=lambda figure: figure.start)))


def _ranges(text: str, found: list[Figure]) -> list[Figure]:
    """Give the first figure of "3.5 to 5 million" the scale of the second."""
    for i, (low, high) in enumerate(pairwise(found)):
        scale = re.search(rf"(?:{_SCALE})", text[high.start : high.end], re.IGNORECASE)
        joined = _RANGE.fullmatch(text[low.end : high.start])
        if scale and joined and low.value < 1000 <= high.value and _PLAIN.fullmatch(text[low.start : low.end]):
            found[i] = replace(low, value=low.value * _SCALES[scale.group().lower()], unit=high.unit)
    return found


def _share(match: re.Match[str]) -> Figure | None:
    if match["few"]:
        few, many = _spoken(match["few"]), _spoken(match["many"])
        value = few / many if many and few < many else 0.0
    elif match["half"]:
        value = 0.5
    else:
        if match["count"].lower() == "a" and match["part"].lower() not in {
            "half",
            "third",
            "quarter",
            "fifth",
            "tenth",
        }:
            return None
        value = max(1.0, _spoken(match["count"])) * _SHARES[match["part"].lower()]
    return Figure(100 * value, "%", match.start(), match.end()) if value else None


def _figure(match: re.Match[str], language: str) -> Figure | None:
    start, end = match.span()
    start += len(match.group()) - len(match.group().lstrip())
    if match["digits"]:
        value = _digits(match["digits"], language)
        for scale in (match["scale"] or match["short"] or "").lower().split():
            value *= _SCALES[scale if scale in _SCALES else scale.rstrip("s")]
    else:
        if match["ordinal"]:
            return None
        value = _spoken(match["words"])
    unit = "%" if match["percent"] else _currency(match["sign"]) or _currency(match["unit"])
    bare = not match["digits"] and value == 1 and not unit
    return Figure(value, unit, start, end, bare)


def _currency(written: str | None) -> str:
    if not written:
        return ""
    name = written.lower().rstrip(".").split()[0]
    return _CURRENCIES.get(name) or _CURRENCIES.get(name.rstrip("s"), "")


def _digits(written: str, language: str) -> float:
    plain = written.replace("\u00a0", "").replace("\u202f", "")
    if language in _DECIMAL_COMMA:
        plain = plain.replace(".", "") if re.fullmatch(r"\d{1,3}(?:\.\d{3})+(?:,\d+)?", plain) else plain
        if re.fullmatch(r"\d+,\d+", plain):
            return float(plain.replace(",", "."))
    if plain.count(".") > 1:
        plain = plain.replace(".", "")
    if re.fullmatch(r"\d+,\d{1,2}", plain):
        return float(plain.replace(",", "."))
    return float(plain.replace(",", ""))


def _spoken(words: str) -> float:
    """Return the value of a number in words: "two hundred and five thousand", "a dozen", "3"."""
    total = current = 0.0
    for word in re.split(r"[\s-]+", words.lower()):
        if word == "half":
            current = 0.5
        elif word.isdigit():
            current += float(word)
        elif word in _CARDINALS:
            current += _CARDINALS[word]
        elif word == "dozen":
            current = (current or 1) * 12
        elif word == "hundred":
            current = (current or 1) * 100
        elif word in _SCALES:
            total += (current or 1) * _SCALES[word]
            current = 0.0
    return total + current
