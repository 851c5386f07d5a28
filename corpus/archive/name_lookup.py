"""Authors and sections of an archive, found however they are written: case, accents, "By", a family name alone."""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from rapidfuzz import process

from corpus.errors import InputError
from corpus.text.credit_names import fold_name, split_byline

_NEAREST = 3
_ALIKE = 75  # Of 100: what is less alike is no help.
_LEVELS = re.compile(r"[/>|;,]")


@lru_cache(maxsize=65_536)
def fold_authors(byline: str) -> frozenset[str]:
    """Return the people of a byline in the form in which writings of a name compare equal."""
    return frozenset(filter(None, map(fold_name, split_byline(byline))))


def _split_levels(category: str) -> list[str]:
    return list(dict.fromkeys([category, *map(str.strip, _LEVELS.split(category))]))


@lru_cache(maxsize=4_096)
def fold_sections(category: str) -> frozenset[str]:
    """Return a section likewise, and each level of one such as "News / Sports"; "sports" is "sport"."""
    return frozenset(name.removesuffix("s") for name in map(fold_name, _split_levels(category)) if name)


def names_author(byline: str, wanted: str) -> bool:
    """Return whether a byline names any of some people, a JSON list of names."""
    return not _fold_all(wanted, fold_authors).isdisjoint(fold_authors(byline))


def names_section(category: str, wanted: str) -> bool:
    """Return whether a category is, or lies in, any of some sections, a JSON list of names."""
    return not _fold_all(wanted, fold_sections).isdisjoint(fold_sections(category))


@lru_cache(maxsize=256)
def _fold_all(names: str, fold: Callable[[str], frozenset[str]]) -> frozenset[str]:
    return frozenset(folded for name in json.loads(names) for folded in fold(name))


class NameLookup:
    """Find the name that an archive has for what somebody writes."""

    def __init__(self, counts: Mapping[str, int], kind: str) -> None:
        """Take the values of a column with the number of their articles.

        Args:
            counts: As `Archive.count_by` returns them.
            kind: "author" or "section".
        """
        self.kind = kind
        writings: defaultdict[str, Counter[str]] = defaultdict(Counter)
        for value, count in counts.items():
            for name in split_byline(value) if kind == "author" else _split_levels(value):
                writings[self._fold(name)][name] += count
        writings.pop("", None)
        # The commonest writing; some bylines are in capitals, which no reader would type.
        self._names = {f: max(names, key=lambda n: (not n.isupper(), names[n])) for f, names in writings.items()}
        tally = Counter({self._names[folded]: sum(names.values()) for folded, names in writings.items()})
        self.counts: Mapping[str, int] = dict(tally.most_common())
        """The number of articles by name, the commonest first."""
        families = Counter(folded.rpartition(" ")[2] for folded in self._names)
        self._families = {folded.rpartition(" ")[2]: folded for folded in self._names} if kind == "author" else {}
        self._families = {family: folded for family, folded in self._families.items() if families[family] == 1}
        self.longest = max((folded.count(" ") + 1 for folded in self._names), default=0)
        """Words of the longest name."""

    def __bool__(self) -> bool:
        """Return whether the archive has any."""
        return bool(self._names)

    def find(self, name: str) -> str:
        """Return the name as the archive writes it most often, or "" where it has none such.

        A family name alone is enough where one person has it.
        """
        people = split_byline(name) if self.kind == "author" else [name]
        folded = self._fold(people[0]) if len(people) == 1 else ""
        return self._names.get(folded) or self._names.get(self._families.get(folded, ""), "")

    def resolve(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return names as the archive writes them, each once.

        Raises:
            InputError: It has no such one; the message names those that come nearest.
        """
        return tuple(dict.fromkeys(self.find(name) or self._refuse(name) for name in names))

    def describe_missing(self, name: str) -> str:
        """Say that the archive has no such name, and which come nearest."""
        what = f"is by “{name}”" if self.kind == "author" else f"is in a section called “{name}”"
        near = process.extract(self._fold(name), self._names.keys(), limit=_NEAREST, score_cutoff=_ALIKE)
        nearest = ", ".join(self._names[folded] for folded, *_ in near)
        if not nearest and self.kind == "section":
            nearest = ", ".join(list(self._names.values())[:_NEAREST])
        return f"No article in this archive {what}" + (f"; nearest: {nearest}" if nearest else "")

    def _fold(self, name: str) -> str:
        return fold_name(name) if self.kind == "author" else fold_name(name).removesuffix("s")

    def _refuse(self, name: str) -> str:
        raise InputError(f"{self.describe_missing(name)}.")
