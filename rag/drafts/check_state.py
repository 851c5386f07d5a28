"""What was found of a draft so far, on the disk, so that a check that was stopped can go on."""

import hashlib
import json
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from rag.drafts.draft_report import CHECKED, CheckedClaim

log = logging.getLogger(__name__)

_LASTS_S = 30 * 24 * 3600.0
"""Seconds after which a check that nobody went on with is forgotten."""


class CheckState:
    """Keep the claims of one draft that have a verdict, one a line, in a file of their own."""

    def __init__(self, folder: Path, parts: Sequence[object]) -> None:
        """Keep them in a folder.

        Args:
            folder: Where; made at the first claim.
            parts: What the verdicts follow from: the draft, the archive and its state, the settings. With any of them
                changed the check begins anew.
        """
        digest = hashlib.sha256(json.dumps([str(part) for part in parts]).encode()).hexdigest()
        self.path = folder / f"{digest[:24]}.jsonl"

    def read(self) -> dict[int, CheckedClaim]:
        """Return what is kept by the number of the claim; a line that was cut by a kill is left out."""
        found: dict[int, CheckedClaim] = {}
        for line in self.path.read_bytes().splitlines() if self.path.is_file() else ():
            try:
                one = CHECKED.validate_json(line)
            except ValidationError:
                continue
            found[one.claim.number] = one
        return found

    def add(self, checked: Iterable[CheckedClaim]) -> None:
        """Keep more claims; where the folder cannot be written, say so once in the log and go on without."""
        lines = b"".join(b"\n" + CHECKED.dump_json(one) for one in checked)  # First: the line before may be cut.
        try:
            if lines:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                with self.path.open("ab") as file:
                    file.write(lines)
        except OSError as error:
            log.warning("%s cannot be written (%s): the check cannot be resumed", self.path, error.strerror)

    def remove(self) -> None:
        """Forget this draft, and those that nobody went on with for thirty days."""
        try:
            self.path.unlink(missing_ok=True)
            now = datetime.now(UTC).timestamp()
            for old in self.path.parent.glob("*.jsonl"):
                if now - old.stat().st_mtime > _LASTS_S:
                    old.unlink(missing_ok=True)
        except OSError as error:
            log.warning("%s cannot be removed (%s)", self.path, error.strerror)
