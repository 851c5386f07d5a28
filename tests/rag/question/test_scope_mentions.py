"""Bylines and sections in questions: what becomes a filter, what is told to be missing, what is left alone."""

import pytest

from corpus.archive.name_lookup import NameLookup
from rag.question.outlet_mentions import Outlets
from rag.question.scope_mentions import ScopeMentions, find_scope

AUTHORS = NameLookup(
    {"By Jane Doe": 3, "JANE DOE and José Roe": 2, "Ann Smith": 1, "Bob Smith": 1, "Elon Musk": 1, "Reuters": 4},
    "author",
)
SECTIONS = NameLookup({"Business": 3, "Sport / Football": 2}, "section")
OUTLETS = Outlets(["BBC News", "Coast Wire"])


def scope(question: str) -> ScopeMentions:
    return find_scope(question, AUTHORS, SECTIONS, OUTLETS)


@pytest.mark.parametrize(
    ("question", "text", "authors"),
    [
        ("articles by Jane Doe on ransomware", "articles on ransomware", "Jane Doe"),
        ("Jane Doe's articles on ransomware", "articles on ransomware", "Jane Doe"),
        ("What did Roe write about Yahoo?", "what is reported about Yahoo?", "José Roe"),
        ("What has Jane Doe written?", "articles?", "Jane Doe"),
        ("How many articles did Jane Doe write about TikTok?", "How many articles about TikTok?", "Jane Doe"),
        ("What is said about the toll by JANE DOE?", "What is said about the toll?", "Jane Doe"),
        ("by Jane Doe: the Yahoo breach", "the Yahoo breach", "Jane Doe"),
        ("list all articles by jose roe", "list all articles", "José Roe"),
        ("stories written by Jane Doe and José Roe about tolls", "stories about tolls", "Jane Doe, José Roe"),
    ],
)
def test_a_byline_is_taken_out_as_a_filter(question: str, text: str, authors: str) -> None:
    found = scope(question)
    assert (found.text, ", ".join(found.authors), found.missing) == (text, authors, ())


@pytest.mark.parametrize(
    ("question", "text", "section"),
    [
        ("What happened to Yahoo in the business section?", "What happened to Yahoo?", "Business"),
        ("latest news in the sports pages", "latest news", "Sport"),
        ("business section articles on Yahoo", "articles on Yahoo", "Business"),
    ],
)
def test_a_section_is_taken_out_as_a_filter(question: str, text: str, section: str) -> None:
    found = scope(question)
    assert (found.text, found.sections, found.missing) == (text, (section,), ())


@pytest.mark.parametrize(
    "question",
    [
        "Which company was founded by Elon Musk?",
        "What does Elon Musk say about Twitter?",
        "Who was on the plane hijacked by Jane Doe?",
        "articles by BBC News about bees",
        "Smith's articles on bees",
        "Who repaired the northern section of the pipeline?",
        "Cambridge Analytica's reports on Facebook",
        "What was the ship sunk by Jane Doe?",
        "Does a report by Jane Doe agree with the article by Coast Wire on the toll?",
        "What did Reuters write about the toll?",
        "",
    ],
)
def test_other_questions_stay_as_they_are(question: str) -> None:
    assert scope(question) == ScopeMentions(question)


def test_who_is_no_author_is_told() -> None:
    found = scope("stories by Zed Qux about bees")
    assert (found.text, found.authors) == ("stories about bees", ())
    assert found.missing == ("No article in this archive is by “Zed Qux”.",)
    (missing,) = scope("What stands in the gardening section?").missing
    assert missing.startswith("No article in this archive is in a section called “gardening”")
