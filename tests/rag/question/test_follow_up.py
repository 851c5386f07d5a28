import pytest

from rag.model import Turn
from rag.question.follow_up import is_followup, make_standalone


def after(question: str, *turns: str) -> str:
    return make_standalone(question, [Turn("assistant" if i % 2 else "user", t) for i, t in enumerate(turns)])


@pytest.mark.parametrize(
    ("before", "question", "expected"),
    [
        ("How many users did China have in 2016?", "what about 2017?", "How many users did China have in 2017?"),
        ("What was the FCC's vote in 2015?", "What about in 2017?", "What was the FCC's vote in 2017?"),
        ("How many accounts did the 2013 theft hit?", "And 2014?", "How many accounts did the 2014 theft hit?"),
        ("How many people use TikTok in America?", "and in Europe?", "How many people use TikTok in Europe?"),
        ("How much did Apple pay in fines?", "What about Google?", "How much did Google pay in fines?"),
        ("How much was Facebook fined in 2019?", "and Meta in 2023?", "How much was Meta fined in 2023?"),
        ("Did Apple sue Epic Games?", "Why?", "Why (Apple sue Epic Games)?"),
        ("Were workers laid off at Twitter?", "How many?", "How many (workers laid off at Twitter)?"),
        (
            "How did the Times report it?",
            "What did the Guardian say?",
            "What did the Guardian say (the Times report it)?",
        ),
    ],
)
def test_the_new_element_replaces_the_old_or_the_topic_comes_along(before: str, question: str, expected: str) -> None:
    assert after(question, before, "Something [1].") == expected


def test_a_person_is_taken_from_the_last_answer_without_its_marks() -> None:
    resolved = after("Who took over from him?", "Who ran Equifax?", "Richard F. Smith [1] ran it [2].")
    assert resolved == "Who took over from Richard F Smith (ran Equifax)?"


def test_a_place_in_the_last_answer_is_nobody_if_another_name_stands_there() -> None:
    answer = "The mission had been watched, she said in New York [1]. The judge Ruth Marlow asked for rules [1]."
    history = [Turn("user", "who complained about the spying"), Turn("assistant", answer)]
    assert make_standalone("what did she ask for", history).startswith("what did Ruth Marlow ask for")
    history = [Turn("user", "Was anyone interested in Ruth Marlow?"), Turn("assistant", "The lawyer Ann Hall was [1].")]
    assert make_standalone("where did she go", history).startswith("where did Ruth Marlow go")


def test_the_names_of_the_last_answer_come_along_for_it_and_they() -> None:
    resolved = after("When was that one postponed?", "Was there a bill in the Senate?", "Yes, the PROTECT IP Act [1].")
    assert resolved == "When was that one postponed (a bill in the Senate; PROTECT IP Act)?"


def test_of_several_names_of_the_last_answer_none_is_meant_by_it() -> None:
    told = "After Heartbleed in 2014 and Log4Shell in 2021 companies promised help [1]."
    assert after("Who noticed it?", "what is the xz back door", told) == "Who noticed it (the xz back door)?"


def test_a_chain_of_follow_ups_keeps_the_topic() -> None:
    resolved = after("And in Japan?", "How many cars did Toyota sell in India?", "2 [1].", "and in France?", "3 [1].")
    assert resolved == "How many cars did Toyota sell in Japan?"


@pytest.mark.parametrize(
    "question",
    [
        "Which states brought it?", "Who led them?", "When was that one postponed?", "Who said that?",
        "Did he vote for it?",
        "Is that company still in business?", "And how did the House vote on it?", "Thanks! And who paid?",
        "Tell me more", "more", "any details?", "Go on.", "what else",
    ],
)  # fmt: skip
def test_what_points_at_nothing_is_a_follow_up(question: str) -> None:
    assert is_followup(question)


@pytest.mark.parametrize(
    "question",
    [
        "When did Google first disclose the attack that led it to rethink China?",
        "Whose statement was it that the MOVEit attacks were not like SolarWinds?",
        "It is August 2020. Can a company still send data under Privacy Shield?",
        "How many delegations put their names to the regulations in Dubai?",
        '"We are here to bring it back from the brink" - whose line is that?',
        "Why was it pointless for NotPetya victims to pay up?",
        "What is inflation?",
        "Heartbleed",
        "more on Heartbleed",
        "Tell me about net neutrality",
        "Yahoo breach",
        "equifax settlement amount?",
        "Wie viele Menschen leben in Berlin?",
        "",
    ],
)
def test_what_stands_alone_is_left_as_it_is(question: str) -> None:
    assert after(question, "Who won the cup in 2018?", "France [1].") == question


def test_the_subject_is_carried_plainly_through_several_follow_ups_and_thanks() -> None:
    turns = ("Summarise the Kells ferry accident", "The ferry sank [1].", "in what court was it?", "In Kells [1].")
    assert after("what was he charged with?", *turns) == "what was he charged with (Kells ferry accident)?"
    assert after("Why?", *turns[:2], "thanks, that helps", "You are welcome.") == "Why (Kells ferry accident)?"
    assert after("thanks, that helps", *turns) == "thanks, that helps"
    assert after("When was that?", *turns) == "When was that (in what court was it, Kells ferry accident)?"
    assert after("Did they have lifeboats?", *turns[:2]) == "Did they have lifeboats (Kells ferry accident)?"


@pytest.mark.parametrize("question", ["How many people died?", "How many passengers were saved?"])
def test_what_names_nothing_and_is_told_of_in_the_last_answer_is_about_the_same(question: str) -> None:
    resolved = after(question, "What happened to the Kells ferry?", "It sank, and 40 passengers were saved [1].")
    assert "Kells ferry" in resolved


def test_it_is_so_after_a_question_that_took_its_subject_from_before_too() -> None:
    turns = ("What happened in the Viasat attack?", "It cut off modems [1].", "who did it?", "Russia [1].")
    assert after("How many people died?", *turns) == "How many people died (Viasat attack)?"


def test_a_new_topic_without_a_name_is_left_alone() -> None:
    asked = "Who won the mayor election?"
    assert after(asked, "Where do the swimming lessons of Kells take place?", "In the hall [1].") == asked


def test_a_follow_up_of_a_follow_up_keeps_the_topic() -> None:
    turns = ("What happened in the Equifax breach?", "147 million.", "Tell me more", "It was in May.")
    resolved = after("Who found it?", *turns)
    assert resolved.startswith("Who found it")
    assert "Equifax breach" in resolved
