"""What the assistant says of itself: what it answers from, and what can be asked."""

import re
from collections.abc import Sequence

from corpus.text.days import format_day
from rag.model import Turn
from rag.question.search_plan import ArchiveScope
from rag.question.small_talk import SmallTalk

_OUTLETS = 3  # Outlets that are named, those with most articles.


NO_MODEL = (
    "Putting an answer into other words needs a language model, and none is set: without one I quote the archive's own sentences. "
    "Set NEWSDESK_LLM, for instance to openai:gpt-5-mini, or NEWSDESK_LLM_BASE_URL to the address of a local server, and start again."
)
SOURCES = (
    "Every number in an answer opens the article with the words that the statement rests on. Each statement was compared with them "
    "before it was shown, and what they do not hold is marked."
)


COMPLAINT = (
    "Then do not rely on it. Without a language model I choose sentences of the archive by their words and meaning and may choose "
    "badly: put the question in other words, name who or what it is about, or open the articles that are cited."
)

WELCOME = "You are welcome. Ask on whenever you like: a follow-up such as “why?” or “and in 2019?” is understood after an answer."

_HEADING = re.compile(
    r"^\*\*([^*\n]+ – [^*\n]+)\*\*$", re.MULTILINE
)  # Outlet, date and headline above quoted sentences.


def answer_small_talk(kind: SmallTalk, scope: ArchiveScope, history: Sequence[Turn]) -> str:
    """Return the answer to a message that asks for no news."""
    if kind == "sources":
        return _list_sources(history)
    return {
        "greeting": describe_archive(scope),
        "errand": f"That is nothing I can do. {describe_archive(scope)}",
        "thanks": WELCOME,
        "complaint": COMPLAINT,
        "rewording": NO_MODEL,
    }[kind]


def _list_sources(history: Sequence[Turn]) -> str:
    """Return on what the last answer rests: the articles that it names, and how each statement can be checked."""
    # Of an earlier answer there is only its text, so its headings are read.
    for turn in reversed(history):
        if turn.role != "user" and (named := _HEADING.findall(turn.content)):
            listed = "\n".join(f"- {heading}" for heading in dict.fromkeys(named))
            return f"The last answer rests on these articles:\n\n{listed}\n\n{SOURCES}"
    return SOURCES


def describe_archive(scope: ArchiveScope) -> str:
    """Return the answer to small talk and to questions about the assistant."""
    if not scope.articles:
        return "I answer questions from the articles of this archive, and it holds none yet."
    span = f", published between {format_day(scope.since)} and {format_day(scope.until)}" if scope.since else ""
    outlets = scope.outlets.names
    more = " and others" if len(outlets) > _OUTLETS else ""
    by = f" by {', '.join(outlets[:_OUTLETS])}{more}" if outlets else ""
    return (
        f"I answer questions from the {scope.articles:,} articles of this archive{by}{span}, from nothing else, and "
        "show for each statement where it stands. Ask who, when, how many, or what somebody said; ask for a comparison, "
        "or for a timeline of a topic."
    )
