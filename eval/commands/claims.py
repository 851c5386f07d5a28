"""`claims`: score a check on labelled claims."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corpus.errors import InputError
from eval.claim_scoring import RULES, Verdicts, fingerprint_claims, group_by_kind, measures, read_claims, rule_verdicts
from eval.commands.run import GATE_FILE
from eval.commands.sets import AsJson
from eval.regression_gate import Floors, find_failures, measure_limits, read_floors, write_floors
from eval.set_catalogue import SHIPPED_CLAIMS
from eval.statistics import Estimate

ClaimFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Labelled claims, JSON Lines; those that ship without one.")
]


def score_claims(
    path: ClaimFile = SHIPPED_CLAIMS,
    as_json: AsJson = False,
    gate: Annotated[
        bool, typer.Option("--gate", help="Compare with the floors; exit code 1 when one is missed.")
    ] = False,
    update: Annotated[bool, typer.Option(help="Write the floors from what is measured now.")] = False,
    lower: Annotated[bool, typer.Option(help="With --update: let floors get lower.")] = False,
    file: Annotated[Path, typer.Option(help="Where the floors are kept.")] = GATE_FILE,
) -> None:
    """Score the check on labelled claims: what it catches of the false ones, what it flags of the true ones, by kind."""
    claims = read_claims(path)
    columns: dict[str, Verdicts] = {RULES: rule_verdicts(claims)}
    totals = {name: measures(claims, verdicts) for name, verdicts in columns.items()}
    kinds = {name: group_by_kind(claims, verdicts) for name, verdicts in columns.items()}
    if as_json:
        typer.echo(json.dumps(_record(totals, kinds), indent=2))
    else:
        _print(totals, kinds)
    prints = fingerprint_claims(claims)
    name = f"claims/{path.stem}"
    if update:
        write_floors(file, name, Floors(prints, prints, measure_limits(totals[RULES])), lower)
        typer.echo(f"Floors written to {file}", err=True)
    elif gate:
        _compare(read_floors(file, name), prints, totals[RULES])


def _compare(floors: Floors | None, prints: str, figures: Mapping[str, Estimate]) -> None:
    if floors is None or floors.question_fingerprint != prints:
        raise InputError("No floors are known for these claims. Write them: python -m eval claims FILE --update")
    failures = find_failures(floors, figures)
    for failure in failures:
        typer.echo(failure, err=True)
    if failures:
        raise typer.Exit(1)
    typer.echo(f"All {len(floors.limits)} floors hold.", err=True)


def _record(
    totals: Mapping[str, Mapping[str, Estimate]], kinds: Mapping[str, Mapping[tuple[str, str], Estimate]]
) -> dict[str, object]:
    return {
        column: {
            "measures": {name: asdict(figure) for name, figure in totals[column].items()},
            "flagged by kind": [
                {"label": label, "kind": kind} | asdict(figure) for (label, kind), figure in kinds[column].items()
            ],
        }
        for column in totals
    }


def _print(
    totals: Mapping[str, Mapping[str, Estimate]], kinds: Mapping[str, Mapping[tuple[str, str], Estimate]]
) -> None:
    columns = list(totals)
    table = Table("", "n", *columns)
    for name, figure in totals[columns[0]].items():
        table.add_row(name, str(figure.n), *(_cell(totals[column].get(name)) for column in columns))
    table.add_section()
    for label, kind in kinds[columns[0]]:
        figures = [kinds[column].get((label, kind)) for column in columns]
        table.add_row(f"flagged: {label}, {kind}", str(figures[0].n if figures[0] else 0), *map(_cell, figures))
    Console().print(table)


def _cell(figure: Estimate | None) -> str:
    return f"{figure.mean:.3f} ({figure.low:.2f}–{figure.high:.2f})" if figure else ""
