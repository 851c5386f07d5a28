"""Is the answer right, or rightly refused? Without a model."""

from collections.abc import Mapping
from typing import Any

from eval.measures.answer_words import contains, drop_marks, first_verdict, is_verdict, normalise_text, token_f1
from eval.measures.citations import citation_measures, support_measures
from eval.question import Question
from eval.question_result import Outcome

NOT_ANSWERED = ("not_found", "incomplete", "error")


def answer_measures(outcome: Outcome) -> dict[str, float]:
    """Return every measure of one answer that is defined for it; all are 0 to 1, but for "words".

    A mean over the questions where a measure is defined gives the figure of a run: refusal precision is defined for
    refused questions only, refusal recall for those that the archive does not hold, and so on. A failed answer counts
    as wrong, but not as a refusal.
    """
    question, status = outcome.question, outcome.status
    if not status:
        return {}
    answer = outcome.answer or {"status": status, "text": "", "citations": [], "claims": [], "passages": []}
    values = {"failed": float(status in ("incomplete", "error"))}
    values |= _refusal(question, status)
    values |= _wording(question, answer, status)
    if not question.unanswerable:
        values |= citation_measures(question, answer)
        if status == "doubtful":  # What stands behind a caution is shown as near, not as evidence.
            values.pop("citation precision", None)
    return values | support_measures(answer)


def _refusal(question: Question, status: str) -> dict[str, float]:
    """Return what refusing and being cautious count: a caution is neither a false answer nor a false refusal."""
    refused, cautious = status == "not_found", status == "doubtful"
    values = {"refusal precision": float(question.unanswerable)} if refused else {}
    if question.unanswerable:
        return values | {"refusal recall": float(refused or cautious)}
    return values | {"false refusals": float(refused), "cautions": float(cautious)}


def _wording(question: Question, answer: Mapping[str, Any], status: str) -> dict[str, float]:
    if question.unanswerable:
        return {"correct": float(status in {"not_found", "doubtful"})}
    if not question.answers:
        return {}
    # What a failed model had written until then is no answer, even if it holds the right words.
    text = "" if status in NOT_ANSWERED else drop_marks(answer["text"])
    values = {"token F1": token_f1(text, question.answers), "words": float(len(text.split()))}
    if is_verdict(question.answers):
        right = first_verdict(text) == normalise_text(question.answers[0])
        return values | {"yes/no": float(right), "correct": float(right)}
    right = contains(text, question.answers)
    return values | {"contains answer": float(right), "correct": float(right)}
