from datetime import UTC, datetime

import pytest

from corpus import Article, Chunk
from rag.model import Passage
from rag.text.names import find_names
from rag.text.quotations import find_quotations
from rag.verification.attribution import (
    find_quotation_span,
    find_wrong_outlet,
    find_wrong_speaker,
    is_outlet,
    is_same_name,
    replace_quotations,
)
from rag.verification.claim_demands import Demands
from rag.verification.passage_facts import PassageFacts

HARBOUR = (
    "“We will not sell the harbour to anyone,” said Ida Brandt, the mayor. "
    "“It is the heart of this town,” she added. “The offer was never serious,” Tom Vale told Mayor Brandt.\n\n"
    "“Nobody asked the fishermen about the sale.”"
)


def facts(body: str = HARBOUR, outlet: str = "Harbour Gazette") -> PassageFacts:
    article = Article("h", "The harbour", body, outlet, published_at=datetime(2024, 4, 5, tzinfo=UTC))
    return PassageFacts(1, Passage(Chunk(article, 0, 0, len(body)), 1, 1.0))


def wrong_speaker(claim: str, body: str = HARBOUR) -> tuple[str, str] | None:
    return find_wrong_speaker(Demands(claim), [facts(body)])


@pytest.mark.parametrize(
    "claim",
    [
        "Ida Brandt said: “We will not sell the harbour to anyone.”",
        "Brandt called it “the heart of this town”.",
        "Mayor Brandt said: “It is the heart of this town”.",
        "“The offer was never serious,” said Vale.",
        "The Harbour Gazette said: “We will not sell the harbour to anyone.”",
        "The sale is off.",
    ],
)
def test_words_of_the_speaker_are_not_flagged(claim: str) -> None:
    assert wrong_speaker(claim) is None


@pytest.mark.parametrize(
    ("claim", "found"),
    [
        ("Tom Vale said: “We will not sell the harbour to anyone.”", ("Tom Vale", "Ida Brandt")),
        ("“The offer was never serious,” said Ida Brandt.", ("Ida Brandt", "Tom Vale")),
    ],
)
def test_words_of_another_are_told_with_who_said_them(claim: str, found: tuple[str, str]) -> None:
    assert wrong_speaker(claim) == found


def test_words_of_nobody_are_given_to_nobody() -> None:
    body = "The meeting was long.\n\n“Nobody asked the fishermen about the sale.”"
    assert wrong_speaker("Anna Berg said: “Nobody asked the fishermen about the sale.”", body) == ("Anna Berg", "")


def test_an_outlet_that_the_passage_is_not_by_is_found() -> None:
    assert find_wrong_outlet(Demands("According to Coast Wire, the sale is off."), [facts()]) == "Coast Wire"
    assert find_wrong_outlet(Demands("According to the Harbour Gazette, the sale is off."), [facts()]) == ""
    assert find_wrong_outlet(Demands("According to Mayor Brandt, the sale is off."), [facts()]) == ""


@pytest.mark.parametrize(
    ("name", "outlet", "same"),
    [
        ("Gazette", "Harbour Gazette", True),
        ("TechCrunch", "Tech Crunch", True),
        ("BBC", "B.B.C. News", True),
        ("Coast Wire", "Harbour Gazette", False),
    ],
)
def test_an_outlet_is_named_in_whole_or_in_part(name: str, outlet: str, same: bool) -> None:
    (found,) = find_names(f"We read {name} today.")
    assert is_outlet(found, facts(outlet=outlet)) is same


def test_a_name_is_the_same_by_its_last_word_and_by_its_initials() -> None:
    evidence = facts("The Federal Trade Commission (FTC) sued. Ida Brandt left.")
    (ftc,), (trade,) = find_names("Then FTC sued."), find_names("Then Federal Trade Commission sued.")
    (brandt,), (ida,) = find_names("Then Brandt left."), find_names("Then Ida Brandt left.")
    assert is_same_name(brandt, ida, evidence)
    assert is_same_name(ftc, trade, evidence)
    assert not is_same_name(brandt, trade, evidence)


def test_quotations_are_replaced_at_the_same_length() -> None:
    replaced = replace_quotations(HARBOUR)
    assert len(replaced) == len(HARBOUR)
    assert "harbour" not in replaced
    assert replaced.index("Ida Brandt") == HARBOUR.index("Ida Brandt")
    assert not find_quotations(replaced)


def test_a_quotation_is_found_where_it_stands_also_with_words_left_out() -> None:
    span = find_quotation_span("We will not sell ... to anyone", facts())
    assert span is not None
    assert HARBOUR[slice(*span)] == "We will not sell the harbour to anyone"
    assert find_quotation_span("We will sell the harbour", facts()) is None
