"""Whether two articles surely tell of different bearers of a name, and by what these are told apart."""

from collections.abc import Set

from rag.text.name_bearers import Bearer, Kind, Trait, find_clash
from rag.text.names import TITLES, find_names, fold_name, shortens
from rag.text.terms import STOPWORDS, stem, words

KINSHIP = 0.15
"""Share of its names that an article may have in common with one on somebody else: "(Atlanta)" and "(EFX)" are said of one company
in two articles on one event."""

_YEARS_OFF = 2  # An age and a date of publication give a year of birth to within one; outlets err by one more.
_SESSION_DAYS = 200  # Bills are numbered anew in each session.
_DATED: tuple[tuple[Kind, int], ...] = (("born", _YEARS_OFF), ("year", 0))
_TOLD: tuple[Kind, ...] = ("place", "bracket", "maker")
_VAGUE = frozenset(
    map(
        stem,
        "former late current new old first second third last latest best one only same own other group part county city "
        "town village".split(),
    )
)


def find_difference(one: Bearer, other: Bearer) -> Kind | None:
    """Return the kind of trait by which two articles tell of different bearers of a name; None where they may tell of one.

    What one article says of its bearer must not stand anywhere in the other.
    """
    if differing := find_clash(one.given, other.given):
        return None if stem(differing[0]) in other.held or stem(differing[1]) in one.held else "whole"
    for kind, tolerance in _DATED:
        a, b = one.traits.get(kind), other.traits.get(kind)
        if a and b:
            return kind if min(abs(x - y) for x in a.years[:1] for y in b.years[:1]) > tolerance else None
    held = one.held, other.held
    for kind in _TOLD:
        a, b = one.traits.get(kind), other.traits.get(kind)
        if not a or not b or not _exclude(a, b, *held) or (kind == "place" and _abbreviates(a.said, b.said)):
            continue
        if _share_hardly_a_name(one, other):
            return kind
    return "phrase" if _differ_in_phrase(one, other, *held) else None


def _differ_in_phrase(one: Bearer, other: Bearer, held: Set[str], others: Set[str]) -> bool:
    """Return whether descriptions tell bills of two sessions apart, or people in articles that share hardly a name."""
    a, b = one.traits.get("phrase"), other.traits.get("phrase")
    if not a or not b or not _exclude(a, b, held, others):
        return False
    if one.numbered and not _are_far_apart(one, other):
        return False
    if one.numbered and _is_title(a.said) and _is_title(b.said):
        return True
    people = one.person and other.person and _list_telling_terms(a.said).isdisjoint(_list_telling_terms(b.said))
    return (one.numbered or people) and _share_hardly_a_name(one, other)


def _are_far_apart(one: Bearer, other: Bearer) -> bool:
    a, b = one.article.published_at, other.article.published_at
    return bool(a and b and abs((a - b).days) > _SESSION_DAYS)


def _is_title(said: str) -> bool:
    """Return whether a description is the title of a law: "the Tax Cuts and Jobs Act"."""
    return sum(word[:1].isupper() for word in said.split()) > 1


def _exclude(one: Trait, other: Trait, held: Set[str], others: Set[str]) -> bool:
    """Return whether each of two descriptions says something, and nothing that the other one's article holds."""
    a, b = _list_telling_terms(one.said), _list_telling_terms(other.said)
    return bool(a - b and b - a) and others.isdisjoint(a - b) and held.isdisjoint(b - a)


def _list_telling_terms(text: str) -> set[str]:
    return {stem(word) for word in words(text) if word not in STOPWORDS} - _VAGUE


def _share_hardly_a_name(one: Bearer, other: Bearer) -> bool:
    names, elsewhere = _list_other_names(one), _list_other_names(other)
    return len(names & elsewhere) <= KINSHIP * min(len(names), len(elsewhere))


def _list_other_names(bearer: Bearer) -> set[str]:
    text = f"{bearer.article.title}\n{bearer.article.body}"
    return {word for name in find_names(text) for word in name.words} - {*words(bearer.name), *TITLES}


def _abbreviates(one: str, other: str) -> bool:
    a, b = ([fold_name(word.strip(".,")) for word in place.split()] for place in (one, other))
    return any(shortens(x, y) or shortens(y, x) for x in a for y in b)


def list_identifying_terms(bearer: Bearer) -> set[str]:
    """Return the terms of all that an article tells of a bearer besides the name."""
    told = " ".join(trait.label for trait in bearer.traits.values())
    return _list_telling_terms(told) - _list_telling_terms(bearer.name)
