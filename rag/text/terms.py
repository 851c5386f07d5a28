"""Turn text into search terms, the same for articles, questions and checks: lower case, stemmed, of any script."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

import snowballstemmer
import tantivy

_LANGUAGES = {
    "ar": "arabic", "da": "danish", "de": "german", "el": "greek", "en": "english", "es": "spanish", "fi": "finnish",
    "fr": "french", "hi": "hindi", "hu": "hungarian", "hy": "armenian", "id": "indonesian", "it": "italian",
    "lt": "lithuanian", "nb": "norwegian", "ne": "nepali", "nl": "dutch", "nn": "norwegian", "no": "norwegian",
    "pt": "portuguese", "ro": "romanian", "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil",
    "tr": "turkish", "ca": "catalan", "eu": "basque", "ga": "irish",
}  # fmt: skip

_SCRIPTS = {
    "ARABIC": ("ar",), "ARMENIAN": ("hy",), "CYRILLIC": ("ru", "sr"), "DEVANAGARI": ("hi", "ne"), "GREEK": ("el",),
    "TAMIL": ("ta",),
}  # fmt: skip

# Scripts written without spaces: Han, kana, Hangul is spaced but agglutinates, Thai, Lao, Khmer, Burmese.
_UNSPACED = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\uac00-\ud7af"
# Vowel signs and the like: part of a word in the scripts of India, in pointed Arabic and Hebrew.
_MARKS = "".join(c for c in map(chr, range(0x300, 0x1E00)) if unicodedata.category(c).startswith("M"))
_LETTERS = rf"(?:(?![{_UNSPACED}])[^\W\d_][{_MARKS}]*)+"
_TOKEN = re.compile(rf"\d+(?:[.,]\d+)*|[{_UNSPACED}]+|{_LETTERS}(?:[.’']{_LETTERS})*\d*")
_RUN = re.compile(rf"[{_UNSPACED}]+")

_LONG_NAME = re.compile(r"\b[A-Z][a-z]+(?:[ -](?:(?:of|and|the|for|on|in)[ -]){0,2}[A-Z][a-z]+){2,6}\b")
_ARTICLE = re.compile(r"^(?:The|An?) ")
_LINK = re.compile(r"(?: (?:of|and|the|for|on|in))+ ")

_HOW = re.compile(r"\bhow\s+(?:many|much|long|often)\b", re.IGNORECASE)
_OFFICES = {"ceo": "chief executive", "cfo": "chief financial officer", "pm": "prime minister"}
_OFFICE = re.compile(rf"(?<!\d\s)\b(?:{'|'.join(_OFFICES)})\b", re.IGNORECASE)  # Not the PM of "5 PM".
_USUAL = {  # Short forms that news and its readers use for one another.
    short: re.compile(rf"\b{long}\b", re.IGNORECASE)
    for short, long in (
        *_OFFICES.items(),
        ("mp", "member of parliament"),
        ("ai", "artificial intelligence"),
        ("us", "united states"),
        ("eu", "european union"),
        ("un", "united nations"),
        ("uk", "(?:united kingdom|britain)"),
    )
}
STOPWORDS = frozenset(
    "a about above after again against all also am an and any are aren't as at be because been before being below "
    "between both but by can cannot could did do does doing down during each few for from further had has have having "
    "he her here hers herself him himself his how i if in into is it its itself just me more most my myself no nor not "
    "now of off on once only or other our ours out over own same she should so some such than that the their theirs "
    "them themselves then there these they this those through to too under until up very was we were what when where "
    "which while who whom whose why will with would you your yours tell please give".split()
)


# Languages whose stop words tantivy knows (Snowball's lists), and what asks in them, which these lists leave out in part.
_ASKING: Mapping[str, frozenset[str]] = {
    "de": frozenset("wer wen wem wessen wann wo woher wohin warum wieso wieviel wieviele worüber wozu".split()),
    "es": frozenset("qué quién quiénes cuándo cuánto cuánta cuántos cuántas dónde cómo cuál cuáles".split()),
    "fr": frozenset("a où quand quoi combien comment pourquoi quel quelle quels quelles".split()),
    "it": frozenset("cosa quando dove perché quale quali quanti quante".split()),
    "nl": frozenset("hoeveel waar wanneer waarom welke".split()),
    "pt": frozenset("onde quanto quanta quantos quantas porque porquê qual quais".split()),
    "da": frozenset("hvor hvornår hvorfor".split()),
    "no": frozenset("hvor når hvorfor".split()),
    "sv": frozenset("hur när varför".split()),
    "fi": frozenset("milloin missä miksi montako".split()),
    "hu": frozenset("mikor hol miért hány mennyi".split()),
    "ru": frozenset("сколько почему когда где".split()),
}
_ASKING_ENGLISH = frozenset("who whom whose what when where why how which".split())
_FEWEST_STOPWORDS = 2
# Letters that Unicode does not take apart.
_LETTERS_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ß": "ss", "æ": "ae", "œ": "oe", "ı": "i"}
)
_LETTERS_GERMAN = _LETTERS_PLAIN | str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


@lru_cache(maxsize=200_000)
def stem(word: str, language: str = "en") -> str:
    """Return the stem of a lower-case word; the word itself where the language has no stemmer."""
    name = _LANGUAGES.get(language, "english" if word.isascii() else "")
    # A stemmer keeps the word that it works on, so threads cannot share one; it is made in a hundredth of the time.
    return str(snowballstemmer.stemmer(name).stemWord(word)) if name else word


def words(text: str) -> list[str]:
    """Return the words of a text in order, folded (NFKC, lower case, possessive dropped), neither stemmed nor filtered.

    Numbers keep their point and lose their grouping commas; a run of an unspaced script gives overlapping pairs.
    """
    found: list[str] = []
    for match in _TOKEN.finditer(unicodedata.normalize("NFKC", text)):
        # A Turkish capital İ leaves a dot behind; I and ı are one letter, since capitals do not tell i from ı.
        token = match.group().lower().replace("\u0307", "").replace("ı", "i")
        if token[0].isdigit():
            found.append(re.sub(r",(?=\d{3}\b)", "", token))
        elif _RUN.match(token):
            found.extend(token[i : i + 2] for i in range(max(1, len(token) - 1)))
        else:
            found.append(_fold(token))
    return found


def _fold(token: str) -> str:
    token = token.replace("’", "'")
    if token.endswith("'s"):
        token = token[:-2]
    if "." in token:  # "u.s." and "u.k" are one word, "said.The" are two that lost their space.
        parts = token.split(".")
        token = "".join(parts) if all(len(part) == 1 for part in parts) else parts[0]
    return token


def terms(text: str, language: str = "en") -> list[str]:
    """Return the stemmed words of a text in order, stop words included."""
    return list(_terms(text, language))


# The passages of one question are read several times over, and many questions meet the same ones.
@lru_cache(maxsize=4096)
def _terms(text: str, language: str) -> tuple[str, ...]:
    return tuple(stem(word, language) for word in words(text))


def find_acronyms(text: str) -> list[str]:
    """Return the initials of the names of three words and more: "gdpr" for the General Data Protection Regulation.

    A name that continues after "of", "and" and the like gives those of its whole and of its pieces.
    """
    return list(dict.fromkeys(initials for initials, _ in _list_long_names(text)))


def find_long_names(text: str, initials: str) -> list[str]:
    """Return the names in a text that have these initials, given in lower case."""
    return [name for short, name in _list_long_names(text) if short == initials]


def _list_long_names(text: str) -> Iterator[tuple[str, str]]:
    for match in _LONG_NAME.finditer(text):
        name = _ARTICLE.sub("", match.group())
        for piece in (name, *_LINK.split(name)):
            initials = "".join(re.findall(r"\b[A-Z]", piece)).lower()
            if len(initials) >= 3:
                yield initials, piece


def plain_spellings(text: str) -> list[str]:
    """Return the words with other letters than those of English as people type them: "muller" and "mueller" for "Müller"."""
    odd = dict.fromkeys(word for word in words(text) if not word.isascii())
    found = (_to_plain(word.translate(letters)) for word in odd for letters in (_LETTERS_PLAIN, _LETTERS_GERMAN))
    return [stem(plain) for plain in dict.fromkeys(found) if plain.isascii()]


def _to_plain(word: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKD", word) if not unicodedata.combining(letter))


def list_held_terms(text: str, language: str = "en") -> set[str]:
    """Return every term that a text is found by: its words, the initials of its long names, usual short forms."""
    # Names of a question are asked for in the form that an article gives them, whatever the language of either.
    found = {
        *terms(text, language),
        *terms(text),
        *plain_spellings(text),
        *find_acronyms(text),
        *(short for short, long in _USUAL.items() if long.search(text)),
    }
    return found.union(*(terms(_OFFICES[short.lower()], language) for short in set(_OFFICE.findall(text))))


def list_query_terms(text: str, languages: tuple[str, ...] = ("en",)) -> list[str]:
    """Return the distinct terms to search for: stop words dropped, stemmed in each of the archive's languages.

    "Many" of "how many" and the like ask and say nothing of what is asked about. "CEO" is looked for as "chief
    executive" too. A question of nothing but stop words keeps them.
    """
    spoken = words(_HOW.sub(" ", text)) or words(text)
    offices = {short.lower() for short in _OFFICE.findall(text)}
    spoken = [word for said in spoken for word in (said, *(_OFFICES[said].split() if said in offices else ()))]
    spoken_in = question_language(text)
    stopwords = {word for word in spoken if word in STOPWORDS or (spoken_in != "en" and is_stopword(word, spoken_in))}
    wanted = [word for word in spoken if word not in stopwords] or spoken
    return list(dict.fromkeys(stem(word, language) for word in wanted for language in languages or ("en",)))


@lru_cache(maxsize=8192)
def question_language(text: str) -> str:
    """Return the language of a question by its stop words, "en" where they do not tell."""
    spoken = set(words(text))
    most = len(spoken & STOPWORDS)
    counted = {code: sum(is_stopword(word, code) for word in spoken) for code in _ASKING}
    best = max(counted, key=lambda code: counted[code])
    return best if counted[best] >= max(_FEWEST_STOPWORDS, 2 * most) else "en"


def is_stopword(word: str, language: str) -> bool:
    """Return whether a folded word says nothing by itself in a language."""
    if language not in _ASKING:
        return word in STOPWORDS
    return word in _ASKING[language] or not _stopword_analyzer(_LANGUAGES[language]).analyze(word)


@lru_cache(maxsize=8192)
def is_asking(word: str) -> bool:
    """Return whether a folded word asks, in any language of which that is known."""
    return word in _ASKING_ENGLISH or (len(word) > 1 and any(word in asking for asking in _ASKING.values()))


@lru_cache(maxsize=8192)
def is_stopword_anywhere(word: str) -> bool:
    """Return whether a folded word says nothing by itself in any of the languages whose stop words are known."""
    return word in STOPWORDS or any(is_stopword(word, language) for language in _ASKING)


@lru_cache
def _stopword_analyzer(name: str) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    return builder.filter(tantivy.Filter.stopword(name)).build()


def detect_script_languages(text: str) -> tuple[str, ...]:
    """Return the languages with a stemmer whose scripts, other than Latin, occur in a text."""
    scripts = dict.fromkeys(unicodedata.name(c, "").partition(" ")[0] for c in text if c.isalpha() and not c.isascii())
    return tuple(code for script in scripts for code in _SCRIPTS.get(script, ()))
