"""Measure which articles overviews list: `python -m benchmarks.overviews [FILE] [--verbose]`.

Asks `overview_questions.jsonl` beside this module over the starter corpus, without a model, or another file (`overview_wordings.jsonl`):
for each question the headlines of the articles that belong into an answer. Printed are the mean share of what is listed that belongs there, and of what belongs there
that is listed.
"""

import argparse
import json
import tempfile
from pathlib import Path
from statistics import mean

from rag import Assistant, Settings

QUESTIONS = Path(__file__).with_name("overview_questions.jsonl")


def main() -> None:
    """Print both shares, and with `--verbose` those of each question."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--verbose", action="store_true", help="print each question with what is missing and what is too much"
    )
    parser.add_argument("file", type=Path, nargs="?", default=QUESTIONS, help="the questions (default: %(default)s)")
    arguments = parser.parse_args()
    verbose = arguments.verbose
    rows = [json.loads(line) for line in arguments.file.read_text("utf-8").splitlines()]
    precision, recall = [], []
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.from_settings(Settings(data_dir=Path(folder), llm="")) as assistant,
    ):
        assistant.load_starter()
        assistant.sync()
        for row in rows:
            answer, wanted = assistant.ask(row["question"]), set(row["articles"])
            listed = {citation.passage.article.title for citation in answer.citations}
            precision.append(len(listed & wanted) / len(listed) if listed else 0.0)
            recall.append(len(listed & wanted) / len(wanted))
            if verbose:
                print(f"{precision[-1]:.2f} {recall[-1]:.2f} {row['question']}")
                print("".join(f"    too much: {title}\n" for title in listed - wanted), end="")
                print("".join(f"    missing: {title}\n" for title in wanted - listed), end="")
    print(
        f"{len(rows)} overviews: {mean(precision):.3f} of what is listed belongs there, {mean(recall):.3f} of what belongs there is listed"
    )


if __name__ == "__main__":
    main()
