from datetime import UTC, datetime

import pytest

from rag.answer.conflicts import conflict_note, find_conflicts
from rag.answer.verbatim_answer import choose_sentences, compose_text
from rag.retrieval.sentence_ranking import Sentence
from tests.rag.passages import passage, readings

LEDGER = "The council approved the ferry terminal, which costs 41 million crowns."


def told(body: str, outlet: str, day: int, score: float = 0.9) -> Sentence:
    where = passage(body, id=f"{outlet}-{day}", source=outlet, published_at=datetime(2026, 3, day, tzinfo=UTC))
    return Sentence(where, 0, len(body), 0.5, 0.5, 0.5, 1.0, score)


@pytest.mark.parametrize(
    ("body", "differs"),
    [
        ("The ferry terminal costs 410 million crowns.", True),
        ("The ferry terminal costs 410,000,000 crowns.", True),
        ("The ferry terminal costs 41 million crowns.", False),
        ("The ferry terminal costs 410 million crowns, and not 41 million crowns as said before.", False),
        ("The ferry terminal opens on 12 March 2031.", False),
        ("The ferry terminal takes 300 cars.", False),
        ("The council approved the ferry terminal, after 15 years.", False),
        ("The tram costs the city 410 million crowns.", False),
    ],
)
def test_an_account_differs_if_it_counts_the_same_otherwise(body: str, differs: bool) -> None:
    other = told(body, "Herald", 9)
    assert find_conflicts(told(LEDGER, "Ledger", 3), [other]) == ([other] if differs else [])


def test_each_figure_stands_once() -> None:
    first, second = (told("The ferry terminal costs 410 million crowns.", outlet, 9) for outlet in ("Herald", "Talk"))
    third = told("The ferry terminal costs 52 million crowns.", "Post", 10)
    assert find_conflicts(told(LEDGER, "Ledger", 3), [first, second, third]) == [first, third]


def test_outlets_that_disagree_are_named_with_dates_the_earliest_first() -> None:
    best, other = told("The ferry terminal costs 410 million crowns.", "Herald", 9), told(LEDGER, "Ledger", 3)
    assert conflict_note(best, [other]) == (
        "Sources give different figures: 41 million crowns (Ledger, 3 March 2026); "
        "410 million crowns (Herald, 9 March 2026)."
    )


def test_figures_of_one_outlet_tell_how_its_account_changed() -> None:
    line = conflict_note(told(LEDGER, "Ledger", 3), [told("The ferry terminal costs $52m.", "Ledger", 9)])
    assert line.startswith("Reported over time: ")


def test_nothing_is_said_over_a_newer_figure_or_an_earlier_report_that_was_read() -> None:
    first, second = told(LEDGER, "Ledger", 3), told("The ferry terminal costs 52 million crowns.", "Ledger", 9)
    newer = told("The ferry terminal costs 61 million crowns.", "Ledger", 12)
    earlier = told("The ferry terminal costs 41 million crowns.", "Ledger", 1)
    assert conflict_note(first, [second], [first, second, newer]) == ""
    assert conflict_note(first, [second], [first, second, earlier]) == ""


def test_one_outlet_s_figures_of_two_things_are_no_history() -> None:
    theft = told("Yahoo said that 500 million accounts were stolen.", "Ledger", 3)
    other = told("Marriott said that 383 million accounts were stolen.", "Ledger", 9)
    assert conflict_note(theft, [other]) == ""


def test_an_account_that_differs_stands_in_the_answer_though_it_repeats_the_words() -> None:
    best, other = told("The ferry terminal costs 410 million crowns.", "Herald", 9), told(LEDGER, "Ledger", 3, 0.7)
    assert choose_sentences(readings([best, other])) == [best, other]
    assert "41 million crowns. [2]" in compose_text([best, other], [best.passage, other.passage])


def test_how_long_something_took_is_no_account_of_the_same() -> None:
    one = told("The court struck down the data deal that held for 15 years.", "Ledger", 3)
    other = told("The court struck down a second data deal within five years.", "Herald", 9)
    assert find_conflicts(one, [other]) == []
