"""The names of a text: runs of capitalised words and acronyms, and whether two mean the same."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache

from rag.text.dates.calendar_names import list_month_names, list_weekday_names
from rag.text.speech_verbs import SPEECH
from rag.text.terms import STOPWORDS

Lookup = Callable[[], frozenset[str]]
"""Something costly about an article, worked out only when asked for."""

_TOKEN = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W_]+(?:[.’'&-][^\W_]+)*")
_PARTS = re.compile(r"[-.'&]")
_INITIALS = re.compile(r"(?:\w\.)+\w?")
_JOINING = frozenset("of de da do del der van von al bin the la le".split())
TITLES = frozenset(
    "mr mrs ms dr sir lord lady president senator sen representative rep judge justice minister prime chief professor "
    "prof secretary general chairman chairwoman chair commissioner director governor gov king queen prince attorney "
    "congressman congresswoman spokesman spokeswoman spokesperson chancellor ambassador ceo founder former deputy".split()
).union(list_month_names(), list_weekday_names())
_ALIASES = (
    frozenset({"us", "usa", "united states", "america", "american", "americans", "united states of america"}),
    frozenset({"uk", "united kingdom", "britain", "british", "great britain"}),
    frozenset({"eu", "european union"}),
    frozenset({"un", "united nations"}),
    frozenset({"uae", "united arab emirates"}),
    frozenset({"france", "french"}),
    frozenset({"netherlands", "dutch"}),
    frozenset({"spain", "spanish", "spaniard"}),
    frozenset({"germany", "german", "germans"}),
    frozenset({"china", "chinese"}),
    frozenset({"ireland", "irish"}),
    frozenset({"ukraine", "ukrainian"}),
)
_BEFORE = 40  # Characters before a name that tell whether it opens a sentence.
_STOP = re.compile(r"[.!?:“\"«„(]\s*[“\"]?$")
_SHORTENED = re.compile(r"\b(?:vs?|mrs?|ms|dr|st|sen|rep|gen|gov|prof|lt|col|capt|sgt)\.\s*$", re.IGNORECASE)
_DEMONYM = re.compile(r"(?:an|ans|ese|ish|i|is|ic|s)$")
_LONG_NAME = re.compile(r"(?:[A-Z][\w’'-]{1,40}+(?:\s++(?:of|for|and|the|on)){0,2}\s++){1,6}[A-Z][\w’'-]{1,40}")
_VERB = re.compile(
    r"(?:is|was|has|had|will|would|can|could|may|did|does|does|agreed|[a-z]{2,}ed|said|says|told|wrote|began|became|made|"
    r"gave|took|set|found|put|lost|won|paid|bought|sold|sent|held|kept|knew|got|went|came|cut|left|met|ran|rose|fell)\b"
)


@dataclass(frozen=True, slots=True)
class Name:
    """Hold one name as a text writes it.

    Attributes:
        words: Its words, folded: lower case, no accents, no possessive, "U.S." as "us"; joining words left out.
        start: Offset of its first character.
        end: End offset (exclusive).
        opening: True where it opens the sentence, so that its capital may mean nothing.
        acronym: True for one word of two to six capitals.
    """

    words: tuple[str, ...]
    start: int
    end: int
    opening: bool = False
    acronym: bool = False


@lru_cache(maxsize=65_536)
def fold_name(word: str) -> str:
    """Return a word of a name as it is compared."""
    plain = word.replace("’", "'").casefold()
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
    plain = plain.removesuffix("'s").rstrip("'")
    return plain.replace(".", "") if "." in plain and _INITIALS.fullmatch(plain) else plain


@lru_cache(maxsize=8192)
def find_name_words(text: str) -> frozenset[str]:
    """Return every word of a text folded, and the parts of hyphenated and dotted ones."""
    found: set[str] = set()
    for match in _TOKEN.finditer(text):
        word = fold_name(match.group())
        found.add(word)
        if len(word) > 4 and not word.isalnum():
            found.update(part for part in _PARTS.split(word) if part)
    return frozenset(found)


def capitalised(text: str) -> list[str]:
    """Return the capitalised words of a text, wherever they are."""
    return [match.group() for match in _TOKEN.finditer(text) if _is_capitalised(match.group())]


def shortens(short: str, word: str) -> bool:
    """Return whether one folded word of a name is a short form of another: "utd" of "united", "man" of "manchester"."""
    if not 3 <= len(short) < len(word) or short[0] != word[0]:
        return False
    letters = iter(word)
    return word.startswith(short) or (short[-1] == word[-1] and all(letter in letters for letter in short))


@lru_cache(maxsize=8192)
def find_names(text: str, mid_sentence: bool = False) -> tuple[Name, ...]:
    """Return the names of a sentence in order.

    Args:
        text: A sentence, or a piece of one.
        mid_sentence: The text does not open a sentence, as a topic or the object of a question does not, so that the
            capital of its first word marks a name.

    The first word counts where something besides its place marks a name: a second capital, a capitalised word
    after it, or a verb directly after a singular word without an article ("Yahoo said").
    """
    found: list[Name] = []
    run: list[re.Match[str]] = []
    previous = 0
    for match in [*_TOKEN.finditer(text), None]:
        if match and run and text[previous : match.start()] in {" ", " & "} and _may_continue(match.group()):
            run.append(match)
        else:
            found.extend(_make_names(text, run, mid_sentence))
            run = [match] if match and _is_capitalised(match.group()) else []
        previous = match.end() if match else previous
    return tuple(found)


def add_definite_article(name: str, text: str) -> str:
    """Return a name with the article that a text mostly gives it: "the US", "the Senate", but "Facebook"."""
    whole = f"the {name}"
    return whole if 2 * text.count(whole) > text.count(name) else name


def _is_capitalised(word: str) -> bool:
    return word[0].isupper() or (len(word) > 2 and word[0].islower() and word[1].isupper())


def _may_continue(word: str) -> bool:
    return _is_capitalised(word) or word in _JOINING


def _make_names(text: str, run: list[re.Match[str]], mid_sentence: bool) -> list[Name]:
    while run and run[-1].group() in _JOINING:
        run = run[:-1]
    if not run:
        return []
    before = text[max(0, run[0].start() - _BEFORE) : run[0].start()]
    opening = not mid_sentence and len(before) == run[0].start() and not any(map(str.isalnum, before))
    after_stop = bool(_STOP.search(before)) and not _SHORTENED.search(before)
    if (opening or after_stop) and not _opens_with_name(text, run):
        run = run[1:]
        opening = False
    kept = tuple(w for m in run if (w := fold_name(m.group())) not in _JOINING and w not in STOPWORDS - {"us", "it"})
    if not kept or all(word in TITLES for word in kept) or (kept == ("i",)):
        return []
    acronym = len(kept) == 1 and 2 <= len(kept[0]) <= 6 and run[-1].group().replace(".", "").isupper()
    return [Name(kept, run[0].start(), run[-1].end(), opening or after_stop, acronym)]


def _opens_with_name(text: str, run: list[re.Match[str]]) -> bool:
    first = run[0].group()
    word = first.casefold()
    if word in STOPWORDS or word in SPEECH or word in _OPENERS:
        return False
    if any(c.isupper() for c in first[1:]) or "." in first or re.search(r"['’]s$", first):
        return True
    if len(run) > 1:
        return True
    if text.startswith(", who ", run[0].end()):
        return True
    return not re.search(r"(?:[^s]s|ing|ly)$", word) and bool(_VERB.match(text, run[0].end() + 1))


_OPENERS = frozenset(
    "two three four five six seven eight nine ten many several some most another others people police officials "
    "nobody everyone someone something nothing everything today yesterday however although though since despite "
    "following according asked speaking much none half part such like unlike within without together under later "
    "earlier last next first second third both neither either even once still yet only just hackers attackers".split()
)


def same_word(one: str, other: str) -> bool:
    """Return whether two folded words name the same: "China" and "Chinese", "Democrat" and "Democrats"."""
    if one == other:
        return True
    if any(one in group and other in group for group in _ALIASES):
        return True
    short, long = sorted((one, other), key=len)
    root = short[:-1] if len(short) > 4 and short[-1] in "aeys" else short
    return len(root) >= 4 and len(long) - len(root) <= 4 and long.startswith(root) and bool(_DEMONYM.search(long))


def is_named(name: Name, present: frozenset[str], initials: Lookup, article: Lookup) -> bool:
    """Return whether a text names what a claim names.

    Args:
        name: The name in the claim.
        present: The folded words of the text.
        initials: The initials of the longer names of the text and its article ("ftc").
        article: The folded words of the whole article: a full name may take its other words from there, if one
            word of it is in the text.
    """
    whole = " ".join(name.words)
    if any(whole in group and _holds_alias(group, present) for group in _ALIASES):
        return True
    if name.acronym and whole in initials():
        return True
    if len(name.words) > 1 and "".join(word[0] for word in name.words) in present:
        return True
    kept = [word for word in name.words if word not in TITLES] or list(name.words)
    given = kept[:-1] if kept[-1] in present else []
    missing = [
        word
        for word in kept
        if not (
            _holds_word(word, present)
            or (len(word) < 5 and word in initials())
            or (word in given and is_short_form(word, present))
        )
    ]
    return not missing or (len(missing) < len(kept) and all(_holds_word(word, article()) for word in missing))


def is_short_form(given: str, present: Iterable[str]) -> bool:
    """Return whether a folded given name is the beginning of a longer word that is present: "max" of "maximillian"."""
    return len(given) >= 3 and any(len(word) > len(given) and word.startswith(given) for word in present)


def _holds_alias(group: frozenset[str], present: frozenset[str]) -> bool:
    return any(all(part in present for part in alias.split()) for alias in group)


def _holds_word(word: str, present: frozenset[str]) -> bool:
    if word in present or word.replace("-", "") in present:
        return True
    if "-" in word and all(part in present for part in word.split("-")):
        return True
    return any(same_word(word, other) for other in present if other[:3] == word[:3]) or any(
        word in group and _holds_alias(group, present) for group in _ALIASES
    )


@lru_cache(maxsize=1024)
def find_initials(text: str) -> frozenset[str]:
    """Return the initials of the names of two to six words in a text ("ftc" for Federal Trade Commission)."""
    found: set[str] = set()
    for match in _LONG_NAME.finditer(text):
        parts = match.group().split()
        big = [part[0].lower() for part in parts if part[0].isupper()]
        found.update("".join(big[i:j]) for i in range(len(big)) for j in range(i + 2, min(len(big), i + 6) + 1))
        found.add("".join(part[0].lower() for part in parts))
    return frozenset(found)
