from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Article, Chunk
from rag.check import Checked, check
from rag.model import Passage

BREACH = Article(
    "breach",
    "Equifax says 143 million hit",
    "Equifax said on Thursday that criminals had gained access to files on about 143 million American consumers. "
    "The company did not name the criminals.\n\n"
    '"I apologize to consumers and our business customers," said Richard Smith, the chief executive. '
    '"This is a disappointing event for our company," he added.\n\n'
    "The Federal Trade Commission (FTC) opened an inquiry into the breach.",
    "Wire Desk",
    published_at=datetime(2017, 9, 8, 9, tzinfo=UTC),
)
YAHOO = Article(
    "yahoo",
    "Yahoo raises its figure",
    "Yahoo said that all 3 billion accounts were hit by the theft of August 2013. "
    "It had put the number at one billion.",
    "Other Desk",
    published_at=datetime(2017, 10, 3, tzinfo=UTC),
)


def passages() -> list[Passage]:
    return [Passage(Chunk(article, 0, 0, len(article.body)), i, 1.0) for i, article in enumerate((BREACH, YAHOO), 1)]


def checked(text: str) -> Checked:
    return check(text, passages())


def only(text: str) -> tuple[bool, str]:
    (claim,) = checked(text).claims
    return claim.supported, claim.reason


@pytest.mark.parametrize(
    "claim",
    [
        "Criminals gained access to files on about 143 million American consumers [1].",
        "According to Wire Desk, on 8 September 2017, criminals had access to the files of 143,000,000 consumers [1].",
        "Equifax said on 7 September 2017 that criminals had gained access to files on American consumers [1].",
        "Richard Smith said: “I apologize to consumers and our business customers” [1].",
        "Smith added: “This is a disappointing event for our company” [1].",
        "The FTC opened an inquiry into the breach [1].",
        "Yahoo said all 3bn accounts were hit by the theft of August 2013 [2].",
        "The company didn't name the criminals [1].",
    ],
)
def test_held_claims_are_supported(claim: str) -> None:
    assert only(claim) == (True, "")


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (
            "Criminals had gained access to files on about 145 million American consumers [1].",
            "145 million is not in passage 1; it gives 143 million",
        ),
        (
            "Yahoo said that all 3 billion accounts were hit by the theft of May 2014 [2].",
            "“May 2014” does not occur in passage 1; it gives August 2013",
        ),
        (
            "Marriott said that all 3 billion accounts were hit by the theft of August 2013 [2].",
            "“Marriott” does not occur in passage 1",
        ),
        ("The company named the criminals [1].", "passage 1 denies what this affirms"),
        (
            "The Federal Trade Commission did not open an inquiry into the breach [1].",
            "passage 1 affirms what this denies",
        ),
        (
            "Equifax said: “I apologize to consumers and our business customers” [1].",
            "passage 1 says this of Richard Smith, not Equifax",
        ),
        (
            "Smith said: “I apologize to all of our business customers” [1].",
            "the quotation “I apologize to all of our business customers” is not in passage 1 word for word",
        ),
        ("Heavy rain fell on the western hills during the night [1].", "passage 1 does not say this"),
        ("Criminals had gained access to files on 143 million American consumers.", "no source is cited"),
    ],
)
def test_reason_says_what_is_wrong(claim: str, reason: str) -> None:
    assert only(claim) == (False, reason)


def test_claim_is_cited_to_the_passage_that_holds_it() -> None:
    result = checked("Yahoo said that all 3 billion accounts were hit [1]. The FTC opened an inquiry [1].")
    assert result.text == "Yahoo said that all 3 billion accounts were hit [1]. The FTC opened an inquiry [2]."
    assert [c.passage.article.id for c in result.citations] == ["yahoo", "breach"]
    assert all(claim.supported for claim in result.claims)


def test_numbers_count_up_in_order_of_first_mention() -> None:
    result = checked(
        "Yahoo said 3 billion accounts were hit.[2] The FTC opened an inquiry [1, 7]. Accounts were hit 【2】."
    )
    assert [claim.citations for claim in result.claims] == [(1,), (2,), (1,)]
    assert result.text.count("[1]") == 2
    assert result.dropped == 1


def test_clauses_with_their_own_marks_are_claims_of_their_own() -> None:
    result = checked("The FTC opened an inquiry [1], and Yahoo said that 3 billion accounts were hit [2].")
    assert [claim.text for claim in result.claims] == [
        "The FTC opened an inquiry",
        "Yahoo said that 3 billion accounts were hit.",
    ]
    assert result.text == "The FTC opened an inquiry [1], and Yahoo said that 3 billion accounts were hit [2]."


def test_lead_ins_and_headings_are_no_claims() -> None:
    result = checked("## Equifax and the FTC\n\nHere is what the archive says:\n\n- The FTC opened an inquiry [1].")
    assert [claim.text for claim in result.claims] == ["The FTC opened an inquiry."]
    assert result.text.endswith("- The FTC opened an inquiry [1].")


def test_unmarked_sentence_is_covered_by_the_next_mark_only_if_held() -> None:
    result = checked("Criminals had gained access to files. The FTC opened an inquiry [1].")
    assert [(claim.citations, claim.supported) for claim in result.claims] == [((1,), True), ((1,), True)]
    result = checked("Rain fell on western hills. The FTC opened an inquiry [1].")
    assert [(claim.citations, claim.supported) for claim in result.claims] == [((), False), ((1,), True)]


def test_citation_covers_the_sentence_that_supports_the_claim() -> None:
    (citation,) = checked("The FTC opened an inquiry into the breach [1].").citations
    assert citation.quote == "The Federal Trade Commission (FTC) opened an inquiry into the breach."


def test_evidence_may_stand_one_sentence_outside_the_chunk() -> None:
    start = BREACH.body.index("The company did not")
    end = BREACH.body.index("\n\n")
    passage = Passage(Chunk(BREACH, 0, start, end), 1, 1.0)
    near = check("Criminals had gained access to files on 143 million American consumers [1].", [passage])
    far = check("The FTC opened an inquiry into the breach [1].", [passage])
    assert near.claims[0].supported
    assert near.citations[0].quote.endswith("143 million American consumers.")
    assert not far.claims[0].supported


def test_unnamed_speaker_supports_no_name() -> None:
    body = (
        "Xi opened the meeting. Many came.\n\nIt went on. Then it ended. "
        "“This is an all-out assault on Internet freedoms”, she added."
    )
    article = Article("x", "Rights group criticises rules", body)
    passage = Passage(Chunk(article, 0, 0, len(article.body)), 1, 1.0)
    (claim,) = check("Xi said: “This is an all-out assault on Internet freedoms” [1].", [passage]).claims
    assert claim.reason == "passage 1 does not say that Xi said this: nobody is named there"


_WORDS = st.sampled_from(
    "[1] [2][1] 【2】 “ ” \" . ! \n - # Yahoo said 3 billion not 5% $1bn May 2014 « ' [ ] … Équipe 数据 ‮".split(" ")
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.text(max_size=300), st.lists(_WORDS, max_size=40).map(" ".join)))
def test_any_text_is_checked(text: str) -> None:
    result = check(text, passages(), now=datetime(2024, 1, 1, tzinfo=UTC))
    numbers = [citation.n for citation in result.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for claim in result.claims:
        assert set(claim.citations) <= set(numbers)
        assert claim.supported == (claim.reason == "")
    for citation in result.citations:
        assert 0 <= citation.start <= citation.end <= len(citation.passage.article.body)


def test_a_citation_marks_all_that_it_is_cited_for_and_nothing_else() -> None:
    body = "The toll rises. It rains. Snow falls. Hail comes. Fog lifts. Wind turns. Sun sets. The ferry sank."
    article = Article("f", "Weather", body, "Desk")
    found = check("The toll rises. [1] The ferry sank. [1]", [Passage(Chunk(article, 0, 0, len(body)), 1, 1.0)])
    assert [(c.n, c.quote) for c in found.citations] == [(1, "The toll rises."), (1, "The ferry sank.")]
    near = check("The toll rises. [1] Snow falls. [1]", [Passage(Chunk(article, 0, 0, len(body)), 1, 1.0)])
    assert [c.quote for c in near.citations] == ["The toll rises.", "Snow falls."]
