"""Let a LangChain chat model write the answer, within limits of time, and say plainly when it fails."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from queue import Empty, Queue
from threading import Event as Flag
from threading import Lock, Thread
from typing import Any

from langchain.chat_models import init_chat_model
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.prompts import ChatPromptTemplate, MessagesPlaceholder
from tenacity import RetryCallState, Retrying, retry_if_exception, stop_after_attempt

from corpus.errors import ModelError, SettingsError
from rag.prompt import Prompt
from rag.settings import Settings

_BREAK_AFTER = 5  # Failures in a row after which the model is left alone,
_BREAK_S = 30.0  # for this long.
_RETRY_AFTER_S = 30.0
_EXTRAS = {"anthropic": "make anthropic", "ollama": "make ollama"}


@dataclass(slots=True)
class Reply:
    """Collect what a model writes.

    Attributes:
        text: The reply so far.
        usage: Tokens by kind, once the model reported them.
        whole: True once the model said that it had finished.
    """

    text: str = ""
    usage: dict[str, int] = field(default_factory=dict)
    whole: bool = False


class Writer:
    """Send prompts to one chat model and stream its replies."""

    def __init__(self, settings: Settings) -> None:
        """Make the model that the settings name; nothing is sent yet.

        Raises:
            SettingsError: No such provider, a missing package, or no key.
        """
        self.settings = settings
        self.name = settings.llm
        self.chain = ChatPromptTemplate.from_messages([MessagesPlaceholder("messages")]) | chat_model(settings)
        self._lock = Lock()
        self._failures = 0
        self._rest_until = 0.0

    def stream(self, prompt: Prompt, reply: Reply) -> Iterator[str]:
        """Yield the reply piece by piece and collect it in `reply`.

        A model that is busy or cannot be reached is tried again while nothing was written yet.

        Raises:
            ModelError: The model failed; what was written until then is in `reply`, and `reply.whole` is False.
        """
        self._check_breaker()
        deadline = time.monotonic() + self.settings.llm_total_s
        try:
            for attempt in self._attempts(reply, deadline):
                with attempt:
                    yield from self._once(prompt, reply, deadline)
        except ModelError:
            self._count_failure()
            raise
        except Exception as error:
            self._count_failure()
            raise ModelError(explained(error, self.name)) from error
        self._failures = 0

    def _once(self, prompt: Prompt, reply: Reply, deadline: float) -> Iterator[str]:
        reply.text, reply.usage, reply.whole = "", {}, False
        for chunk in _timed(self._pieces(prompt), self.settings, deadline):
            if chunk.usage_metadata:
                reply.usage = {k: v for k, v in chunk.usage_metadata.items() if isinstance(v, int)}
            reason = _finish_reason(chunk)
            if chunk.text:
                reply.text += chunk.text
                yield chunk.text
            if reason in {"length", "max_tokens"}:
                raise ModelError(
                    f"{self.name} was cut off at {self.settings.llm_max_tokens} tokens; raise NEWSDESK_LLM_MAX_TOKENS"
                )
            if reason in {"content_filter", "refusal"}:
                raise ModelError(f"{self.name} refused to answer this question")
            reply.whole = reply.whole or bool(reason)
        if not reply.whole:  # A connection that ends early raises nothing: only the missing reason tells.
            raise ModelError(f"the connection to {self.name} ended in the middle of the answer; ask again")
        if not reply.text.strip():
            raise ModelError(f"{self.name} gave an empty answer; ask again")

    def _pieces(self, prompt: Prompt) -> Iterator[AIMessageChunk]:
        for piece in self.chain.stream({"messages": list(prompt.messages)}):
            if isinstance(piece, AIMessageChunk):
                yield piece

    def _attempts(self, reply: Reply, deadline: float) -> Retrying:
        def again(error: BaseException) -> bool:
            return not reply.text and _passing(error) and time.monotonic() < deadline

        return Retrying(
            retry=retry_if_exception(again),
            stop=stop_after_attempt(self.settings.llm_tries),
            wait=_pause,
            reraise=True,
        )

    def _check_breaker(self) -> None:
        left = self._rest_until - time.monotonic()
        if left > 0:
            raise ModelError(
                f"{self.name} failed {_BREAK_AFTER} times in a row; it is left alone for {left:.0f} more seconds"
            )

    def _count_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= _BREAK_AFTER:
                self._failures = 0
                self._rest_until = time.monotonic() + _BREAK_S


def chat_model(settings: Settings) -> BaseChatModel:
    """Make the LangChain chat model that the settings name.

    Raises:
        SettingsError: The name, the package or the key is missing or wrong.
    """
    provider, _, _ = settings.llm.partition(":")
    options: dict[str, Any] = {"temperature": 0, "max_retries": 0, "max_tokens": settings.llm_max_tokens}
    if settings.llm_base_url:
        options["base_url"] = settings.llm_base_url
    key = settings.llm_api_key.get_secret_value()
    if key:
        options["api_key"] = key
    if provider == "openai":
        options |= _openai_options(settings)
    elif provider == "ollama":
        options = {"temperature": 0, "num_predict": settings.llm_max_tokens} | (
            {"base_url": settings.llm_base_url} if settings.llm_base_url else {}
        )
    try:
        model: BaseChatModel = init_chat_model(settings.llm, **options)
        return model
    except ImportError as error:
        hint = _EXTRAS.get(provider, f"pip install langchain-{provider}")
        raise SettingsError(
            f"NEWSDESK_LLM={settings.llm}: the client for {provider} is not installed; run `{hint}`"
        ) from error
    except Exception as error:
        raise SettingsError(
            f"NEWSDESK_LLM={settings.llm}: {_first_line(error)}; "
            "give it as provider:name, with its key in NEWSDESK_LLM_API_KEY"
        ) from error


def _openai_options(settings: Settings) -> dict[str, Any]:
    import httpx

    patience = max(settings.llm_first_token_s, settings.llm_token_s)
    options: dict[str, Any] = {
        "timeout": httpx.Timeout(patience, connect=settings.llm_connect_s),
        "stream_usage": True,
        "use_responses_api": False,
    }
    if settings.llm_base_url and not settings.llm_api_key.get_secret_value():
        options["api_key"] = "none"  # A local server asks for no key, but the client wants one.
    return options


def _timed(stream: Iterator[AIMessageChunk], settings: Settings, deadline: float) -> Iterator[AIMessageChunk]:
    """Pass a stream on, and give up when the first token, the next one, or the whole takes too long."""
    queue: Queue[AIMessageChunk | BaseException | None] = Queue(maxsize=64)
    stop = Flag()
    Thread(target=_pump, args=(stream, queue, stop), daemon=True).start()
    patience, what = settings.llm_first_token_s, "did not begin to answer"
    try:
        while True:
            left = deadline - time.monotonic()
            try:
                item = queue.get(timeout=max(0.01, min(patience, left)))
            except Empty:
                limit = settings.llm_total_s if left <= patience else patience
                raise ModelError(f"{settings.llm} {what} within {limit:g} seconds") from None
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
            patience, what = settings.llm_token_s, "stopped writing and did not go on"
    finally:
        stop.set()


def _pump(stream: Iterator[AIMessageChunk], queue: "Queue[AIMessageChunk | BaseException | None]", stop: Flag) -> None:
    end: BaseException | None = None
    try:
        for chunk in stream:
            if stop.is_set():
                return
            queue.put(chunk)
    except Exception as error:
        end = error
    if not stop.is_set():
        queue.put(end)


def _finish_reason(chunk: AIMessageChunk) -> str:
    found = chunk.response_metadata
    return str(found.get("finish_reason") or found.get("stop_reason") or found.get("done_reason") or "")


def _status(error: BaseException) -> int:
    return int(getattr(error, "status_code", 0) or 0)


def _passing(error: BaseException) -> bool:
    """Tell whether an error may go away by itself: busy, broken, or not reached; a wrong key will not."""
    status = _status(error)
    return status in {408, 409, 429} or status >= 500 or type(error).__name__ in {"APIConnectionError", "ConnectError"}


def _pause(state: RetryCallState) -> float:
    """Wait as long as the server asks, at most 30 s, or else half a second, doubled each time."""
    error = state.outcome.exception() if state.outcome else None
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        return min(float(headers.get("retry-after", "")), _RETRY_AFTER_S)
    except ValueError:
        return 0.5 * 2.0 ** (state.attempt_number - 1)


def explained(error: BaseException, name: str) -> str:
    """Say in one sentence what went wrong with the model and what to do; no key and no address is in it."""
    status, kind = _status(error), type(error).__name__
    if status in {401, 403}:
        return f"{name} refused the key (HTTP {status}); set NEWSDESK_LLM_API_KEY"
    if status == 404:
        return f"{name} is not known there (HTTP 404); check NEWSDESK_LLM and NEWSDESK_LLM_BASE_URL"
    if status == 429:
        return f"{name} has too many requests or no quota left (HTTP 429); wait a little and ask again"
    if status >= 500:
        return f"{name} is in trouble (HTTP {status}); ask again later"
    if status:
        return f"{name} did not take the request (HTTP {status})"
    if "Timeout" in kind:
        return f"{name} did not answer in time; ask again"
    if "Connect" in kind:
        return f"{name} cannot be reached; is its server running, and is NEWSDESK_LLM_BASE_URL right?"
    return f"{name} failed ({kind}); ask again"


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200]
