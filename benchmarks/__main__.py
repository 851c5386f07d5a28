"""Measure adding the starter corpus, searching it and answering from it without a model: `python -m benchmarks`."""

import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.starter import QUESTIONS, STARTER
from rag import Assistant, Settings


def main() -> None:
    """Print one line a figure; times in milliseconds unless said."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        seconds, peak = _add(data)
        print(f"add, 69 articles: {seconds:.1f} s, peak memory {peak:.0f} MB (with the start of both processes)")
        seconds, _ = _add(data)
        print(f"add again, unchanged: {seconds:.1f} s")
        _ask(data)


def _add(data: Path) -> tuple[float, float]:
    start = time.perf_counter()
    command = [sys.executable, "-m", "corpus", "add", str(STARTER), "--data", str(data)]
    subprocess.run(command, check=True, capture_output=True)
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return time.perf_counter() - start, peak


def _ask(data: Path) -> None:
    questions = [json.loads(line)["question"] for line in QUESTIONS.read_text().splitlines()][:100]
    with Assistant(Settings(data_dir=data, llm="")) as assistant:
        assistant.ask(questions[0])
        vectors = _times(assistant.embedder.embed_query, questions)
        bare = _times(lambda q: assistant.indexes.dense.search(assistant.embedder.embed_queries([q]), 10), questions)
        for name, times in (
            ("embedding the question", vectors),
            ("the same and one bare Chroma query", bare),
            ("search", _times(assistant.search, questions)),
            ("answer without a model", _times(assistant.ask, questions)),
        ):
            p95 = statistics.quantiles(times, n=20)[-1]
            print(f"{name}: p50 {statistics.median(times):.1f}, p95 {p95:.1f}, {len(times)} questions")


def _times(call: object, questions: list[str]) -> list[float]:
    times = []
    for question in questions:
        start = time.perf_counter()
        call(question)  # type: ignore[operator]
        times.append(1000 * (time.perf_counter() - start))
    return times


if __name__ == "__main__":
    main()
