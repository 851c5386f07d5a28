import json
import re
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from corpus.errors import InputError
from eval.question import Question
from eval.reports.comparison import compare_runs
from eval.reports.html_report import page_data, report_html, write_report
from eval.reports.plots import bars, plots
from eval.runs.run_folder import Manifest, RunFolder, create
from eval.runs.run_launch import rescore
from eval.statistics import Estimate
from tests.eval.records import HELD, NULL, answer, hits, outcome

ATTACK = "</script><img src=x onerror=alert(1)>"
HOSTILE = Question("hostile", f"Who said {ATTACK}?", ("x",), f"type {ATTACK}")


OURS = set(
    "html head meta title style body h1 h2 h3 span p div table tr th td svg text rect line input select option "
    "noscript script".split()
)


class Elements(HTMLParser):
    """Collect the elements and attributes of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def make_run(path: Path) -> RunFolder:
    manifest = Manifest(f"set {ATTACK}", "s", ("held", "null", "hostile"), "q", "d", note=ATTACK)
    run = create(path, manifest)
    run.append(outcome(HELD, answer("All 3 billion [1].", ["b#0"], claims=[True]), hits("b", "a")))
    run.append(outcome(NULL, answer("", status="not_found")))
    run.append(outcome(HOSTILE, answer(ATTACK), hits("a")))
    run.append(outcome(HELD), "always-yes")
    run.write_summaries(rescore(run))
    return run


def test_nothing_is_loaded_and_no_text_becomes_markup(tmp_path: Path) -> None:
    page, text = write_report(make_run(tmp_path / "run"))
    html = page.read_text("utf-8")
    assert ATTACK not in html
    assert "<img" not in html
    elements = Elements()
    elements.feed(html)
    assert elements.tags <= OURS
    assert not elements.attributes & {"src", "href", "onerror", "srcset", "data"}
    assert "url(" not in html
    assert re.findall(r"https?://(?!www\.w3\.org)", html) == []
    assert html.count("</script>") == 2
    assert "# set" in text.read_text("utf-8")


def test_the_page_holds_every_question_with_all_that_happened(tmp_path: Path) -> None:
    run = make_run(tmp_path / "run")
    held, null, hostile = json.loads(page_data(run.outcomes()))["questions"]
    assert held["verdict"] == "right"
    assert held["gold"] == ["3 billion", "three billion"]
    assert held["citations"] == [[1, "b", "T", ""]]
    assert held["claims"] == [["supported", "c", [1], ""]]
    assert held["passages"] == [["b", "b#0"], ["a", "a#0"]]
    assert held["scores"]["citation recall"] == 0.5
    assert (null["verdict"], null["status"], null["gold"]) == ("right", "not_found", ["(not in the archive)"])
    assert hostile["answer"] == ATTACK
    texts = json.loads(page_data(run.outcomes()))["texts"]
    assert texts["b#0"] == "Yahoo said that all 3 billion accounts were affected."


def test_won_and_lost_stand_beside_each_question(tmp_path: Path) -> None:
    run, other = make_run(tmp_path / "run"), create(tmp_path / "old", Manifest("s", "s", ("held",), "q", "d"))
    other.append(outcome(HELD, answer("Nobody knows.")))
    comparison = compare_runs(other, run)
    rows = json.loads(page_data(run.outcomes(), comparison))["questions"]
    assert "correct" in rows[0]["won"]
    assert rows[1]["won"] == rows[1]["lost"] == []
    assert "old to run" in report_html(run, run.summaries(), comparison)


def test_an_incomplete_run_has_no_report(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is not complete"):
        write_report(create(tmp_path / "run", Manifest("s", "s", (), "q", "d")))


def test_bars_by_hand() -> None:
    svg = ET.fromstring(bars("a <b>", [("x & y", Estimate(0.5, 0.4, 0.6, 7))]))
    assert [text.text for text in svg.iter("text")] == ["a <b>", "x & y", ".500 n=7"]
    assert [rect.get("width") for rect in svg.iter("rect")] == ["330", "165.0"]
    line = next(svg.iter("line"))
    assert (line.get("x1"), line.get("x2")) == ("302.0", "368.0")


def test_a_single_bar_is_no_chart() -> None:
    assert plots({"a": {"correct": Estimate(1, 1, 1, 1)}, "b": {}}, ["correct"]) == []
