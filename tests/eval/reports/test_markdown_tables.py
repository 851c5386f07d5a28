"""Names of sets, systems, types and models are text: nothing of them becomes markup in the Markdown of a report."""

import re

import pytest
from markdown_it import MarkdownIt

from eval.reports.comparison import Change, Comparison
from eval.reports.markdown_tables import comparison_markdown, summary_markdown, table
from eval.runs.run_folder import MAIN, Manifest
from eval.runs.run_summary import ALL, Latency, RunSummary
from eval.statistics import Estimate

MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = (
    "<img src=x onerror=alert(1)>",
    "`code`",
    "[click](javascript:alert(1))",
    "![x](http://evil.example/p.png)",
    "<http://evil.example>",
    "*a* **b** ~~c~~",
    "a | b",
    "a\n\n# b\n- c",
    "back\\slash \\| ``",
    "&lt;b&gt;",
)
OURS = {
    "heading",
    "paragraph",
    "inline",
    "text",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "bullet_list",
    "list_item",
}


def elements(text: str) -> set[str]:
    """Return the kinds of elements that Markdown makes of a text."""
    tokens = MARKDOWN.parse(text)
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    return {re.sub(r"_(open|close)$", "", kind) for kind in kinds}


def cells(text: str) -> list[str]:
    """Return what a reader sees in each cell of the first column, the heading first."""
    rows = re.findall(r"<tr>\s*<t[hd]>(.*?)</t[hd]>", MARKDOWN.render(text), re.DOTALL)
    return [row.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", '"').replace("&amp;", "&") for row in rows]


@pytest.mark.parametrize("text", HOSTILE)
def test_a_name_shows_in_a_table_as_it_reads(text: str) -> None:
    written = table([text, "n"], [[text, ".870 [.851, .888]"]])
    assert elements(written) <= OURS
    assert len(written.splitlines()) == 3
    assert cells(written) == [" ".join(text.split())] * 2
    assert written.endswith(" | .870 [.851, .888] |")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_summary_is_markup_but_ours(text: str) -> None:
    manifest = Manifest(text, "s", ("q",), text, text, llm=text, versions={text: text}, created_at=text)
    figures = {"R@10": Estimate(0.5, 0.4, 0.6, 9), "correct": Estimate(1.0, 1.0, 1.0, 9)}
    summary = RunSummary({ALL: 9, text: 9}, {ALL: figures, text: figures}, {text: Latency(1, 2, 9)})
    written = summary_markdown(manifest, {MAIN: summary, text: summary})
    assert elements(written) <= OURS
    assert "| .500 [.400, .600] |" in written


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_in_a_comparison_is_markup_but_ours(text: str) -> None:
    change = Change("R@10", 0.1, 0.2, 0.5, 2, (text,), ("plain",))
    written = comparison_markdown(Comparison(text, text, (change,), {text: text, "plain": text}, (text,)))
    assert elements(written) <= OURS
