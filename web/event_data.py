"""What a call to the page must look like: a wrong one gets an error that names what is wrong, and the log one line."""

import asyncio
import inspect
import logging
from collections.abc import AsyncIterator, Callable
from typing import Any, Literal, Self

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.components.api_component import Api as ApiValue
from gradio.route_utils import FnIndexInferError
from gradio.routes import App
from gradio.state_holder import SessionState
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount

from web.roles import Permit, needed_role, refusal

log = logging.getLogger(__name__)

_WORDS: dict[type, str] = {str: "text", int: "a whole number"}
_SENT: dict[type, str] = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number with a fraction",
    list: "a list",
    dict: "an object",
    type(None): "null",
}


WAITING_QUESTIONS = 64
"""Questions that may wait in the queue; one more is refused at once."""

_LONGEST_NUMBER = 9  # Digits.
_MALFORMED = (TypeError, ValueError, LookupError, AttributeError)


class CheckedBlocks(gr.Blocks):
    """Look at who calls a function of ours, and what is sent, before the function gets it."""

    permit: Permit | None = None
    """Tells what a user may do; without it everybody may do everything."""

    def queue(
        self,
        status_update_rate: float | Literal["auto"] = "auto",
        api_open: bool | None = False,
        max_size: int | None = WAITING_QUESTIONS,
        **settings: Any,
    ) -> Self:
        """Let questions wait; its maker calls this, and to call it again would make a server again, which takes long."""
        super().queue(status_update_rate, api_open, max_size, **settings)
        return self

    async def call_function(
        self,
        block_fn: BlockFunction | int,
        processed_input: list[Any],
        iterator: AsyncIterator[Any] | None = None,
        requests: gr.Request | list[gr.Request] | None = None,
        *rest: Any,
        **named: Any,
    ) -> dict[str, Any]:
        """Call a function of ours if the user may; every way in ends here, whatever route a call took.

        Raises:
            gr.Error: The user's role is not enough.
        """
        function = block_fn if isinstance(block_fn, BlockFunction) else self.fns[block_fn]
        least = needed_role(function.fn)
        user = str(getattr(requests, "username", None) or "")
        # In a thread, as the accounts may be in a database that does not answer, and nobody else should wait for it.
        if self.permit is not None and least != "reader" and not await asyncio.to_thread(self.permit, user, least):
            raise gr.Error(refusal(least), print_exception=False)
        result: dict[str, Any] = await super().call_function(
            block_fn, processed_input, iterator, requests, *rest, **named
        )
        return result

    async def preprocess_data(
        self,
        block_fn: BlockFunction,
        inputs: list[Any],
        state: SessionState | None,
        explicit_call: bool = False,
    ) -> list[Any]:
        """Return the values that a function of ours gets.

        Raises:
            gr.Error: They are too few, too many or of a wrong type; the message says which.
        """
        inputs = _add_defaults(block_fn, inputs)
        # Gradio itself would call the function with what came, and answer a wrong call with a traceback in the log.
        if problem := _mismatch(block_fn, inputs):
            raise gr.Error(problem, print_exception=False)
        try:
            return list(await super().preprocess_data(block_fn, inputs, state, explicit_call))
        except _MALFORMED as error:
            log.warning("%s was sent values that cannot be read (%s)", _name(block_fn), type(error).__name__)
            raise gr.Error(f"{_name(block_fn)}: what was sent cannot be read.", print_exception=False) from error


def _name(block_fn: BlockFunction) -> str:
    return str(block_fn.api_name or block_fn.name or "this event")


def _add_defaults(block_fn: BlockFunction, inputs: list[Any]) -> list[Any]:
    """Return the values that a program sent with the defaults of those that it left out at the end."""
    if not block_fn.fn or not all(isinstance(block, ApiValue) for block in block_fn.inputs):
        return inputs
    defaults = [parameter.default for parameter in _own_parameters(block_fn.fn)][len(inputs) :]
    return inputs if inspect.Parameter.empty in defaults else [*inputs, *defaults]


def _mismatch(block_fn: BlockFunction, inputs: list[Any]) -> str:
    wanted = _parameters(block_fn)
    name = _name(block_fn)
    if len(inputs) != len(wanted):
        listed = ", ".join(wanted) or "none"
        return f"{name} takes {len(wanted)} values ({listed}), and {len(inputs)} were sent."
    for (parameter, kind), value in zip(wanted.items(), inputs, strict=True):
        # Not isinstance: True is an int, and would be taken for a number of passages.
        if kind is not None and type(value) is not kind:
            sent = _SENT.get(type(value), "something else")
            return f"{name}: {parameter} must be {_WORDS[kind]}, and {sent} was sent."
    return ""


def _parameters(block_fn: BlockFunction) -> dict[str, type | None]:
    """Return the type that each value must have, by the name of its parameter; None where any will do."""
    kinds = [_kind(block) for block in block_fn.inputs]
    names = _names(block_fn.fn) if block_fn.fn else []
    return {names[i] if i < len(names) else f"value {i + 1}": kind for i, kind in enumerate(kinds)}


def _names(function: Callable[..., Any]) -> list[str]:
    return [parameter.name for parameter in _own_parameters(function)]


def _own_parameters(function: Callable[..., Any]) -> list[inspect.Parameter]:
    """Return the parameters for which a value is sent."""
    special = (gr.Request, gr.EventData)
    parameters = inspect.signature(function, eval_str=True).parameters.values()
    return [p for p in parameters if not (isinstance(p.annotation, type) and issubclass(p.annotation, special))]


def _kind(block: Any) -> type | None:
    if isinstance(block, ApiValue):
        return {"string": str, "integer": int}.get(str(block.api_info().get("type")))
    return str if isinstance(block, gr.Textbox) else None


def sent(event: gr.EventData) -> dict[str, Any]:
    """Return what the static script sends along with an event; nothing where somebody sends something else."""
    # Gradio has no public way to data that are no attributes of the event.
    data = event._data
    return data if isinstance(data, dict) and isinstance(data.get("act", ""), str) else {}


def is_number(value: object) -> bool:
    """Return whether something is the text of a whole number of few digits; Python reads none of thousands."""
    return isinstance(value, str) and value.isdecimal() and len(value) <= _LONGEST_NUMBER


def refuse_malformed_requests(outer: Starlette) -> None:
    """Let malformed requests end with a status of 400, wherever it stumbles over them."""
    for route in outer.routes:
        if isinstance(route, Mount) and isinstance(route.app, App):
            for kind in (*_MALFORMED, FnIndexInferError):
                route.app.add_exception_handler(kind, _refuse_malformed)


def _refuse_malformed(request: Request, error: Exception) -> JSONResponse:
    log.warning("%s %r was not understood: %r", request.method, request.url.path, error)
    reason = f"there is no {error} here" if isinstance(error, LookupError) else str(error)
    return JSONResponse({"error": f"This request is invalid: {reason}."}, 400)
