"""Questions about the coverage itself: how much, by whom, since when, in which order; told by their form alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from rag.model import Filters
from rag.outlets import Outlets
from rag.period import Period, periods
from rag.terms import STOPWORDS, words

Form = Literal["timeline", "count", "first", "outlets", "latest", "articles", "news"]

_MOST_WORDS = 10  # Content words of a topic: a longer one is a question of its own.

_ARTICLES = r"(?:news\s+)?(?:articles?|stories|reports?)|news\s+(?:items|pieces)"
_ARCHIVE = r"(?:the|this|your|our)\s+(?:news\s+)?(?:archive|collection|corpus|news|press|media|coverage)"
_HERE = rf"(?:\s+(?:in|by|of|from)\s+{_ARCHIVE})?"
_TOPIC = r"(?P<topic>.+?)"
_OUTLETS = r"(?:news\s*)?(?:outlets?|papers?|publications?|sites?|organi[sz]ations?)"
_MENTION = (
    r"(?:(?:have|has)\s+)?(?:mention(?:s|ed)?|discuss(?:es|ed)?|refer(?:s|red)?\s+to|cover(?:s|ed)?(?!\s+up\b)"
    r"|deal(?:s|t)?\s+with|(?:report|reported|reports)\s+on|(?:talk|talks|talked|write|writes|wrote|written)\s+about)"
)
_GIVE = r"(?:give|show|make|write|draw\s+up|build|create|compile|produce|get)(?:\s+(?:me|us))?\s+"
_KIND_OF_TIMELINE = (
    r"(?:an?\s+|the\s+)?(?:(?:full|short|brief|complete|detailed|rough|quick)\s+)?(?:timeline|chronology)"
)

# The whole question must be of one of these forms, so that "how many articles does the treaty have" is not.
_FORMS: tuple[tuple[Form, str], ...] = (
    ("timeline", rf"(?:{_GIVE})?{_KIND_OF_TIMELINE}\s+(?:of|for|on|about)\s+{_TOPIC}"),
    ("timeline", rf"what(?:\s+is|['’]s)\s+the\s+(?:timeline|chronology)\s+of\s+{_TOPIC}"),
    ("timeline", rf"(?!(?:who|what|when|where|why|how|which|is|are|was|were|did|does|do|has|have|had|can|the)\b){_TOPIC}"
                 r"\s+(?:timeline|chronology)"),
    ("count", rf"how\s+many\s+(?:{_ARTICLES}){_HERE}\s+{_MENTION}\s+{_TOPIC}{_HERE}"),
    ("count", rf"how\s+many\s+(?:{_ARTICLES})\s+(?:are|were)\s+(?:there\s+)?(?:about|on)\s+{_TOPIC}{_HERE}"),
    ("count", rf"how\s+many\s+(?:{_ARTICLES})\s+(?:about|on)\s+{_TOPIC}\s+(?:are\s+there|do\s+(?:you|we)\s+have){_HERE}"),
    ("count", rf"how\s+many\s+(?:{_ARTICLES})\s+(?:do\s+(?:you|we)|does\s+{_ARCHIVE})\s+(?:have|hold|contain)\s+"
              rf"(?:about|on|(?:that|which)\s+{_MENTION}|mentioning)\s+{_TOPIC}"),
    ("count", rf"in\s+how\s+many\s+(?:{_ARTICLES}){_HERE}\s+(?:is|are|was|were)\s+{_TOPIC}\s+(?:mentioned|discussed|named)"),
    ("count", rf"in\s+how\s+many\s+(?:{_ARTICLES}){_HERE}\s+(?:does|do|did)\s+{_TOPIC}\s+(?:appear|occur|come\s+up)"),
    ("count", rf"how\s+often\s+(?:is|are|was|were|has|have)\s+{_TOPIC}\s+(?:been\s+)?(?:mentioned|reported\s+on){_HERE}"),
    ("articles", rf"(?:which|what)\s+(?:{_ARTICLES}){_HERE}\s+(?:{_MENTION}|(?:are|were)\s+(?:there\s+)?(?:about|on))\s+"
                 rf"{_TOPIC}{_HERE}"),
    ("articles", rf"(?:(?:{_GIVE}|list|find)\s*)?(?:me\s+)?(?:(?:all|every|any)\s+)?(?:the\s+|your\s+)?(?:{_ARTICLES}){_HERE}\s+"
                 rf"(?:(?:about|on|regarding|mentioning)|(?:that|which)\s+{_MENTION})\s+{_TOPIC}{_HERE}"),
    ("first", r"when\s+was\s+it\s+first\s+reported\s+that\s+(?P<topic>.+?)"),
    ("first", rf"when\s+(?:was|were)\s+{_TOPIC}\s+first\s+(?:reported(?:\s+on)?|mentioned|covered|written\s+about){_HERE}"),
    ("first", rf"when\s+did\s+{_TOPIC}\s+first\s+(?:appear|come\s+up|surface)\s+in\s+{_ARCHIVE}"),
    ("first", rf"when\s+did\s+(?:{_ARCHIVE}|{_OUTLETS}|@)\s+first\s+(?:report(?:\s+on|\s+that)?|mention|cover"
              rf"|write\s+about)\s+{_TOPIC}"),
    ("first", rf"which\s+(?:{_OUTLETS}|article|report|story)\s+(?:was\s+(?:the\s+)?first\s+to\s+(?:report|mention|cover)"
              rf"|first\s+(?:reported|mentioned|covered))(?:\s+on|\s+that)?\s+{_TOPIC}"),
    ("outlets", rf"(?:which|what|how\s+many)\s+{_OUTLETS}\s+(?:{_MENTION}|(?:have\s+|has\s+)?(?:carried|reported\s+that"
                rf"|reported(?=\s+the\b)))\s+{_TOPIC}{_HERE}"),
    ("latest", r"(?:(?:what\s+is|what['’]?s|give\s+me|tell\s+me)\s+)?(?:the\s+)?(?:latest|newest)"
               rf"(?:\s+(?:news|updates?|{_ARTICLES}|coverage|developments?))?\s+(?:on|about|regarding)\s+"
               rf"(?!offer\b|sale\b|record\b|display\b|the\s+market\b){_TOPIC}"),
    ("latest", rf"what(?:\s+is|['’]?s)\s+new\s+(?:on|about|with)\s+{_TOPIC}"),
)  # fmt: skip
_PATTERNS = tuple((form, re.compile(rule, re.IGNORECASE)) for form, rule in _FORMS)
# What asks for the news as such, with no topic; a time and an outlet were taken off before.
_GOOD = r"(?:the\s+|any\s+|your\s+)?(?:(?:top|main|big|biggest|lead|latest|newest|most\s+recent|recent|current)\s+)*"
_ANY_NEWS = re.compile(
    rf"(?:(?:{_GIVE}|tell\s+me\s+|list\s+|show\s+|read\s+(?:me\s+)?|what(?:\s+(?:is|are|was|were)|['’]s)\s+)?{_GOOD}"
    rf"(?:(?:news\s+)?(?:headlines|stories)|{_ARTICLES}|news)"
    r"|what(?:\s+(?:is|was|has\s+been)|['’]s)\s+(?:in\s+the\s+(?:news|headlines|papers)|new|happening|going\s+on)"
    r"|(?:the\s+)?latest|what(?:\s+has|['’]s)?\s+happened\s+(?:recently|lately))(?:\s+(?:of|for|from|on))?",
    re.IGNORECASE,
)
_OF_A_TIME = re.compile(
    r"what(?:\s+(?:all|else|has|had|was))?\s+happen(?:ed|ing|s)?|what\s+(?:was|were)\s+(?:reported|published|covered)"
    r"|(?:summari[sz]e|recap)(?:\s+the\s+news)?"
    rf"|(?:{_GIVE})?(?:an?\s+|the\s+)?(?:summary|overview|recap|digest|round-?up)(?:\s+of(?:\s+the\s+news)?)?",
    re.IGNORECASE,
)
_OWNED = re.compile(r"^['’]s?\s+")
_DAY = timedelta(days=1)
_ARTICLE = re.compile(r"(?:the|an?)\s+", re.IGNORECASE)
_POLITE = re.compile(r"(?:please|can\s+you|could\s+you|i\s+(?:want|need|would\s+like))[\s,]+", re.IGNORECASE)
_PLEASE = re.compile(r"[\s,]+please$", re.IGNORECASE)
_WHEN = re.compile(r"(?:in|on|from|since|before|after|between|during|until|up\s+to|by|as\s+of|over|within|through|last"
                   r"|this|the\s+(?:past|last)|yesterday|today)\b", re.IGNORECASE)  # fmt: skip
_BY = re.compile(r"\s(?:by|in|from|according\s+to)\s+(?:the\s+)?$", re.IGNORECASE)
_BEHIND_ARTICLES = re.compile(rf"\b(?:{_ARTICLES})\s+(?:by|in|from|of)\s+(?:the\s+)?$", re.IGNORECASE)
_SUBJECT = re.compile(r"\bwhen\s+did\s+(?:the\s+)?$", re.IGNORECASE)
_MANY = re.compile(r"\bhow\s+many\s+(?:the\s+)?$", re.IGNORECASE)
_TAIL = re.compile(r"(?:['’]s?)?(?:\s+(?:coverage|articles|reporting))?\W*$", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:who|what|when|where|why|how|which|whose)\b|;|,\s*and\b|\?", re.IGNORECASE)
_EMPTY = STOPWORDS | set("topic subject matter thing things issue news story article archive".split())


@dataclass(frozen=True, slots=True)
class Enquiry:
    """Hold a question about coverage.

    Attributes:
        form: What is wanted: entries in order, how many articles, the first one, the outlets, the newest ones, all of
            them, or the news as such.
        topic: What the articles are to be about, in the words of the question; "" for the news as such.
        filters: The time and the outlets that the question names, or those given.
    """

    form: Form
    topic: str
    filters: Filters


def enquiry(text: str, filters: Filters, outlets: Outlets, now: datetime) -> Enquiry | None:
    """Read a question about the coverage; None for any other, and where the form leaves a doubt.

    A time at the beginning or the end of the question says when articles were published, and an outlet behind "by",
    "in" or "from" who published them; where `filters` narrow the same, these hold.

    Args:
        text: The stand-alone question.
        filters: What the question or the user demands already.
        outlets: The outlets of the archive.
        now: What "last week" is counted from (UTC).
    """
    text = _PLEASE.sub("", _POLITE.sub("", " ".join(text.split()).strip(" ?!."), count=2))
    for bare, narrowed in _stripped(text, filters, outlets, now):
        for form, pattern in _PATTERNS:
            match = pattern.fullmatch(bare)
            if match and _is_topic(topic := _bare(match["topic"])):
                return Enquiry(form, topic, narrowed)
    return _news(text, filters, outlets, now)


def _news(text: str, filters: Filters, outlets: Outlets, now: datetime) -> Enquiry | None:
    """Read a question for the news as such ("latest news", "what happened last week?").

    What happened on a day is told on the next one too.
    """
    bare, narrowed = next(_stripped(text, filters, outlets, now, anywhere=True))
    bare = _OWNED.sub("", bare)
    if not (_ANY_NEWS.fullmatch(bare) or (narrowed.timed and _OF_A_TIME.fullmatch(bare))):
        return None
    if narrowed.since and narrowed.until and narrowed.until - narrowed.since == _DAY:
        narrowed = replace(narrowed, until=max(narrowed.until, min(narrowed.until + _DAY, now)))
    return Enquiry("news", "", narrowed)


def _stripped(
    text: str, filters: Filters, outlets: Outlets, now: datetime, anywhere: bool = False
) -> Iterator[tuple[str, Filters]]:
    """Yield a question without its time and outlet, and the filters with them; then the question as it stands.

    A time is one of publication behind "in", "since" and the like, or `anywhere`.
    """
    bare, narrowed = text, filters
    for period in reversed(periods(text, now)):
        inside = text[: period.start].strip() and text[period.end :].strip(" ?!.")
        if inside or not (anywhere or _WHEN.match(period.said)):
            continue
        bare = f"{text[: period.start]} {text[period.end :]}".strip(" ,?!.")
        narrowed = _within(filters, period)
        break
    for mention in reversed(outlets.find(bare)):
        before, behind = bare[: mention.start], bare[mention.end :]
        tail = _TAIL.fullmatch(behind)
        if _BY.search(before) and tail:
            without = _BY.sub("", before)
        elif articles := _BEHIND_ARTICLES.search(before):
            without = re.sub(r"\s+\S+\s+(?:the\s+)?$", "", articles.string, flags=re.IGNORECASE) + behind
        elif _SUBJECT.search(before):
            without = f"{_SUBJECT.sub('when did ', before)}@{behind}"
        elif _MANY.search(before):
            without = before + behind.strip()
        else:
            continue
        bare = " ".join(without.split())
        if not filters.outlets:
            narrowed = replace(narrowed, outlets=mention.names)
        break
    yield bare, narrowed
    if bare != text:
        yield text, filters


def _within(filters: Filters, period: Period) -> Filters:
    """Return filters narrowed to a period, unless they name a time themselves or leave nothing of it.

    A mere end is none: the archive is looked at as it was then.
    """
    until = min((end for end in (period.until, filters.until) if end), default=None)
    if filters.since or filters.label or (period.since and until and period.since >= until):
        return filters
    return replace(filters, since=period.since, until=until, label=period.said)


def _bare(topic: str) -> str:
    topic = topic.strip(" ,.:;")
    article = _ARTICLE.match(topic)
    return topic[article.end() :] if article else topic


def _is_topic(topic: str) -> bool:
    said = [word for word in words(topic) if word not in _EMPTY]
    return 0 < len(said) <= _MOST_WORDS and not _SEVERAL.search(topic)
