"""What the page says of itself: what is in the archive, which model answers, whether everything is ready."""

from dataclasses import dataclass
from datetime import datetime

from corpus.archive.database import Archive
from web.assistant.assistant_loader import Assistant, AssistantLoader
from web.markup.escaping import escape

HOW_TO_SET_A_MODEL = "To have answers written, start with NEWSDESK_LLM=provider:name, for instance openai:gpt-5-mini."


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold what the page shows beside the conversation.

    Attributes:
        state: Markup of the state of archive and model.
        settled: Whether nothing more is expected to change by itself soon.
    """

    state: str
    settled: bool


def collect_status(loader: AssistantLoader) -> Facts:
    """Describe the archive, the model and the progress of the index."""
    assistant = loader.assistant
    if assistant is None:
        if loader.opening:
            return Facts('<div class="state busy" role="status">Opening the archive…</div>', settled=False)
        return Facts(f'<div class="flag" role="alert">{escape(loader.problem)}</div>', settled=True)
    done, total = assistant.progress()
    making = loader.examples is not None and loader.examples.busy
    building = (
        f'<div class="state busy" role="status">Building the index: {done:,} of {total:,} articles'
        f'<progress max="{total}" value="{done}"></progress></div>'
        if done < total
        else ""
    )
    return Facts(building + _archive(assistant.archive) + _model(assistant), settled=done >= total and not making)


def indexing_note(assistant: Assistant) -> str:
    """Say that an answer given now rests on a part of the archive, or return ""."""
    done, total = assistant.progress()
    return f"The index is being built: {done:,} of {total:,} articles could be searched." if done < total else ""


def _archive(archive: Archive) -> str:
    first = next((a.published_at for a in archive.articles(order="oldest", limit=1)), None)
    last = next((a.published_at for a in archive.articles(limit=1)), None)
    count = archive.count()
    span = f"<br><span>{_month(first)} – {_month(last)}</span>" if first and last else ""
    return f'<div class="state">Archive · {count:,} article{"" if count == 1 else "s"}{span}</div>'


def _month(date: datetime) -> str:
    return f"{date:%b %Y}"


def _model(assistant: Assistant) -> str:
    if assistant.model_name != "none":
        return f'<div class="state">Model: {escape(assistant.model_name)}</div>'
    return (
        '<details class="state"><summary>Model: none, verbatim answers</summary>'
        f"<p>Answers are made of sentences of the articles, word for word. {escape(HOW_TO_SET_A_MODEL)}</p></details>"
    )


def render_welcome(loader: AssistantLoader) -> str:
    """Render what stands in place of a conversation: what this is, and questions to begin with."""
    examples = loader.examples.current() if loader.examples is not None else []
    buttons = "".join(
        f'<button type="button" data-act="ask" data-question="{escape(text)}">{escape(text)}</button>'
        for text in examples
    )
    offered = f'<p class="quiet">For instance</p><div class="next">{buttons}</div>' if buttons else ""
    return (
        '<div class="welcome"><h2>What do you want to know?</h2>'
        "<p>Every claim of an answer leads to the words of a dated article. "
        f"What the archive does not hold is not answered.</p>{offered}</div>"
    )
