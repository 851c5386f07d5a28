import pytest

from rag.question.question_kind import classify_question


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("Who led the talks?", "who"),
        ("Which court threw out the appeal before it was blocked in Russia?", "who"),
        ("name of the gang blamed for the Colonial hack", "who"),
        ("When was the treaty adopted?", "when"),
        ("china cybersecurity law effective date", "when"),
        ("Deadline for the sale under the new law?", "when"),
        ("In which city was it signed?", "where"),
        ("Where did Google send people who went to google.cn once it quit?", "where"),
        ("How many states signed?", "how_many"),
        ("What was the Senate tally on the package?", "how_many"),
        ("price tag of the .org sale?", "how_many"),
        ("What exactly did Kramer tell delegates?", "quotation"),
        ("Give me Xi's own words on hegemony.", "quotation"),
        ("What did Obama say about Sony?", "quotation"),
        ('Who said "We fell short"?', "attribution"),
        ('"Back from the brink" - whose line is that?', "attribution"),
        ("Which official said the lax security was dangerous?", "attribution"),
        ("Did the Senate vote on it?", "yes_no"),
        ("Why was it pointless to pay?", "why"),
        ("Tell me about net neutrality", "topic"),
        ("What happened to Safe Harbor?", "topic"),
        ("What is SOPA?", "topic"),
        ("Yahoo breach", "topic"),
        ("What is the price of bread?", "how_many"),
        ("Who?", "who"),
        ("What was the malware behind the attack?", "what"),
        ("What was PRISM said to give access to?", "what"),
        ("Give me a timeline of the IANA handover", "timeline"),
        ("How many articles mention Dragonfly?", "coverage"),
        ("When was Dragonfly first reported?", "coverage"),
        ("Which head of state set it in motion, and what did she call spying?", "who"),
        ("Wer hat das gesagt?", "what"),
        ("", "what"),
    ],
)
def test_the_words_tell_what_is_asked(question: str, expected: str) -> None:
    assert classify_question(question) == expected


def test_words_inside_a_quotation_ask_nothing() -> None:
    assert classify_question('Who said "Why is it so, and how many are there?"') == "attribution"


@pytest.mark.parametrize("row", [".", "-", "'", ". ", "- "])
def test_a_row_of_dots_is_no_riddle(row: str) -> None:
    assert (
        classify_question(f"What is {row * 900} this and that and more of it all?") == "what"
    )  # Once it took for ever.
    assert classify_question(f"Bread {row * 900} this and that and more of it all") == "what"
