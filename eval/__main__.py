"""`python -m eval`: question sets, runs, comparison, report, gate, batches, judge."""

import sys

import typer

from corpus import NewsdeskError
from corpus.cli.display import accept_any_text
from eval.commands.batch_commands import batch
from eval.commands.claims import score_claims
from eval.commands.evidence import score_evidence
from eval.commands.judging import compare_with_labels, judge
from eval.commands.results import compare, list_all, report
from eval.commands.run import gate, run_set
from eval.commands.sets import list_sets, validate_set

app = typer.Typer(
    help="Know whether an answer is right, and whether a change helped.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("sets")(list_sets)
app.command("validate")(validate_set)
app.command("run")(run_set)
app.command("runs")(list_all)
app.command("compare")(compare)
app.command("report")(report)
app.command("gate")(gate)
app.command("claims")(score_claims)
app.command("evidence")(score_evidence)
app.command("judge")(judge)
app.command("agreement")(compare_with_labels)
app.add_typer(batch, name="batch")


def main() -> None:
    """Run the command line; a `NewsdeskError` becomes one line on stderr and exit code 2."""
    accept_any_text()
    try:
        app()
    except NewsdeskError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)


if __name__ == "__main__":
    main()
