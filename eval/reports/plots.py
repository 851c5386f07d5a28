"""Bar charts as inline SVG: horizontal bars with their 95 % intervals."""

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree as ET

from eval.reports.markdown_tables import short
from eval.statistics import Estimate

_BAR, _GAP, _LABEL, _WIDTH, _VALUE = 16, 6, 170, 330, 90


def bars(title: str, figures: Sequence[tuple[str, Estimate]]) -> str:
    """Return an SVG element of one bar a figure, each from 0 to 1, with the interval as a line through its end."""
    height = 26 + len(figures) * (_BAR + _GAP)
    size = {"viewBox": f"0 0 {_LABEL + _WIDTH + _VALUE} {height}", "role": "img", "aria-label": title, "class": "plot"}
    svg = ET.Element("svg", size)
    _text(svg, title, 0, 14, {"class": "plot-title"})
    for row, (label, figure) in enumerate(figures):
        _bar(svg, label, figure, 26 + row * (_BAR + _GAP))
    return ET.tostring(svg, encoding="unicode")


def plots(by_label: Mapping[str, Mapping[str, Estimate]], measures: Sequence[str]) -> list[str]:
    """Return a chart for each measure that at least two of the labels (systems or types) have."""
    charts = []
    for name in measures:
        figures = [(label, found[name]) for label, found in by_label.items() if name in found]
        if len(figures) > 1:
            charts.append(bars(name, figures))
    return charts


def _bar(svg: ET.Element, label: str, figure: Estimate, y: int) -> None:
    _text(svg, label, _LABEL - 8, y + 12, {"text-anchor": "end"})
    ends = {"x": str(_LABEL), "y": str(y), "height": str(_BAR)}
    ET.SubElement(svg, "rect", {**ends, "width": str(_WIDTH), "class": "plot-ground"})
    ET.SubElement(svg, "rect", {**ends, "width": f"{_WIDTH * figure.mean:.1f}", "class": "plot-bar"})
    middle = str(y + _BAR / 2)
    low, high = (f"{_LABEL + _WIDTH * end:.1f}" for end in (figure.low, figure.high))
    ET.SubElement(svg, "line", {"x1": low, "x2": high, "y1": middle, "y2": middle, "class": "plot-interval"})
    _text(svg, f"{short(figure.mean)} n={figure.n}", _LABEL + _WIDTH + 4, y + 12, {"class": "plot-value"})


def _text(svg: ET.Element, text: str, x: int, y: int, attributes: Mapping[str, str]) -> None:
    ET.SubElement(svg, "text", {"x": str(x), "y": str(y), **attributes}).text = text
