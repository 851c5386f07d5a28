"""The state of the page: what the archive holds, which model answers, whether everything is ready."""

from dataclasses import dataclass
from datetime import datetime

from corpus.archive.database import Archive
from rag import Assistant
from web.assistant.assistant_loader import AssistantLoader
from web.markup.templating import render

HOW_TO_SET_A_MODEL = (
    "To have answers written, choose a model below the question, or start with NEWSDESK_LLM=provider:name, "
    "for instance openai:gpt-5-mini."
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold the state of the page, for the corner of the rail.

    Attributes:
        state: Markup of the state of archive and model.
        settled: Whether nothing more is expected to change by itself soon.
    """

    state: str
    settled: bool


def collect_status(loader: AssistantLoader) -> Facts:
    """Describe the archive, the model and the progress of the index."""
    busy = loader.busy  # Before anything is read: what comes meanwhile is for the next look.
    assistant = loader.assistant
    if assistant is None:
        return Facts(render("opening", problem="" if loader.opening else loader.problem), settled=not busy)
    done, total = assistant.progress()
    state = render(
        "status",
        done=done,
        total=total,
        count=assistant.archive.count(),
        span=_describe_span(assistant.archive),
        model=assistant.model_name,
        advice=HOW_TO_SET_A_MODEL,
    )
    return Facts(state, settled=done >= total and not busy)


def indexing_note(assistant: Assistant) -> str:
    """Say that an answer given now rests on a part of the archive, or return ""."""
    done, total = assistant.progress()
    return f"The index is being built: {done:,} of {total:,} articles could be searched." if done < total else ""


def _describe_span(archive: Archive) -> str:
    first = next((a.published_at for a in archive.articles(order="oldest", limit=1)), None)
    last = next((a.published_at for a in archive.articles(limit=1)), None)
    return f"{_month(first)} – {_month(last)}" if first and last else ""


def _month(date: datetime) -> str:
    return f"{date:%b %Y}"


def render_welcome(loader: AssistantLoader, alone: bool = False) -> str:
    """Render what stands in place of a conversation: what this is, and questions to begin with.

    Args:
        loader: Opens the assistant.
        alone: Offer a model that runs on this machine, where none is set.
    """
    examples = loader.examples.current() if loader.examples is not None else []
    offer = loader.models.offer if alone and loader.models is not None else None
    return render("welcome", questions=examples, offer=offer)
