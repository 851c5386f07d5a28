"""The outlets that a question names, matched with the outlets as the archive writes them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:[.&'’][^\W_]+)*", re.UNICODE)
_TAGLINE = re.compile(r"\s[|–—•·»-]\s|:\s|\s\(")
_DOMAIN = re.compile(r"\.(?:com|org|net|co|uk|in|au|ca|de|fr|io|tv|news|info|eu|ie|nz|us|gov|edu)$", re.IGNORECASE)
_QUOTES = "'\"‘’“”«»„"
_ARTICLES = {"the", "a"}
_SMALL = {"and", "of", "for", "in", "on"}
_LONGEST = 9  # Words of the longest name that is looked for.
_LONG_NAME = 12
_FUZZY = 92.0
"""How like a name of `_LONG_NAME` letters or more must be to one of the archive, from 0 to 100."""

# Short forms in general use that initials do not give, by the squashed name.
_SHORT_FORMS = {
    "washingtonpost": ("WaPo",),
    "financialtimes": ("FT",),
    "associatedpress": ("AP", "AP News"),
    "agencefrancepresse": ("AFP",),
    "sydneymorningherald": ("SMH",),
    "southchinamorningpost": ("SCMP",),
    "frankfurterallgemeinezeitung": ("FAZ",),
    "suddeutschezeitung": ("SZ",),
}
_PLAIN_TAILS = {"news", "sport", "sports", "business", "world", "online", "radio", "tv", "politics", "technology"}
_NOT_ACRONYMS = {"FOX", "SKY", "THE", "NEW", "BIG", "ONE", "TOP", "ALL", "USA", "CEO", "WHO", "AGE"}

# What comes before or after an outlet, and hardly ever next to a common noun.
_BEFORE = re.compile(
    r"(?:\baccording to|\b(?:reported|published|covered|discussed|reviewed|described|written|quoted|noted|mentioned"
    r"|run|told|"
    r"carried|posted) (?:\w+ ){0,2}?(?:by|in|on)|\b(?:articles?|reports?|stories|story|coverage|pieces?|posts?"
    r"|sources?|news|"
    r"reporting|alleg\w+|claims|discussions?|as reported|only|outlets?|magazine|newspaper)(?: \w+)? (?:from|by|in"
    r"|on|including|such as|like|of)|"
    r"\b(?:both|either|did|does|has|after|before|while|whereas|only from|per|but))\s+(?:(?:the|an?|another|from|by"
    r"|in)\s+){0,2}$",
    re.IGNORECASE,
)
_AFTER_OUTLET = re.compile(
    r"^[\"'’”]?(?:['’]s?)?(?:\s*+,)?\s++(?:(?:news|latest|own|recent|subsequent|later|earlier|\w+ly)\s+){0,2}(?:articles?|reports?|reported|reporting|coverage|"
    r"covered|stories|story|pieces?|posts?|review(?:ed|s)?|published|publishes|wrote|writes|editorial|interview|column|"
    r"newspaper|magazine|headlines?|claims?|suggests?|implies|indicates?|describes?)\b",
    re.IGNORECASE,
)
_LINKS = frozenset(("", "and", "or", "as well as"))
_LONGEST_LINK = 20


@dataclass(frozen=True, slots=True)
class Mention:
    """Hold a mention of an outlet in a text.

    Attributes:
        names: The outlets as the archive writes them; several where a paper has sections of their own.
        start: Offset of its first character, quotation mark included.
        end: End offset (exclusive).
    """

    names: tuple[str, ...]
    start: int
    end: int


class Outlets:
    """Find outlets in text by any usual form of their names."""

    def __init__(self, names: Iterable[str]) -> None:
        """Index the outlet names of an archive; empty ones are skipped."""
        self.names = tuple(dict.fromkeys(name for name in names if name.strip()))
        self._forms: dict[str, set[str]] = {}
        self._acronyms: dict[str, set[str]] = {}
        for name in self.names:
            for form in _list_name_forms(name):
                self._forms.setdefault(fold_outlet(form), set()).add(name)
            for short in _list_short_forms(name):
                self._acronyms.setdefault(short, set()).add(name)
        self._forms.pop("", None)
        papers = {short: {fold_outlet(clean_name(n)) for n in named} for short, named in self._acronyms.items()}
        # Initials that two papers share name neither.
        self._acronyms = {short: names for short, names in self._acronyms.items() if len(papers[short]) == 1}
        # Every beginning of a name, so that words which lead to none are given up at once.
        self._beginnings = {"", "the"} | {
            form[:end] for form in [*self._forms, *map(str.lower, self._acronyms)] for end in range(1, len(form) + 1)
        }
        self._long = [key for key in self._forms if len(key) >= _LONG_NAME]

    def find(self, text: str) -> list[Mention]:
        """Return the outlets that a text names, in order.

        A name that is one ordinary word (Fortune, Polygon, The Age) counts only where it is quoted, or capitalised and
        next to words about reporting or to another outlet.
        """
        tokens = list(_WORD.finditer(text))
        sure: list[Mention] = []
        unsure: list[Mention] = []
        i = 0
        while i < len(tokens):
            found = self._find_longest(text, tokens, i)
            if not found:
                i += 1
                continue
            mention, width, certain = found
            (sure if certain else unsure).append(mention)
            i += width
        sure.extend(self._find_linked_names(text, sure, unsure))
        return sorted(sure or [], key=lambda m: m.start)

    def _find_longest(self, text: str, tokens: list[re.Match[str]], i: int) -> tuple[Mention, int, bool] | None:
        if tokens[i].group() in _ARTICLES:  # "the" is of the name only with a capital.
            return None
        best: tuple[tuple[str, ...], int] | None = None
        key = ""
        for j in range(i, min(i + _LONGEST, len(tokens))):
            said = text[tokens[i].start() : tokens[j].end()]
            if names := self._find_named(said, j - i + 1):
                best = names, j
            key += fold_outlet(tokens[j].group())
            if key.removeprefix("the") not in self._beginnings and key not in self._beginnings:
                break
        best = best or self._find_similar(text, tokens, i)
        if best is None:
            return None
        names, j = best
        mention = _make_mention(text, names, tokens[i].start(), tokens[j].end())
        return mention, j - i + 1, _is_certain(text, text[tokens[i].start() : tokens[j].end()], mention)

    def _find_named(self, said: str, width: int) -> tuple[str, ...]:
        bare = re.sub(r"['’]s?$", "", said)
        if width <= 2 and bare in self._acronyms:
            return tuple(sorted(self._acronyms[bare]))
        key = fold_outlet(bare)
        return self._order_mentions(self._forms[key], key) if key in self._forms else ()

    def _order_mentions(self, names: set[str], key: str) -> tuple[str, ...]:
        """Return the outlet of exactly that name if there is one, else all that share the form."""
        exact = [name for name in names if fold_outlet(name) == key]
        return tuple(sorted(exact or names))

    def _find_similar(self, text: str, tokens: list[re.Match[str]], i: int) -> tuple[tuple[str, ...], int] | None:
        """Return the outlet that a run of capitalised words misspells, and the run's last token."""
        if not tokens[i].group()[0].isupper():
            return None
        j, most = i, min(len(tokens), i + _LONGEST)
        while j < most and tokens[j].group()[0].isupper() and (j == i or text[tokens[j - 1].end()] == " "):
            j += 1
        key = fold_outlet(text[tokens[i].start() : tokens[j - 1].end()]) if j - i >= 2 else ""
        near = [form for form in self._long if abs(len(form) - len(key)) <= 2 and form[0] == key[0]] if key else []
        if not near or (i and tokens[i - 1].group()[0].isupper() and tokens[i - 1].end() + 1 == tokens[i].start()):
            return None
        from rapidfuzz import fuzz, process  # Imported late: most questions need no comparison.

        best = process.extractOne(key, near, scorer=fuzz.ratio, score_cutoff=_FUZZY)
        return (self._order_mentions(self._forms[best[0]], best[0]), j - 1) if best else None

    def _find_linked_names(self, text: str, sure: list[Mention], unsure: list[Mention]) -> Iterator[Mention]:
        """Yield the doubtful names listed together with a certain one ("Fortune and TechCrunch")."""
        known = list(sure)
        for mention in [*unsure, *reversed(unsure)]:
            if mention not in known and any(_is_linked(text, mention, other) for other in known):
                known.append(mention)
                yield mention


@lru_cache(maxsize=65_536)
def fold_outlet(name: str) -> str:
    """Return a name as it is compared: lower case, letters and digits only, no "the", "www." or domain."""
    plain = name.strip().lower().removeprefix("https://").removeprefix("http://").removeprefix("www.")
    plain = _DOMAIN.sub("", _DOMAIN.sub("", plain))
    words = re.findall(r"[^\W_]+", plain)
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    key = "".join(words)
    # "TheVerge" has no blank either, but "theory" only begins so.
    return key.removeprefix("the") if len(words) == 1 and key.startswith("the") and len(key) > 6 else key


def clean_name(name: str) -> str:
    """Return an outlet's name without its tagline or section: "Business Today | Latest News" is "Business Today"."""
    return _TAGLINE.split(name, maxsplit=1)[0].strip()


def _list_name_forms(name: str) -> Iterator[str]:
    short = clean_name(name)
    yield from (name, short)
    if match := re.match(r"([A-Z]{2,5})([A-Z][a-z]+.*)$", _DOMAIN.sub("", short)):
        yield f"{match[1]} {match[2]}"


def _list_short_forms(name: str) -> Iterator[str]:
    short = clean_name(name)
    words = re.findall(r"[^\W_]+", short)
    yield from _SHORT_FORMS.get(fold_outlet(short), ())
    big = [word for word in words if word[0].isupper()]
    if len(big) >= 3:
        yield "".join(word[0] for word in big if word.lower() not in _ARTICLES)
        yield "".join(word[0] for word in big)
    first, rest = words[0] if words else "", {word.lower() for word in words[1:]}
    if rest and rest <= _PLAIN_TAILS and re.fullmatch(r"[A-Z]{3,5}", first) and first not in _NOT_ACRONYMS:
        yield first


def _make_mention(text: str, names: tuple[str, ...], start: int, end: int) -> Mention:
    while start and end < len(text) and text[start - 1] in _QUOTES and text[end] in _QUOTES:
        start, end = start - 1, end + 1
    return Mention(names, start, end)


def _is_certain(text: str, said: str, mention: Mention) -> bool:
    if text[mention.start] in _QUOTES:
        return True
    words = [word for word in re.findall(r"[^\W_]\S*", said) if word.lower() not in _SMALL]
    if re.search(r"\w\.\w{2,}$|^[A-Z]{2,5}$|[a-z][A-Z]", said):
        return True
    capitals = [word for word in words if word[0].isupper()]
    opening = not re.search(r"\w", text[: mention.start])
    bare = [word for word in words if word.lower() not in _ARTICLES]
    if len(bare) >= 2:
        return len(capitals) >= len(bare) or (not re.search("[A-Z]", text) and len(fold_outlet(said)) >= _LONG_NAME)
    if not bare or not bare[0][0].isupper():
        return False
    if len(words) == 2 and words[0] == "The" and not opening:
        return True
    before, after = text[max(0, mention.start - 60) : mention.start], text[mention.end :]
    return bool(_AFTER_OUTLET.match(after) or (_BEFORE.search(before) and not _continues_name(after)))


def _continues_name(after: str) -> bool:
    """Return whether a capitalised word follows directly, so that the name is a longer one ("Time Warner")."""
    return bool(re.match(r"\s+(?:of\s+)?[A-Z]", after))


def _is_linked(text: str, one: Mention, other: Mention) -> bool:
    first, second = sorted((one, other), key=lambda m: m.start)
    between = text[first.end : second.start]
    if len(between) >= _LONGEST_LINK or not between.strip():
        return False
    return " ".join(re.findall(r"\w+", between.lower())).removesuffix("the").strip() in _LINKS
