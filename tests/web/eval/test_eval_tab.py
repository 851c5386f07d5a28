"""The Eval tab in a real browser: runs with their figures, two compared, and the report in a sandbox of its own."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eval.measures.scoring import score
from eval.question_result import Outcome
from eval.reports.html_report import write_report
from eval.runs.run_folder import MAIN, Manifest, create
from eval.runs.run_summary import summarise
from tests import http_client
from tests.eval.records import HELD, NULL, VERDICT, answer, outcome
from tests.web.archive.test_archive_tab import turned_to
from tests.web.conftest import Newsroom, accounts_of, served
from tests.web.page_waits import wait_absent, wait_shown
from tests.web.server.test_access import serious
from tests.web.server.test_sign_in import signed_in
from web.server.report_pages import POLICY, report_path

if TYPE_CHECKING:
    from playwright.sync_api import Page

RIGHT = [
    outcome(HELD, answer("3 billion", cited=("b#0",))),
    outcome(NULL, answer("", status="not_found")),
    outcome(VERDICT, answer("Yes", cited=("a#0",))),
]
WRONG = [outcome(HELD, answer("no idea", cited=("c#0",))), outcome(NULL, answer("Spain")), *RIGHT[2:]]


def made(folder: Path, name: str, outcomes: list[Outcome], day: int, note: str = "") -> Path:
    """Make a complete run with its report."""
    ids = tuple(o.question.id for o in outcomes)
    manifest = Manifest(f"set {note}", "s", ids, "q", "d", created_at=f"2026-11-{day:02}T10:00:00+00:00", note=note)
    run = create(folder / name, manifest)
    for each in outcomes:
        run.append(each)
    run.write_summaries({MAIN: summarise(outcomes, score(outcomes))})
    write_report(run)
    return run.path


@pytest.fixture(scope="module")
def made_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("made") / "eval-runs"
    made(folder, "first", WRONG, 1)
    made(folder, "second", RIGHT, 2)
    create(folder / "third", Manifest("s", "s", ("held",), "q", "d", created_at="2026-11-03T10:00:00+00:00"))
    (folder / "none").mkdir()
    return folder


@pytest.fixture
def runs(made_runs: Path, tmp_path: Path) -> Path:
    """Return a folder of runs that a test may change."""
    return shutil.copytree(made_runs, tmp_path / "eval-runs")


@pytest.fixture(scope="module")
def page_and_runs(starter: Newsroom, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """Serve a page, and return with its address where it looks for runs."""
    folder = tmp_path_factory.mktemp("served") / "eval-runs"
    with served(starter.open, runs=folder) as url:
        yield url, folder


@pytest.fixture
def show(page_and_runs: tuple[str, Path]) -> Iterator[Callable[[Path], str]]:
    """Return what lets the page show a folder of runs, and returns its address."""
    url, folder = page_and_runs

    def link(runs: Path) -> str:
        folder.symlink_to(runs)
        return url

    yield link
    folder.unlink()


def test_runs_are_listed_with_their_figures_and_two_are_compared(
    page: "Page", show: Callable[[Path], str], made_runs: Path
) -> None:
    url = show(made_runs)
    turned_to(page, url, "Eval")
    wait_shown(page, "#runs table")
    assert page.locator("#runs tbody b").all_inner_texts() == ["third", "second", "first"]
    assert "not complete" in page.inner_text("#runs tbody tr >> nth=0")
    assert page.inner_text("#runs tbody tr >> nth=1 >> td >> nth=0") == "1.000"
    assert page.inner_text("#runs tbody tr >> nth=2 >> td >> nth=0").startswith(".333")
    assert serious(page) == []
    page.focus("[aria-label='Compare second']")
    page.keyboard.press("Enter")
    wait_shown(page, "#runs [aria-pressed=true]")
    page.wait_for_function("document.activeElement.dataset.run === 'second'")
    page.click("[aria-label='Compare first']")
    wait_shown(page, "#comparison table")
    assert page.inner_text("#compared") == "first → second"
    row = page.inner_text("#comparison tr:has(th:text-is('correct'))").split("\t")
    assert row == ["correct", ".333", "1.000", "+0.667", ".500", "2", "0", "3"]
    assert serious(page) == []
    page.click("[aria-label='Compare first']")
    wait_absent(page, "#comparison table")


def test_without_a_run_it_says_how_to_make_one(page: "Page", page_url: str) -> None:
    turned_to(page, page_url, "Eval")
    wait_shown(page, "#runs pre")
    assert page.inner_text("#runs pre") == "python -m eval run eval/sets/starter.jsonl"
    assert serious(page) == []


def test_a_run_that_is_damaged_is_said_to_be(page: "Page", show: Callable[[Path], str], runs: Path) -> None:
    (runs / "first" / "summary.json").write_text("{")
    url = show(runs)
    turned_to(page, url, "Eval")
    wait_shown(page, "#runs .flag", "The runs cannot be read")


def test_a_report_opens_apart_and_can_reach_nothing(page: "Page", show: Callable[[Path], str], runs: Path) -> None:
    hostile = """<script>document.title = "run by " + self.origin;
    fetch("/config").catch(() => (document.title += ", refused"));
    const image = new Image(); image.onerror = () => (document.title += ", refused"); image.src = "/leak";</script>"""
    report = runs / "second" / "report.html"
    report.write_text(report.read_text("utf-8").replace("</body>", f"{hostile}</body>"), "utf-8")
    url = show(runs)
    turned_to(page, url, "Eval")
    with page.context.expect_page() as waiting:
        page.click("tr:has(b:text-is('second')) a.out")
    opened = waiting.value
    wait_shown(opened, "details.q")
    asked: list[str] = []
    opened.on("requestfinished", lambda request: asked.append(request.url))
    opened.reload()
    wait_shown(opened, "details.q")
    opened.wait_for_function("document.title === 'run by null, refused, refused'")
    assert [path for path in asked if "report" not in path] == []
    assert http_client.get(opened.url).headers["content-security-policy"] == POLICY


def test_only_reports_of_runs_that_are_listed_are_served(show: Callable[[Path], str], made_runs: Path) -> None:
    names = ("third", "none", "nowhere", "%2e%2e", "second%2freport.html", "first%2f..%2fsecond", "")
    url = show(made_runs)
    given = {name: http_client.get(f"{url}/report/{name}").status_code for name in names}
    assert set(given.values()) <= {404, 307}, given


def test_a_report_that_is_a_link_to_elsewhere_is_not_served(runs: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text("secret")
    (runs / "second" / "report.html").unlink()
    (runs / "second" / "report.html").symlink_to(tmp_path / "secret.html")
    assert report_path(runs, "second") is None
    assert report_path(runs, "first") == runs / "first" / "report.html"


def test_with_accounts_reports_are_for_who_signed_in(starter: Newsroom, made_runs: Path, tmp_path: Path) -> None:
    accounts = accounts_of(tmp_path, "anna")
    with served(starter.open, accounts=accounts, runs=made_runs) as url:
        assert http_client.get(f"{url}/report/first").status_code == 401
        with signed_in(url, "anna") as anna:
            assert anna.get("/report/first").status_code == 200


def test_text_of_a_run_is_text(page: "Page", show: Callable[[Path], str], tmp_path: Path) -> None:
    markup = "<img src=x onerror=document.title='run'>"
    folder = tmp_path / "runs"
    made(folder, f"{markup.replace('/', '')}", RIGHT, 1, markup)
    texts = [replace(each, question=replace(each.question, text=markup)) for each in WRONG]
    made(folder, "b<i>", texts, 2)
    url = show(folder)
    turned_to(page, url, "Eval")
    wait_shown(page, "#runs table")
    assert page.locator("#runs tbody b").all_inner_texts() == ["b<i>", markup]
    for button in (0, 1):
        page.click(f"[data-act=compare] >> nth={button}")
        page.wait_for_function(f"document.querySelectorAll('#runs [aria-pressed=true]').length === {button + 1}")
    wait_shown(page, "#comparison .flag")
    assert page.locator("#layout img, #layout i:not(.bars i)").count() == 0
    assert page.title() == "Newsdesk"
