"""Write the two locks from `pyproject.toml`: `python tools/lock.py` (or `make lock`).

`requirements.lock` is what `make run` installs; `requirements-dev.lock` is that, every optional model provider and the
tools of development. Both come from one resolution, so they never disagree. pip itself resolves, without installing.
"""

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
LEFT_OUT = {"pip"}  # `make` takes the newest
HEADER = """\
# {what}
# Made by tools/lock.py (make lock) from pyproject.toml; do not edit by hand.
"""

Pins = dict[str, str]


def main() -> None:
    """Resolve everything, then the part of it that runs the product, and write both files."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = [name for extra in project["optional-dependencies"].values() for name in extra]
    everything = resolve([*project["dependencies"], *extras], {})
    runtime = resolve(project["dependencies"], everything)
    (ROOT / "requirements.lock").write_text(text("What Newsdesk runs with.", runtime), encoding="ascii")
    (ROOT / "requirements-dev.lock").write_text(
        text("What Newsdesk is developed with: requirements.lock, every model provider, the tools.", everything),
        encoding="ascii",
    )
    print(f"requirements.lock: {len(runtime)} packages, requirements-dev.lock: {len(everything)}")


def resolve(requirements: list[str], constraints: Pins) -> Pins:
    """Ask pip which version of each package it would install into an empty environment.

    Args:
        requirements: As `pyproject.toml` writes them.
        constraints: Versions to keep to.

    Returns:
        The version by normalised name, sorted, without pip; and without local parts such as `+cpu`, which only one
        index knows.

    Raises:
        subprocess.CalledProcessError: pip found no solution; its output goes to stderr.
    """
    with tempfile.TemporaryDirectory() as folder:
        wanted, limits, report = (Path(folder, name) for name in ("wanted.txt", "limits.txt", "report.json"))
        wanted.write_text("\n".join(requirements), encoding="utf-8")
        limits.write_text(text("Constraints.", constraints), encoding="ascii")
        command = [sys.executable, "-m", "pip", "install", "--dry-run", "--ignore-installed", "--quiet"]
        subprocess.run([*command, "--report", report, "--constraint", limits, "--requirement", wanted], check=True)
        installs = json.loads(report.read_text(encoding="utf-8"))["install"]
    packages = (install["metadata"] for install in installs)
    pins = {normalised(package["name"]): package["version"].partition("+")[0] for package in packages}
    return {name: version for name, version in sorted(pins.items()) if name not in LEFT_OUT}


def text(what: str, pins: Pins) -> str:
    """Return the lines of a lock."""
    return HEADER.format(what=what) + "".join(f"{name}=={version}\n" for name, version in pins.items())


def normalised(name: str) -> str:
    """Return a package's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    main()
