"""Put questions to a system and write down what happens; in parallel if wanted, going on after a kill."""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import replace
from typing import Any

from corpus import NewsdeskError
from eval.question import Question
from eval.question_result import Outcome, collect_hits
from eval.runs.run_folder import RunFolder
from eval.runs.systems import System
from rag.model import Answer

Progress = Callable[[int, int], None]
"""Called with the number of questions done, and the total."""

# Chunks searched for a ranking of 20 articles: an article seldom has more than two or three chunks near a question.
CHUNKS_SEARCHED = 60


def execute(
    run: RunFolder,
    system: System,
    questions: Sequence[Question],
    jobs: int = 1,
    progress: Progress | None = None,
) -> None:
    """Ask every question that the run does not have an answer to yet, and append each outcome when it is there.

    A question that fails is written down with its error; the next run of the same kind asks it again. On Ctrl-C what
    is under way ends, nothing else starts, and `KeyboardInterrupt` is raised again.
    """
    done = run.resume(system.name)
    open_questions = [question for question in questions if question.id not in done]
    finished = len(questions) - len(open_questions)
    only = run.manifest.only
    if progress:
        progress(finished, len(questions))
    for outcome in _outcomes(system, open_questions, only, jobs):
        run.append(outcome, system.name)
        finished += 1
        if progress:
            progress(finished, len(questions))


def _outcomes(system: System, questions: Iterable[Question], only: str, jobs: int) -> Iterable[Outcome]:
    if jobs == 1:
        for question in questions:
            yield observe(system, question, only)
        return
    # Two in hand for each thread, so that an interruption leaves little behind.
    waiting = iter(questions)
    with ThreadPoolExecutor(jobs) as pool:
        running: set[Future[Outcome]] = set()
        for question in waiting:
            running.add(pool.submit(observe, system, question, only))
            if len(running) >= 2 * jobs:
                ready, running = wait(running, return_when=FIRST_COMPLETED)
                yield from (future.result() for future in ready)
        ready, _ = wait(running)
        yield from (future.result() for future in ready)


def observe(system: System, question: Question, only: str = "") -> Outcome:
    """Return what one system does with one question; an error of ours, or any other, becomes the outcome's `error`."""
    outcome = Outcome(question)
    try:
        if only != "answers":
            outcome = _search(system, outcome)
        if only != "retrieval":
            outcome = _ask(system, outcome)
    except NewsdeskError as error:
        return replace(outcome, error=str(error))
    except Exception as error:  # one bad question must not end a run of hours
        return replace(outcome, error=f"{type(error).__name__}: {error}")
    return outcome


def _search(system: System, outcome: Outcome) -> Outcome:
    started = time.perf_counter()
    passages = system.search(outcome.question, CHUNKS_SEARCHED)
    if passages is None:
        return outcome
    timings = {**outcome.timings_ms, "search": 1000 * (time.perf_counter() - started)}
    return replace(outcome, hits=collect_hits(passages), timings_ms=timings)


def _ask(system: System, outcome: Outcome) -> Outcome:
    started = time.perf_counter()
    answer = system.answer(outcome.question)
    if answer is None:
        return outcome
    timings = {**outcome.timings_ms, "ask": 1000 * (time.perf_counter() - started)}
    return replace(outcome, answer=record_outcomes(answer), timings_ms=timings)


def record_outcomes(answer: Answer) -> dict[str, Any]:
    """Return an answer as an outcome keeps it: its JSON record and the messages that were sent."""
    return {**answer.to_record(), "prompt": [{"role": role, "content": text} for role, text in answer.prompt]}
