"""`claims`: score a check on labelled claims."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corpus.command_names import name_command
from corpus.errors import SettingsError
from eval.batch import request_body, write_requests
from eval.claim_reading import ask_verifier, group_requests, judge_replies, make_rows
from eval.claim_scoring import (
    READ,
    RULES,
    LabelledClaim,
    Verdicts,
    fingerprint_claims,
    group_by_kind,
    measures,
    read_claims,
    rule_verdicts,
)
from eval.commands.floors import FloorsFile, Gate, Lower, Update, compare_with_floors, update_floors
from eval.commands.run import GATE_FILE
from eval.commands.screen import progress_bars
from eval.commands.sets import AsJson
from eval.replies import read_replies
from eval.set_catalogue import SHIPPED_CLAIMS
from eval.statistics import Estimate
from rag.llm.verification_prompt import VERDICT_TOKENS
from rag.llm.writer import Writer
from rag.settings import read_settings

ClaimFile = Annotated[
    Path, typer.Argument(metavar="FILE", help="Labelled claims, JSON Lines; those that ship without one.")
]


def score_claims(
    path: ClaimFile = SHIPPED_CLAIMS,
    llm: Annotated[
        str, typer.Option(help="Have this model, provider:name, read the claims too, now or for --export.")
    ] = "",
    export: Annotated[
        Path | None, typer.Option(help="Write the requests for a model, in the JSONL of OpenAI's Batch API, and end.")
    ] = None,
    replies: Annotated[
        list[Path] | None, typer.Option(help="Score the replies to such requests; several files count as one.")
    ] = None,
    as_json: AsJson = False,
    gate: Gate = False,
    update: Update = False,
    lower: Lower = False,
    file: FloorsFile = GATE_FILE,
) -> None:
    """Score the check on labelled claims: what it catches of the false ones, what it flags of the true ones, by kind."""
    claims = read_claims(path)
    if export:
        _export(path, claims, export, llm)
        return
    columns: dict[str, Verdicts] = {RULES: rule_verdicts(claims)}
    if replies or llm:
        columns[READ] = _read_again(path, claims, replies or (), llm)
    totals = {name: measures(claims, verdicts) for name, verdicts in columns.items()}
    kinds = {name: group_by_kind(claims, verdicts) for name, verdicts in columns.items()}
    if as_json:
        typer.echo(json.dumps(_record(totals, kinds), indent=2))
    else:
        _print(totals, kinds)
    fingerprint = fingerprint_claims(claims)  # It covers the passages too.
    prints = (fingerprint, fingerprint)
    name = f"claims/{path.stem}"
    # Floors are those of the rules alone, which give the same verdicts every time.
    if update:
        update_floors(file, name, prints, totals[RULES], lower)
    elif gate:
        unknown = f"No floors are known for these claims. Write them: {name_command('eval claims')} FILE --update"
        compare_with_floors(file, name, prints, totals[RULES], unknown)


def _export(path: Path, claims: Sequence[LabelledClaim], output: Path, llm: str) -> None:
    settings = read_settings(llm=llm) if llm else read_settings()
    body = request_body(settings.model_copy(update={"llm_max_tokens": VERDICT_TOKENS}))
    count = write_requests(output, make_rows(path.stem, group_requests(claims), body))
    typer.echo(f"{output}: {count} requests. Then: {name_command('eval claims')} {path} --replies RESPONSES")


def _read_again(path: Path, claims: Sequence[LabelledClaim], paths: Sequence[Path], llm: str) -> Verdicts:
    """Return the verdicts after a second reading, by replies to an export or by a model that is asked now."""
    requests = group_requests(claims)
    if paths:
        replies, defects = read_replies(paths)
        for defect in defects:
            typer.echo(f"{defect.item}: {defect.reason}", err=True)
        verdicts, failed = judge_replies(path.stem, requests, replies)
    else:
        # The model that is named reads, whatever verifier the settings name.
        verifier = Writer.from_settings(read_settings(llm=llm, verifier="")).verifier
        if verifier is None:
            raise SettingsError("No model is named that could read the claims: --llm openai:NAME")
        with progress_bars() as bar:
            verdicts, failed = ask_verifier(verifier, requests, bar("requests"))
    if failed:
        typer.echo(
            f"{failed} of {len(requests)} requests have no reply; there the verdicts are those of rules.", err=True
        )
    return verdicts


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
