"""The generations of both indexes on disk: their recorded state, and whether one is intact."""

import json
import os
import shutil
import subprocess
import sys
import zlib
from dataclasses import asdict, dataclass
from pathlib import Path

from pydantic import TypeAdapter

from rag.index.dense import DenseIndex
from rag.index.lexical import LexicalIndex

_PROBE_S = 600.0
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class State:
    """Describe what the index folder holds.

    Attributes:
        generation: Number of the folder in use; a rebuild makes the next.
        archive: Identity of the archive that it was derived from.
        profile: Embedder and rule of chunking.
        applied: Number of the last change that both indexes hold.
        seal: Checksum of its files at the last clean shutdown; "" while an owner has it open, and afterwards if it was killed.
        complete_at: When it last held every change of the archive, in seconds since 1970, 0 where nobody knows.
    """

    generation: int
    archive: str
    profile: str
    applied: int
    seal: str = ""
    complete_at: float = 0.0

    @classmethod
    def read(cls, file: Path) -> "State | None":
        """Return the state in a file, or None if it cannot be read."""
        try:
            return TypeAdapter(cls).validate_json(file.read_bytes(), strict=True)
        except (OSError, ValueError):
            return None

    def write(self, file: Path) -> None:
        """Write the state atomically."""
        fresh = file.with_name(f"{file.name}.new")
        with fresh.open("w") as out:
            json.dump(asdict(self), out)
            out.flush()
            # Else a power cut could leave an empty file under the final name.
            os.fsync(out.fileno())
        fresh.replace(file)


class Generations:
    """Keep the generations of the indexes in one folder, and record which is in use."""

    def __init__(self, folder: Path) -> None:
        """Describe a folder, which need not exist yet."""
        self.folder = folder
        self._file = folder / "state.json"

    def state(self) -> State | None:
        """Return the recorded state, or None if none can be read."""
        return State.read(self._file)

    def save(self, state: State) -> None:
        """Record a state."""
        state.write(self._file)

    def path(self, number: int) -> Path:
        """Return the folder of a generation."""
        return self.folder / f"generation-{number}"

    def choose_number(self) -> int:
        """Return a number that no generation has, not even an incomplete one."""
        names = [path.name.removeprefix("generation-") for path in self.folder.glob("generation-*")]
        return 1 + max((int(number) for name in names if (number := name.removesuffix(".new")).isdecimal()), default=0)

    def is_whole(self, state: State) -> bool:
        """Return whether a generation can be opened safely.

        After a clean shutdown its checksum shows it; after any other, a child process must be able to read all of it.
        """
        folder = self.path(state.generation)
        if not folder.is_dir():
            return False
        return seal(folder) == state.seal if state.seal else probe_in_child(folder)

    def retire(self, current: int, keep: bool) -> None:
        """Delete every generation but the current one; `keep` moves them aside instead and keeps the latest of them."""
        for aside in self.folder.glob("damaged-*") if keep else ():
            shutil.rmtree(aside, ignore_errors=True)
        for other in set(self.folder.glob("generation-*")) - {self.path(current)}:
            if keep and not other.name.endswith(".new"):
                other.rename(self.folder / f"damaged-{other.name}")
            else:
                shutil.rmtree(other, ignore_errors=True)


def seal(folder: Path) -> str:
    """Return a checksum of the names, sizes and contents of the files in a folder; it shows damage, not tampering.

    One wrong byte in Chroma's graph crashes the process, and neither Chroma nor tantivy checks when it opens.
    """
    total = 0
    for file in sorted(path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock"):
        total = zlib.crc32(f"{file.relative_to(folder)} {file.stat().st_size}".encode(), total)
        with file.open("rb") as content:
            while piece := content.read(_PIECE):
                total = zlib.crc32(piece, total)
    return f"{total:08x}"


def probe(folder: Path) -> None:
    """Read every chunk in the indexes of a generation and search each; raise (or crash) if one is damaged."""
    lexical = LexicalIndex(folder / "lexical")
    lexical.search(["probe"], 1)
    lexical.ids()
    lexical.close()
    if (folder / "dense").is_dir():  # Else it is in the database.
        dense = DenseIndex(folder / "dense")
        dense.touch()
        dense.ids()
        dense.close()


def probe_in_child(folder: Path) -> bool:
    """Return whether a child process can read and search the indexes; a crash of native code ends the child only."""
    script = (
        "import pathlib, sys; sys.path.insert(0, sys.argv[2]); "
        "from rag.index.generations import probe; probe(pathlib.Path(sys.argv[1]))"
    )
    command = [sys.executable, "-c", script, str(folder.absolute()), str(Path(__file__).absolute().parents[2])]
    try:
        return subprocess.run(command, capture_output=True, timeout=_PROBE_S, check=False).returncode == 0
    except subprocess.TimeoutExpired:
        return False
