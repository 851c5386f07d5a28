"""What an article tells of the bearer of a name: the whole name, a place, years, a description."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import takewhile
from typing import Literal

from corpus.article import Article
from rag.text.names import TITLES, fold_name, shortens
from rag.text.terms import STOPWORDS, list_held_terms

Kind = Literal["whole", "born", "year", "place", "bracket", "maker", "phrase"]

_OPENING = 250  # Characters in which an article says what the thing in its headline is.
_OLDEST = 110
_BEFORE = 60  # Characters before a name in which given names and a role are looked for.
_MOST_GIVEN = 3
_MOST_FORMS = 12  # Of one person's given names in an article; each is compared with all others.
_LONGEST_ROLE = 4
_NO_ROLES = STOPWORDS.union(
    "summer winter quarter number however whether rather never ever together later earlier matter letter order paper".split()
)
_ROLES = ("er", "or", "ist", "ian", "man", "woman", "star", "chef")
_SPACE = r"[^\S\n]+"
_BRACKET = re.compile(r"[^\S\n]*\(([^()\n]{2,80})\)")
_YEAR = re.compile(r"(?<!\d)(?:1\d|20)\d\d(?!\d)")
_AGE = re.compile(r",[^\S\n]+(\d{1,3}),")
_PLACE = re.compile(rf",{_SPACE}([A-Z][\w’'-]+(?:,?{_SPACE}[A-Z][\w’'-]+){{0,6}}\.?)")
_LISTED = re.compile(r",?\s+(?:and|or|&)\s+\S")
_COMMA = re.compile(rf",{_SPACE}")
_IS = re.compile(rf"{_SPACE}(?:is|was|are|were){_SPACE}")
_PHRASE = re.compile(rf"(?:an?|the|one{_SPACE}of{_SPACE}the){_SPACE}[^,.;:()\n]{{3,90}}", re.IGNORECASE)
_AIM = re.compile(
    rf"(?:,{_SPACE}which)?{_SPACE}(?:would|will|bans?|requires?|allows?|raises?|cuts?){_SPACE}[^,.;:()\n]{{3,90}}"
)
_GOING_ON = frozenset(
    "who that which where when whose with but said says told is was has had will as after located situated published "
    "released established founded based".split()
)
_MADE_BY = re.compile(r"\b(?:by|from)\s+(.+)$")
_IN = re.compile(r"\bin\s+(?:the\s+)?([A-Z].*)$")
_AT = frozenset("in of at near from to around outside for".split())
_CALLING = TITLES | STOPWORDS


@dataclass(frozen=True, slots=True)
class Trait:
    """Hold one thing that an article tells of a bearer.

    Attributes:
        label: The name with it, as it stands in the article.
        said: What is told.
        years: The years in it.
    """

    label: str
    said: str = ""
    years: tuple[int, ...] = ()


@dataclass(frozen=True)
class Bearer:
    """Hold what an article tells of whom or what it means by a name.

    Attributes:
        article: The article.
        name: The name as it is asked about.
        traits: What is told, by kind.
        given: The given names that the article adds to the name, folded.
    """

    article: Article
    name: str
    traits: Mapping[Kind, Trait] = field(default_factory=dict)
    given: tuple[str, ...] = ()

    @property
    def numbered(self) -> bool:
        """Return whether the name ends with a number, as that of a bill does."""
        return self.name[-1:].isdigit()

    @cached_property
    def person(self) -> bool:
        """Return whether the article speaks of the bearer as of a person with given name and family name."""
        return bool(self.given or split_name(self.name)[0]) and is_person(self.name, self.article.body)

    @cached_property
    def held(self) -> frozenset[str]:
        """Return the terms of the article."""
        return _list_held(self.article.title, self.article.body, self.article.language or "en")


@lru_cache(maxsize=64)  # Several names of a question are looked for in the same few articles.
def _list_held(title: str, body: str, language: str) -> frozenset[str]:
    return frozenset(list_held_terms(f"{title} {body}", language))


def describe_bearer(name: str, article: Article, work: bool = False) -> Bearer:
    """Return what an article tells of the bearer of a name; each thing as its first mention tells it.

    Args:
        name: As it is asked about.
        article: What is read: headline and text.
        work: It is the title of a work.
    """
    given, whole = _find_whole_name(name, f"{article.title}\n{article.body}")
    traits: dict[Kind, Trait] = {"whole": Trait(whole)} if whole else {}
    for text in (article.title, article.body):
        for said in dict.fromkeys((name, whole or name)):
            for start, end in find_mentions(said, text):
                for kind, trait in _Mention(text, start, end, article.published_at).read(work):
                    traits.setdefault(kind, trait)
    return Bearer(article, name, traits, given)


def find_mentions(name: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a text writes a name so, or in capitals, or without the points of its initials."""
    for form in dict.fromkeys((name, name.upper(), name.replace(".", ""))):
        start = text.find(form) if form else -1
        while start >= 0:
            end = start + len(form)
            if not text[max(0, start - 1) : start].isalnum() and not text[end : end + 1].isalnum():
                yield start, end
            start = text.find(form, end)


@dataclass(frozen=True, slots=True)
class _Mention:
    """Hold where a text mentions a name, and when it was published."""

    text: str
    start: int
    end: int
    published: datetime | None

    @property
    def name(self) -> str:
        return self.text[self.start : self.end]

    def read(self, work: bool) -> Iterator[tuple[Kind, Trait]]:
        """Yield what stands around the mention."""
        bracket = _BRACKET.match(self.text, self.end)
        behind = bracket.end() if bracket else self.end
        if bracket and self.start < _OPENING:
            yield from self._read_bracket(bracket)
        if self.published and (age := _AGE.match(self.text, behind)) and int(age.group(1)) < _OLDEST:
            yield "born", self._cut(age.end(1), age.group(1), (self.published.year - int(age.group(1)),))
        yield from self._read_place()
        if phrase := self._read_phrase(behind):
            yield "phrase", phrase
            yield from _read_within(phrase, work)

    def _cut(self, end: int, said: str, years: tuple[int, ...] = ()) -> Trait:
        return Trait(" ".join(self.text[self.start : end].split()), " ".join(said.split()), years)

    def _read_bracket(self, bracket: re.Match[str]) -> Iterator[tuple[Kind, Trait]]:
        said = bracket.group(1)
        years = tuple(int(year) for year in _YEAR.findall(said))
        trait = self._cut(bracket.end(), said, years)
        if years:
            yield "born" if "born" in said or len(years) > 1 else "year", trait
        yield "bracket", trait

    def _read_place(self) -> Iterator[tuple[Kind, Trait]]:
        """Yield what follows a name as "Ohio" follows "in Shawnee Hills", where it is no list, or stands before a number."""
        before = _read_word_before(self.text, self.start)
        if not self.start or before.lower() in _AT:
            place = _PLACE.match(self.text, self.end)
            if place and not _LISTED.match(self.text, place.end()):
                said = place.group(1).partition(self.name)[0].rstrip(" ,.")
                yield "place", self._cut(place.start(1) + len(said), said)
        if (
            self.name[-1].isdigit()
            and before[:1].isupper()
            and before[-1].isalnum()
            and before.lower() not in STOPWORDS
        ):
            yield "place", Trait(f"{before} {self.name}", before)

    def _read_phrase(self, behind: int) -> Trait | None:
        """Return the description behind a name ("Jordan, a professor, ..."), or the role before it."""
        numbered, comma = self.name[-1].isdigit(), _COMMA.match(self.text, behind)
        start = comma or (_IS.match(self.text, behind) if self.start < _OPENING else None)
        phrase = _PHRASE.match(self.text, start.end()) if start else None
        if numbered and not phrase and (aim := _AIM.match(self.text, behind)):
            return self._cut(aim.end(), aim.group())
        listed = comma and phrase and (_LISTED.match(self.text, phrase.end()) or " and " in phrase.group())
        if phrase and (numbered or not listed):
            words = phrase.group().split()
            said = " ".join([words[0], *takewhile(lambda word: word not in _GOING_ON, words[1:])])
            return Trait(f"{self.name}, {said}", said)
        role = _read_role(self.text[max(0, self.start - _BEFORE) : self.start], self.start <= _BEFORE)
        return Trait(f"{role} {self.name}", role) if role else None


def _read_role(before: str, whole: bool) -> str:
    """Return the role before a name: "basketball player" behind "the", or "Basketball player" at the start of a sentence.

    Args:
        before: What stands before the name.
        whole: That is all of the text before it.
    """
    line = before.rpartition("\n")[2]
    said = line.split() if line.endswith(" ") else []
    if not said or said[-1] in _NO_ROLES or not (said[-1].islower() and said[-1].endswith(_ROLES)):
        return ""
    starts = whole or line != before
    for n in range(1, min(_LONGEST_ROLE, len(said)) + 1):
        role, leading = said[-n:], said[-n - 1] if len(said) > n else ""
        if leading.lower() in {"the", "a", "an"} or (n > 1 and (leading.endswith(".") or (starts and not leading))):
            return " ".join(role)
        if not role[0].islower():
            break
    return ""


def _read_within(phrase: Trait, work: bool) -> Iterator[tuple[Kind, Trait]]:
    """Yield what a description holds: where a thing is; of a work its year, and by whom it is."""
    if place := _IN.search(phrase.said):
        yield "place", Trait(phrase.label, place.group(1))
    if work and (years := tuple(int(year) for year in _YEAR.findall(phrase.said))):
        yield "year", Trait(phrase.label, phrase.said, years)
    if work and (maker := _MADE_BY.search(phrase.said)):
        yield "maker", Trait(phrase.label, maker.group(1))


def _read_word_before(text: str, start: int) -> str:
    """Return the word before an offset, "" at the beginning."""
    return (text[max(0, start - _BEFORE) : start].split() or [""])[-1]


def split_name(name: str) -> tuple[str, list[str], str]:
    """Return the first word of a name without its titles, "" for a single one, the words between, and the last."""
    parts = [word for word in name.split() if fold_name(word.rstrip(".")) not in TITLES]
    return (parts[0] if len(parts) > 1 else "", parts[1:-1], parts[-1]) if parts else ("", [], "")


def _find_whole_name(name: str, text: str) -> tuple[tuple[str, ...], str]:
    """Return the given names that a text adds to the name of a person, and the name with them.

    Nothing is returned where it adds others elsewhere, as it then tells of several.
    """
    first, _, last = split_name(name)
    if not last[:1].isupper() or any(character.isdigit() for character in name) or not is_person(name, text):
        return (), ""
    found: dict[tuple[str, ...], str] = {}
    for start, _ in find_mentions(last, text):
        if given := _read_given_names(text, start, first, last):
            folded = tuple(fold_name(word.rstrip(".")) for word in given)
            found.setdefault(folded, " ".join([*([first] if first else []), *given, last]))
    if not 0 < len(found) <= _MOST_FORMS or any(find_clash(one, other) for one in found for other in found):
        return (), ""
    return next(iter(found.items()))


def _read_given_names(text: str, start: int, first: str, last: str) -> list[str]:
    """Return the given names before a family name, of "Michael I. Jordan" behind the first one where that is known."""
    line = text[max(0, start - _BEFORE) : start].rpartition("\n")[2]
    given = [*takewhile(_may_be_given, reversed(line.split() if line.endswith(" ") else []))][:_MOST_GIVEN]
    given = [*takewhile(lambda word: word != (first or last), given)][::-1]
    known = given and (line.split()[-len(given) - 1 :][0] == first if first else len(given[0].rstrip(".")) > 1)
    return given if known else []


def _may_be_given(word: str) -> bool:
    folded = fold_name(word.rstrip("."))
    initial = len(word) == len("I.") and word[1] == "."
    return word[0].isupper() and (
        initial or (word[-1].isalnum() and not (folded in TITLES or folded in STOPWORDS or word.endswith(("’s", "'s"))))
    )


def is_person(name: str, text: str) -> bool:
    """Return whether a text calls the bearer of a name by its last word alone, and never "the" so: "Jordan said"."""
    last = split_name(name)[2]
    if not last or last.isupper():
        return False
    before = [_read_word_before(text, start) for start, _ in find_mentions(last, text)]
    alone = [w for w in before if not w[:1].isupper() or fold_name(w.rstrip(".")) in _CALLING or w.endswith((".", "”"))]
    return bool(alone) and not any(word.lower() in {"the", "a", "an", "this"} for word in before)


def find_clash(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the first given names in which two people differ for sure: neither is a short form or an initial."""
    shared = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    one, other = one[shared:], other[shared:]
    if not one or not other or set(one) & set(other):
        return None
    a, b = one[0], other[0]
    initial = 1 in {len(a), len(b)} and a[0] == b[0]
    return None if initial or shortens(a, b) or shortens(b, a) else (a, b)
