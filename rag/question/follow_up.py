"""Make a follow-up question stand alone, by rules: what it leaves out is taken from the turns before it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

from corpus.text.sentences import split_sentences
from rag.model import Turn
from rag.question.small_talk import find_small_talk
from rag.text.citation_marks import HEADING, read_marks
from rag.text.dates.calendar_names import MONTH
from rag.text.dates.question_period import find_dates, find_periods
from rag.text.names import Name, find_names
from rag.text.quotations import find_quotations
from rag.text.speech_verbs import SAY
from rag.text.terms import (
    STOPWORDS,
    is_asking,
    is_stopword,
    is_stopword_anywhere,
    question_language,
    stem,
    terms,
    words,
)

_OPENER = re.compile(
    r"^(?:(?:and|but|so|ok(?:ay)?|also|then|or|well|thanks|thank you|great|right|what about|how about|what of"
    r"|what if)\b"
    r"[\s,.!]*)+",
    re.IGNORECASE,
)
_ABOUT = re.compile(r"^(?:(?:and|but|so|ok(?:ay)?)\s+)*(?:what|how)\s+(?:about|of)\b", re.IGNORECASE)
_PERSON = r"he|him|his|she|her|hers|himself|herself"
_OWNED = r"his|her|its|their"
_THING = r"it|they|them|theirs|this|that|these|those|itself|themselves|there"
_POINTING = re.compile(
    rf"\b(?:{_PERSON}|{_OWNED}|{_THING}|(?:the|that|this|which)\s+(?:one|ones|other|others|latter|former|same)"
    rf"|(?:it|that|this)\s+one)"
    r"\b(?!['’])",
    re.IGNORECASE,
)
_EMPTY = re.compile(  # Pronouns that refer to nothing.
    r"\b(?:is|was|are|were)\s+(?:it|there|this)\s+(?:that|any|a|an|true|possible|still|now)\b"
    r"|\b(?:is|was)\s+it\s+(?:\w+\s+)?\w+\s+(?:for|to|that)\b"
    r"|\b(?:is|are|was|were|will\s+be|has\s+been|have\s+been)\s+there\b|\bthere\s+(?:is|are|was|were|will|has|have)\b"
    rf"|\bit\s+(?:is|was)\s+(?:now\s+)?(?:(?:{MONTH})\b|\d)"
    r"|\b(?:say|said|says|think|report|claim\w*|suggest\w*|know|announce\w*|confirm|find|show|fact|so|such|than|now"
    r"|principle|news"
    r"|idea|argue\w*|all|and|with|like|told|warn\w*|statement)\s+(?:was\s+it\s+)?that\b(?!\s*[?.!]|$)"
    r"|\bthat\s+(?=(?-i:[A-Z]))"
    r"|\b\w+\s+that\s+(?:is|are|was|were|has|have|had|made|led|set|hit|broke|won|put|came|went|can|could|will|would"
    r"|\w+ed|\w+s)\b"
    r"|\bthis\s+(?:week|month|year|morning|time)\b|\bthese\s+days\b|\bthat\s+(?:day|year|month|is)\b",
    re.IGNORECASE,
)
_BARE = re.compile(
    r"\b(?:the|that|this|those|these)\s+(?:company|firm|law|bill|act|agency|court|country|deal|ruling"
    r"|decision|judge"
    r"|president|minister|regulator|group|man|woman|report|article|story|attack|breach|case|fine|penalty|vote"
    r"|speech|treaty|app|site"
    r"|service|settlement|merger|suspect|victim|companies|countries|figure|number|amount|money|announcement"
    r"|election)s?\b"
    r"(?!\s+(?:of|that|who|which|in|on|for|behind|between|against|about|to)\b)",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"^(?:who|whom|whose|what|when|where|why|how|which|did|does|do|is|are|was|were|has|have|had|can|will)\b",
    re.IGNORECASE,
)
_MORE = re.compile(  # "Tell me more", "any details?", "go on"
    r"^(?:please\s+)?(?:(?:tell|say|show|give|explain)\s+(?:me\s+)?)?(?:(?:some|any|a\s+(?:bit|little)|much)\s+)?"
    r"(?:more|else|anything\s+else|what\s+else|(?:more|further)\s+details?|details?|go\s+on|continue)"
    r"(?:\s+(?:about|on)\s+(?:it|that|this))?(?:\s+please)?\W*$",
    re.IGNORECASE,
)
_DEFINING = re.compile(r"^(?:what|who|where)\s+(?:is|are|was|were)\b", re.IGNORECASE)
_SAYING = re.compile(rf"^what\s+(?:did|does|do|has|have)\s+(?:\S+\s+){{1,5}}{SAY}\W*$", re.IGNORECASE)
_SCAFFOLD = re.compile(
    r"^(?:(?:and|but|so|ok(?:ay)?)\s+)*(?:(?:can|could)\s+you\s+(?:tell|show)\s+me|tell\s+me|do\s+you\s+know"
    r"|please)?\s*"
    r"(?:(?:who|whom|whose|what|when|where|why|how|which)"
    r"(?:\s+(?:many|much|long|often|big|large|far|old|exactly|precisely|else))?\s*)?"
    r"(?:\b(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|be|there|any|anyone|anybody)\b\s*)*"
    r"(?:(?:happen(?:s|ed)?(?:\s+(?:to|in|at|with|after))?|summari[sz]e|explain|describe|timeline\s+of|about)\b\s*(?:the\s+)?)?",
    re.IGNORECASE,
)
_LIGHT = STOPWORDS | set("one ones many much exactly precisely else also still just anything anyone".split())
_ENOUGH = 8
"""Content words that, with a name, make a question long enough to say what it is about."""

_PLENTY = 14
"""Content words that make it long enough without a name."""

_SHORT = 5
"""Words of a question that may ask for one more thing and leave out of what: "Since when?", "¿Cuánto costó?"."""

_ANY_EVENT = frozenset(
    stem(word)
    for word in "people person victims died killed injured hurt arrested affected happened caused cause causes reason reasons "
    "result results consequences reaction reacted response responded damage cost costs paid pay ended began started decided "
    "responsible blame blamed involved next money".split()
)
"""What is asked about any event, so that a question of nothing else is about the last one."""

_NO_ELEMENT = frozenset("one ones did does do was were is are has have had can could will would".split())
"""Words with which a follow-up asks something and does not only name a new element."""

_ONWARD = frozenset("next then afterwards afterward later".split())
_CARRIED = 3  # Names of the last answer.
_PREPOSITION = re.compile(
    r"^(?:in|on|since|before|after|by|until|during|from|between|at|last|this|yesterday|as\s+of)\b", re.IGNORECASE
)
_INITIAL = re.compile(r"\b([A-Z])\.\s(?=[A-Z][a-z])")  # The "F." of "Richard F. Smith" does not end a sentence.
_BODY = re.compile(
    r"\b(?:Act|Court|House|Senate|Commission|Union|States|Law|Order|Inc|Ltd|Corp|Department|Agency|Office|Board|of"
    r"|the|Internet|World"
    r"|National|United|International|Council|Committee|Bank|University|Times|News|Company|Party|Group|Technology"
    r"|Project|Research|Capital|Holdings|Exchange|Media|Systems|Software|Fund|Foundation|Institute|Partners|Ventures|Labs"
    r"|Studios|Network|Networks|Security|Services|Trading|Airlines|Motors|Club|Association|Federation|League|Ministry|Police"
    r"|Bowl|Cup|Street|City|County|River|Island|Services|Center|Centre|Museum|Hospital|School|College|Church)\b"
)
_PLACED = re.compile(
    r"\b(?:in|near|outside|across)\s+$", re.IGNORECASE
)  # What stands there in an answer is seldom a person.
_NOW = datetime(2100, 1, 1, tzinfo=UTC)  # Only the places of dates are needed here.
# Only to tell a place from another name: "and in Germany?"
_PLACES = frozenset(
    "europe asia africa america australia britain england scotland wales ireland france germany italy spain "
    "portugal netherlands belgium austria switzerland sweden norway denmark finland poland ukraine russia turkey "
    "greece hungary romania china japan india pakistan bangladesh indonesia vietnam thailand malaysia singapore "
    "philippines taiwan korea iran iraq israel gaza syria egypt nigeria kenya ethiopia brazil argentina chile "
    "mexico canada us usa uk eu california texas florida london paris berlin brussels moscow beijing washington "
    "york tokyo delhi mumbai dubai geneva".split()
)


def is_followup(question: str) -> bool:
    """Return whether a question leaves out what it is about, so that it can only be understood after another."""
    text = question.strip()
    rest = _OPENER.sub("", text)
    content = [word for word in words(rest) if word not in _LIGHT]
    called = list(find_names(rest))
    if _ABOUT.match(text):
        return len(content) < _ENOUGH
    if _is_date(rest) or _asks_onward(text) or _asks_bare(rest):
        return True
    if (
        _MORE.match(rest)
        or _SAYING.match(rest)
        or (not called and _ASKING.match(rest) and _has_no_subject(rest, content))
    ):
        return True
    quoted = any(len(rest[a:b].split()) > 2 for a, b in find_quotations(rest))
    if quoted or len(content) >= (_ENOUGH if called else _PLENTY):
        return False
    opened = re.match(r"(?:and|but|so|or)\b", text, re.IGNORECASE) is not None
    return _has_dangling_reference(rest, called) or (opened and len(called) < 2)


def _is_date(rest: str) -> bool:
    """Return whether a text is a date and nothing else: "In April", "2019?"."""
    dates = find_dates(rest, _NOW, bare=True)
    for date in reversed(dates):
        rest = f"{rest[: date.start]} {rest[date.end :]}"
    return bool(dates) and all(word in STOPWORDS or _PREPOSITION.match(word) for word in words(rest))


def _asks_onward(text: str) -> bool:
    """Return whether a question only asks what came next."""
    spoken = words(text)
    return spoken[-1:] != [] and spoken[-1] in _ONWARD and len(spoken) <= _SHORT and not find_names(text)


def _asks_bare(rest: str) -> bool:
    """Return whether a short question, in any language, names neither its topic nor anything else than what it asks.

    That of an English one that begins with the word that asks is judged by `_has_no_subject`.
    """
    spoken = words(rest)
    if not 0 < len(spoken) <= _SHORT or not any(map(is_asking, spoken)) or find_names(rest):
        return False
    others = [word for word in spoken if not (is_asking(word) or word in _LIGHT or is_stopword_anywhere(word))]
    definite = spoken[0] == "who" and spoken[1:2] != others[:1] and "the" in spoken[2:3] and "of" not in spoken
    return len(others) <= 1 and (definite or not _ASKING.match(rest))  # "Who is the founder?"


def _has_no_subject(text: str, content: list[str]) -> bool:
    return not content or (len(content) == 1 and not _DEFINING.match(text))


def _has_dangling_reference(text: str, called: Sequence[Name]) -> bool:
    """Return whether a pronoun or "the company" refers to nothing that the question names before it."""
    blanked = _EMPTY.sub(lambda match: " " * len(match.group()), text)
    for match in [*_POINTING.finditer(blanked), *_BARE.finditer(blanked)]:
        said = match.group().lower().split()
        if any(name.end <= match.start() for name in called):
            continue
        if called and (len(said) > 1 or (said[0] in _OWNED.split("|") and match.start() > len(text) // 4)):
            continue
        return True
    return False


def make_standalone(question: str, history: Sequence[Turn]) -> str:
    """Return the question completed from the turns before it; unchanged if it stands alone.

    The topic of the last question comes with it, in brackets; a new year, place or name takes the place of the old one.
    Marks in answers are ignored.
    """
    topic, answer = "", ""
    for turn in history:
        if turn.role == "user" and (find_small_talk(turn.content) or (topic and _asks_more(turn.content))):
            continue  # What comes after it is about the same.
        if turn.role == "user":
            topic = _resolve_pronouns(turn.content, topic, answer) if topic else turn.content.strip()
        elif turn.role != "user":
            answer = read_marks(HEADING.sub("", turn.content), 0).text
    return _resolve_pronouns(question, topic, answer) if find_small_talk(question) in {None, "rewording"} else question


def _asks_more(question: str) -> bool:
    return _MORE.match(_OPENER.sub("", question.strip())) is not None


def _leans_on(question: str, topic: str, answer: str) -> bool:
    """Return whether a question names nothing, and is about any event or about what the last answer tells."""
    content = {stem(word) for word in words(question) if word not in _LIGHT}
    named = find_names(_find_subject(topic), mid_sentence=True)
    if not content or find_names(question) or not _ASKING.match(question) or not named:
        return False
    return content <= _ANY_EVENT | set(terms(topic)) | set(terms(answer))


def _resolve_pronouns(question: str, topic: str, answer: str) -> str:
    rest = _OPENER.sub("", question.strip()).strip()
    if not topic.strip() or not (is_followup(question) or _leans_on(rest, topic, answer)):
        return question
    if _asks_onward(question) and (names := [topic[name.start : name.end] for name in find_names(topic)]):
        return f"Timeline of {' and '.join(_drop_shorter(names))}"
    if not rest:
        return question
    if _is_element(rest):
        return _replace_element(topic, rest.rstrip("?!. "))
    spelled_out = _replace_pronoun(rest.rstrip("?!. "), topic, answer)
    kept = _drop_conflicting_dates(topic, rest)
    subject, asked = _find_subject(kept), _strip_question_words(kept.partition(" (")[0])
    if _says_nothing(spelled_out) and subject != asked and not _says_nothing(asked):
        subject = f"{asked}, {subject}"
    carried = "; ".join([subject, *_list_new_names(spelled_out, topic, answer)])
    missing = set(words(carried)) - set(words(spelled_out)) - STOPWORDS
    return f"{spelled_out} ({carried})?" if missing else f"{spelled_out}?"


def _drop_shorter(names: Sequence[str]) -> list[str]:
    """Return names once each, without those that another one begins with or ends in."""
    return [n for n in dict.fromkeys(names) if not any(n != other and f" {n} " in f" {other} " for other in names)]


def _find_subject(topic: str) -> str:
    """Return what a question is about, in its own words; where it names nothing, in those that it took from before."""
    own, _, carried = topic.partition(" (")
    carried = carried.rstrip("?)").partition("; ")[0]
    return carried if carried and not find_names(own) else _strip_question_words(own)


def _says_nothing(question: str) -> bool:
    """Return whether a question only asks, so that it is about the very thing that the one before asks: "When was that?"."""
    return all(word in _LIGHT or is_asking(word) for word in words(question))


def _is_element(rest: str) -> bool:
    """Return whether a follow-up only names a new element: "what about 2017?", "and in Europe?"."""
    content = [word for word in words(rest) if word not in _LIGHT]
    return (
        bool(content)
        and len(content) <= 5
        and not any(map(is_asking, words(rest)))
        and _NO_ELEMENT.isdisjoint(words(rest))
    )


def _replace_element(topic: str, element: str) -> str:
    """Return the topic with the new element in place of its date, place or name, or at its end."""
    body = topic.rstrip("?!. ")
    if parts := _split_date(element):
        return _replace_element(_replace_element(body, parts[1]), parts[0])
    if dated := _replace_date(body, element):
        return f"{dated}?"
    candidates = [n for n in find_names(body) if _is_same_kind(n, element)]
    if len(candidates) == 1:
        put = re.sub(r"^(?:in|on|at|from|for|to|of|with|by)\s+(?:the\s+)?|^the\s+", "", element, flags=re.IGNORECASE)
        return f"{body[: candidates[0].start]}{put}{body[candidates[0].end :]}?"
    return f"{body}, {element}?"


def _split_date(element: str) -> tuple[str, str] | None:
    """Return a name and the date behind it ("Meta", "in 2023"), or None."""
    dates = find_dates(element, _NOW)
    before = element[: dates[0].start].split() if len(dates) == 1 and dates[0].end == len(element.rstrip()) else []
    cut = len(before) - 1 if before and _PREPOSITION.match(before[-1]) else len(before)
    name = " ".join(before[:cut])
    return (name, " ".join([*before[cut:], element[dates[0].start :]])) if find_names(name, mid_sentence=True) else None


def _replace_date(body: str, element: str) -> str:
    """Return the topic with the new date in place of its last one, or at its end; "" if the element is not a date."""
    prepared = _PREPOSITION.match(element)
    new = find_dates(element, _NOW, bare=not prepared)
    if len(new) != 1:
        return ""
    old = find_periods(body, _NOW)
    if not old:
        return f"{body} {element[0].lower()}{element[1:]}" if prepared else f"{body} in {element}"
    last = find_dates(body, _NOW)[-1]
    start, end = (old[-1].start, old[-1].end) if prepared else (last.start, last.end)
    return f"{body[:start]}{element}{body[end:]}"


def _is_same_kind(name: Name, element: str) -> bool:
    fresh = find_names(element, mid_sentence=True)
    if len(fresh) != 1:
        return False
    places = [any(word in _PLACES for word in n.words) for n in (name, fresh[0])]
    return places[0] == places[1] and (all(places) or len(name.words) == len(fresh[0].words))


def _replace_pronoun(question: str, topic: str, answer: str) -> str:
    """Replace "he" or "she" by the name of the person."""
    match = re.search(rf"\b(?:{_PERSON})\b", question, re.IGNORECASE)
    person = _find_person(topic, answer) if match else ""
    if not match or not person:
        return question
    word = match.group().lower()
    owner = word == "his" or (word == "her" and re.match(r"\s+\w", question[match.end() :]) is not None)
    put = person + ("'s" if owner and word != "hers" else "")
    return f"{question[: match.start()]}{put}{question[match.end() :]}"


def _list_new_names(question: str, topic: str, answer: str) -> list[str]:
    """Return up to three names of the last answer's first sentence that are new, where "they" may mean them.

    "It" may mean the one that is new, where the question before does not name exactly one thing and there is one only.
    """
    if not re.search(rf"\b(?:{_THING}|ones?)\b", question, re.IGNORECASE):
        return []
    if len(find_names(topic)) == 1 and "it" in words(question):
        return []  # It is what the question before names.
    known = {word for text in (question, topic) for word in words(text)}
    first = answer[slice(*next(iter(split_sentences(answer)), (0, 0)))]
    said = dict.fromkeys(first[name.start : name.end] for name in find_names(first))
    new = [name for name in said if not set(words(name)) <= known]
    return new[:_CARRIED] if len(new) == 1 or "it" not in words(question) else []


def _find_person(topic: str, answer: str) -> str:
    """Return the first full name that looks like a person's, in the question before, else in the answer; a place comes last."""
    placed: list[str] = []
    for told, text in enumerate(_INITIAL.sub(r"\1 ", text) for text in (topic, answer)):
        for name in find_names(text):
            said = re.sub(r"['’]s$", "", text[name.start : name.end])
            if len(name.words) < 2 or name.acronym or _BODY.search(said):
                continue
            if not told or not _PLACED.search(text[: name.start]):
                return said
            placed.append(said)
    return placed[0] if placed else ""


def _drop_conflicting_dates(topic: str, question: str) -> str:
    """Drop the dates of the topic where the follow-up brings its own."""
    if not find_periods(question, _NOW):
        return topic
    for period in reversed(find_periods(topic, _NOW)):
        topic = topic[: period.start] + topic[period.end :]
    return " ".join(topic.split())


def _strip_question_words(topic: str) -> str:
    language, pieces = question_language(topic), topic.strip(" ¿¡").split()
    if language != "en":
        while len(pieces) > 1 and all(is_stopword(word, language) for word in words(pieces[0])):
            pieces = pieces[1:]
    bare = _SCAFFOLD.sub("", " ".join(pieces), count=1).strip().rstrip("?!. ")
    return bare or topic.strip().rstrip("?!. ")
