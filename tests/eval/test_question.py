import re
from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from eval.question import END_OF_DAY, GoldEvidence, QuestionSet, parse_date, question_from_record
from rag.model import Turn

FULL = {
    "id": "s-1",
    "question": "How many accounts in the end?",
    "answers": ["3 billion", "three billion"],
    "type": "correction",
    "evidence": [{"article_id": "a", "quote": "all 3 billion"}, {"article_id": "b", "quote": "1 billion"}],
    "history": [{"role": "user", "content": "Yahoo?"}, {"role": "assistant", "content": "Breached."}],
    "as_of": "2018-03-31",
}


def test_every_field_is_read() -> None:
    question = question_from_record(FULL)
    assert question.answers == ("3 billion", "three billion")
    assert question.evidence == (GoldEvidence("a", "all 3 billion"), GoldEvidence("b", "1 billion"))
    assert question.history == (Turn("user", "Yahoo?"), Turn("assistant", "Breached."))
    assert question.as_of == datetime(2018, 3, 31, 23, 59, 59, tzinfo=UTC)
    assert dict(question.gold) == {"a": 1, "b": 1}
    assert not question.unanswerable


def test_a_record_comes_back_as_it_was() -> None:
    question = question_from_record(FULL)
    assert question_from_record(question.to_record()) == question


def test_one_answer_may_be_given_alone() -> None:
    assert question_from_record({"id": 7, "question": "When?", "answer": " 2013 "}).answers == ("2013",)


def test_null_questions_drop_the_text_of_their_refusal() -> None:
    question = question_from_record({"id": "n", "question": "Q", "answer": "Insufficient information.", "type": "null"})
    assert question.answers == ()
    assert question.unanswerable


def test_nothing_to_answer_with_means_not_held() -> None:
    assert question_from_record({"id": "n", "question": "Q"}).unanswerable
    assert not question_from_record({"id": "n", "question": "Q", "assertions": ["It rained."]}).unanswerable


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"question": "Q"}, "id: Field required"),
        ({"id": "x", "question": " "}, "id and question must not be empty"),
        ({"id": "x", "question": "Q", "answer": "a", "answers": ["b"]}, 'give "answer" or "answers", not both'),
        ({"id": "x", "question": "Q", "evidence": [{"quote": "q"}]}, "evidence.0.article_id: Field required"),
        ({"id": "x", "question": "Q", "history": [{"role": "system", "content": ""}]}, "history.0.role: role must be"),
        ({"id": "x", "question": "Q", "as_of": "soon"}, "'soon' is not a date"),
    ],
)
def test_what_is_wrong_is_named(record: dict[str, object], reason: str) -> None:
    with pytest.raises(ValueError, match=re.escape(reason)):
        question_from_record(record)


def test_fields_without_a_meaning_here_are_kept_and_named() -> None:
    record = {"id": "x", "question": "Q", "anwser": "a", "evidence": [{"article_id": "b", "quote": "q", "page": 3}]}
    question = question_from_record(record | {"history": [{"role": "user", "content": "c", "at": 1}]})
    assert (question.other, question.evidence[0].other) == ({"anwser": "a"}, {"page": 3})
    assert question.to_record().items() >= record.items()
    held = QuestionSet("s", Path("s"), "own", (question, question_from_record({"id": "y", "question": "Q"})))
    assert held.other_fields == {"anwser": 1, "evidence.page": 1}
    assert hash(question)


def test_instants_are_utc() -> None:
    assert parse_date("2020-05-01T02:00:00+02:00") == datetime(2020, 5, 1, tzinfo=UTC)
    assert parse_date("2020-05-01") == datetime(2020, 5, 1, tzinfo=UTC)
    assert parse_date("2020-05-01", END_OF_DAY).time() == time(23, 59, 59)
