"""Print the sizes of a checkout: `python tools/sizes.py [FOLDER]`, the working tree by default.

Counts `corpus`, `rag`, `eval`, `web` and `app.py`: modules, lines, uses of regular expressions (calls of functions of
`re`), lines of a function (median and 95th percentile, decorators left out), and lines with a comment as a share of all
lines that are not empty.
"""

import ast
import io
import statistics
import sys
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("corpus", "rag", "eval", "web", "app.py")
PATTERN_CALLS = {"compile", "search", "match", "fullmatch", "findall", "finditer", "sub", "subn", "split"}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Hold the figures of some modules."""

    modules: int
    lines: int
    patterns: int
    functions: tuple[int, ...]
    comments: int
    filled: int

    def row(self, name: str) -> str:
        """Return the figures as a row of a Markdown table."""
        median, high = statistics.median(self.functions), statistics.quantiles(self.functions, n=20)[-1]
        share = 100 * self.comments / self.filled
        return f"| {name} | {self.modules} | {self.lines:,} | {self.patterns} | {median:.0f} / {high:.0f} | {share:.1f} % |"


def measure(paths: Sequence[Path]) -> Sizes:
    """Measure modules; empty ones, which only make a folder a package, do not count."""
    texts = [text for path in paths if (text := path.read_text(encoding="utf-8"))]
    nodes = [node for text in texts for node in ast.walk(ast.parse(text))]
    return Sizes(
        len(texts),
        sum(len(text.splitlines()) for text in texts),
        sum(is_pattern_call(node) for node in nodes),
        tuple(
            (node.end_lineno or 0) - node.lineno + 1
            for node in nodes
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        ),
        sum(1 for text in texts for _ in comments(text)),
        sum(bool(line.strip()) for text in texts for line in text.splitlines()),
    )


def is_pattern_call(node: ast.AST) -> bool:
    """Return whether a node calls a function of `re`; methods of a compiled pattern do not count again."""
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == "re"
        and node.func.attr in PATTERN_CALLS
    )


def comments(text: str) -> Iterator[str]:
    """Yield the comments of a module, except the ones that only speak to tools."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT and not token.string.startswith(("# fmt:", "# noqa", "# type:", "#!")):
            yield token.string


def main(folder: Path) -> None:
    """Print a row for each package and one for all of them."""
    print("| | modules | lines | regular expressions | function, median / 95 % | comments |")
    print("|---|---|---|---|---|---|")
    everything: list[Path] = []
    for name in PACKAGES:
        path = folder / name
        found = sorted(path.rglob("*.py")) if path.is_dir() else [path]
        everything += found
        print(measure(found).row(f"`{name}`"))
    print(measure(everything).row("all"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path())
