"""One generation of both indexes on the disk: what is noted about it, and whether it can be opened at all."""

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from rag.dense import DenseIndex
from rag.lexical import LexicalIndex


@dataclass(frozen=True, slots=True)
class State:
    """Say what the index folder holds.

    Attributes:
        generation: Number of the folder in use; a rebuild makes the next.
        archive: Identity of the archive that it was derived from.
        profile: Embedder and rule of chunking.
        applied: Number of the last change that both indexes hold.
        open: True while an owner has it open; still True afterwards if that owner was killed.
    """

    generation: int
    archive: str
    profile: str
    applied: int
    open: bool

    @classmethod
    def read(cls, file: Path) -> "State | None":
        """Return the state in a file; None if there is none that can be read."""
        try:
            return cls(**json.loads(file.read_text()))
        except (OSError, ValueError, TypeError):
            return None

    def write(self, file: Path) -> None:
        """Write the state whole or not at all."""
        fresh = file.with_name(f"{file.name}.new")
        with fresh.open("w") as out:
            json.dump(asdict(self), out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(file)


def probe(folder: Path) -> None:
    """Open both indexes of a generation and search each once; raise (or crash) if one is damaged."""
    dense, lexical = DenseIndex(folder / "dense"), LexicalIndex(folder / "lexical")
    lexical.search(["probe"], 1)
    dense.touch()
    dense.close()
    lexical.close()


def probe_in_child(folder: Path) -> bool:
    """Tell whether a child process can open and search the indexes; a crash of native code ends the child only."""
    command = [
        sys.executable,
        "-c",
        "import sys, pathlib; from rag.generation import probe; probe(pathlib.Path(sys.argv[1]))",
    ]
    done = subprocess.run([*command, str(folder)], capture_output=True, timeout=120, check=False)
    return done.returncode == 0
