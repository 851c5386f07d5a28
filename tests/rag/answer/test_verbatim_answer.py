import pytest

from rag.answer.verbatim_answer import choose_sentences, compose_text, names_no_speaker, note_missing_parts
from rag.model import Passage
from rag.retrieval.sentence_ranking import Sentence
from rag.verification.claim_check import check
from tests.rag.passages import passage, readings

BODY = "The council met on Monday. It rejected the plan by nine votes to two. Nobody spoke for the harbour company."


def sentence(of: Passage, words: str, score: float) -> Sentence:
    start = of.article.body.index(words)
    end = of.article.body.index(".", start) + 1
    return Sentence(of, start, end, 0.5, 0.5, 0.5, 1.0, score)


def test_nothing_is_chosen_of_nothing() -> None:
    assert choose_sentences(readings([])) == []


def test_sentences_beside_the_best_complete_it_if_they_bear_on_the_question() -> None:
    here = passage(BODY)
    best, near, far = (sentence(here, words, score) for words, score in (("Nobody", 0.9), ("The c", 0.6), ("It", 0.3)))
    assert choose_sentences(readings([best, near, far])) == [best, near]


def test_another_article_is_cited_only_where_it_answers_as_well() -> None:
    here, there, elsewhere = (
        passage(body, id=id) for body, id in ((BODY, "a"), ("Two of nine agreed.", "b"), ("A ship sank.", "c"))
    )
    best, second, third = (
        sentence(here, "Nobody", 0.9),
        sentence(there, "Two", 0.85),
        sentence(elsewhere, "A ship", 0.7),
    )
    assert choose_sentences(readings([best, second, third])) == [best, second]


@pytest.mark.parametrize("leaning", ["It rejected the plan.", "About 8,000 of them were hit.", "Those went home."])
def test_a_sentence_that_leans_brings_the_one_before(leaning: str) -> None:
    here = passage(f"The council met on Monday. {leaning}")
    best, before = sentence(here, leaning[:8], 0.9), sentence(here, "The council", 0.2)
    assert choose_sentences(readings([best, before])) == [best, before]


def test_each_part_of_a_question_brings_what_answers_it_before_the_whole_does() -> None:
    here, there = passage(BODY), passage("It opened in May. The harbour has two cranes.", id="b")
    vote, council = sentence(here, "It rejected", 0.9), sentence(here, "The council", 0.8)
    cranes, opened = sentence(there, "The harbour", 0.4), sentence(there, "It opened", 0.3)
    parts = ("How was the vote", 0.9, [vote, council]), ("how many cranes are there", 0.6, [cranes, opened])
    assert choose_sentences(readings([vote, council, cranes], *parts)) == [vote, council, cranes]


def test_a_part_without_an_answer_is_said_to_be_missing_and_brings_nothing() -> None:
    here, there = passage(BODY), passage("The harbour has two cranes.", id="b")
    vote, cranes = sentence(here, "It rejected", 0.9), sentence(there, "The harbour", 0.3)
    parts = ("How was the vote", 0.9, [vote]), ("who paid for the cranes", 0.05, [cranes])
    read = readings([vote], *parts)
    assert read.enough
    assert choose_sentences(read) == [vote]
    assert note_missing_parts(read) == ["Not in this archive: “who paid for the cranes”"]


@pytest.mark.parametrize(
    ("several", "chances", "enough"),
    [(True, (0.9, 0.1), True), (True, (0.1, 0.1), False), (False, (0.9, 0.1), False), (False, (0.9, 0.9), True)],
)
def test_parts_can_be_enough_where_the_whole_is_not(several: bool, chances: tuple[float, float], enough: bool) -> None:
    one, other = chances
    assert readings([], ("a", one, []), ("b", other, []), several=several, probability=0.1).enough is enough


def test_nothing_is_said_to_be_missing_of_one_question_that_was_searched_in_parts() -> None:
    vote = sentence(passage(BODY), "It rejected", 0.9)
    assert note_missing_parts(readings([vote], ("the vote", 0.9, [vote]), ("cranes", 0.05, []), several=False)) == []


def test_a_remark_before_the_question_is_not_said_to_be_missing() -> None:
    vote = sentence(passage(BODY), "It rejected", 0.9)
    assert (
        note_missing_parts(readings([vote], ("how was the vote", 0.9, [vote]), ("I write about harbours", 0.05, [])))
        == []
    )


def test_a_quotation_of_a_mere_pronoun_brings_its_speaker_along() -> None:
    body = "Mayor Ana Sousa rejected the plan. She spoke for an hour. “It is bad for the harbour,” she said."
    here = passage(body)
    best, named, hour = (sentence(here, words, score) for words, score in (("“It", 0.9), ("Mayor", 0.2), ("She", 0.1)))
    assert choose_sentences(readings([best, named, hour])) == [best, hour, named]
    assert compose_text([best, hour, named], [here]).index("Ana Sousa") < compose_text(
        [best, hour, named], [here]
    ).index("“It")


def test_of_two_sentences_with_one_pronoun_the_second_brings_whom_both_mean() -> None:
    here = passage("It rained. The president signed an order. It limits access. It also sets up a court.")
    best, limits, signed, rain = (
        sentence(here, words, score)
        for words, score in (("It also", 0.9), ("It limits", 0.2), ("The p", 0.2), ("It r", 0.1))
    )
    chosen = choose_sentences(readings([best, limits, signed, rain]))
    assert chosen == [best, signed]
    assert compose_text([*chosen, rain], [here]).endswith(
        "The president signed an order. [1]\n\nIt also sets up a court. [1]\n\nIt rained. [1]"
    )


def test_what_somebody_is_quoted_with_leans_on_nothing_before_it() -> None:
    here = passage("Rain fell on the town. “This is a clear attack on the harbour,” said Ann Lee, the mayor.")
    best, rain = sentence(here, "“This", 0.9), sentence(here, "Rain", 0.1)
    assert choose_sentences(readings([best, rain])) == [best]
    # One that names no speaker has him in the sentence before.
    here = passage("Ann Lee was asked about the sale. “It was a mistake to sell the harbour.” Bob Kay left the hall.")
    best, asked = sentence(here, "“It", 0.9), sentence(here, "Ann", 0.1)
    assert choose_sentences(readings([best, asked])) == [best, asked]


@pytest.mark.parametrize(
    "pointing",
    ["About 8,000 of them were hit.", "That law allows fines of 6 percent.", "In March of that year it ended."],
)
def test_what_points_at_the_sentence_before_comes_behind_it_or_not_at_all(pointing: str) -> None:
    here = passage(f"It hit 145 million people. Rain fell. The number of Canadians fell. {pointing}")
    best, them, fell = (
        sentence(here, words, score) for words, score in (("It", 0.9), (pointing[:8], 0.8), ("The n", 0.2))
    )
    assert choose_sentences(readings([best, them, fell])) == [best, fell, them]
    wide = [sentence(passage(text, id=text), text[:4], 0.89) for text in ("Dogs bark.", "Birds sing.", "Cats sleep.")]
    assert them not in choose_sentences(readings([best, *wide, them, fell]))


def test_a_time_is_nothing_that_points_at_the_sentence_before() -> None:
    here = passage("It hit 145 million people. The number of Canadians fell. This week a judge looked at it.")
    best, week = sentence(here, "It hit", 0.9), sentence(here, "This week", 0.8)
    assert choose_sentences(readings([best, week, sentence(here, "The n", 0.2)])) == [best, week]


def test_what_says_the_same_is_left_out() -> None:
    here, there = passage(BODY), passage("It rejected the plan by nine votes to two on Monday.", id="b")
    best = sentence(here, "It rejected", 0.9)
    assert choose_sentences(readings([best, sentence(there, "It", 0.89)])) == [best]


def test_a_quotation_that_was_asked_about_stands_alone() -> None:
    here = passage(BODY)
    best, other = sentence(here, "Nobody", 1.6), sentence(here, "The council", 0.9)
    assert choose_sentences(readings([best, other])) == [best]


def written(*words: str, body: str = BODY) -> str:
    """Return the answer made of sentences of one article, the best first."""
    here = passage(body)
    return compose_text([sentence(here, said, 0.9) for said in words], [here])


def test_an_answer_names_its_article_once_and_begins_with_what_answers() -> None:
    assert written("Nobody", "The council") == (
        "**Coast Wire, 5 March 2024 – A headline**\nNobody spoke for the harbour company. [1]\n\nThe council met on Monday. [1]"
    )


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("**Ends** here [3] ![x](http://evil.example/p.png)", "Coast Wire, 5 March 2024 – Ends here (3)"),
        ("", "Coast Wire, 5 March 2024"),
        ("word " * 60, f"Coast Wire, 5 March 2024 – {'word ' * 38}word …"),
    ],
)
def test_a_headline_above_the_sentences_is_one_harmless_line(title: str, label: str) -> None:
    here = passage(BODY, title=title)
    text = compose_text([sentence(here, "Nobody", 0.9)], [here])
    assert text.split("\n")[0] == f"**{label}**"
    assert [claim.text for claim in check(text, [here]).claims] == ["Nobody spoke for the harbour company."]


def test_what_follows_the_best_sentence_stays_behind_it() -> None:
    assert written("It rejected", "The council", "Nobody").endswith(
        "The council met on Monday. [1] It rejected the plan by nine votes to two. [1] Nobody spoke for the harbour company. [1]"
    )
    assert written("She", "Mayor", body="Mayor Sousa came.\n\nRain fell. She left.").endswith(
        "Mayor Sousa came. [1]\n\nShe left. [1]"
    )
    body = "The council met on Monday. Mayor Sousa rejected the plan. She will go on. Rain fell."
    assert written("Mayor", "She", "The council", body=body).endswith(
        "Mayor Sousa rejected the plan. [1] She will go on. [1]\n\nThe council met on Monday. [1]"
    )


def test_a_mere_pronoun_is_no_speaker() -> None:
    asked = passage("“This is an all-out assault on Internet freedoms”, she added.")
    whole = Sentence(asked, 0, len(asked.article.body), 1, 1, 1, 1.0, 1.9)
    named = passage("“This is an all-out assault on Internet freedoms”, Roseann Rife said.")
    assert names_no_speaker([whole])
    assert not names_no_speaker([Sentence(named, 0, len(named.article.body), 1, 1, 1, 1.0, 1.9)])
    assert not names_no_speaker([])
