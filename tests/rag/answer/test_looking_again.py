"""What a model says is missing is searched for once more, and the answer is finished from both searches."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest

from corpus.article import Article
from rag import Answer, Assistant, Settings
from tests.model_server import Body, ModelServer, Reply
from tests.rag.conftest_answers import newsroom, place, with_model
from tests.shared_embedder import shared_embedder

NOW = datetime(2024, 8, 1, tzinfo=UTC)
DIRECTOR = "Nilo Brandt directed The Salt Road"
BORN = "Brandt was born in Port Velmont in 1961"
QUESTION = "Who directed The Salt Road, and where was he born?"
WORDS = (
    "harvest river market engine winter teacher bridge garden doctor window forest candle mirror basket station pepper "
    "ladder saddle cotton silver hammer rabbit castle island bottle button copper curtain dinner feather".split()
)


def fill(seed: int) -> str:
    """Return a paragraph of its own."""
    return " ".join(random.Random(seed).choices(WORDS, k=40)).capitalize() + "."


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data folder in which the second fact stands in an article that shares no word with the question."""
    texts = [
        ("film", "The Salt Road opens in Arden", f"{DIRECTOR}, which opened in Arden on Friday. {fill(90)}"),
        ("life", "A portrait of a diver's son", f"{BORN}, as the son of a diver. {fill(91)}"),
        *(
            (f"road{n}", "The Salt Road", f"The Salt Road was where he was born, said one. {fill(n)}")
            for n in range(30)
        ),
    ]
    rows = [Article(name, title, body, "Arden Post", language="en").to_record() for name, title, body in texts]
    return newsroom(tmp_path_factory.mktemp("films") / "data", "\n".join(map(json.dumps, rows)).encode())


@pytest.fixture(scope="module")
def assistant(films: Path) -> "Assistant":  # type: ignore[misc]
    with Assistant(Settings(data_dir=films), embedder=shared_embedder()) as opened:
        yield opened


def sent(body: Body) -> str:
    return str(body["messages"][-1]["content"])


class Reads:
    """A model that says what the prompt holds, and names what it lacks."""

    def __init__(self, second: Reply | None = None) -> None:
        self.second = second

    def __call__(self, body: Body) -> Reply | str:
        prompt = sent(body)
        directed = f"{DIRECTOR} [{place(prompt, DIRECTOR)}]."
        if BORN not in prompt:
            return f"{directed} Where he was born is not said.\nMISSING: Nilo Brandt born"
        return self.second or f"{directed} {BORN} [{place(prompt, BORN)}]."


def ask(assistant: Assistant, server: ModelServer, reply: object, **changes: object) -> Answer:
    server.reply = reply  # type: ignore[assignment]
    return with_model(assistant, server.url, evidence_tokens=600, **changes).ask(QUESTION, now=NOW)


def test_the_missing_part_is_found_and_the_answer_finished(assistant: Assistant, model_server: ModelServer) -> None:
    answer = ask(assistant, model_server, Reads())
    assert answer.text == f"{DIRECTOR} [1]. {BORN} [2]."
    assert [c.passage.article.id for c in answer.citations] == ["film", "life"]
    assert {c.passage.chunk.id for c in answer.citations} <= {p.chunk.id for p in answer.passages}
    assert [request.text.count("MISSING:") for request in model_server.requests] == [1, 0]
    assert [answer.stages[stage]["requests"] for stage in ("plan", "write", "again")] == [1, 1, 1]
    assert answer.timings_ms["again"] > 0


def test_a_reader_sees_no_line_of_what_is_missing(assistant: Assistant, model_server: ModelServer) -> None:
    model_server.reply = Reads()
    events = list(with_model(assistant, model_server.url, evidence_tokens=600).stream(QUESTION, now=NOW))
    assert not any("MISS" in event.text for event in events)
    stages = [event.stage for event in events]
    assert stages.index("reading", stages.index("writing")) < stages.index("checking") < stages.index("done")


def test_there_is_one_further_round_at_most(assistant: Assistant, model_server: ModelServer) -> None:
    answer = ask(assistant, model_server, lambda body: f"{DIRECTOR} [1].\nMISSING: Nilo Brandt born")
    assert len(model_server.requests) == 2
    assert answer.text.startswith(DIRECTOR)


def test_the_setting_turns_it_off(assistant: Assistant, model_server: ModelServer) -> None:
    answer = ask(assistant, model_server, lambda body: f"{DIRECTOR} [{place(sent(body), DIRECTOR)}].", look_again=False)
    assert (len(model_server.requests), answer.text) == (1, f"{DIRECTOR} [1].")
    assert "MISSING" not in model_server.requests[0].text


def test_where_nothing_new_is_found_the_model_is_not_asked_again(
    assistant: Assistant, model_server: ModelServer
) -> None:
    def reply(body: Body) -> str:
        return (
            f"{DIRECTOR} [{place(sent(body), DIRECTOR)}].\nMISSING: The Salt Road Nilo Brandt directed opens in Arden"
        )

    model_server.reply = reply
    twin = with_model(assistant, model_server.url, evidence_tokens=20_000)  # With room for all of the articles.
    answer = twin.ask(QUESTION, now=NOW)
    assert (len(model_server.requests), answer.text) == (1, f"{DIRECTOR} [1].")


def test_a_second_answer_that_fails_leaves_the_first(assistant: Assistant, model_server: ModelServer) -> None:
    answer = ask(assistant, model_server, Reads(Reply(status=500)))
    assert answer.status == "answered"
    assert answer.text.startswith(f"{DIRECTOR} [1].")
    assert answer.stages["again"]["requests"] == 1


def test_a_reply_that_only_names_what_is_missing_refuses(assistant: Assistant, model_server: ModelServer) -> None:
    answer = ask(assistant, model_server, lambda body: "MISSING: everything")
    assert answer.status == "not_found"
