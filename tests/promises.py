"""The table of promises: what the long tests show, each beside the figure that was promised.

A test that shows a promise takes two fixtures:

```python
@pytest.mark.sizes(10, 200)    # how much: in the suite, and with `make campaign`
def test_killed_nothing_is_lost(size: int, record_promise: RecordPromise) -> None:
    lost, doubled = kill(times=size)
    record_promise("kill -9 over ingest, delete, rebuild", "0 lost, 0 doubled", f"{size} kills, {lost} lost, {doubled} doubled")
    assert (lost, doubled) == (0, 0)
```

The short form belongs to the suite, the long one carries the mark `campaign`. Record before the assertion: the table then
shows what was seen where the promise does not hold. `--share 0.2` runs the long forms at a fifth, `--promises FILE`
writes the table to a file too. `sizes(None, 200)` has no short form, for what another test of the suite shows once. A test
that has one size carries `@pytest.mark.campaign` and may record in the same way.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol, cast

import pytest

_ROW = "promise"


class RecordPromise(Protocol):
    """What the fixture `record_promise` gives: it notes one row of the table."""

    def __call__(self, promise: str, figure: str, seen: str) -> None:
        """Note what was promised, the figure that was promised, and what was seen."""


@pytest.fixture
def record_promise(request: pytest.FixtureRequest) -> RecordPromise:
    """Return the function that notes (promise, figure, seen) for the table at the end of a campaign."""
    notes = request.node.user_properties  # These go with the report, from other processes too.

    def record(promise: str, figure: str, seen: str) -> None:
        notes.append((_ROW, (promise, figure, seen)))

    return record


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer a smaller campaign, and a file for its table."""
    group = parser.getgroup("newsdesk")
    group.addoption("--share", type=float, default=1.0, help="the share of the long forms to run, such as 0.2")
    group.addoption("--promises", type=Path, default=None, help="a file to write the table of promises to")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give a test that is marked `sizes(short, long)` both sizes, the long one for campaigns only."""
    marker = metafunc.definition.get_closest_marker("sizes")
    if marker is None:
        return
    short, long = marker.args
    scaled = max(short or 1, round(long * metafunc.config.getoption("--share")))
    forms = [] if short is None else [pytest.param(short, id="short")]
    metafunc.parametrize("size", [*forms, pytest.param(scaled, id="long", marks=pytest.mark.campaign)])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table at the end of a campaign."""
    rows = list(_rows(terminalreporter.stats))
    if not rows:
        return
    table = [("promise", "figure", "seen", "outcome"), *rows]
    terminalreporter.section("promises")
    for line in _in_columns(table):
        terminalreporter.write_line(line)
    if file := config.getoption("--promises"):
        file.write_text("".join(_in_markdown(table)), encoding="utf-8")


def _rows(stats: Mapping[str, Sequence[object]]) -> Iterator[tuple[str, str, str, str]]:
    """Yield the rows of the long tests; one that ended before it could note anything gets a row of its own."""
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in stats.get(outcome, ()):
            if not isinstance(report, pytest.TestReport) or "campaign" not in report.keywords:
                continue
            noted = [cast("tuple[str, str, str]", value) for name, value in report.user_properties if name == _ROW]
            if not noted and outcome != "passed":
                noted = [(report.nodeid, "", "nothing was noted")]
            for promise, figure, seen in noted:
                yield promise, figure, seen, "held" if outcome == "passed" else outcome


def _in_columns(table: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    for row in table:
        yield " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def _in_markdown(table: Iterable[Sequence[str]]) -> Iterator[str]:
    for number, row in enumerate(table):
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |\n"
        if number == 0:
            yield "|---" * len(row) + "|\n"
