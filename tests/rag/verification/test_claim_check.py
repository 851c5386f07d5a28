from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus import Article, Chunk
from rag.model import Passage
from rag.verification.claim_check import Checked, check

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


def only(text: str) -> tuple[str, str]:
    (claim,) = checked(text).claims
    return claim.verdict, claim.reason


@pytest.mark.parametrize(
    "claim",
    [
        "The company did not name the criminals [1].",
        "The Federal Trade Commission (FTC)  opened an inquiry into the breach [1].",
        "“I apologize to consumers and our business customers,” said Richard Smith, the chief executive [1].",
        "Yahoo said that all 3 billion accounts were hit by the theft of August 2013. It had put the number at one billion [2].",
    ],
)
def test_sentences_of_the_passage_are_supported(claim: str) -> None:
    assert {verdict.verdict for verdict in checked(claim).claims} == {"supported"}


@pytest.mark.parametrize(
    "claim",
    [
        "Criminals gained access to files on about 143 million American consumers [1].",
        "According to Wire Desk, on 8 September 2017, criminals had access to the files of 143,000,000 consumers [1].",
        "Equifax said on 7 September 2017 that criminals had gained access to files on American consumers [1].",
        "Richard Smith said: “I apologize to consumers and our business customers” [1].",
        "Smith added: “This is a disappointing event for our company” [1].",
        "Smith said: “I apologize to ... our business customers” and “This is a disappointing event for [Equifax]” [1].",
        "The FTC's inquiry is into the breach [1].",
        "Yahoo said all 3bn accounts were hit by the theft of August 2013 [2].",
        "Yahoo tripled its figure from one to three billion, 2 billion more than before [2].",
        "The theft was made known some four years later, in October 2017 [2].",
        "The company named the criminals [1].",
        "The Federal Trade Commission did not open an inquiry into the breach [1].",
        "Heavy rain fell on the western hills during the night [1].",
    ],
)
def test_what_rules_cannot_know_is_left_unchecked(claim: str) -> None:
    assert only(claim) == ("unchecked", "")


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        (
            "Criminals had gained access to files on about 154 million American consumers [1].",
            "154 million is not in passage 1; it gives 143 million",
        ),
        (
            "Criminals had gained access to files on about 143 billion American consumers [1].",
            "143 billion is not in passage 1; it gives 143 million",
        ),
        (
            "Yahoo said that all 3 billion accounts were hit by the theft of May 2014 [2].",
            "“May 2014” does not occur in passage 1; it gives August 2013",
        ),
        (
            "According to Coast Wire, all 3 billion accounts were hit by the theft of August 2013 [2].",
            "passage 1 is not by Coast Wire but by Other Desk",
        ),
        (
            "The theft of August 2013 was the work of Boris Makarov [2].",
            "“Boris Makarov” does not occur in passage 1",
        ),
        (
            "Mary Jones said: “I apologize to consumers and our business customers” [1].",
            "passage 1 says this of Richard Smith, not Mary Jones",
        ),
        (
            "Smith said: “I apologize to all of our business customers” [1].",
            "the quotation “I apologize to all of our business customers” is not in passage 1 word for word",
        ),
        ("Criminals had gained access to files on 143 million American consumers.", "no source is cited"),
    ],
)
def test_reason_says_what_is_wrong(claim: str, reason: str) -> None:
    assert only(claim) == ("flagged", reason)


def about(
    body: str, claim: str, day: datetime | None = datetime(2024, 4, 5, tzinfo=UTC), **given: str
) -> tuple[str, str]:
    article = Article(
        "x", given.get("title", "Note"), body, "Harbour Gazette", published_at=day, language=given.get("of", "en")
    )
    passage = Passage(Chunk(article, 0, 0, len(body)), 1, 1.0)
    (found,) = check(f"{claim} [1]", [passage], language=given.get("language", "en")).claims
    return found.verdict, found.reason


@pytest.mark.parametrize(
    ("body", "claim"),
    [
        ("The town paid 12 million kroner.", "The town paid 12 million dollars."),
        ("The town cut its dues by 3 percentage points to 9 percent.", "The town cut its dues by 3 percent."),
        ("Fishermen may land 8,800 tonnes.", "Fishermen may land 8,800 kilograms."),
        ("Flats cost more than 900 euros a month.", "Flats cost more than 900 euros a year."),
        ("The profit was 38 million euros in the third quarter.", "The profit was 38 million in the fourth quarter."),
        ("The law has 79 articles in seven chapters.", "The law has seven articles in 79 chapters."),
        ("The index rose 0.4 percent, to 33,739; the other rose 0.5 percent.", "The index rose 0.5 percent to 33,739."),
        (
            "The dues rose 75% in the past year and 80% since the sale.",
            "Dues are up 80% in the past year and 75% since the sale.",
        ),
        ("The market closes on 2 May 2024.", "The market closes on 3 May 2024."),
        ("The mayor came on Monday.", "The mayor came on Friday, 29 March 2024."),
        ("It demands 300 dollars.", "It demands 300 dollars by 2031."),
        ("The dissent has 21 pages.", "The dissent has 12 pages."),
    ],
)
def test_other_unit_figure_or_date_is_flagged(body: str, claim: str) -> None:
    assert about(body, claim)[0] == "flagged"


@pytest.mark.parametrize(
    ("body", "claim"),
    [
        ("The bank lent one and a half billion euros.", "The bank lent €1.5bn."),
        ("A third of the pupils fell ill.", "About 33 percent of pupils are ill."),
        ("89 of the 144 delegations signed.", "Six in ten delegations signed, some 62 percent."),
        ("It cost 38 million, after 30 million the year before.", "The cost rose by 8 million, more than a quarter."),
        ("The road is 14 miles long.", "The road is about 22.5 kilometres long."),
        ("They have 72 hours.", "They have three days."),
        ("It took 78 minutes.", "It took one hour and 18 minutes."),
        ("Exports rose by 147 million.", "Exports rose by about 150 million."),
        ("The toll stands at 4,200.", "More than 4,000 died."),
        ("The council met on Tuesday.", "The council met on 2 April 2024, a Tuesday."),
        ("The council met last week.", "The council met in March 2024."),
        ("He retired on 1 May 2014; the shop opened on 1 May 2011.", "He retired three years after the shop opened."),
        ("It wasn't until he turned 80 that he retired.", "He retired when he turned 80."),
        ("Voters approved the measure.", "Voters approved Proposition 1 and Article 50."),
        ("The Centers for Disease Control warned of it.", "The CDC's warning followed."),
        ("The CDC warned of it.", "The Centers for Disease Control warned of it too."),
        ("Man Utd won.", "Manchester United won."),
        ("The court sits in Berlin.", "On Friday, the Harbour Gazette reported on 6 April 2024, the court sat."),
        ("The deadline of 19 January 2025 falls one day before the vote.", "The vote is on 20 January 2025."),
        ("The mayor, Ida Brandt, was there. She called it “a gift”.", "The mayor called it a gift."),
    ],
)
def test_other_words_for_the_same_are_no_alarm(body: str, claim: str) -> None:
    assert about(body, claim) == ("unchecked", "")


def test_header_is_evidence() -> None:
    claim = "The Harbour Gazette wrote on 5 April 2024 that over 40 gifts can still be had."
    assert about("Some ship today.", claim, title="Here are over 40 gifts") == ("unchecked", "")
    assert about("Some ship today.", claim.replace("40", "400"), title="Here are over 40 gifts")[0] == "flagged"


def test_words_are_not_given_to_the_speaker_of_another_sentence() -> None:
    body = "The mayor, Ida Brandt, called the plan “a gift to the town”. The union leader Per Holt called it “a bill for the poor”."
    assert about(body, "The union leader Per Holt called the plan “a bill for the poor”.")[0] == "unchecked"
    verdict, reason = about(body, "The mayor, Ida Brandt, called the plan “a bill for the poor”.")
    assert (verdict, reason) == ("flagged", "passage 1 says this of Per Holt, not Ida Brandt")


def test_translated_names_and_quotations_are_not_compared_but_figures_are() -> None:
    body = "The Supreme Court fined the firm 4 million dollars. “We will appeal this ruling,” it said."
    said = "Das Oberste Gericht verhängte {} Millionen Dollar, „wir werden in Berufung gehen“, hieß es."
    assert about(body, said.format(4), language="de") == ("unchecked", "")
    assert about(body, said.format(5), language="de")[0] == "flagged"


@pytest.mark.parametrize(
    "said",
    [
        "The passages do not say when the inquiry began [1].",
        "Neither article names the criminals.",
        "However, none of the sources gives a figure.",
        "No further figures are given.",
        "It isn't stated who did it.",
        "Die Passagen sagen nicht, wer es war.",
    ],
)
def test_statement_about_the_passages_is_a_note(said: str) -> None:
    assert only(said) == ("note", "")


def test_claim_is_cited_to_the_passage_that_has_it_word_for_word() -> None:
    result = checked("It had put the number at one billion [1]. The company did not name the criminals [1].")
    assert result.text == "It had put the number at one billion [1]. The company did not name the criminals [2]."
    assert [c.passage.article.id for c in result.citations] == ["yahoo", "breach"]


def test_flagged_claim_is_cited_to_the_passage_that_gives_it_all() -> None:
    result = checked("Yahoo said that 3 billion accounts were hit in August 2013 [1].")
    assert [(claim.verdict, claim.citations) for claim in result.claims] == [("unchecked", (1,))]
    assert [c.passage.article.id for c in result.citations] == ["yahoo"]


def test_passage_that_says_nothing_of_a_claim_loses_its_mark() -> None:
    result = checked("Yahoo said that all 3 billion accounts were hit by a theft [2][1].")
    assert [c.passage.article.id for c in result.citations] == ["yahoo"]


def test_numbers_count_up_in_order_of_first_mention() -> None:
    result = checked(
        "Yahoo said 3 billion accounts were hit.[2] The FTC opened an inquiry [1, 7]. Accounts were hit 【2】."
    )
    assert [claim.citations for claim in result.claims] == [(1,), (2,), (1,)]
    assert result.text.count("[1]") == 2
    assert len(result.invented) == 1


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


def test_unmarked_sentence_is_covered_by_the_next_mark_only_if_they_share_words() -> None:
    result = checked("The company did not name the criminals. The FTC opened an inquiry [1].")
    assert [(claim.citations, claim.verdict) for claim in result.claims] == [((1,), "supported"), ((1,), "unchecked")]
    result = checked("Rain fell on western hills. The FTC opened an inquiry [1].")
    assert [(claim.citations, claim.verdict) for claim in result.claims] == [((), "flagged"), ((1,), "unchecked")]


@pytest.mark.parametrize(
    "text",
    [
        "[1] The company did not name the criminals.\n[2] It had put the number at one billion.",
        "[1] The company did not name the criminals. [2] It had put the number at one billion.",
        "The company did not name the criminals ([1]).\nIt had put the number at one billion (see [2]).",
        "The company did not name the criminals (Source 1).\nIt had put the number at one billion [ID:2].",
        "- The company did not name the criminals [1]\n- It had put the number at one billion [2][0]",
        "| Claim |\n|---|\n| The company did not name the criminals [1] |\n| It had put the number at one billion | [2] |",
        "The company did not name the criminals [1].\nIt had put the number at one billion [2].\n\n"
        "Sources:\n[1] Equifax says 143 million hit\n[2] Other Desk, 3 October 2017: Yahoo raises its figure",
        "The company did not name the criminals [1].\nIt had put the number at one billion [2].\n"
        "Source: Wire Desk, 8 September 2017 [1]",
    ],
)
def test_marks_and_lists_are_read_as_what_they_are(text: str) -> None:
    result = checked(text)
    assert [(claim.verdict, claim.citations) for claim in result.claims] == [("supported", (1,)), ("supported", (2,))]
    assert [c.passage.article.id for c in result.citations] == ["breach", "yahoo"]
    assert "()" not in result.text
    assert "ource" not in result.text
    assert "[0]" not in result.text


def test_bullet_that_repeats_a_headline_is_a_claim() -> None:
    result = checked("- The company did not name the criminals [1]\n- Yahoo raises its figure [2]")
    assert [claim.text for claim in result.claims] == [
        "The company did not name the criminals",
        "Yahoo raises its figure",
    ]


def test_citation_covers_the_sentence_that_supports_the_claim() -> None:
    (citation,) = checked("The FTC opened an inquiry into the breach [1].").citations
    assert citation.quote == "The Federal Trade Commission (FTC) opened an inquiry into the breach."


def test_evidence_may_stand_one_sentence_outside_the_chunk() -> None:
    start = BREACH.body.index("The company did not")
    end = BREACH.body.index("\n\n")
    passage = Passage(Chunk(BREACH, 0, start, end), 1, 1.0)
    near = check("Criminals had gained access to files on 143 million American consumers [1].", [passage])
    far = check("The FTC opened an inquiry into the breach [1].", [passage])
    assert near.claims[0].verdict == "unchecked"
    assert near.citations[0].quote.endswith("143 million American consumers.")
    assert check("The breach hit 3 billion accounts [1].", [passage]).claims[0].verdict == "flagged"
    assert far.claims[0].verdict == "unchecked"


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
    result = check(text, passages())
    numbers = [citation.n for citation in result.citations]
    assert numbers == list(range(1, len(numbers) + 1))
    for claim in result.claims:
        assert set(claim.citations) <= set(numbers)
        assert (claim.verdict == "flagged") == (claim.reason != "")
    for citation in result.citations:
        assert 0 <= citation.start <= citation.end <= len(citation.passage.article.body)


def test_a_citation_marks_all_that_it_is_cited_for_and_nothing_else() -> None:
    body = "The toll rises. It rains. Snow falls. Hail comes. Fog lifts. Wind turns. Sun sets. The ferry sank."
    article = Article("f", "Weather", body, "Desk")
    found = check("The toll rises. [1] The ferry sank. [1]", [Passage(Chunk(article, 0, 0, len(body)), 1, 1.0)])
    assert [(c.n, c.quote) for c in found.citations] == [(1, "The toll rises."), (1, "The ferry sank.")]
    near = check("The toll rises. [1] Snow falls. [1]", [Passage(Chunk(article, 0, 0, len(body)), 1, 1.0)])
    assert [c.quote for c in near.citations] == ["The toll rises.", "Snow falls."]


def test_what_the_headline_tells_best_is_cited_to_it() -> None:
    (citation,) = checked("Equifax says that 143 million were hit [1].").citations
    assert (citation.heads, citation.quote) == (True, BREACH.title)
    (citation,) = checked("Criminals had access to the files of 143 million American consumers [1].").citations
    assert (citation.heads, citation.quote.startswith("Equifax said on Thursday")) == (False, True)
