"""The report in a real browser, with as many questions as MultiHop-RAG has."""

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from eval.question import GoldEvidence, Question
from eval.reports.comparison import compare_runs
from eval.reports.html_report import write_report
from eval.runs.run_folder import Manifest, RunFolder, create
from eval.runs.run_launch import rescore
from tests.eval.records import answer, hits, outcome

if TYPE_CHECKING:
    from playwright.sync_api import Page

QUESTIONS = 1_324
NULLS = range(0, QUESTIONS, 4)
LONG = "A word or two of an article. " * 100


def question(number: int) -> Question:
    if number in NULLS:
        return Question(f"q{number}", f"Who denied statement {number}?", type="null")
    return Question(
        f"q{number}", f"How many accounts of case {number}?", ("3 billion",), "number", (GoldEvidence("b", ""),)
    )


def make_run(path: Path, right: range) -> RunFolder:
    """Answer the numbers in `right` as they should be, and the rest wrongly."""
    asked = [question(number) for number in range(QUESTIONS)]
    run = create(path, Manifest("large", "s", tuple(q.id for q in asked), "q", "d"))
    refused = answer(status="not_found")
    for number, q in enumerate(asked):
        said = answer(
            f"All {3 if number in right else 4} billion <b>accounts</b> [1].", ["b#0"], claims=[number in right]
        )
        record = refused if number in NULLS and number in right else said
        run.append(outcome(q, {**record, "prompt": [{"role": "user", "content": LONG}]}, hits("a", "b")))
    return run


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    before, after = make_run(folder / "before", range(600)), make_run(folder / "after", range(500, QUESTIONS))
    after.write_summaries(rescore(after))
    return write_report(after, compare_runs(before, after))[0]


@pytest.mark.own_page
def test_1324_questions_are_filtered_and_opened(report: Path, page: "Page") -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: said.append(request.url) if request.url != report.as_uri() else None)
    page.goto(report.as_uri())

    def shown() -> str:
        return page.locator("#count").inner_text()

    assert shown() == "1324 of 1324"
    page.fill("#text", "case 77")  # 77 and 770 to 779, without the null ones among them: 772 and 776
    assert shown() == "9 of 1324"
    page.fill("#text", "")
    page.select_option("#type", "null")
    assert shown() == "331 of 1324"
    page.select_option("#verdict", "wrong")  # the nulls below 500
    assert shown() == "125 of 1324"
    page.select_option("#type", "")
    page.select_option("#verdict", "won")  # 600 and above
    page.select_option("#measure", "correct")
    assert shown() == "724 of 1324"
    page.select_option("#verdict", "lost")
    page.select_option("#measure", "correct")  # below 500
    assert shown() == "500 of 1324"

    page.locator("details.q:visible summary").nth(1).click()
    opened = page.locator("details.q[open]")
    assert "How many accounts of case 1?" in opened.inner_text()
    assert "All 4 billion <b>accounts</b> [1]." in opened.inner_text()
    assert "2. b#0 (gold article)" in opened.inner_text()
    assert "flagged: c" in opened.inner_text()
    assert opened.locator("pre").text_content() == f"user\n\n{LONG}"
    assert said == []


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_is_cut_off_at_the_side(report: Path, page: "Page", width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(report.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    cut = """() => [...document.querySelectorAll(".plot")].filter((plot) => {
      const frame = plot.getBoundingClientRect();
      return [...plot.querySelectorAll("text")].some((text) => text.getBoundingClientRect().right > frame.right + 0.5);
    }).length"""
    assert page.locator(".plot").count() > 0
    assert page.evaluate(cut) == 0
