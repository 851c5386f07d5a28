"""A draft on its way through the page: waiting, being checked, stopped."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from corpus import NewsdeskError
from rag.drafts.draft_report import DraftReport
from rag.drafts.draft_text import MOST_SENT
from web.archive.holdings import PATIENCE_S
from web.archive_status import indexing_note
from web.assistant.assistant_loader import AssistantLoader

log = logging.getLogger(__name__)


@dataclass(slots=True)
class DraftRun:
    """Hold the check of one draft.

    Attributes:
        text: The draft.
        stage: How far it is.
        done: How many claims have a verdict.
        total: How many are to be checked.
        report: What is checked so far, or None.
        note: What the reader should know of the archive, or "".
        problem: Why the check failed, or "".
    """

    text: str
    stage: Literal["waiting", "checking", "stopped", "failed", "done"] = "waiting"
    done: int = 0
    total: int = 0
    report: DraftReport | None = None
    note: str = ""
    problem: str = ""

    @property
    def open(self) -> bool:
        """Return whether it waits or is being checked."""
        return self.stage in {"waiting", "checking"}

    def stop(self) -> None:
        """End at the reader's wish; what is checked stays."""
        if self.open:
            self.stage = "stopped"

    def fail(self, problem: str) -> None:
        """End with a problem; what is checked stays."""
        if self.open:
            self.stage, self.problem = "failed", problem


def stream_check(loader: AssistantLoader, model: str, run: DraftRun) -> Iterator[DraftRun]:
    """Check a draft, yielding each time that the page should show more; the run is never open when this ends.

    Args:
        loader: Opens the assistant.
        model: The model that the reader chose, as `web.assistant.available_models` names it, or "".
        run: What to check.
    """
    try:
        yield from _take_steps(loader, model, run)
        if run.open:
            run.stage = "done"
    except NewsdeskError as error:
        run.fail(str(error))
    except Exception:
        log.exception("a draft could not be checked")
        run.fail("Something went wrong here; check the draft again. What the server printed says why.")
    finally:
        run.stop()  # Open is only what a closed page leaves.
    yield run


def _take_steps(loader: AssistantLoader, model: str, run: DraftRun) -> Iterator[DraftRun]:
    loader.wait(PATIENCE_S)
    assistant = loader.assistant_for_model(model)
    if assistant is None:
        run.fail(loader.problem or "The archive is still being opened; check the draft again in a minute.")
        return
    run.note = indexing_note(assistant)
    for event in assistant.check_draft(run.text, limit=MOST_SENT):
        if not run.open:
            return
        run.stage, run.done, run.total, run.report = "checking", event.done, event.total, event.report
        yield run
