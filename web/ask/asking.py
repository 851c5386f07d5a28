"""A question on its way through the page: waiting, streaming, failing, stopping."""

import logging
import time
from collections.abc import Generator, Iterator
from datetime import datetime

from corpus import NewsdeskError
from rag import Assistant
from web.answers.answer_footer import answer_cost
from web.archive_status import indexing_note
from web.assistant.assistant_loader import AssistantLoader
from web.assistant.suggestions import suggest_questions
from web.conversations.conversation import Conversation, Exchange

log = logging.getLogger(__name__)

_PATIENCE_S = 180.0  # Opening takes seconds; who asks during it waits for it.
_LOOK_S = 0.5


def stream_exchange(loader: AssistantLoader, conversation: Conversation, exchange: Exchange) -> Iterator[Exchange]:
    """Yield the exchange each time that the page should show more of it; it is never open when this ends."""
    try:
        opened = yield from _wait_for_assistant(loader, exchange)
        assistant = loader.assistant_for_model(exchange.model) if opened else None
        if assistant is not None:
            exchange.note = indexing_note(assistant)
            yield from _stream_answer(assistant, conversation, exchange)
    except NewsdeskError as error:
        exchange.fail(str(error))
    except Exception:
        log.exception("a question could not be answered")
        exchange.fail("Something went wrong here, and no answer was made; ask again. What the server printed says why.")
    if exchange.open:
        exchange.fail("The answer broke off before it was whole; ask again.")
    yield exchange


def add_suggestions(loader: AssistantLoader, conversation: Conversation, exchange: Exchange) -> Iterator[Exchange]:
    """Add to an answer what can be asked next; yield the exchange if there is something."""
    assistant = loader.assistant
    if exchange.answer is not None and assistant is not None:
        asked = [earlier.question for earlier in conversation.exchanges]
        exchange.further = suggest_questions(assistant, exchange.answer, asked)
    if exchange.further:
        yield exchange


def _wait_for_assistant(loader: AssistantLoader, exchange: Exchange) -> Generator[Exchange, None, Assistant | None]:
    deadline = time.monotonic() + _PATIENCE_S
    while loader.opening and exchange.open and time.monotonic() < deadline:
        exchange.stage = "waiting"
        yield exchange
        loader.wait(0.5)
    if loader.assistant is None and exchange.open:
        exchange.fail(loader.problem or "The archive is still being opened; ask again in a minute.")
    return (yield from _wait_for_index(loader, exchange)) if exchange.open else None


def _wait_for_index(loader: AssistantLoader, exchange: Exchange) -> Generator[Exchange, None, Assistant | None]:
    """Wait for the first index for a while: a refusal from a part of the archive would say little."""
    assistant = loader.assistant
    deadline = time.monotonic() + loader.patience_s
    while assistant is not None and exchange.open and time.monotonic() < deadline:
        done, total = assistant.progress()
        if not loader.indexing(done, total):
            break
        exchange.stage = "indexing"
        exchange.note = f"The index is being built: {done:,} of {total:,} articles so far."
        yield exchange
        time.sleep(_LOOK_S)
    exchange.note = ""
    return assistant if exchange.open else None


def _stream_answer(assistant: Assistant, conversation: Conversation, exchange: Exchange) -> Iterator[Exchange]:
    history, filters = conversation.history(), exchange.filters
    # "Today" is the reader's, whose zone may be another than the server's.
    clock = datetime.now(exchange.zone) if exchange.zone else None
    for event in assistant.stream(exchange.question, history, filters, clock, whole=exchange.whole):
        if not exchange.open:
            return
        exchange.take(event)
        yield exchange
    # The prices in the settings are those of the model that is set there.
    if exchange.answer and not exchange.model:
        prices = assistant.settings.llm_input_price, assistant.settings.llm_output_price
        exchange.cost = answer_cost(exchange.answer.usage, *prices)
