"""Measure what it brings to read sentences together with the question: `python -m benchmarks.answer_scoring [SET...]`.

Asks questions over the starter corpus, without a model, with the share of `rag.retrieval.answer_scorer` in the score of a sentence
as it is and with none, then without the further sentences either. Of each set (JSONL over the starter corpus): how many answers hold a gold sentence, how many begin with one,
and how many questions that nothing answers are answered without a caution. Of `ordinary_questions.jsonl` beside this module,
which were written by someone who saw the articles alone: how many answers hold the words that belong into an answer, and how many
begin with a sentence that holds one of them; overviews are left out. Last, what reading takes.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import rag.retrieval.sentence_ranking as ranking
from eval.loaders import load
from eval.question import Question
from rag import Assistant, Settings
from rag.model import Answer, Citation, Turn
from rag.retrieval.answer_scorer import AnswerScorer

ORDINARY = Path(__file__).with_name("ordinary_questions.jsonl")

_TIMED = 20  # Readings, of at most so many sentences.
_BEGINNING = 60  # Characters of a quotation by which it is known.


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a line a set and a way of ranking."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", type=Path, metavar="SET")
    options = parser.parse_args(arguments)
    with (
        tempfile.TemporaryDirectory() as folder,
        Assistant.from_settings(Settings(data_dir=Path(folder), llm="")) as assistant,
    ):
        assistant.load_starter()
        assistant.sync()
        ways = {"ranked without": (0.0, 0), "ranked with": (ranking.READ_SHARE, ranking.LEADING_SENTENCES)}
        for title, (share, further) in ways.items():
            ranking.READ_SHARE, ranking.LEADING_SENTENCES = share, further
            for path in options.sets:
                print(f"{title}: {path.stem}: {_count_gold(assistant, load(path).questions)}", flush=True)
            print(f"{title}: ordinary: {_count_ordinary(assistant)}", flush=True)
        taken = _time_scoring(assistant)
    print(f"reading a sentence: median of {len(taken)} goes {statistics.median(taken):.1f} ms")


def _time_scoring(assistant: Assistant) -> list[float]:
    """Return how long each of some readings takes, in milliseconds a sentence; the questions are new, as what was read is remembered."""
    scorer, taken = AnswerScorer(), list[float]()
    told = [passage.article.body[:300] for passage in assistant.search("data", k=_TIMED)]
    for number in range(_TIMED):
        start = time.perf_counter()
        scorer.score(f"who found out about number {number}", told)
        taken.append(1000 * (time.perf_counter() - start) / len(told))
    return taken


def _count_gold(assistant: Assistant, questions: Sequence[Question]) -> str:
    held = first = loose = 0
    asked = [question for question in questions if not question.history]
    for question in asked:
        answer = assistant.ask(question.text, now=question.as_of)
        gold = [_is_gold(citation, question) for citation in answer.citations]
        held, first = held + any(gold), first + (gold[:1] == [True])
        loose += question.unanswerable and answer.status == "answered"
    lacking = sum(question.unanswerable for question in asked)
    return (
        f"of {len(asked) - lacking} answerable {held} with a gold sentence, {first} begin with one; "
        f"of {lacking} others {loose} answered without a caution"
    )


def _is_gold(citation: Citation, question: Question) -> bool:
    article, told = citation.passage.article, citation.passage.article.body[citation.start : citation.end]
    return any(
        item.article_id == article.id and (item.quote[:_BEGINNING] in told or told in item.quote)
        for item in question.evidence
    )


def _count_ordinary(assistant: Assistant) -> str:
    rows = [json.loads(line) for line in ORDINARY.read_text("utf-8").splitlines()]
    rows = [row for row in rows if row["kind"] not in {"absent", "overview", "time"}]
    held = first = 0
    for row in rows:
        answer = _ask(assistant, row["turns"])
        held += all(word.lower() in answer.text.lower() for word in row["must"])
        told = [c.passage.article.body[c.start : c.end].lower() for c in answer.citations[:1]]
        first += any(word.lower() in text for word in row["must"] for text in told)
    return f"of {len(rows)} {held} hold what belongs into an answer, {first} begin with some of it"


def _ask(assistant: Assistant, turns: Sequence[str]) -> Answer:
    history: list[Turn] = []
    for turn in turns[:-1]:
        history += [Turn("user", turn), Turn("assistant", assistant.ask(turn, history).text)]
    return assistant.ask(turns[-1], history)


if __name__ == "__main__":
    main()
