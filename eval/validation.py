"""Check a question set against the articles that it points to."""

from collections.abc import Iterator, Mapping

from corpus import Article
from eval.question import Defect, GoldEvidence, Question, QuestionSet


def validate(questions: QuestionSet, articles: Mapping[str, Article] | None) -> list[Defect]:
    """Return everything that is wrong with a set: rows that cannot be read, then one defect per question and reason.

    Args:
        questions: The set.
        articles: The articles by id; None if they are not available: quotes are then not looked up.
    """
    defects = list(questions.defects)
    if not questions.questions:
        defects.append(Defect(questions.path.name, "holds no question that can be read"))
    for question in questions.questions:
        defects += [Defect(question.id, reason) for reason in _form(question)]
        if articles is not None:
            for evidence in question.evidence:
                defects += [Defect(question.id, reason) for reason in _quote(evidence, articles)]
    return defects


def describe_problems(questions: QuestionSet, articles: Mapping[str, Article] | None) -> list[str]:
    """Return what whoever reads the figures of a set must know: what is wrong with it, and which fields were not read."""
    wrong = [f"{defect.item}: {defect.reason}" for defect in validate(questions, articles)]
    fields = [f"{name} ({count:,})" for name, count in questions.other_fields.items()]
    kept = f"Fields that are kept and not read, with the number of questions: {', '.join(fields)}."
    return [*wrong, kept] if fields else wrong


def _form(question: Question) -> Iterator[str]:
    if question.type == "null" and question.evidence:
        yield "a null question must have no evidence"
    if question.type != "null" and question.unanswerable:
        yield "neither answer nor evidence nor assertions: give it the type null if the archive does not hold it"
    # The question itself is the user's next turn.
    if question.history and question.history[-1].role != "assistant":
        yield "the history must end with the assistant's turn"
    for evidence in question.evidence:
        if evidence.quote != evidence.quote.strip():
            yield f"the quote {shorten(evidence.quote)!r} has spaces around it"


def _quote(evidence: GoldEvidence, articles: Mapping[str, Article]) -> Iterator[str]:
    article = articles.get(evidence.article_id)
    if article is None:
        yield f"article {evidence.article_id!r} is not there"
    elif evidence.quote not in article.body:
        hint = " (spaces or line breaks differ)" if _fold(evidence.quote) in _fold(article.body) else ""
        yield f"the quote {shorten(evidence.quote)!r} is not in {evidence.article_id}{hint}"


def _fold(text: str) -> str:
    return " ".join(text.split())


def shorten(text: str, length: int = 60) -> str:
    """Return the beginning of a text, with an ellipsis where it is longer than `length` characters."""
    return text if len(text) <= length else text[: length - 1] + "…"
