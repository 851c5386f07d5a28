"""Score the outcomes of a run, question by question."""

from collections.abc import Mapping, Sequence

from eval.measures.answer_facts import fact_measures
from eval.measures.answer_measures import answer_measures
from eval.measures.retrieval import evaluate
from eval.question_result import Outcome

Scores = dict[str, dict[str, float]]


def score(outcomes: Sequence[Outcome]) -> Scores:
    """Return for each question, in order, the value of every measure that is defined for it."""
    searched = {outcome.question.id: outcome for outcome in outcomes if outcome.hits is not None}
    found = evaluate(
        {key: outcome.question.gold for key, outcome in searched.items()},
        {key: outcome.ranking for key, outcome in searched.items()},
    )
    scores: Scores = {}
    for outcome in outcomes:
        key = outcome.question.id
        scores[key] = (
            found.get(key, {}) | _facts(outcome) | answer_measures(outcome) | add_verdicts(outcome.judgement or {})
        )
    return scores


def _facts(outcome: Outcome) -> dict[str, float]:
    facts = [evidence.quote for evidence in outcome.question.evidence if evidence.quote]
    if outcome.hits is None or outcome.question.unanswerable or not facts:
        return {}
    return fact_measures([hit.text for hit in outcome.hits], facts)


def add_verdicts(judgement: Mapping[str, object]) -> dict[str, float]:
    """Return the measures in a judge's record; see `eval.judge` for its format."""
    values: dict[str, float] = {}
    if isinstance(judgement.get("correct"), bool):
        values["judge: correct"] = float(bool(judgement["correct"]))
    for key, name in (("faithful", "judge: faithful"), ("assertions", "judge: assertions")):
        verdicts = judgement.get(key)
        if isinstance(verdicts, list) and verdicts:
            values[name] = sum(bool(verdict["met"]) for verdict in verdicts) / len(verdicts)
    return values
