"""Questions about the coverage itself: how much, by whom, since when, in which order; recognised by their form alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

from rag.model import Filters
from rag.question.outlet_mentions import Outlets
from rag.text.dates.question_period import Period, find_periods
from rag.text.terms import STOPWORDS, stem, words

Form = Literal["timeline", "count", "first", "outlets", "latest", "articles", "news", "summary", "positions"]

_MOST_WORDS = 10  # Content words of a topic: a longer one is a question of its own.

_ARTICLES = r"(?:news )?(?:articles?|stories|reports?)|news (?:items|pieces)"
_ARCHIVE = r"(?:the|this|your|our) (?:news )?(?:archive|collection|corpus|news|press|media|coverage)"
_HERE = rf"(?: (?:in|by|of|from) {_ARCHIVE})?"
_TOPIC = r"(?P<topic>.+?)"
_OUTLETS = r"(?:news ?)?(?:outlets?|papers?|publications?|sites?|organi[sz]ations?)"
_MENTION = (
    r"(?:(?:have|has) )?(?:mention(?:s|ed)?|discuss(?:es|ed)?|refer(?:s|red)? to|cover(?:s|ed)?(?! up\b)"
    r"|deal(?:s|t)? with|(?:report|reported|reports) on|(?:talk|talks|talked|write|writes|wrote|written) about)"
)
_GIVE = r"(?:give|show|make|write|draw up|build|create|compile|produce|get)(?: (?:me|us))? "
_KIND_OF_TIMELINE = r"(?:an? |the )?(?:(?:full|short|brief|complete|detailed|rough|quick) )?(?:timeline|chronology)"

# The whole question must be of one of these forms, so that "how many articles does the treaty have" is not.
_FORMS: tuple[tuple[Form, str], ...] = (
    ("timeline", rf"(?:{_GIVE})?{_KIND_OF_TIMELINE} (?:of|for|on|about) {_TOPIC}"),
    ("timeline", rf"what(?: is|['’]s) the (?:timeline|chronology) of {_TOPIC}"),
    ("timeline", rf"(?!(?:who|what|when|where|why|how|which|is|are|was|were|did|does|do|has|have|had|can|the)\b){_TOPIC}"
                 r" (?:timeline|chronology)"),
    ("count", rf"how many (?:{_ARTICLES}){_HERE} {_MENTION} {_TOPIC}{_HERE}"),
    ("count", rf"how many (?:{_ARTICLES}) (?:are|were) (?:there )?(?:about|on) {_TOPIC}{_HERE}"),
    ("count", rf"how many (?:{_ARTICLES}) (?:about|on) {_TOPIC}(?: are there| do (?:you|we) have)?{_HERE}"),
    ("count", rf"how many (?:{_ARTICLES}) (?:do (?:you|we)|does {_ARCHIVE}) (?:have|hold|contain) "
              rf"(?:about|on|(?:that|which) {_MENTION}|mentioning) {_TOPIC}"),
    ("count", rf"in how many (?:{_ARTICLES}){_HERE} (?:is|are|was|were) {_TOPIC} (?:mentioned|discussed|named)"),
    ("count", rf"in how many (?:{_ARTICLES}){_HERE} (?:does|do|did) {_TOPIC} (?:appear|occur|come up)"),
    ("count", rf"how often (?:is|are|was|were|has|have) {_TOPIC} (?:been )?(?:mentioned|reported on){_HERE}"),
    ("articles", rf"(?:which|what) (?:{_ARTICLES}){_HERE} (?:{_MENTION}|(?:are|were) (?:there )?(?:about|on)) "
                 rf"{_TOPIC}{_HERE}"),
    ("articles", rf"(?:(?:{_GIVE}|list|find) ?)?(?:me )?(?:(?:all|every|any) )?(?:the |your )?(?:{_ARTICLES}){_HERE} "
                 rf"(?:(?:about|on|regarding|mentioning)|(?:that|which) {_MENTION}) {_TOPIC}{_HERE}"),
    ("first", r"when was it first reported that (?P<topic>.+?)"),
    ("first", rf"when (?:was|were) {_TOPIC} first (?:reported(?: on)?|mentioned|covered|written about){_HERE}"),
    ("first", rf"when did {_TOPIC} first (?:appear|come up|surface) in {_ARCHIVE}"),
    ("first", rf"when did (?:{_ARCHIVE}|{_OUTLETS}|@) first (?:report(?: on| that)?|mention|cover"
              rf"|write about) {_TOPIC}"),
    ("first", rf"which (?:{_OUTLETS}|article|report|story) (?:was (?:the )?first to (?:report|mention|cover)"
              rf"|first (?:reported|mentioned|covered))(?: on| that)? {_TOPIC}"),
    ("outlets", rf"(?:which|what|how many) {_OUTLETS} (?:{_MENTION}|(?:have |has )?(?:carried|reported that"
                rf"|reported(?= the\b))) {_TOPIC}{_HERE}"),
    ("latest", r"(?:(?:what is|what['’]?s|give me|tell me) )?(?:the )?(?:latest|newest)"
               rf"(?: (?:news|updates?|{_ARTICLES}|coverage|developments?))? (?:on|about|regarding) "
               rf"(?!offer\b|sale\b|record\b|display\b|the market\b){_TOPIC}"),
    ("latest", rf"what(?: is|['’]?s) new (?:on|about|with) {_TOPIC}"),
)  # fmt: skip
_PATTERNS = tuple((form, re.compile(rf"^(?:{rule})$", re.IGNORECASE)) for form, rule in _FORMS)
# What asks for the news as such, with no topic; a time and an outlet have been removed.
_GOOD = r"(?:the |any |your )?(?:(?:top|main|big|biggest|lead|latest|newest|most recent|recent|current) )*"
_ANY_NEWS = re.compile(
    rf"(?:(?:{_GIVE}|tell me |list |show |read (?:me )?|what(?: (?:is|are|was|were)|['’]s) )?{_GOOD}"
    rf"(?:(?:news )?(?:headlines|stories)|{_ARTICLES}|news)"
    r"|what(?: (?:is|was|has been)|['’]s) (?:in the (?:news|headlines|papers)|new|happening|going on)"
    r"|(?:the )?latest|what(?: has|['’]s)? happened (?:recently|lately))(?: (?:of|for|from|on))?",
    re.IGNORECASE,
)
_OF_A_TIME = re.compile(
    r"what(?: (?:all|else|has|had|was))? happen(?:ed|ing|s)?|what (?:was|were) (?:reported|published|covered)"
    r"|(?:summari[sz]e|recap)(?: the news)?"
    rf"|(?:{_GIVE})?(?:an? |the )?(?:summary|overview|recap|digest|round-?up)(?: of(?: the news)?)?",
    re.IGNORECASE,
)
_OWNED = re.compile(r"^['’]s? ")
_DAY = timedelta(days=1)
# What a question for the archive as such is made of, stemmed.
_PUBLISHED = frozenset("published posted dated written".split())
_PUBLISHING = frozenset("write report publish cover about on".split())
_ITEMS = frozenset(stem(word) for word in "articles stories reports".split())
_PAPERS = frozenset(stem(word) for word in "outlets newspapers papers publications sources".split())
_OLDEST = frozenset(stem(word) for word in "oldest earliest first".split())
_HELD = frozenset(
    stem(word) for word in "archive collection corpus database there have hold contain include all every".split()
)
_NOISE = _HELD | {stem(word) for word in "list show name count number many published total altogether news".split()}
_ARTICLE = re.compile(r"(?:the|an?) ", re.IGNORECASE)
_POLITE = re.compile(r"(?:please|can you|could you|i (?:want|need|would like))[ ,]+", re.IGNORECASE)
_PLEASE = re.compile(r"(?<![ ,])[ ,]++please$", re.IGNORECASE)
_PERIOD = r"(?:day|week|month|quarter|year)"
_PER = re.compile(
    r",? (?:(?:by|per|for each|in each|each|every|for every|in every)(?: the)? "
    rf"(?P<by>{_PERIOD})|(?P<each>{_PERIOD}) by {_PERIOD}|over time)$",
    re.IGNORECASE,
)
_WHEN = re.compile(r"(?:in|on|from|since|before|after|between|during|until|up to|by|as of|over|within|through|last"
                   r"|this|the (?:past|last)|yesterday|today)\b", re.IGNORECASE)  # fmt: skip
_BY = re.compile(r" (?:by|in|from|according to) (?:the )?$", re.IGNORECASE)
_BEHIND_ARTICLES = re.compile(rf"\b(?P<articles>{_ARTICLES}) (?:by|in|from|of) (?:the )?$", re.IGNORECASE)
_SUBJECT = re.compile(r"\bwhen did (?:the )?$", re.IGNORECASE)
_MANY = re.compile(r"\bhow many (?:the )?$", re.IGNORECASE)
_TAIL = re.compile(r"(?:['’]s?)?(?: (?:coverage|articles|reporting))?\W*$", re.IGNORECASE)
_SEVERAL = re.compile(r"\b(?:who|what|when|where|why|how|which|whose)\b|;|, ?and\b|\?", re.IGNORECASE)
_EMPTY = STOPWORDS | set("topic subject matter thing things issue news story article archive".split())


@dataclass(frozen=True, slots=True)
class CoverageQuestion:
    """Hold a question about coverage.

    Attributes:
        form: What is wanted: entries in order, how many articles, the first one, the outlets, the newest ones, all of
            them, the news as such; or leads of a story, or who takes which position (`rag.question.overview_question`).
        topic: What the articles are to be about, in the words of the question; "" for the news or the archive as such.
        filters: The time and the outlets that the question names, or those given.
        most: How many entries are wanted; 0 leaves it to the form.
        per: The period that is counted by, "day" to "year", "any" for "over time", or "".
    """

    form: Form
    topic: str
    filters: Filters
    most: int = 0
    per: str = ""


def parse_coverage_question(text: str, filters: Filters, outlets: Outlets, now: datetime) -> CoverageQuestion | None:
    """Read a question about the coverage; return None for any other, and in doubt.

    A time at the beginning or the end of the question says when articles were published, and an outlet after "by",
    "in" or "from" who published them; where `filters` narrow the same, these hold.

    Args:
        text: The stand-alone question.
        filters: What the question or the user demands already.
        outlets: The outlets of the archive.
        now: What "last week" is counted from (UTC).
    """
    text = _PLEASE.sub("", _POLITE.sub("", " ".join(text.split()).strip(" ?!."), count=2))
    if period := _PER.search(text):
        counted = _parse_form(text[: period.start()], filters, outlets, now)
        if counted and counted.form in {"count", "articles"}:
            return replace(counted, form="count", per=(period["by"] or period["each"] or "any").lower())
    return _parse_form(text, filters, outlets, now)


def _parse_form(text: str, filters: Filters, outlets: Outlets, now: datetime) -> CoverageQuestion | None:
    for bare, narrowed in _strip_time_and_outlet(text, filters, outlets, now):
        for form, pattern in _PATTERNS:
            match = pattern.match(bare)
            if match and _is_topic(topic := _strip_article(match["topic"])):
                return CoverageQuestion(form, topic, narrowed)
    return _parse_archive_question(text, filters, outlets, now) or _parse_news_question(text, filters, outlets, now)


def _parse_archive_question(text: str, filters: Filters, outlets: Outlets, now: datetime) -> CoverageQuestion | None:
    """Read a question for the archive as such ("how many articles are there?"): it says nothing else."""
    bare, narrowed = next(_strip_time_and_outlet(text, filters, outlets, now, anywhere=True))
    said = {stem(word) for word in words(bare)}
    content = {stem(word) for word in words(bare) if word not in STOPWORDS} - _NOISE
    many, whole = "many" in bare.lower().split(), bool(said & _HELD)
    form: Form | None = None
    if content and content <= _PAPERS and whole:
        form = "outlets"
    elif content and content <= _ITEMS and (many or said & {"all", "everi"}):
        form = "count" if many else "articles"
    elif content & _OLDEST and content - _OLDEST and content - _OLDEST <= _ITEMS:
        form = "first"
    return CoverageQuestion(form, "", narrowed) if form else None


def _parse_news_question(text: str, filters: Filters, outlets: Outlets, now: datetime) -> CoverageQuestion | None:
    """Read a question for the news as such ("latest news", "what happened last week?").

    Articles report what happened on a day on the next one too.
    """
    bare, narrowed = next(_strip_time_and_outlet(text, filters, outlets, now, anywhere=True))
    bare = _OWNED.sub("", bare)
    if not (_ANY_NEWS.fullmatch(bare) or (narrowed.timed and _OF_A_TIME.fullmatch(bare))):
        return None
    if narrowed.since and narrowed.until and narrowed.until - narrowed.since == _DAY:
        narrowed = replace(narrowed, until=max(narrowed.until, min(narrowed.until + _DAY, now)))
    return CoverageQuestion("news", "", narrowed)


def _strip_time_and_outlet(
    text: str, filters: Filters, outlets: Outlets, now: datetime, anywhere: bool = False
) -> Iterator[tuple[str, Filters]]:
    """Yield a question without its time and outlet, and the filters with them; then the question unchanged.

    A time is one of publication after "in", "since" and the like, or `anywhere`.
    """
    bare, narrowed = text, filters
    for period in reversed(find_periods(text, now)):
        inside = text[: period.start].strip() and text[period.end :].strip(" ?!.")
        if inside or not (anywhere or _WHEN.match(period.words)):
            continue
        kept = _strip_published(text[: period.start].split())
        bare = " ".join([*kept, *text[period.end :].split()]).strip(" ,?!.")
        narrowed = _add_filters(filters, period)
        break
    for mention in reversed(outlets.find(bare)):
        before, after = bare[: mention.start], bare[mention.end :]
        tail = _TAIL.fullmatch(after)
        if _BY.search(before) and tail:
            without = _BY.sub("", before)
        elif articles := _BEHIND_ARTICLES.search(before):
            without = before[: articles.end("articles")] + after
        elif _SUBJECT.search(before):
            without = f"{_SUBJECT.sub('when did ', before)}@{after}"
        elif before.lower().split()[:2] == ["what", "did"] and _PUBLISHING.issuperset(words(after)):
            without = "news"
        elif _MANY.search(before):
            without = before + after.strip()
        else:
            continue
        bare = " ".join(without.split())
        if not filters.outlets:
            narrowed = replace(narrowed, outlets=mention.names)
        break
    yield bare, narrowed
    # Unchanged last: what looks like a time or an outlet may be a part of the topic.
    if bare != text:
        yield text, filters


def _strip_published(before: list[str]) -> list[str]:
    """Return the words before a time without "published" or "that were published" at their end."""
    if before[1:] and before[-1].lower() in _PUBLISHED:
        before = before[:-1]
        while before[1:] and before[-1].lower() in {"was", "were", "that", "which"}:
            before = before[:-1]
    return before


def _add_filters(filters: Filters, period: Period) -> Filters:
    """Return filters narrowed to what they and a period have in common; as they are where that is nothing.

    Filters with a label are the question's own time, and are kept.
    """
    since = max((begin for begin in (period.since, filters.since) if begin), default=None)
    until = min((end for end in (period.until, filters.until) if end), default=None)
    if filters.label or (since and until and since >= until):
        return filters
    # An end alone only says how far back the archive is read; another beginning is not what the question says.
    label = period.words if since == period.since else ""
    return replace(filters, since=since, until=until, label=label)


def _strip_article(topic: str) -> str:
    topic = topic.strip(" ,.:;")
    article = _ARTICLE.match(topic)
    return topic[article.end() :] if article else topic


def _is_topic(topic: str) -> bool:
    said = [word for word in words(topic) if word not in _EMPTY]
    return 0 < len(said) <= _MOST_WORDS and not _SEVERAL.search(topic)
