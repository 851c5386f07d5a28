"""What commands that keep floors share: their options, and comparing or writing the floors."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from corpus.errors import InputError
from eval.regression_gate import Floors, find_failures, measure_limits, read_floors, write_floors
from eval.statistics import Estimate

Gate = Annotated[bool, typer.Option("--gate", help="Compare with the floors; exit code 1 when one is missed.")]
Update = Annotated[bool, typer.Option(help="Write the floors from what is measured now.")]
Lower = Annotated[bool, typer.Option(help="With --update: let floors get lower.")]
FloorsFile = Annotated[Path, typer.Option(help="Where the floors are kept.")]


def update_floors(file: Path, name: str, prints: tuple[str, str], figures: Mapping[str, Estimate], lower: bool) -> None:
    """Write floors from what is measured now.

    Args:
        file: Where floors are kept.
        name: Of the set.
        prints: Fingerprints of its questions and of its data.
        figures: What is measured.
        lower: Whether floors may get lower.
    """
    write_floors(file, name, Floors(*prints, measure_limits(figures)), lower)
    typer.echo(f"Floors written to {file}", err=True)


def compare_with_floors(
    file: Path, name: str, prints: tuple[str, str], figures: Mapping[str, Estimate], unknown: str
) -> None:
    """Compare with floors and name those that are missed; the arguments are those of `update_floors`.

    Raises:
        InputError: No floors are known for these fingerprints; `unknown` says what to do.
        typer.Exit: One is missed.
    """
    floors = read_floors(file, name)
    if floors is None or (floors.question_fingerprint, floors.data_fingerprint) != prints:
        raise InputError(unknown)
    failures = find_failures(floors, figures)
    for failure in failures:
        typer.echo(failure, err=True)
    if failures:
        raise typer.Exit(1)
    typer.echo(f"All {len(floors.limits)} floors hold.", err=True)
