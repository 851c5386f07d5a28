"""Measure adding: ours against the usual LangChain set-up, on the same articles in one run.

`python -m benchmarks.ingest_speed [ARTICLES.jsonl]` makes its articles of the starter corpus, unless a file is given. Rates
leave out the start of the processes, which is measured with one article: both then only read, embed and index.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.made_articles import write_articles

_SAMPLED_S = 0.1
_PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True, slots=True)
class Cost:
    """Hold what a command took.

    Attributes:
        seconds: From its start to its end.
        processor_s: Seconds of processor time of it and its children, which other work on the machine changes less.
        peak_mb: The most memory (resident set) of it and its children together, looked at every tenth of a second.
    """

    seconds: float
    processor_s: float
    peak_mb: float

    def rates(self, start: "Cost", count: int) -> tuple[float, float]:
        """Return articles a second, and articles a second of processor time, without the start of the processes."""
        return (count - 1) / (self.seconds - start.seconds), (count - 1) / (self.processor_s - start.processor_s)


def cost(command: list[str]) -> Cost:
    """Run a command to its end; what it writes is only shown when it fails."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        pid = os.posix_spawn(command[0], command, os.environ, file_actions=_into(output.fileno()))
        peak = 0
        while not (ended := os.wait4(pid, os.WNOHANG))[0]:
            peak = max(peak, sum(map(_resident, _family(pid))))
            time.sleep(_SAMPLED_S)
        seconds = time.perf_counter() - start
        if ended[1]:
            output.seek(0)
            raise SystemExit(f"{' '.join(command)} failed:\n{output.read().decode(errors='replace')}")
    return Cost(seconds, ended[2].ru_utime + ended[2].ru_stime, peak / 1e6)


def _into(file: int) -> list[tuple[int, int, int]]:
    return [(os.POSIX_SPAWN_DUP2, file, 1), (os.POSIX_SPAWN_DUP2, file, 2)]


def _family(pid: int) -> Iterator[int]:
    """Yield a process and all below it."""
    yield pid
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    for child in children:
        yield from _family(int(child))


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def ours(articles: Path, folder: Path, *options: str) -> list[str]:
    """Return the command that adds to an archive of ours."""
    return [sys.executable, "-m", "corpus", "add", str(articles), "--data", str(folder), "--json", *options]


def usual(articles: Path, folder: Path) -> list[str]:
    """Return the command that fills the usual store."""
    return [sys.executable, "-m", "benchmarks.usual_ingest", str(articles), str(folder)]


def compare(articles: Path, work: Path, only_ours: bool) -> None:
    """Print articles a second and peak memory of both, and the ratio."""
    count = _lines(articles)
    one = work / "one.jsonl"
    one.write_text(articles.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
    print(
        f"{count:,} articles\n{'':24} {'seconds':>8} {'start':>6} {'articles/s':>10} {'a processor s':>13} {'peak MB':>8}"
    )
    rates = []
    for name, command in (("Newsdesk", ours), ("usual LangChain set-up", usual))[: 1 if only_ours else 2]:
        start = cost(command(one, work / f"{name} one"))
        whole = cost(command(articles, work / name))
        rates.append(whole.rates(start, count))
        print(
            f"{name:24} {whole.seconds:8.1f} {start.seconds:6.1f} {rates[-1][0]:10.2f} {rates[-1][1]:13.2f} "
            f"{whole.peak_mb:8.0f}",
            flush=True,
        )
    if len(rates) == 2:
        print(f"{'ratio':24} {'':8} {'':6} {rates[0][0] / rates[1][0]:10.2f} {rates[0][1] / rates[1][1]:13.2f}")


def unchanged(articles: Path, work: Path) -> None:
    """Print how fast articles go into the archive, without the indexes, and how fast the same ones are passed over."""
    count = _lines(articles)
    for name in ("added", "unchanged"):
        found = cost(ours(articles, work / "archive", "--no-index"))
        rates = f"{count / found.seconds:,.0f} articles/s, {count / found.processor_s:,.0f} a second of processor time"
        print(
            f"{count:,} {name}: {found.seconds:.1f} s, {rates}, start included; peak {found.peak_mb:.0f} MB", flush=True
        )


def _lines(articles: Path) -> int:
    with articles.open("rb") as content:
        return sum(1 for _ in content)


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", nargs="?", type=Path, help="JSONL with title and body; made, unless given")
    parser.add_argument("--count", type=int, help="articles to make (300; 10,000 with --unchanged)")
    parser.add_argument("--seed", type=int, default=1, help="of the articles that are made")
    parser.add_argument("--sentences", type=int, default=1000, help="the most in an article that is made")
    parser.add_argument("--only-ours", action="store_true", help="leave the usual set-up out")
    parser.add_argument("--unchanged", action="store_true", help="add the same file twice, without the indexes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="newsdesk-") as folder:
        work = Path(folder)
        articles = arguments.articles or work / "made.jsonl"
        if arguments.articles is None:
            count = arguments.count or (10_000 if arguments.unchanged else 300)
            write_articles(articles, count, arguments.sentences, arguments.seed)
        if arguments.unchanged:
            unchanged(articles, work)
        else:
            compare(articles, work, arguments.only_ours)


if __name__ == "__main__":
    main()
