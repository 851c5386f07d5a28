"""Many users beside an `add`: nobody gets an answer to another's question. In the small this is shown by `test_crowd.py`."""

from pathlib import Path

import pytest

from benchmarks.load_test import LIMIT, run
from tests.promises import RecordPromise


@pytest.mark.campaign
def test_fifty_users_for_ten_minutes_beside_ten_thousand_articles(
    tmp_path: Path, record_promise: RecordPromise
) -> None:
    report = run(tmp_path, users=50, seconds=600, articles=10_000, alone_s=30, afresh=True)
    p50, p95 = report.together.quantiles()
    record_promise(
        "load",
        "50 users x 10 min beside 10,000 articles: p95 at most 4 times that of one user times users a core, no memory kept",
        f"{len(report.together.waits)} questions: p50 {p50:.2f} s, p95 {p95:.2f} s, {report.ratio:.2f} times,"
        f" {len(report.together.errors)} errors, {len(report.together.crossed)} crossed; {report.memory[0]:.0f} MB after a"
        f" minute, {report.memory[-1]:.0f} MB in the end, a new process {report.memory_afresh:.0f} MB; {report.added} articles",
    )
    assert report.together.errors == report.together.crossed == []
    assert report.ratio <= LIMIT
    assert report.added > 69 + 50
    # The index and its caches grow while articles come in: it ends about where a new process begins, and grows no more.
    assert report.memory[-1] <= 1.2 * report.memory_afresh
    assert report.memory[-1] <= 1.05 * report.memory[-4]
