"""The units of figures in any language: currencies, measures and scales by the names that the CLDR gives them (babel)."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from unicodedata import category

from babel import Locale, UnknownLocaleError
from babel.numbers import get_currency_name, get_currency_symbol, list_currencies
from babel.units import format_unit

from rag.text.terms import STOPWORDS

PERCENT, POINT = "percent", "percentage point"
_DAY = 86_400.0
_SIZES: Mapping[str, tuple[str, float]] = {
    "second": ("time", 1), "minute": ("time", 60), "hour": ("time", 3_600), "day": ("time", _DAY),
    "week": ("time", 7 * _DAY), "month": ("time", 365.25 / 12 * _DAY), "year": ("time", 365.25 * _DAY),
    "decade": ("time", 3_652.5 * _DAY), "century": ("time", 36_525 * _DAY),
    "millimeter": ("length", 1e-3), "centimeter": ("length", 1e-2), "meter": ("length", 1), "kilometer": ("length", 1e3),
    "inch": ("length", 0.0254), "foot": ("length", 0.3048), "yard": ("length", 0.9144), "mile": ("length", 1_609.344),
    "gram": ("mass", 1e-3), "kilogram": ("mass", 1), "tonne": ("mass", 1e3), "ton": ("mass", 907.185),
    "pound": ("mass", 0.45359), "ounce": ("mass", 0.02835), "square-kilometer": ("area", 1e6),
    "square-mile": ("area", 2.59e6), "square-meter": ("area", 1), "square-foot": ("area", 0.0929),
    "hectare": ("area", 1e4), "acre": ("area", 4_046.86), "liter": ("volume", 1), "gallon": ("volume", 3.785),
    "barrel": ("volume", 158.987), "cubic-meter": ("volume", 1e3),
}  # fmt: skip
"""Dimension of a unit and its size in the first one of that dimension (SI; a month is the twelfth of a year)."""

_OTHER = (
    "power-watt", "power-kilowatt", "power-megawatt", "power-gigawatt", "energy-kilowatt-hour", "digital-byte",
    "digital-kilobyte", "digital-megabyte", "digital-gigabyte", "digital-terabyte", "speed-kilometer-per-hour",
    "speed-mile-per-hour", "temperature-celsius", "temperature-fahrenheit",
)  # fmt: skip
_FAMILIES = {"time": "duration", "length": "length", "mass": "mass", "area": "area", "volume": "volume"}
_SHARES = {
    PERCENT: ("%", "percent", "per cent", "pct", "prozent", "pour cent", "por ciento", "per cento", "procent", "prosent"),
    POINT: ("percentage point", "percentage points", "prozentpunkt", "prozentpunkte", "prozentpunkten", "puntos porcentuales",
            "points de pourcentage", "punti percentuali", "pontos percentuais", "procentenheter", "procentpoint"),
}  # fmt: skip
_ENGLISH_SCALES = {
    "hundred": 1e2, "thousand": 1e3, "k": 1e3, "lakh": 1e5, "million": 1e6, "mn": 1e6, "mln": 1e6, "m": 1e6, "mio": 1e6,
    "crore": 1e7, "billion": 1e9, "mrd": 1e9, "bn": 1e9, "bln": 1e9, "b": 1e9, "trillion": 1e12, "tn": 1e12, "trn": 1e12,
}  # fmt: skip
_NAMELESS = {"renminbi": "CNY"}  # The one common name of a currency that the CLDR lacks.


def size(unit: str) -> tuple[str, float]:
    """Return the dimension of a unit and its size in the first unit of that dimension; a currency is one of its own."""
    return _SIZES.get(unit, (unit, 1.0))


@lru_cache(maxsize=64)
def load_locale(language: str) -> Locale:
    """Return the locale of an ISO 639-1 code, that of English where there is none."""
    try:
        return Locale.parse(language or "en")
    except (UnknownLocaleError, ValueError):
        return Locale("en")


@lru_cache(maxsize=64)
def list_unit_names(language: str) -> Mapping[tuple[str, ...], frozenset[str]]:
    """Return the units that each name may mean, by the name's folded words: "dollars" may be of twenty countries.

    A currency is listed under its whole name and under the noun alone; English names are read in every language.
    """
    found: dict[tuple[str, ...], set[str]] = {}
    for code in dict.fromkeys(("en", language)):
        locale = load_locale(code)
        for unit, name in [*_list_measures(locale), *_list_currencies(locale)]:
            found.setdefault(fold_words(name), set()).add(unit)
    for unit, names in _SHARES.items():
        for name in names:
            found.setdefault(fold_words(name), set()).add(unit)
    found |= {(name,): {code} for name, code in _NAMELESS.items()}
    return {name: frozenset(units) for name, units in found.items() if name}


def fold_words(name: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, without full stops and hyphens: "US-Dollar" is "us dollar"."""
    return tuple(name.casefold().replace(".", "").replace("-", " ").replace("\u00a0", " ").split())


def _list_measures(locale: Locale) -> Iterator[tuple[str, str]]:
    units = [(name, f"{_FAMILIES[dimension]}-{name}") for name, (dimension, _) in _SIZES.items()]
    for name, unit in [*units, *((unit.partition("-")[2], unit) for unit in _OTHER)]:
        for spelling in _list_spellings(locale):
            for count in (1, 2):
                yield name, format_unit(count, unit, "long", locale=spelling).replace(str(count), "").strip()
            short = format_unit(2, unit, "short", locale=spelling).replace("2", "").strip()
            # "m" is a million more often than a metre, "in" hardly ever an inch, "Dec" a month.
            if len(short) > 1 and short not in STOPWORDS and not unit.startswith("duration"):
                yield name, short


def _list_currencies(locale: Locale) -> Iterator[tuple[str, str]]:
    # The noun is the word with the fewest variants: the last in English ("Norwegian kroner"), the first in French.
    single = [_read_currency_words(code, 1, locale) for code in _list_tender()]
    noun = min((-1, 0), key=lambda place: len({words[place] for words in single}))
    for spelling in _list_spellings(locale):
        for code in _list_tender():
            for count in (1, 2):
                words = _read_currency_words(code, count, spelling)
                yield code, " ".join(words)
                yield code, words[noun]


def _read_currency_words(code: str, count: int, locale: Locale) -> tuple[str, ...]:
    return fold_words(get_currency_name(code, count, locale).partition("(")[0]) or (code.casefold(),)


def _list_spellings(locale: Locale) -> tuple[Locale, ...]:
    return (locale, Locale("en", "GB")) if locale.language == "en" else (locale,)


@lru_cache(maxsize=1)
def _list_tender() -> tuple[str, ...]:
    """Return the currencies that are legal tender somewhere today."""
    from babel.core import get_global

    tender = {
        code
        for entries in get_global("territory_currencies").values()
        for code, _, end, legal in entries
        if end is None and legal
    }
    return tuple(sorted(tender & list_currencies()))


@lru_cache(maxsize=64)
def list_currency_signs(language: str) -> Mapping[str, frozenset[str]]:
    """Return the currencies that each sign or code may mean: "$" is that of every dollar, "US$" and "USD" of one."""
    found: dict[str, set[str]] = {}
    for code in _list_tender():
        signs = {get_currency_symbol(code, load_locale(name)) for name in ("en", language)} | {code}
        for sign in signs | {sign[-1] for sign in signs if category(sign[-1]) == "Sc"}:
            found.setdefault(sign, set()).add(code)
    found |= {"US$": {"USD"}, "C$": {"CAD"}, "S$": {"SGD"}}
    return {sign: frozenset(codes) for sign, codes in found.items()}


@lru_cache(maxsize=64)
def list_scales(language: str) -> Mapping[str, float]:
    """Return what each scale word multiplies by, lower case: "million", "Mio", "milliards", "bn"."""
    locale = load_locale(language)
    found: dict[str, float] = dict(_ENGLISH_SCALES)
    if locale.language != "en":
        formats = locale.compact_decimal_formats
        for form in formats:
            for patterns in formats[form].values():
                for power, pattern in patterns.items():
                    written = str(pattern.pattern).replace("'", "").replace("\u00a0", " ")
                    word = written.strip("0").strip().rstrip(".").casefold()
                    if len(word) > 1 or not word.isascii():
                        found[word] = float(power) / 10 ** (written.count("0") - 1)
    found.pop("", None)
    return found
