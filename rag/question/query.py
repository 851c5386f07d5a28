"""What a question means: its stand-alone form, kind, time and outlets, and the parts to search for one by one."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from corpus.text.characters import one_line
from rag.model import Filters, Turn
from rag.question.follow_up import make_standalone
from rag.question.outlet_mentions import Mention, Outlets
from rag.question.part_kind import find_part_kind
from rag.question.question_kind import Kind, classify_question
from rag.question.question_parts import Piece, has_several_questions, split_question
from rag.question.scope_mentions import ScopeMentions
from rag.text.dates.question_period import Period, find_periods
from rag.text.names import find_names

__all__ = ["Kind", "Outlets", "Query", "QuestionPart", "parse_question"]

_LATEST = re.compile(
    r"\b(?:latest|newest|most\s+recent(?:ly)?|up[- ]to[- ]date|right\s+now|at\s+present|so\s+far|to\s+date|nowadays"
    r"|these\s+days"
    r"|as\s+things\s+stand|current(?:ly)?\s+(?:figure|count|number|total|status|state|position|price|rate|situation"
    r"|version|toll))\b"
    r"|\b(?:today|now|currently)\W*$|^\W*(?:now|currently|today)\b",
    re.IGNORECASE,
)
_STILL = re.compile(r"\b(?:is|are|does|do|has|have|can|will)\s+(?:\S+\s+){1,6}still\b", re.IGNORECASE)
_OTHER_TIME = re.compile(
    r"\b(?:now|today|later|latest|since|after(?:wards)?|before|still|then|next|currently|eventually)\b", re.IGNORECASE
)
_LONG = 25  # Words; in a longer question "still" belongs to a clause.
_ONLY = re.compile(r"\b(?:only|just|solely|exclusively)\s+(?:from|in|by)\s+(?:the\s+)?$", re.IGNORECASE)
_ACCORDING = re.compile(r"\baccording\s+to\s+(?:the\s+)?$", re.IGNORECASE)
_INSIDE = re.compile(r"\b(?:in|from|search)\s+(?:the\s+)?$", re.IGNORECASE)
_COVERAGE = re.compile(r"^(?:['’]s?)?\s+(?:coverage|articles|reporting|reports|stories|archives?)\b", re.IGNORECASE)
_SEQUENCE = re.compile(
    r"^\W*(?:between|after|before|following|since\s+the)\b|\b(?:contradict|compared?|consisten\w+|inconsisten\w+"
    r"|differ\w*|change[ds]?"
    r"|same|another|both|subsequent|later|earlier)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Corrected:
    """Hold a question with its spelling mistakes corrected, and a note for the reader on each."""

    text: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class QuestionPart:
    """Hold one of several things that a question asks for.

    Attributes:
        text: What to search for; makes sense without the question.
        said: The same in the words of the question.
        hints: Outlet and time named for this part: preferred, not required.
        kind: What is asked for, where a model said so or the whole question tells; else its words do.
        byline: Who is to have written it: preferred, not required.
    """

    text: str
    said: str
    hints: Filters
    kind: Kind | None = None
    byline: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """Hold what a question was understood to mean.

    Attributes:
        question: What the user wrote.
        standalone: The same, completed from earlier turns, with spelling mistakes corrected.
        kind: What is asked for.
        filters: What every article must meet.
        hints: Outlet and time of what is asked about: preferred, not required.
        parts: The things asked for one by one; empty for a simple question.
        latest: True if the question wants the newest state of things.
        asks_after: The instant at or after which the question asks for something, or None.
        several: The parts are questions of their own, each of which wants an answer.
        known_until: What was published later is never looked at, or None: the question is asked in the present.
        notes: Notes for the reader on the corrections.
        unknown: A name that no article holds and no list of English words either, or "".
        searched: What is searched for: the stand-alone question without "before 2020", whose year is that of no answer.
        form: What kind of question a model says it is (`rag.question.search_plan`), or "".
    """

    question: str
    standalone: str
    kind: Kind
    filters: Filters
    hints: Filters
    parts: tuple[QuestionPart, ...]
    latest: bool
    asks_after: datetime | None
    several: bool = False
    known_until: datetime | None = None
    notes: tuple[str, ...] = ()
    form: str = ""
    searched: str = ""
    unknown: str = ""


def parse_question(
    question: str,
    history: Sequence[Turn] = (),
    *,
    now: datetime,
    outlets: Outlets,
    filters: Filters | None = None,
    whole: bool = False,
    looking_back: bool = False,
    correct: Callable[[str], Corrected] = Corrected,
    alone: str = "",
    newest: datetime | None = None,
    scope: Callable[[str], ScopeMentions] = ScopeMentions,
) -> Query:
    """Work out what a question means, by rules alone.

    Args:
        question: As `rag.question.question_text` reads it; what is not understood is left as it is.
        history: The turns before it, oldest first.
        now: What "last week" is counted from, on the clock of its zone; taken as UTC if it names none.
        outlets: The outlets of the archive.
        filters: What the user set, exactly; None leaves it to what the question says.
        whole: Leave the question in one piece.
        looking_back: `now` is a time in the past: what was published after it is not looked at, nor what is undated.
        correct: Corrects spelling mistakes (`rag.retrieval.spelling_correction`); by default none are.
        alone: The stand-alone question as a model wrote it (`rag.question.search_plan`); without it rules do that.
        newest: When the newest article was published: "in April" is the last April before it, or before `now`.
        scope: Takes the byline and the section out of a question (`rag.question.scope_mentions`); by default none.
    """
    moment = now if now.tzinfo else now.replace(tzinfo=UTC)
    wanted = find_wanted_scope(alone, make_standalone(question, history), scope)
    corrected = correct(wanted.text)
    alone = one_line(corrected.text)
    times, mentions = _find_times(alone, moment, newest), outlets.find(alone)
    pieces = [] if whole else split_question(alone, mentions)
    demanded, hints = _split_filters_from_hints(alone, times, mentions, single=not pieces)
    notes = (*corrected.notes, *wanted.missing)
    demanded = replace(demanded, authors=wanted.authors, sections=wanted.sections)
    if filters is not None:
        if not {*wanted.authors, *wanted.sections} <= {*filters.authors, *filters.sections}:
            notes = (*notes, f"The filters are set by hand, so “{wanted.label}” of the question narrows nothing.")
        demanded = filters
    elif looking_back:
        demanded = replace(demanded, until=min(demanded.until or moment, moment))
    searched = alone if pieces else _strip_open_time(alone, times, hints)
    return Query(
        question,
        alone,
        classify_question(searched),
        demanded,
        hints,
        _share_time([_parse_part(alone, piece, moment, outlets, newest) for piece in pieces]),
        _wants_latest(alone),
        max((t.since for t in times if t.since and not (t.until and t.relative)), default=None),
        bool(pieces) and has_several_questions(alone),
        moment if looking_back else None,
        notes,
        searched=searched,
    )


def find_wanted_scope(alone: str, by_rules: str, scope: Callable[[str], ScopeMentions]) -> ScopeMentions:
    """Return the stand-alone question without its byline and section, and these; a model may have left them out of it."""
    said = scope(by_rules)
    if not alone:
        return said
    rewritten = scope(alone)
    return rewritten if rewritten.authors or rewritten.sections else replace(said, text=rewritten.text)


def _strip_open_time(text: str, times: Sequence[Period], hints: Filters) -> str:
    """Return a question without its time where that has one end only and is preferred, not required."""
    if len(times) != 1 or not hints.timed or (hints.since and hints.until):
        return text
    return " ".join(f"{text[: times[0].start]} {text[times[0].end :]}".split()).replace(" ?", "?")


def _parse_part(question: str, piece: Piece, now: datetime, outlets: Outlets, newest: datetime | None) -> QuestionPart:
    times = _find_times(piece.text, now, newest)
    named = tuple(dict.fromkeys(name for mention in outlets.find(piece.text) for name in mention.names))
    kind = None if has_several_questions(question) else find_part_kind(question, piece.said)
    return QuestionPart(piece.text, piece.said, _make_filters(times[:1], named), kind)


def _share_time(parts: Sequence[QuestionPart]) -> tuple[QuestionPart, ...]:
    """Return the parts where those that name nothing and no time, nor "now" or "later", are of the first one's: "... and who was chairman"."""
    first = parts[0].hints if parts else Filters()
    return tuple(
        replace(part, hints=replace(part.hints, since=first.since, until=first.until, label=first.label))
        if first.timed and not part.hints.timed and not find_names(part.said) and not _OTHER_TIME.search(part.said)
        else part
        for part in parts
    )


def _find_times(text: str, now: datetime, newest: datetime | None) -> list[Period]:
    """Return the times that a text names: days are those of the outlets, "this week" is counted on the clock of `now`.

    What has no year is the latest such time that the archive reaches.
    """
    # Read on the reader's clock as if it were UTC, and moved to its zone afterwards.
    local = now.replace(tzinfo=UTC)
    reached = {p.start: p for p in find_periods(text, newest.astimezone(UTC))} if newest and newest < now else {}
    found = [p if p.relative else reached.get(p.start, p) for p in find_periods(text, local)]
    return [_move_to_zone(period, now.tzinfo) if period.relative else period for period in found]


def _move_to_zone(period: Period, zone: tzinfo | None) -> Period:
    since, until = (bound.replace(tzinfo=zone) if bound else None for bound in (period.since, period.until))
    return replace(period, since=since, until=until)


def _wants_latest(text: str) -> bool:
    return bool(_LATEST.search(text) or (_STILL.search(text) and len(text.split()) < _LONG))


def _split_filters_from_hints(
    text: str, times: list[Period], mentions: list[Mention], single: bool
) -> tuple[Filters, Filters]:
    """Return what narrows the search, and what is only preferred."""
    hard = [t for t in times if t.published and (t.relative or t.since is None or len(times) == 1)]
    if len(hard) != 1 or not (hard[0].relative or _governs_question(text, hard[0], mentions, single)):
        hard = []
    exclusive = [m for m in mentions if single and len(mentions) == 1 and _is_demanded(text, m)]
    soft = [t for t in times if t not in hard]
    named = tuple(dict.fromkeys(name for m in exclusive for name in m.names))
    liked = tuple(dict.fromkeys(name for m in mentions for name in m.names if name not in named))
    label = ", ".join([*(t.words for t in hard), *(text[m.start : m.end] for m in exclusive)])
    return replace(_make_filters(hard, named), label=label), _make_filters(soft if len(soft) == 1 else [], liked)


def _governs_question(text: str, time: Period, mentions: list[Mention], single: bool) -> bool:
    """Return whether one time and at most one outlet govern the whole question, not one report of several."""
    others = text[: time.start] + text[time.end :]
    return single and len(mentions) <= 1 and not _SEQUENCE.search(others)


def _is_demanded(text: str, mention: Mention) -> bool:
    before, after = text[: mention.start], text[mention.end :]
    according = _ACCORDING.search(before)
    if according and not (re.search(r"\w", before[: according.start()]) and re.search(r"\w", after)):
        return True
    if _ONLY.search(before):
        return True
    return bool(_INSIDE.search(before) and _COVERAGE.match(after))


def _make_filters(times: Sequence[Period], named: tuple[str, ...]) -> Filters:
    since = times[0].since if times else None
    until = times[0].until if times else None
    return Filters(since=since, until=until, outlets=named, label=times[0].words if times else "")
