from datetime import UTC, date, datetime

from corpus import Article, Chunk
from rag.model import Passage
from rag.verification.passage_facts import PassageFacts

BODY = (
    "The port was fined on Tuesday. It must pay 12 million euros. The town owns half of it.\n\n"
    "Ida Brandt of the Federal Trade Commission will appeal, see [the ruling](https://example.org/r) today. Nobody else spoke."
)


def facts(start: int = 0, end: int = len(BODY)) -> PassageFacts:
    article = Article(
        "c", "Port fined", BODY, "Gazette", published_at=datetime(2024, 4, 5, tzinfo=UTC), author="Tom Vale"
    )
    return PassageFacts(1, Passage(Chunk(article, 0, start, end), 1, 1.0))


def test_a_sentence_on_either_side_is_evidence_too() -> None:
    start = BODY.index("It must")
    end = BODY.index(" The town")
    assert facts(start, end).texts == (
        "The port was fined on Tuesday.",
        "It must pay 12 million euros.",
        "The town owns half of it.",
    )


def test_headline_outlet_byline_and_day_are_evidence() -> None:
    assert facts().dated_heading == "Port fined |  | Gazette | Tom Vale | 5 April 2024"
    assert facts().published == date(2024, 4, 5)
    assert [figure.value for figure in facts().figures if figure.units == {"EUR"}] == [12_000_000]
    assert any(moment.as_date == date(2024, 4, 2) for moment in facts().moments)


def test_a_line_that_only_names_the_source_heads_it() -> None:
    assert facts().heads("Port fined, Gazette, 5 April 2024, Tom Vale")
    assert not facts().heads("Port fined again, Gazette")
    assert not facts().heads("Port fined, Gazette, 6 April 2024")


def test_outlets_of_copies_count_once() -> None:
    article = facts().passage.article
    copies = tuple(Article(str(n), "Port fined", BODY, source) for n, source in enumerate(["Coast Wire", "Gazette"]))
    passage = Passage(Chunk(article, 0, 0, len(BODY)), 1, 1.0, copies=copies)
    assert PassageFacts(1, passage).outlets == ("Gazette", "Coast Wire")


def test_words_and_initials_are_those_of_the_whole_article() -> None:
    first = facts(0, 30)
    assert {"brandt", "gazette", "vale"} <= first.words
    assert "ftc" in first.initials


def test_the_narrowest_run_of_sentences_with_the_words_is_nearest() -> None:
    found = facts().nearest(frozenset({"12", "euro"}))
    assert BODY[slice(*found)] == "It must pay 12 million euros."
    both = facts().nearest(frozenset({"fine", "tuesday", "12", "euro"}))
    assert BODY[slice(*both)] == "The port was fined on Tuesday. It must pay 12 million euros."


def test_a_span_is_widened_to_whole_sentences() -> None:
    at = BODY.index("12 million")
    assert BODY[slice(*facts().whole(at, at + 5))] == "It must pay 12 million euros."


def test_whole_sentences_are_verbatim_and_parts_are_not() -> None:
    found = facts().verbatim("the port was fined on Tuesday")
    assert found is not None
    assert BODY[slice(*found)] == "The port was fined on Tuesday."
    assert facts().verbatim("was fined on Tuesday.") is None
    assert facts().verbatim("The port was fined on Monday.") is None


def test_a_sentence_shown_without_its_link_is_verbatim() -> None:
    found = facts().verbatim("Ida Brandt of the Federal Trade Commission will appeal, see the ruling today.")
    assert found is not None
    assert "Ida Brandt" in BODY[slice(*found)]
