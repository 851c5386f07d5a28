"""What a model plans to search for a question: read from its reply, and kept only where the conversation bears it out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from pydantic import BaseModel, ValidationError

from corpus.errors import InputError
from corpus.text.characters import one_line
from corpus.text.days import format_day, parse_period
from rag.model import Filters, Turn
from rag.question.coverage_question import CoverageQuestion
from rag.question.coverage_question import Form as CoverageForm
from rag.question.outlet_mentions import Outlets
from rag.question.query import Query, QuestionPart
from rag.question.question_kind import Kind
from rag.question.question_text import LONGEST_QUESTION
from rag.text.citation_marks import read_marks
from rag.text.dates.question_period import find_periods
from rag.text.names import find_name_words, find_names
from rag.text.output_filter import filter_output
from rag.text.terms import STOPWORDS, list_held_terms, words

Form = Literal[
    "fact", "comparison", "order", "summary", "positions", "count", "timeline", "small talk", "about the assistant"
]
Wanted = Literal["date", "number", "who", "quotation", "overview", "fact"]

MOST_SEARCHES = 4
LONGEST_SEARCH = 200
"""Characters of the words to search for; the rest is cut off."""

_KINDS: dict[str, Kind] = {
    "date": "when",
    "number": "how_many",
    "who": "who",
    "quotation": "quotation",
    "overview": "topic",
}
_LONGER = 300  # Characters by which a question made to stand alone may be longer: names and dates are put in, no story.
_CHAT = 12  # Words: a longer message is no small talk.


@dataclass(frozen=True, slots=True)
class ArchiveScope:
    """Hold what a plan may narrow a search to.

    Attributes:
        outlets: The outlets of the archive.
        bylines: Who wrote its articles, as it writes them.
        languages: ISO 639-1 codes, the commonest first.
        since: When its oldest dated article was published, or None.
        until: When the newest was, or None.
        articles: How many there are.
    """

    outlets: Outlets
    bylines: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    articles: int = 0


@dataclass(frozen=True, slots=True)
class SearchPlan:
    """Hold a plan as far as it is kept.

    Attributes:
        searches: What to search for, one fact each.
        form: What kind of question it is.
        standalone: The question made to stand alone, or "" where the rules' own form is to be taken.
    """

    searches: tuple[QuestionPart, ...]
    form: Form = "fact"
    standalone: str = ""


class _SearchReply(BaseModel):
    find: str
    want: str = "fact"
    since: str | None = None
    until: str | None = None
    outlet: str | None = None
    byline: str | None = None


class _PlanReply(BaseModel):
    searches: list[_SearchReply] = []
    kind: str = "fact"
    question: str | None = None


def read_plan(
    reply: str, question: str, history: Sequence[Turn], scope: ArchiveScope, now: datetime
) -> SearchPlan | None:
    """Read a model's plan, and leave out of it what neither the conversation nor the archive bears out.

    The words to search for are free: a name that the model adds is only searched for. A time, an outlet or a byline is
    kept where the conversation names it and the archive has it; the question made to stand alone, where it adds no name
    and no figure.

    Args:
        reply: JSON in the form of `rag.llm.plan_prompt.PLAN_SCHEMA`; words around it are passed over.
        question: What the user wrote.
        history: The turns before it.
        scope: What the archive holds.
        now: What "last week" is counted from (UTC).

    Returns:
        The plan, or None where the reply is none.
    """
    try:
        given = _PlanReply.model_validate_json(reply[reply.find("{") : reply.rfind("}") + 1])
    except ValidationError:
        return None
    forms: tuple[Form, ...] = get_args(Form)
    form: Form = next((form for form in forms if form == given.kind.replace("_", " ").strip().lower()), "fact")
    said = "\n".join([question, *(turn.content for turn in history)])
    asked = "\n".join([question, *(turn.content for turn in history if turn.role == "user")])
    read = [_read_search(search, said, asked, scope, now) for search in given.searches]
    searches = tuple({part.text: part for part in read if words(part.text)}.values())[:MOST_SEARCHES]
    alone = one_line(filter_output(given.question or "")).strip(' "“”') if history else ""
    if not searches and not is_chat(form, question):
        return None
    return SearchPlan(searches, form, alone if _adds_nothing(alone, question, said) else "")


def is_chat(form: str, question: str) -> bool:
    """Return whether a message is about no news: a model says so, and it is short and names nothing."""
    chat = form in {"small talk", "about the assistant"}
    return chat and len(question.split()) <= _CHAT and not find_names(question)


def apply_plan(query: Query, plan: SearchPlan, whole: bool = False) -> Query:
    """Return a query whose parts are the searches of a plan.

    A single search that only repeats the question is none; `whole` leaves the question in one piece.
    """
    repeated = len(plan.searches) == 1 and _content(plan.searches[0].text) == _content(query.standalone)
    parts = () if repeated or whole else plan.searches
    return replace(query, parts=parts, several=len(parts) > 1, form=plan.form)


def plan_coverage(query: Query) -> CoverageQuestion | None:
    """Return the question about coverage that a plan makes of a query, None for any other.

    The topic is the plan's search where the question holds each of its words: what is counted must be what was asked.
    """
    forms: dict[str, CoverageForm] = {"count": "count", "timeline": "timeline"}
    if query.form not in forms or len(query.parts) != 1:
        return None
    topic = query.parts[0].text
    held = list_held_terms(query.standalone)
    return CoverageQuestion(forms[query.form], topic, query.filters) if list_held_terms(topic) <= held else None


def _read_search(search: _SearchReply, said: str, asked: str, scope: ArchiveScope, now: datetime) -> QuestionPart:
    text = one_line(filter_output(search.find))[:LONGEST_SEARCH].strip()
    since, until = _read_time(search, asked, now)
    outlets = _read_outlet(search.outlet or "", said, scope.outlets)
    byline = _read_byline(search.byline or "", said, scope.bylines)
    times = [f"from {format_day(since, 'short')}"] * bool(since) + [f"before {format_day(until, 'short')}"] * bool(
        until
    )
    said = ", ".join([text, *outlets, *([byline] if byline else []), *times])
    return QuestionPart(text, said, Filters(since, until, outlets), _KINDS.get(search.want), byline)


def _read_time(search: _SearchReply, asked: str, now: datetime) -> tuple[datetime | None, datetime | None]:
    """Return the time of a search if it lies within one that the user names, else Nones."""
    try:
        since, until = parse_period(search.since or None, search.until or None)
    except (InputError, OverflowError):
        return None, None
    slack = timedelta(days=1)  # A model may count a day more at either end.
    for period in find_periods(asked, now):
        begun = since is not None and (period.since is None or since >= period.since - slack)
        ended = until is not None and (period.until is None or until <= period.until + slack)
        if (begun or ended) and (begun or since is None) and (ended or until is None):
            return since, until
    return None, None


def _read_outlet(outlet: str, said: str, outlets: Outlets) -> tuple[str, ...]:
    """Return the archive's names of an outlet that the conversation names, or nothing."""
    if not outlet.strip():
        return ()
    meant = [name for name in outlets.names if name.casefold() == outlet.strip().casefold()]
    meant += [name for mention in outlets.find(f"“{outlet}”") for name in mention.names]
    mentioned, known = {name for mention in outlets.find(said) for name in mention.names}, find_name_words(said)
    named = find_name_words(outlet) <= known  # An outlet whose name is an ordinary word: the model knows what is meant.
    return tuple(dict.fromkeys(name for name in meant if name in mentioned or named))


def _read_byline(byline: str, said: str, bylines: Sequence[str]) -> str:
    """Return a byline of the archive that the conversation names, or ""."""
    wanted = find_name_words(byline)
    if not wanted or not wanted <= find_name_words(said):
        return ""
    return byline if any(wanted <= find_name_words(author) for author in bylines) else ""


def _adds_nothing(text: str, question: str, said: str) -> bool:
    """Return whether a question was made of a question, with no name and no figure that the conversation lacks."""
    if not text or text.casefold().rstrip("?. ") == " ".join(question.casefold().split()).rstrip("?. "):
        return False  # A model that only repeats it knows no more than the rules.
    if (question.rstrip().endswith("?") and not text.endswith("?")) or read_marks(text, 0).invented:
        return False  # It answers.
    known = find_name_words(said)
    called = {word for name in find_names(text, mid_sentence=True) for word in name.words}
    figures = {word for word in find_name_words(text) if any(map(str.isdigit, word))}
    return len(text) <= min(LONGEST_QUESTION, len(question) + _LONGER) and called | figures <= known


def _content(text: str) -> set[str]:
    return {word for word in words(text) if word not in STOPWORDS}
