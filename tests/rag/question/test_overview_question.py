import pytest

from rag.model import Filters
from rag.question.overview_question import parse_overview_question


@pytest.mark.parametrize(
    ("question", "form", "topic", "most"),
    [
        ("Summarise the Yahoo story", "summary", "Yahoo", 5),
        ("explain net neutrality", "summary", "net neutrality", 5),
        ("three points on SolarWinds", "summary", "SolarWinds", 3),
        ("Please give me the 4 main points on Heartbleed.", "summary", "Heartbleed", 4),
        ("Could you give me a short summary of the Equifax breach?", "summary", "Equifax breach", 5),
        ("give me the rundown on didi", "summary", "didi", 5),
        ("Give me the lowdown on Didi.", "summary", "Didi", 5),
        ("positions on net neutrality", "positions", "net neutrality", 5),
        ("What are the positions on the GDPR?", "positions", "GDPR", 5),
        ("Give me ninety points on Yahoo", None, "", 0),
        ("90 points on Yahoo", "summary", "Yahoo", 10),
        ("Sum up the SolarWinds story for me in a few lines.", "summary", "SolarWinds", 5),
        ("Explain the back and forth over the fishing rights from the start", "summary", "fishing rights", 5),
        ("Walk me through the ferry saga", "summary", "ferry", 5),
        ("Can you brief me on the harbour toll, please?", "summary", "harbour toll", 5),
        ("I need some background on the leaks", "summary", "leaks", 5),
        ("Summarise the Yahoo affair in three sentences", "summary", "Yahoo", 3),
        ("Can you please summarise the Yahoo story?", "summary", "Yahoo", 5),
        ("Could you please give me a summary of Equifax", "summary", "Equifax", 5),
        ("Summarise the story of Theranos", "summary", "Theranos", 5),
        ("Give me a summary of the history of the toll", "summary", "toll", 5),
        ("Summarise News Corp phone hacking", "summary", "News Corp phone hacking", 5),
        ("Explain back pay ruling", "summary", "back pay ruling", 5),
        ("What's the story with Yahoo?", "summary", "Yahoo", 5),
        ("whats the deal with Yahoo", "summary", "Yahoo", 5),
        ("What’s up with Yahoo?", "summary", "Yahoo", 5),
        ("so what is it with that Yahoo theft", "summary", "Yahoo theft", 5),
        ("whats with the leaks", "summary", "leaks", 5),
        ("what is the archive's story on the harbour toll", "summary", "harbour toll", 5),
        ("the ferry strike in Oslo, short version please", "summary", "ferry strike in Oslo", 5),
        ("tldr Heartbleed", "summary", "Heartbleed", 5),
        ("Tell me everything you have on the leaks", "summary", "leaks", 5),
        ("What does the archive say about who leaked the files?", None, "", 0),
        ("What is in the archive?", None, "", 0),
        ("What is the Internet Archive?", None, "", 0),
        ("What are all the fines against Google?", None, "", 0),
        ("What is the latest iOS version?", None, "", 0),
        ("What is China's internet speed?", None, "", 0),
        ("What is the top story in the archive?", None, "", 0),
        ("Do you have all the details of the Yahoo breach?", None, "", 0),
        ("Give me all the dates of the Yahoo breaches", None, "", 0),
        ("bring me up to speed on Yahoo", "summary", "Yahoo", 5),
        ("What does the archive have on the Wuzhen conferences?", "summary", "Wuzhen conferences", 5),
        ("How many people read the story?", None, "", 0),
        ("Who told the story to the BBC?", None, "", 0),
        ("Russia internet censorship, what do you have", "summary", "Russia internet censorship", 5),
        (
            "how did the US give up control of ICANN, short summary please",
            "summary",
            "how did the US give up control of ICANN",
            5,
        ),
        ("who found Heartbleed, in short", None, "", 0),
        ("Who wrote the Mueller report summary?", None, "", 0),
        ("Summarise the Yahoo story in brief", "summary", "Yahoo", 5),
        ("Positions on net neutrality, in short", "positions", "net neutrality", 5),
        ("Give me three points on Yahoo, in short", "summary", "Yahoo", 3),
        ("him, tldr", None, "", 0),
        (
            "what's the story of data transfers between Europe and the US",
            "summary",
            "data transfers between Europe and the US",
            5,
        ),
        ("Summarise the protests in 10 cities", "summary", "protests in 10 cities", 5),
    ],
)
def test_an_overview_is_known_by_its_words(question: str, form: str | None, topic: str, most: int) -> None:
    asked = parse_overview_question(question, Filters())
    assert (asked and (asked.form, asked.topic, asked.most)) == ((form, topic, most) if form else None)


@pytest.mark.parametrize(
    "question",
    [
        "",
        "Summarise",
        "Explain why Heartbleed was dangerous",
        "How did Yahoo explain the theft?",
        "What did the summary of the report say?",
        "Which points did Everton lose?",
        "What are the views?",
        "Explain how the company that runs the exchange was valued",
        "summarise it",
        "Is there a deal with Iran?",
        "What does the deal with Verizon change?",
        "How did they deal with Yahoo?",
        "Background checks of how many people were stolen?",
        "Who did the mayor brief on the story of the ferry?",
    ],
)
def test_any_other_question_is_none(question: str) -> None:
    assert parse_overview_question(question, Filters()) is None
