"""The question-set format: a `Question`, its `GoldEvidence`, and the `QuestionSet` that holds them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, field_validator, model_validator

from corpus import Article
from corpus.errors import InputError
from corpus.text.days import is_day, parse_time
from rag.model import Turn

NULL_TYPE = "null"
# "As of" a day must see what was published on it.
END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True, slots=True)
class GoldEvidence:
    """Hold one gold pointer into the archive.

    Attributes:
        article_id: The article that holds the fact.
        quote: The words that hold it, verbatim from the article's body; "" when only the article is known.
        grade: Relevance of the article, 1 or more (BEIR grades; 1 elsewhere).
        other: Fields of the record that have no meaning here, as they were.
    """

    article_id: str
    quote: str = ""
    grade: int = 1
    other: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Question:
    """Hold one question with what a right answer is known by.

    Attributes:
        id: Unique in its set.
        text: What a user would write.
        answers: Accepted wordings, best first; empty for a question that the archive does not hold.
        type: A word of the set's own ("number", "temporal", ...); "null" means that the archive does not hold it.
        evidence: Gold pointers; empty when unknown or when there are none.
        history: The conversation before the question.
        as_of: The "now" of the question in UTC, or None for the real one.
        assertions: Statements that a right answer must contain, for a judge.
        wrong_answers: Wordings that a misled answer would hold (RAMDocs), for the record.
        note: A remark by hand.
        other: Fields of the record that have no meaning here, as they were.
    """

    id: str
    text: str
    answers: tuple[str, ...] = ()
    type: str = ""
    evidence: tuple[GoldEvidence, ...] = ()
    history: tuple[Turn, ...] = ()
    as_of: datetime | None = None
    assertions: tuple[str, ...] = ()
    wrong_answers: tuple[str, ...] = ()
    note: str = ""
    # A mapping has no hash.
    other: Mapping[str, Any] = field(default_factory=dict, hash=False)

    @property
    def unanswerable(self) -> bool:
        """Return whether the archive does not hold the answer, so that refusing is right."""
        return self.type == NULL_TYPE or not (self.answers or self.evidence or self.assertions)

    @property
    def gold(self) -> Mapping[str, int]:
        """Return the grade of each gold article, by id in order of the evidence."""
        grades: dict[str, int] = {}
        for evidence in () if self.unanswerable else self.evidence:
            grades[evidence.article_id] = max(evidence.grade, grades.get(evidence.article_id, 0))
        return grades

    def to_record(self) -> dict[str, Any]:
        """Return the question as plain JSON values, in the form that our JSONL has; empty fields are left out."""
        evidence: list[dict[str, Any]] = [{"article_id": e.article_id, "quote": e.quote} for e in self.evidence]
        for pointer, source in zip(evidence, self.evidence, strict=True):
            if source.grade != 1:
                pointer["grade"] = source.grade
            pointer.update(source.other)
        record = {
            "id": self.id,
            "question": self.text,
            "answers": list(self.answers),
            "type": self.type,
            "evidence": evidence,
            "history": [{"role": turn.role, "content": turn.content} for turn in self.history],
            "as_of": self.as_of.isoformat() if self.as_of else None,
            "assertions": list(self.assertions),
            "wrong_answers": list(self.wrong_answers),
            "note": self.note,
        }
        kept = {key: value for key, value in record.items() if value or key in ("id", "question", "evidence")}
        return kept | dict(self.other)


@dataclass(frozen=True, slots=True)
class Defect:
    """Name one thing that is wrong in a set: `item` is a question id, or file and line where there is none yet."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Hold the questions of a file or folder.

    Attributes:
        name: Short name, from the file or folder.
        path: Where it was read.
        format: Name of the loader that read it.
        questions: In the order of the file; ids are unique.
        articles: The articles that the set brings itself; empty when it refers to an archive.
        defects: Rows that could not be read, and why.
    """

    name: str
    path: Path
    format: str
    questions: tuple[Question, ...]
    articles: tuple[Article, ...] = ()
    defects: tuple[Defect, ...] = field(default=())

    @property
    def types(self) -> dict[str, int]:
        """Return how many questions each type has, most frequent first."""
        counts: dict[str, int] = {}
        for question in self.questions:
            counts[question.type] = counts.get(question.type, 0) + 1
        return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))

    @property
    def other_fields(self) -> dict[str, int]:
        """Return the fields that have no meaning here, each with the number of questions that have it."""
        counts: dict[str, int] = {}
        for question in self.questions:
            nested = {f"evidence.{name}" for evidence in question.evidence for name in evidence.other}
            for name in sorted({*question.other, *nested}):
                counts[name] = counts.get(name, 0) + 1
        return counts


class _EvidenceRecord(BaseModel):
    # Other fields are kept, so that a misspelt one can be named.
    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    article_id: str
    quote: str = ""
    grade: int = 1


class _TurnRecord(BaseModel):
    model_config = ConfigDict(extra="ignore")

    role: str
    content: str

    @field_validator("role")
    @classmethod
    def _known_role(cls, role: str) -> str:
        if role not in ("user", "assistant"):
            raise ValueError('role must be "user" or "assistant"')
        return role


class _QuestionRecord(BaseModel):
    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True)

    id: str
    question: str
    answer: str | None = None
    answers: list[str] | None = None
    type: str | None = None
    evidence: list[_EvidenceRecord] = []
    history: list[_TurnRecord] = []
    as_of: str | None = None
    assertions: list[str] = []
    wrong_answers: list[str] = []
    note: str | None = None

    @model_validator(mode="after")
    def _complete(self) -> "_QuestionRecord":
        if not self.id.strip() or not self.question.strip():
            raise ValueError("id and question must not be empty")
        if self.answer is not None and self.answers is not None:
            raise ValueError('give "answer" or "answers", not both')
        return self


def question_from_record(record: object) -> Question:
    """Return the question that one JSON object of our format describes.

    A null question may carry an answer text ("Insufficient information."); it is kept out of `answers`.

    Raises:
        ValueError: Something is missing or of the wrong type; the message says what and where.
    """
    try:
        row = _QuestionRecord.model_validate(record)
    except ValidationError as error:
        raise ValueError("; ".join(_plain(detail) for detail in error.errors())) from None
    given = [row.answer] if row.answer is not None else row.answers or []
    answers = tuple(dict.fromkeys(answer.strip() for answer in given if answer.strip()))
    return Question(
        id=row.id,
        text=row.question,
        answers=() if row.type == NULL_TYPE else answers,
        type=row.type or "",
        evidence=tuple(GoldEvidence(e.article_id, e.quote, e.grade, e.model_extra or {}) for e in row.evidence),
        history=tuple(Turn(turn.role, turn.content) for turn in row.history),
        as_of=parse_date(row.as_of, END_OF_DAY) if row.as_of else None,
        assertions=tuple(row.assertions),
        wrong_answers=tuple(row.wrong_answers),
        note=row.note or "",
        other=row.model_extra or {},
    )


def parse_date(text: str, of_bare_date: time = time(0)) -> datetime:
    """Return an ISO 8601 date or time as an instant in UTC; a bare date means `of_bare_date` on that day.

    Raises:
        ValueError: The text is no ISO 8601 date.
    """
    try:
        found = parse_time(text)
    except InputError as error:
        raise ValueError(str(error)) from None
    return datetime.combine(found.date(), of_bare_date, UTC) if is_day(text) else found


def _plain(detail: Any) -> str:
    place = ".".join(str(part) for part in detail["loc"])
    reason = str(detail["msg"]).removeprefix("Value error, ")
    return f"{place}: {reason}" if place else reason
