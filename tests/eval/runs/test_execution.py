import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from corpus import Chunk
from corpus.errors import ModelError
from eval.question import Question
from eval.runs.execution import execute, observe
from eval.runs.run_folder import Manifest, RunFolder, create
from rag.model import Answer, Passage
from tests.eval.newsroom import ARTICLES
from tests.waiting import PATIENCE_S

QUESTIONS = [Question(f"q{number}", f"Question {number}?", ("x",), "fact") for number in range(8)]


class Echo:
    """Find the first article and answer with the question; `trouble` may raise for a question."""

    name = "newsdesk"

    def __init__(self, trouble: Callable[[Question], None] = lambda question: None) -> None:
        self.asked: list[str] = []
        self._trouble = trouble

    def search(self, question: Question, k: int) -> list[Passage]:
        return [Passage(Chunk(ARTICLES[0], 0, 0, 20), 1, 0.5)]

    def answer(self, question: Question) -> Answer:
        self._trouble(question)
        self.asked.append(question.id)
        return Answer(question.text, "answered", f"{question.text} x", prompt=(("user", question.text),))


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return create(tmp_path / "run", Manifest("s", "s", tuple(question.id for question in QUESTIONS), "q", "d"))


def test_everything_that_happened_is_kept(run: RunFolder) -> None:
    execute(run, Echo(), QUESTIONS)
    first = run.outcomes()[0]
    assert first.hits is not None
    assert first.hits[0].text == "Eighty-nine states s"
    assert first.answer is not None
    assert first.answer["prompt"] == [{"role": "user", "content": "Question 0?"}]
    assert set(first.timings_ms) == {"search", "ask"}


def test_an_interrupted_run_goes_on(run: RunFolder) -> None:
    def interrupt(question: Question) -> None:
        if question.id == "q3":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        execute(run, Echo(interrupt), QUESTIONS)
    assert [outcome.question.id for outcome in run.outcomes()] == ["q0", "q1", "q2"]
    second = Echo()
    seen: list[tuple[int, int]] = []
    execute(run, second, QUESTIONS, progress=lambda done, total: seen.append((done, total)))
    assert second.asked == ["q3", "q4", "q5", "q6", "q7"]
    assert (seen[0], seen[-1]) == ((3, 8), (8, 8))
    assert len(run.outcomes()) == 8


def test_one_failure_does_not_stop_the_others_and_is_asked_again(run: RunFolder) -> None:
    def fail(question: Question) -> None:
        if question.id == "q1":
            raise ModelError("The model refused the key (401). Set NEWSDESK_LLM_API_KEY.")
        if question.id == "q2":
            raise KeyError("surprise")

    execute(run, Echo(fail), QUESTIONS)
    errors = {outcome.question.id: outcome.error for outcome in run.outcomes() if outcome.error}
    assert errors == {
        "q1": "The model refused the key (401). Set NEWSDESK_LLM_API_KEY.",
        "q2": "KeyError: 'surprise'",
    }
    healed = Echo()
    execute(run, healed, QUESTIONS)
    assert healed.asked == ["q1", "q2"]
    assert not any(outcome.error for outcome in run.outcomes())


def test_jobs_run_beside_each_other(run: RunFolder) -> None:
    # Each question waits until a second one is under way: with one job this would never end.
    meeting = threading.Barrier(2, timeout=PATIENCE_S)

    def meet(question: Question) -> None:
        meeting.wait()

    execute(run, Echo(meet), QUESTIONS, jobs=2)
    assert [outcome.question.id for outcome in run.outcomes()] == [question.id for question in QUESTIONS]
    assert not any(outcome.error for outcome in run.outcomes())


def test_only_one_half() -> None:
    assert observe(Echo(), QUESTIONS[0], "retrieval").answer is None
    assert observe(Echo(), QUESTIONS[0], "answers").hits is None
