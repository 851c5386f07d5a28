"""A checked draft as markup: each sentence in the tone of its verdict, and beside each the passages found for it."""

from rag.drafts.draft_export import describe_basis
from rag.drafts.draft_report import VERDICTS, CheckedClaim, FoundPassage, describe_counts
from web.draft_check.draft_run import DraftRun
from web.markup.escaping import excerpt
from web.markup.templating import render, trust

KINDS = {
    "md": ("Markdown", "text/markdown"),
    "html": ("HTML", "text/html"),
    "docx": ("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
}
"""What a report can be saved as: the ending of the file, what it is called, and its media type."""

_SHOWN = 2  # Passages of a claim; the others are folded away.
_MARGIN = 160  # Characters around the words of a passage that a claim rests on.


def render_progress(run: DraftRun | None) -> str:
    """Render how far a check is, or why it ended early."""
    return render("draft_progress", run=run) if run and run.stage != "done" else ""


def render_result(run: DraftRun | None) -> str:
    """Render what came of a check; what the tab is for, where there was none."""
    report = None if run is None or run.open else run.report
    return render(
        "draft_result",
        run=run,
        report=report,
        verdicts=VERDICTS,
        notes=[note for note in (run.note, *report.notes) if note] if run and report else [],
        kinds=KINDS,
        summary=report and describe_counts(report),
        basis=report and describe_basis(report),
        share=_share_passages,
        shorten=_shorten,
    )


def _share_passages(one: CheckedClaim) -> tuple[list[FoundPassage], list[FoundPassage]]:
    """Return the passages that are shown at once, the best that a verdict rests on or else the best, and the others."""
    cited = [passage for passage in one.passages if passage.cited]
    shown = cited[:_SHOWN] or list(one.passages[:1])
    return shown, [passage for passage in one.passages if passage not in shown]


def _shorten(passage: FoundPassage) -> str:
    """Return the words of a passage around what is marked in it."""
    marks = [(start - passage.start, end - passage.start) for start, end in passage.marks]
    return trust(excerpt(passage.text, (0, len(passage.text)), marks, _MARGIN))
