"""What is kept of pages and of calls."""

import gradio as gr
import pytest
from fastapi import FastAPI
from gradio.state_holder import StateHolder
from starlette.testclient import TestClient

from web.server.page_state import CALLS, keep_little, pages_in


@pytest.fixture
def state() -> gr.State:
    return gr.State(["empty"])


@pytest.fixture
def outer(state: gr.State) -> FastAPI:
    """Return a page with a box and a state, in which little is kept."""
    with gr.Blocks() as blocks:
        box = gr.Textbox("a box")
        state.render()  # type: ignore[no-untyped-call]
        box.submit(lambda: "shown", None, box, api_name="show")
    outer = FastAPI()
    gr.mount_gradio_app(outer, blocks, path="/")
    keep_little(outer)
    return outer


@pytest.fixture
def sessions(outer: FastAPI) -> StateHolder:
    (page,) = pages_in(outer)
    return page.state_holder


def test_each_page_has_a_state_of_its_own(sessions: StateHolder, state: gr.State) -> None:
    sessions["one"][state._id].append("a question")
    sessions["two"][state._id] = ["another"]
    assert sessions["one"][state._id] == ["empty", "a question"]
    assert sessions["two"][state._id] == ["another"]
    assert sessions["three"][state._id] == ["empty"]


def test_of_many_calls_few_sessions_stay_and_every_page_s_does(sessions: StateHolder, state: gr.State) -> None:
    sessions["page"][state._id].append("a question")
    for number in range(5 * CALLS):
        sessions[f"call {number}"]
    assert len(sessions.session_data) == len(sessions.time_last_used) == CALLS + 1
    assert f"call {5 * CALLS - 1}" in sessions
    assert "call 0" not in sessions
    assert sessions["page"][state._id] == ["empty", "a question"]


def test_nothing_of_what_a_page_shows_is_kept_beside_its_state(sessions: StateHolder) -> None:
    box = next(block for block in sessions.blocks.blocks.values() if isinstance(block, gr.Textbox))
    session = sessions["page"]
    session._update_value_in_config(box._id, "a question")
    session._update_config(box._id)
    assert list(session.components) == []


def test_no_table_of_past_events_is_worked_out_after_each_event(outer: FastAPI, sessions: StateHolder) -> None:
    with TestClient(outer) as client:
        event = client.post("/gradio_api/call/show", json={"data": []}).json()["event_id"]
        assert '["shown"]' in client.get(f"/gradio_api/call/show/{event}").text
    queue = sessions.blocks._queue
    assert len(queue.event_analytics) == 0
    assert queue.cached_event_analytics_summary == {"functions": {}}
