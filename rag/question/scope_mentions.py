"""What a question says of the byline and the section of the articles that it wants: taken out of it, as filters."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from corpus.archive.name_lookup import NameLookup
from rag.question.outlet_mentions import Outlets
from rag.text.names import find_names

_ITEMS = (
    r"(?:news )?(?:articles?|stories|story|reports?|reporting|pieces?|columns?|coverage|posts?|dispatches|analys[ie]s"
    r"|interviews?|headlines?|news)"
)
_WRITE = r"(?:writ(?:e|es|ten)|wrote|report(?:s|ed)?|publish(?:es|ed)?|filed?|covere?d?)"
# "@" stands for a name. What is left of each is what the question asks for without it.
_CERTAIN = (
    (rf"\b({_ITEMS})(?: (?:that|which) (?:is|are|was|were))?(?: (?:written|filed|authored|published|reported))? by @", r"\1"),
    (r"(?<![, ])[, ]*+\b(?:written|authored|filed|penned) by @", ""),
    (r"\b(?:with|under) the byline(?: of)? @", ""),
)  # fmt: skip
_OF_KNOWN = (
    *_CERTAIN,
    (rf"@['’]s? ((?:(?:latest|last|recent|newest|own|first|all) )*{_ITEMS})\b", r"\1"),
    (rf"\bwhat (?:did|does|do|has|have) @ {_WRITE} (?:about|on)\b", "what is reported about"),
    (rf"\bwhat (?:did|does|do|has|have) @ {_WRITE}\b", "articles"),
    (rf"\b({_ITEMS}) (?:that |which )?(?:(?:did|does|has|have) )?@ (?:has |have )?{_WRITE}\b(?! about\b| on\b)", r"\1"),
    (rf"\b({_ITEMS}) (?:that |which )?(?:(?:did|does|has|have) )?@ (?:has |have )?{_WRITE} (about|on)\b", r"\1 \2"),
)
_PATTERNS = tuple((re.compile(rule, re.IGNORECASE), rest) for rule, rest in _OF_KNOWN)
_CERTAIN_PATTERNS = tuple((re.compile(rule, re.IGNORECASE), rest) for rule, rest in _CERTAIN)
# "ransomware by Jane Doe", but not "founded by", "led by".
_BARE = re.compile(r"(?:^|(?<![^\W_])(?P<before>[^\W_]++),? )by @", re.IGNORECASE)
_DONE = re.compile(r"(?:ed|en|wn|ught|id|ld|nt|ade|un|on|et|ut|uck|ung|it|ost|nk|lt|pt|ft|nd)$", re.IGNORECASE)
_AND = frozenset(("", "and", "or", "&"))
# Nearly all questions hold nothing of these, and need not be looked at word by word.
_MAY_NAME = re.compile(rf"\bby |\bbyline\b|['’]s? (?:\w+ )?{_ITEMS}\b|\b{_WRITE}\b", re.IGNORECASE)
# Beside a report of an outlet, "a report by Jane Doe" is one of several that are compared.
_ONE_OF_SEVERAL = re.compile(rf"\b(?:an?|one|another) (?:\w+ )?{_ITEMS} by @", re.IGNORECASE)
_WORD = re.compile(r"[^\s,;:?!()\"“”]+")
_POSSESSIVE = re.compile(r"['’]s?$")
_SECTION = re.compile(
    r"(?<![, ])[, ]*+\b(?:in|from|on|under) (?:the |your )?(?P<name>[\w&’'-]+(?: [\w&’'-]+){0,3}?) (?P<what>section|pages|desk)\b"
    r"(?! of (?!the paper|the archive))",
    re.IGNORECASE,
)
_SECTION_BEFORE = re.compile(
    rf"(?<![\w&’'-])(?:the )?(?P<name>[\w&’'-]++) section (?P<items>{_ITEMS})\b", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class ScopeMentions:
    """Hold a question without what it says of bylines and sections.

    Attributes:
        text: The question without it.
        authors: Who is to have written the articles, as the archive writes them.
        sections: The sections that they are to stand in, likewise.
        missing: What the archive has no article of, in a sentence each.
        label: What the question says, in its own words.
    """

    text: str
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    label: str = ""


def find_scope(text: str, authors: NameLookup, sections: NameLookup, outlets: Outlets) -> ScopeMentions:
    """Find the authors and the section that a question wants its articles to be of; in doubt none.

    Args:
        text: The stand-alone question.
        authors: The authors of the archive.
        sections: Its sections.
        outlets: Its outlets: what is "by" one of them is no byline.
    """
    bare, found, missing, labels = text, list[str](), list[str](), list[str]()
    people = _join_people(text, list(_find_people(text, authors, outlets))) if _MAY_NAME.search(text) else []
    several = bool(people and outlets.find(text))
    for start, end, names in people:
        written = text[start:end]
        place = bare.find(written)
        if place < 0:
            continue
        shaped = f"{bare[:place]}@{bare[place + len(written) :]}"
        if several and _ONE_OF_SEVERAL.search(shaped):
            continue
        without = _take_out(shaped, bool(names), " " in written)
        if without is None:
            continue
        bare = without
        labels.append(f"by {written}")
        found.extend(names)
        missing.extend([] if names else [f"{authors.describe_missing(written)}."])
    bare, named, unknown, said = _find_section(bare, sections)
    return ScopeMentions(
        _tidy(bare) if bare != text else text,
        tuple(dict.fromkeys(found)),
        named,
        (*missing, *unknown),
        ", ".join([*labels, *said]),
    )


def _join_people(text: str, people: Sequence[tuple[int, int, str]]) -> list[tuple[int, int, tuple[str, ...]]]:
    """Return where people are named, those whom the archive has as authors together where they are named together."""
    joined: list[tuple[int, int, tuple[str, ...]]] = []
    for start, end, name in sorted(people):
        if joined and name and joined[-1][2] and text[joined[-1][1] : start].strip(" ,") in _AND:
            joined[-1] = (joined[-1][0], end, (*joined[-1][2], name))
        else:
            joined.append((start, end, (name,) if name else ()))
    return joined


def _find_people(text: str, authors: NameLookup, outlets: Outlets) -> Iterator[tuple[int, int, str]]:
    """Yield where people are named, with the archive's name of those whom it has as authors, "" for others."""
    words = list(_WORD.finditer(text))
    printed, i = [(m.start, m.end) for m in outlets.find(text)], 0
    taken = list(printed)
    while i < len(words):
        if words[i].group().casefold() == "by":  # It belongs to a byline, and "by Doe" would be found as one.
            i += 1
            continue
        for width in range(min(authors.longest, len(words) - i), 0, -1):
            start, last = words[i].start(), words[i + width - 1]
            end = last.start() + len(_POSSESSIVE.sub("", last.group()).rstrip("."))
            # A single word is a family name, which has a capital.
            if any(start < b and a < end for a, b in printed) or not (width > 1 or text[start].isupper()):
                continue
            name = authors.find(text[start:end])
            if name and " " in name:  # "Bloomberg" and "News" stand in bylines too.
                yield start, end, name
                taken.append((start, end))
                i += width - 1
                break
        i += 1
    for one in find_names(text):
        if len(one.words) > 1 and not any(start < one.end and one.start < end for start, end in taken):
            end = one.start + len(_POSSESSIVE.sub("", text[one.start : one.end]))
            yield one.start, end, ""


def _take_out(shaped: str, known: bool, whole: bool) -> str | None:
    """Return a question without the byline "@", or None where "@" is none."""
    for pattern, rest in _PATTERNS if known else _CERTAIN_PATTERNS:
        if pattern.search(shaped):
            return pattern.sub(rest, shaped, count=1)
    match = _BARE.search(shaped) if known and whole else None
    if match and not _DONE.search(match["before"] or ""):
        return shaped[: match.start()] + (match["before"] or "") + shaped[match.end() :]
    return None


def _find_section(text: str, sections: NameLookup) -> tuple[str, tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return a question without its section, the section, what the archive lacks, and what was said."""
    if not sections:
        return text, (), (), ()
    for pattern in (_SECTION, _SECTION_BEFORE):
        for match in pattern.finditer(text):
            items = match.groupdict().get("items") or ""
            bare = text[: match.start()] + items + text[match.end() :]
            if name := sections.find(match["name"]):
                return bare, (name,), (), (f"in the section {name}",)
            ends = not text[: match.start()].strip() or not text[match.end() :].strip(" ?.!")
            if pattern is _SECTION and ends and match["what"].lower() == "section" and match["name"].isalpha():
                return text, (), (f"{sections.describe_missing(match['name'])}.",), (match["name"],)
    return text, (), (), ()


def _tidy(text: str) -> str:
    """Return what is left of a question with its blanks and its first comma put in order."""
    words = " ".join(text.split()).strip(" ,:")
    for sign in "?!.,":
        words = words.replace(f" {sign}", sign)
    return words or "latest news"
