"""Check a draft from the command line: progress, a stop that keeps what is done, and a report in the form asked for."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from corpus.cli.display import to_line
from rag.drafts.check_state import CheckState
from rag.drafts.draft_export import describe_basis, describe_source
from rag.drafts.draft_report import VERDICTS, CheckedClaim, DraftReport, describe_counts
from rag.drafts.draft_text import read_draft_bytes, read_draft_file
from rag.llm.verification_prompt import SYSTEM
from rag.model import Filters

if TYPE_CHECKING:
    from rag.assistant import Assistant

STDIN = Path("-")

_SHOWN = 2  # Passages of a claim in the terminal.


def read_input(file: Path) -> str:
    """Return the draft of a file, or of standard input where the name is "-".

    Raises:
        InputError: It cannot be read, or is empty or too long.
    """
    return read_draft_bytes("", sys.stdin.buffer.read()) if file == STDIN else read_draft_file(file)


def verify(
    assistant: "Assistant",
    text: str,
    filters: Filters | None,
    limit: int | None,
    progress: Callable[[int, int], object],
) -> DraftReport:
    """Check a draft, from where an earlier check of it ended; what is done is kept whenever it is stopped.

    Args:
        assistant: Checks.
        text: The draft.
        filters: What every article must meet.
        limit: How many claims are checked, or None for all.
        progress: Is told how many claims are done, and of how many.
    """
    state = CheckState(assistant.settings.data_dir / "drafts", _list_basis(assistant, text, filters))
    known = state.read()
    report = None
    for event in assistant.check_draft(text, filters, limit, known):
        progress(event.done, event.total)
        if not event.failure:  # What a model could not read now is read next time.
            state.add(one for one in event.checked if one.claim.number not in known)
        report = event.report
    if report is None:
        raise ValueError("the check ended without a report")
    # A check that a limit cut short can be continued.
    if not report.left_out:
        state.remove()
    return report


def _list_basis(assistant: "Assistant", text: str, filters: Filters | None) -> list[object]:
    """Return what the verdicts on a draft follow from."""
    verifier = assistant.writer.verifier if assistant.writer else None
    return [
        text,
        assistant.archive.identity,
        assistant.indexes.store.last_change(),
        (filters or Filters()).to_record(),
        verifier.name if verifier else "none",
        assistant.settings.embedder,
        assistant.settings.reranker,
        SYSTEM,
    ]


def write_report(report: DraftReport) -> str:
    """Return a report as plain text, safe for a terminal."""
    lines = [describe_counts(report), describe_basis(report), *(f"Note: {note}" for note in report.notes)]
    return "\n".join([*map(to_long_line, lines), *map(_write_claim, report.checked)])


def to_long_line(text: str) -> str:
    """Return text on one line, however long."""
    return to_line(text, len(text) + 1)


def _write_claim(one: CheckedClaim) -> str:
    lines = [f"\n{one.claim.number}. {VERDICTS[one.verdict].upper()}: {one.claim.text}"]
    lines += [f"   of: {', '.join(one.claim.about)}"] if one.claim.about else []
    lines += [f"   {one.reason}"] if one.reason else []
    cited = [p for p in one.passages if p.cited] or list(one.passages)
    for passage in cited[:_SHOWN]:
        lines.append(f"   [{passage.number}] {describe_source(passage)} ({passage.article_id})")
        marked = " … ".join(text for text, is_marked in passage.split() if is_marked)
        lines += [f"       “{to_line(marked, 400)}”"] if marked else []
    return "\n".join(map(_one_line, lines))


def _one_line(line: str) -> str:
    """Return a line without control characters, its indent and the blank line before it kept."""
    bare = line.lstrip()
    return line[: len(line) - len(bare)] + to_long_line(bare)
