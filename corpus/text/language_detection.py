"""Name the language of an article: as given, else as detected."""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

_SAMPLE = 1000
# Below some forty letters the detector is often wrong; an ideograph says about as much as three letters.
_FEWEST_LETTERS = 40
# Sentences reach 0.7 to 1.0 (measured in five languages); a run of one letter 0.03.
_CONFIDENCE = 0.3
# To contradict what is stated.
_SURE, _SURE_LENGTH = 0.99, 150
_FAMILIES = tuple(
    frozenset(family.split())
    for family in (
        "no nb nn da sv is fo", "hr sr bs sl mk bg", "id ms jv", "pt gl es ca an oc", "cs sk", "ru uk be bg mk", "af nl lb",
        "fa ar ur ps ku ug", "zh ja", "hi mr ne", "fr wa oc ht", "de lb", "it la", "et fi", "lt lv", "xh zu", "tr az", "ro mo",
        "kk ky mn tt",
    )
)  # fmt: skip
# Prose has a third and more; of two languages that are no relations, a tenth at most (measured in six).
_STOPWORDS, _FEWEST_WORDS = 0.25, 8
_WIDESPREAD = "en de fr es it pt nl sv da pl tr ro cs hu fi id vi".split()
_FOREIGN = 0.3  # Share of characters beyond ASCII, which no language in Latin letters but Vietnamese has.
_RETIRED = {"iw": "he", "in": "id", "ji": "yi"}  # Codes that ISO 639 has withdrawn.
_IDEOGRAPH = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LETTER = re.compile(r"[^\W\d_]")
_CODE = re.compile(r"([a-z]{2})(?:[-_@.].*)?")
_NAMES = {
    "ara": "ar", "arabic": "ar", "bul": "bg", "ces": "cs", "cze": "cs", "chi": "zh", "chinese": "zh", "dan": "da",
    "danish": "da", "deu": "de", "deutsch": "de", "dut": "nl", "dutch": "nl", "ell": "el", "eng": "en", "english": "en",
    "español": "es", "fas": "fa", "fin": "fi", "finnish": "fi", "fra": "fr", "français": "fr", "fre": "fr",
    "french": "fr",
    "ger": "de", "german": "de", "gre": "el", "greek": "el", "heb": "he", "hebrew": "he", "hin": "hi", "hindi": "hi",
    "hun": "hu", "hungarian": "hu", "ind": "id", "indonesian": "id", "ita": "it", "italian": "it", "japanese": "ja",
    "jpn": "ja", "kor": "ko", "korean": "ko", "nld": "nl", "nor": "no", "norwegian": "no", "per": "fa", "persian": "fa",
    "pol": "pl", "polish": "pl",
    "por": "pt", "portuguese": "pt", "ron": "ro", "rum": "ro", "rus": "ru", "russian": "ru",
    "spa": "es", "spanish": "es", "swe": "sv", "swedish": "sv", "tur": "tr", "turkish": "tr", "ukr": "uk",
    "ukrainian": "uk", "vie": "vi", "zho": "zh",
}  # fmt: skip


def parse_code(given: str) -> str:
    """Return the ISO 639-1 code of a language as sources write it ("en-US", "ENG", "English"), or ""."""
    given = given.strip().lower()
    match = _CODE.fullmatch(given)
    return match[1] if match else _NAMES.get(re.split(r"[-_]", given)[0], "")


def choose_language(given: str, text: str) -> str:
    """Return the language that an article states, unless its text is plainly of another one.

    Templates state the language of the site, or its country ("kr"). The detector is believed where it is sure, and where
    it does not take one language for a near relation of it.
    """
    stated = _RETIRED.get(code := parse_code(given), code)
    short = len(text) < _SURE_LENGTH
    # This spares the load of the detector, which takes a second and a temporary file.
    if stated and _common_words(stated) and (short or not _is_doubtful(text[:_SAMPLE], stated)):
        return stated
    if short and stated in _detected_languages():
        return stated
    found, confidence = _classify(text)
    near = any(stated in family and found in family for family in _FAMILIES)
    if stated not in _detected_languages() and not near:
        return found if confidence >= _CONFIDENCE else stated
    return found if found and confidence >= _SURE and not near else stated


def _is_doubtful(sample: str, stated: str) -> bool:
    """Return whether a text may be of another language than is stated: it has few of its commonest words.

    Then it has many of those of another language, or is written in another script than most.
    """
    spoken = re.findall(r"[^\W\d_]{2,}", sample.lower())
    fewest = _STOPWORDS * max(len(spoken), _FEWEST_WORDS)

    def count(code: str) -> int:
        return sum(word in _common_words(code) for word in spoken)

    # The words of English stand in the lists of other languages too.
    if count(stated) >= max(fewest, count("en")):
        return False
    foreign = sum(not letter.isascii() for letter in sample) > _FOREIGN * len(sample)
    return foreign or any(count(code) >= fewest for code in _WIDESPREAD if code != stated)


@cache
def _common_words(code: str) -> frozenset[str]:
    # Imported here: only articles that state their language need them.
    import justext
    from babel import Locale

    name = Locale("en").languages.get(code, "").replace(" ", "_").replace("å", "a")
    return justext.get_stoplist(name) if name in justext.get_stoplists() else frozenset()


def detect(text: str) -> str:
    """Return the ISO 639-1 code of the language that a text is written in, or "" when it is too short to tell."""
    found, confidence = _classify(text)
    return found if confidence >= _CONFIDENCE else ""


def _classify(text: str) -> tuple[str, float]:
    """Return the most likely language and how likely it is, 0 to 1; "" where the text is too short to tell."""
    sample = text[:_SAMPLE]
    letters = len(_LETTER.findall(sample)) + 2 * len(_IDEOGRAPH.findall(sample))
    if letters < _FEWEST_LETTERS:
        return "", 0.0
    found, confidence = _detector().classify(sample)
    return (str(found), float(confidence)) if len(found) == 2 else ("", 0.0)


@cache
def _detected_languages() -> frozenset[str]:
    return frozenset(map(str, _detector().labels))


def pick_language(text: str, languages: Sequence[str]) -> str:
    """Return the most probable of some languages (ISO 639-1 codes), however short the text is."""
    return next(str(found) for found, _ in _detector().rank(text[:_SAMPLE]) if found in languages)


@cache
def _detector() -> Any:
    # Imported here: the model takes most of a second to load.
    from py3langid import langid

    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
