"""Make a follow-up question stand alone, by rules: what it leaves out is taken from the turns before it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from rag.marks import read_marks
from rag.model import Turn
from rag.names import Name, names
from rag.period import periods
from rag.terms import STOPWORDS, words

_OPENER = re.compile(
    r"^(?:(?:and|but|so|ok(?:ay)?|also|then|or|well|what about|how about|what of|what if)\b[\s,]*)+", re.IGNORECASE
)
_ABOUT = re.compile(r"^(?:and |but |so |ok(?:ay)? )*(?:what|how) (?:about|of)\b", re.IGNORECASE)
_QUOTED = re.compile(r"[\"“][^\"”]*[\"”]")
_PERSON = r"he|him|his|she|her|hers|himself|herself"
_THING = r"it|its|they|them|their|theirs|this|that|these|those|itself|themselves"
_POINTING = re.compile(rf"\b(?:{_PERSON}|{_THING}|there|(?:the|that|this|which) (?:one|ones|other|others|latter|former|same)|"
                       r"(?:it|that|this) one)\b(?!['’])", re.IGNORECASE)  # fmt: skip
_EMPTY = re.compile(  # Words that look like pointers and point at nothing.
    r"\b(?:is|was|are|were) (?:it|there|this) (?:that|any|a|an|true|possible|still|now)\b|\b(?:is|are|was|were|will be|has been|have been) there\b|"
    r"\bthere (?:is|are|was|were|will|has|have)\b|"
    r"\bit (?:is|was) (?:now )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\d)|\b(?:say|said|says|think|report|claim\w*|suggest\w*|"
    r"know|announce\w*|confirm|find|show|fact|so|such|than|now|principle|news|idea|argue\w*|all|and|with|like|told|warn\w*|statement) (?:was it )?that\b|"
    r"\bthat (?=[A-Z])|\b\w+ that (?:is|are|was|were|has|have|had|\w+ed|made|led|set|hit|broke|won|put|came|went|can|could|will|would|\w+s)\b|"
    r"\bthis (?:week|month|year|morning|time)\b|\bthese days\b|\bthat (?:day|year|month|is)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:the|that|this|those|these) (?:\w+ )?(?:company|firm|law|bill|act|agency|court|country|deal|ruling|decision|judge|president|minister|"
    r"regulator|group|man|woman|report|article|story|attack|breach|case|fine|penalty|vote|speech|treaty|app|site|service|"
    r"settlement|merger|suspect|victims?|companies|countries|figure|number|amount|money|announcement|election)s?\b(?!\s+(?:of|that|"
    r"who|which|in|on|for|behind|between|against|about|to)\b)",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"^(?:who|whom|whose|what|when|where|why|how|which|did|does|do|is|are|was|were|has|have|had|can|will)\b",
    re.IGNORECASE,
)
_DEFINING = re.compile(r"^(?:what|who|where) (?:is|are|was|were)\b", re.IGNORECASE)
_SCAFFOLD = re.compile(
    r"^(?:(?:and|but|so|ok(?:ay)?)\s+)*(?:(?:can|could) you (?:tell|show) me|tell me|do you know|please)?\s*"
    r"(?:(?:who|whom|whose|what|when|where|why|how|which)(?: (?:many|much|long|often|big|large|far|old|exactly|precisely|else))?\s*)?"
    r"(?:(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|be|there|any|anyone|anybody)\b\s*)*",
    re.IGNORECASE,
)
_LIGHT = STOPWORDS | set("one ones many much exactly precisely else also still just anything anyone".split())
_ENOUGH = 8
"""Content words that, with a name, make a question long enough to say what it is about."""

_NOW = datetime(2100, 1, 1, tzinfo=UTC)  # Only the places of dates are needed here.
_PLACES = frozenset(
    "europe asia africa america australia britain england scotland wales ireland france germany italy spain portugal netherlands belgium "
    "austria switzerland sweden norway denmark finland poland ukraine russia turkey greece hungary romania china japan india pakistan "
    "bangladesh indonesia vietnam thailand malaysia singapore philippines taiwan korea iran iraq israel gaza syria egypt nigeria kenya ethiopia "
    "brazil argentina chile mexico canada us usa uk eu california texas florida london paris berlin brussels moscow beijing washington york "
    "tokyo delhi mumbai dubai geneva".split()
)


def is_followup(question: str) -> bool:
    """Tell whether a question leaves out what it is about, so that it can only be understood after another."""
    text = _QUOTED.sub("“”", question.strip())
    rest = _OPENER.sub("", text)
    content = [word for word in words(rest) if word not in _LIGHT]
    called = _called(rest)
    if _ABOUT.match(text):
        return len(content) < _ENOUGH
    if not called and _ASKING.match(rest) and _says_nothing(rest, content):
        return True
    if len(content) >= _ENOUGH and called:
        return False
    if _dangling(rest, called):
        return True
    opened = bool(re.match(r"(?:and|but|so|or)\b", text, re.IGNORECASE))
    return opened and len(content) < _ENOUGH and len(called) < 2


def _says_nothing(text: str, content: list[str]) -> bool:
    return not content or (
        len(content) == 1 and not _DEFINING.match(text) and bool(words(text)) and words(text)[0] != "did"
    )


def _called(text: str) -> list[Name]:
    return [n for n in names(text) if not (n.opening and len(n.words) == 1 and n.words[0] in STOPWORDS)]


def _dangling(text: str, called: list[Name]) -> bool:
    """Tell whether a pronoun or "the company" points at nothing that the question names before it."""
    blanked = _EMPTY.sub(lambda match: " " * len(match.group()), text)
    for match in [*_POINTING.finditer(blanked), *_BARE.finditer(blanked)]:
        if any(name.end <= match.start() for name in called):
            continue
        demonstrative = match.group().lower().split()[0] in {"the", "this", "that", "these", "those"}
        if not (called and demonstrative and len(match.group().split()) > 1):
            return True
    return False


def standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question with what it leaves out put in from the turns before; unchanged if it stands alone.

    The topic of the last question comes with it, in brackets; a new year, place or name takes the place of the old one.
    Marks in answers are ignored.
    """
    topic, answer = "", ""
    for turn in history:
        if turn.role == "user":
            topic = _resolved(turn.content, topic, answer) if topic else turn.content.strip()
        else:
            answer = read_marks(turn.content, 0).text
    return _resolved(question, topic, answer)


def _resolved(question: str, topic: str, answer: str) -> str:
    if not topic.strip() or not is_followup(question):
        return question
    rest = _OPENER.sub("", question.strip()).strip()
    if not rest:
        return question
    if _is_element(question, rest):
        return _replaced(topic, rest.rstrip("?!. "))
    told = _spelt_out(rest.rstrip("?!. "), topic, answer)
    subject = _subject(_without_rival_dates(topic, rest))
    missing = set(words(subject)) - set(words(told)) - STOPWORDS
    return f"{told} ({subject})?" if missing else f"{told}?"


def _is_element(question: str, rest: str) -> bool:
    """Tell whether a follow-up only names a new element: "what about 2017?", "and in Europe?"."""
    content = [word for word in words(rest) if word not in _LIGHT]
    return (
        bool(content)
        and len(content) <= 5
        and not _ASKING.match(rest)
        and not re.search(r"\bones?\b|\bdid\b|\bwas\b|\bis\b", rest)
    )


def _replaced(topic: str, element: str) -> str:
    """Return the topic with its date, place or name replaced by the new one of that kind, else with it added."""
    body, end = (topic.rstrip("?!. "), "?")
    new, old = periods(_dated(element), _NOW), periods(body, _NOW)
    if new:
        if len(old) >= 1:
            return f"{body[: old[-1].start]}{_with_preposition(element, old[-1].said)}{body[old[-1].end :]}{end}"
        return f"{body} {_with_preposition(element, 'in ')}{end}"
    candidates = [n for n in names(body) if _same_kind(n, element)]
    if len(candidates) == 1:
        bare = re.sub(r"^(?:in|on|at|from|for|to|of|with|by)\s+(?:the\s+)?|^the\s+", "", element, flags=re.IGNORECASE)
        return f"{body[: candidates[0].start]}{bare}{body[candidates[0].end :]}{end}"
    return f"{body}, {element}{end}"


def _dated(element: str) -> str:
    return (
        element
        if re.match(r"(?:in|on|since|before|after|by|until|during|from|between)\b", element, re.IGNORECASE)
        else f"in {element}"
    )


def _with_preposition(element: str, old: str) -> str:
    if re.match(
        r"(?:in|on|since|before|after|by|until|during|from|between|at|last|this|yesterday)\b", element, re.IGNORECASE
    ):
        return element
    first = old.split()[0] if old.split() else ""
    return (
        f"{first} {element}"
        if re.fullmatch(r"in|on|since|before|after|by|until|during|from|of|at", first, re.IGNORECASE)
        else element
    )


def _same_kind(name: Name, element: str) -> bool:
    fresh = names(f"about {element}")
    if len(fresh) != 1:
        return False
    places = [any(word in _PLACES for word in n.words) for n in (name, fresh[0])]
    return places[0] == places[1] and (all(places) or len(name.words) == len(fresh[0].words))


def _spelt_out(question: str, topic: str, answer: str) -> str:
    """Put the person in for "he" or "she"."""
    match = re.search(rf"\b(?:{_PERSON})\b", question, re.IGNORECASE)
    person = _person(topic, answer) if match else ""
    if not match or not person:
        return question
    word = match.group().lower()
    owner = word == "his" or (word == "her" and re.match(r"\s+\w", question[match.end() :]) is not None)
    put = person + ("'s" if owner and word != "hers" else "")
    return f"{question[: match.start()]}{put}{question[match.end() :]}"


def _person(topic: str, answer: str) -> str:
    """Return the fullest name that looks like a person's: in the question before, else in the answer."""
    for text in (topic, answer):
        people = [n for n in names(text) if len(n.words) >= 2 and not n.acronym and _personal(text[n.start : n.end])]
        if people:
            return re.sub(r"['’]s$", "", text[people[0].start : people[0].end])
    return ""


def _personal(name: str) -> bool:
    return re.search(r"\b(?:Act|Court|House|Senate|Commission|Union|States|Law|Order|Inc|Ltd|Corp|Department|Agency|Office|Board|of|the|"
                     r"Internet|World|National|United|International|Council|Committee|Bank|University|Times|News)\b", name) is None  # fmt: skip


def _without_rival_dates(topic: str, question: str) -> str:
    """Drop the dates of the topic where the follow-up brings its own."""
    if not periods(question, _NOW):
        return topic
    for period in reversed(periods(topic, _NOW)):
        topic = topic[: period.start] + topic[period.end :]
    return " ".join(topic.split())


def _subject(topic: str) -> str:
    bare = _SCAFFOLD.sub("", topic.strip(), count=1).strip().rstrip("?!. ")
    return bare or topic.strip().rstrip("?!. ")
