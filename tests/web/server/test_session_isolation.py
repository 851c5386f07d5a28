"""Two users over real HTTP: what one opened shows nothing to the other, and does nothing for him."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import gradio as gr
import httpx
import pytest
from fastapi.openapi.utils import get_openapi
from gradio.routes import App
from starlette.routing import compile_path

from rag import Assistant
from rag.model import Event
from tests import http_client
from tests.model_server import ModelServer
from tests.waiting import PATIENCE_S
from tests.web.conftest import Newsroom, accounts_of, served
from tests.web.server.test_sign_in import signed_in
from web.server.request_gate import CALL, READ, UPLOAD
from web.server.session_isolation import IN_PATH, NAMES, Owners

API = "/gradio_api"
SECRET = "What Equifax breach does only Anna ask about?"


@dataclass
class Halt:
    """Let answers begin as soon as the test says so."""

    begun: threading.Event = field(default_factory=threading.Event)
    go_on: threading.Event = field(default_factory=threading.Event)


@pytest.fixture(scope="module")
def halt() -> Halt:
    made = Halt()
    made.go_on.set()
    return made


@pytest.fixture(scope="module")
def url(
    starter: Newsroom, session_model: ModelServer, tmp_path_factory: pytest.TempPathFactory, halt: Halt
) -> Iterator[str]:
    accounts = accounts_of(tmp_path_factory.mktemp("accounts"), "anna", "bert")

    class HaltingAssistant(Assistant):
        """Begin an answer only when the test says so."""

        def stream(self, *arguments: Any, **options: Any) -> Iterator[Event]:
            halt.begun.set()
            halt.go_on.wait(PATIENCE_S)
            yield from super().stream(*arguments, **options)

    with served(lambda: starter.open(session_model, HaltingAssistant), accounts=accounts) as address:
        yield address


@pytest.fixture(scope="module")
def anna(url: str) -> Iterator[httpx.Client]:
    with signed_in(url, "anna") as client:
        yield client


@pytest.fixture(scope="module")
def bert(url: str) -> Iterator[httpx.Client]:
    with signed_in(url, "bert") as client:
        yield client


def asking(client: httpx.Client) -> dict[str, object]:
    """Return the body with which the page asks a question, without its session."""
    config = client.get("/config").json()
    box = next(c["id"] for c in config["components"] if c["props"].get("elem_id") == "box")
    (event,) = [d for d in config["dependencies"] if (box, "submit") in [tuple(t) for t in d["targets"]]]
    return {"fn_index": event["id"], "data": [SECRET, None], "trigger_id": box}


def watching(client: httpx.Client) -> dict[str, object]:
    """Return the body with which the page watches the answer to its question, without its session."""
    config = client.get("/config").json()
    begun = asking(client)["fn_index"]
    event = next(d for d in config["dependencies"] if d["trigger_after"] == begun)
    return {"fn_index": event["id"], "data": [None], "trigger_id": None}


def events(client: httpx.Client, session: str) -> str:
    return client.get(f"{API}/queue/data", params={"session_hash": session}).text


def gone(answer: httpx.Response) -> bool:
    return (answer.status_code, answer.text) == (404, '{"detail":"There is no such session."}')


def test_another_s_session_shows_nothing_and_does_nothing(anna: httpx.Client, bert: httpx.Client, halt: Halt) -> None:
    halt.begun.clear()
    halt.go_on.clear()
    body = {**asking(anna), "session_hash": "annas"}
    event = anna.post(f"{API}/queue/join", json=body).json()["event_id"]
    assert halt.begun.wait(PATIENCE_S)
    own = {"session_hash": "berts"}
    json_type = {"content-type": "application/json"}
    twice = b'{"session_hash": "berts", "data": [], "session_hash": "annas"}'
    tries = [
        bert.get(f"{API}/queue/data", params={"session_hash": "annas"}),
        bert.get(f"{API}/queue/data?session_hash=berts&session_hash=annas"),
        bert.get(f"{API}/queue/data?%73ession_hash=annas"),
        bert.post(f"{API}/queue/join", json=body),
        bert.post(f"{API}/queue/join", content=twice, headers=json_type),
        bert.post(f"{API}/run/predict", json=body),
        bert.post(f"{API}/cancel", json={"session_hash": "annas", "fn_index": body["fn_index"], "event_id": event}),
        bert.post(f"{API}/cancel", json={**own, "fn_index": body["fn_index"], "event_id": event}),
        bert.post(f"{API}/reset", json={**own, "event_id": event}),
        bert.get(f"{API}/heartbeat/annas"),
        bert.get(f"{API}/heartbeat/%61nnas"),
        bert.get(f"{API}/call/ask/{event}"),
        bert.get(f"{API}/upload_progress", params={"upload_id": event}),
    ]
    assert [answer.url.path for answer in tries if not gone(answer)] == []
    halt.go_on.set()
    anna.post(f"{API}/queue/join", json={**watching(anna), "session_hash": "annas"})
    told = events(anna, "annas")
    assert SECRET in told
    assert "143 million" in told
    assert '"msg":"process_completed"' in told


def test_an_event_that_a_program_asked_for_is_its_own(anna: httpx.Client, bert: httpx.Client) -> None:
    event = anna.post(f"{API}/call/ask", json={"data": [SECRET, "", "", ""]}).json()["event_id"]
    assert gone(bert.get(f"{API}/call/ask/{event}"))
    assert gone(bert.get(f"{API}/queue/data", params={"session_hash": event}))
    assert SECRET in anna.get(f"{API}/call/ask/{event}").text


def test_a_name_that_is_too_long_is_nobody_s(bert: httpx.Client) -> None:
    assert gone(bert.get(f"{API}/heartbeat/{'x' * 1000}"))


def test_a_page_without_accounts_is_as_it_was(page_url: str) -> None:
    with http_client.open_client(page_url) as first, http_client.open_client(page_url) as second:
        first.post(f"{API}/queue/join", json={**asking(first), "session_hash": "shared"})
        first.post(f"{API}/queue/join", json={**watching(first), "session_hash": "shared"})
        assert "143 million" in events(second, "shared")


def test_names_are_given_once_and_their_number_is_bounded() -> None:
    owners = Owners(most=3)
    assert owners.admit("anna", ["a", "b"])
    assert not owners.admit("bert", ["c", "a"])
    assert owners.admit("anna", ["c"])
    assert owners.admit("bert", [f"b{i}" for i in range(100)])
    assert len(owners) == 6
    assert not owners.admit("bert", ["a"])
    assert owners.admit("anna", ["a", "d"])  # "b" is the one longest unused.
    assert owners.admit("bert", ["b"])


def test_every_name_that_a_served_route_takes_is_known() -> None:
    with gr.Blocks() as blocks:
        gr.Textbox()
    described = get_openapi(title="", version="", routes=App.create_app(blocks.queue()).routes)
    served_paths = [compile_path(path)[0] for path in (*READ, *CALL, UPLOAD)]
    taken = {
        (path, where["in"], where["name"])
        for path, methods in described["paths"].items()
        for method in methods.values()
        for where in method.get("parameters", [])
        if where["name"].endswith(("hash", "id")) and any(served.match(path) for served in served_paths)
    }
    assert {name for _, _, name in taken} == set(NAMES)
    in_path = {path for path, where, _ in taken if where == "path"}
    assert {path.rpartition("/")[0].replace("/{api_name}", "") + "/" for path in in_path} == set(IN_PATH)
    bodies = {name for schema in described["components"]["schemas"].values() for name in schema.get("properties", {})}
    # Those of an editor for developers and of a history of runs are not served.
    others = {"bucket_id", "client_id", "hash", "trigger_id"}
    assert {name for name in bodies if name.endswith(("hash", "_id"))} - set(NAMES) == others
