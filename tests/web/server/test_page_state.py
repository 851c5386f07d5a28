"""What is kept of pages and of calls."""

import gradio as gr
import pytest
from fastapi import FastAPI
from gradio.routes import App
from gradio.state_holder import StateHolder

from web.server.page_state import CALLS, keep_little


@pytest.fixture
def state() -> gr.State:
    return gr.State(["empty"])


@pytest.fixture
def sessions(state: gr.State) -> StateHolder:
    """Return the sessions of a page with a box and a state."""
    with gr.Blocks() as blocks:
        gr.Textbox("a box")
        state.render()  # type: ignore[no-untyped-call]
    outer = gr.mount_gradio_app(FastAPI(), blocks, path="/")
    keep_little(outer)
    (holder,) = (route.app.state_holder for route in outer.routes if isinstance(getattr(route, "app", None), App))
    assert isinstance(holder, StateHolder)
    return holder


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
