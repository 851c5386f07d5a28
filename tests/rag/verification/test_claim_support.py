from datetime import UTC, datetime

import pytest

from corpus import Article, Chunk
from rag.model import Passage
from rag.verification.claim_demands import Demands
from rag.verification.claim_support import Problem, find_problem
from rag.verification.passage_facts import PassageFacts

COURT = (
    "The court fined the port 12 million euros on Tuesday. Ida Brandt, its head, said: “We will appeal the ruling at once.” "
    "The law has 79 articles in seven chapters."
)


def facts(body: str = COURT, language: str = "en") -> PassageFacts:
    article = Article(
        "c", "Port fined", body, "Harbour Gazette", published_at=datetime(2024, 4, 5, tzinfo=UTC), language=language
    )
    return PassageFacts(1, Passage(Chunk(article, 0, 0, len(body)), 1, 1.0))


@pytest.mark.parametrize(
    ("claim", "problem"),
    [
        (
            "Brandt said: “We will appeal the ruling next week.”",
            Problem("quotation", "We will appeal the ruling next week."),
        ),
        (
            "Tom Vale said: “We will appeal the ruling at once.”",
            Problem("speaker", "Tom Vale", "Ida Brandt"),
        ),
        ("According to Coast Wire, the port was fined.", Problem("outlet", "Coast Wire", "Harbour Gazette")),
        ("The court fined the port 13 million euros.", Problem("figure", "13 million euros", "12 million euros")),
        ("The law has seven articles in 79 chapters.", Problem("elsewhere", "seven", "79")),
        ("The court fined the port on 9 May 2023.", Problem("date", "9 May 2023")),
        ("The head of the port is Tom Vale.", Problem("name", "Tom Vale")),
    ],
)
def test_each_kind_of_problem_is_found(claim: str, problem: Problem) -> None:
    assert find_problem(Demands(claim), [facts()]) == problem


@pytest.mark.parametrize(
    "claim",
    [
        "The court fined the port 12 million euros on 2 April 2024.",
        "The Harbour Gazette reported on 5 April 2024 that the port was fined.",
        "Brandt said: “We will appeal the ruling at once.”",
        "The law has 79 articles, 72 more than chapters.",
        "The port was not fined at all.",
    ],
)
def test_nothing_is_certain_where_text_calendar_or_sums_give_it(claim: str) -> None:
    assert find_problem(Demands(claim), [facts()]) is None


def test_one_of_several_passages_is_enough() -> None:
    other = facts("The fee rose to 13 million euros.")
    assert find_problem(Demands("It is 13 million euros now."), [facts(), other]) is None


def test_names_and_quotations_of_another_language_are_not_compared() -> None:
    german = facts("„Wir gehen sofort in Berufung“, sagte Brandt. Das Gericht nannte 12 Millionen Euro.", "de")
    assert find_problem(Demands("Ida Brandt said: “We will appeal at once.”"), [german]) is None
    assert find_problem(Demands("The sum is 13 million euros."), [german]) is not None


def test_a_few_things_that_only_the_claim_counts_are_no_problem() -> None:
    assert find_problem(Demands("Two sentences speak of the port."), [facts()]) is None
