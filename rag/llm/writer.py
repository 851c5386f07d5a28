"""Let a LangChain chat model write the answer, within limits of time, and say plainly when it fails."""

import math
import re
import time
from collections.abc import AsyncGenerator, Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessageChunk
from langchain_core.runnables import RunnableConfig
from pydantic import SecretStr

from corpus.errors import ModelError
from rag.llm.chat_model import chat_model, explain_error, hold_to_schema, is_transient, refuses_schema
from rag.llm.plan_prompt import PLAN_SCHEMA, PLAN_TOKENS
from rag.llm.prompt import ModelRequest
from rag.llm.stream_timeouts import ModelTimeoutError, StreamTimeouts
from rag.llm.verification_prompt import VERDICT_SCHEMA, VERDICT_TOKENS
from rag.settings import Settings

BREAK_AFTER = 5
"""Failures in a row after which the model is not asked"""

BREAK_S = 30.0
"""for so many seconds; then one question tries it again."""

NO_VERIFIER = "none"
"""The name of `NEWSDESK_VERIFIER` that turns the second reading off."""

# What models call an end that they chose. Whatever else they name (a limit, a filter, a pause) is no whole answer.
_WHOLE = {"stop", "end_turn", "stop_sequence", "complete", "completed", "eos", "eos_token", "finish"}
_CALLED = {"tool_calls", "tool_use", "function_call"}  # How a reply to a schema ends where it is asked for as a call.
_CUT = {"length", "max_tokens", "model_length", "max_output_tokens", "model_context_window_exceeded"}
_REFUSED = {"content_filter", "refusal", "safety", "recitation", "blocklist", "prohibited_content", "spii"}
_CHARACTERS_A_TOKEN = 20  # English prose has four or five.


class Outage(ModelError):
    """Report that the model could not be reached or broke off; after several in a row it is not asked for a while."""


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
    """Send prompts to one chat model and stream its replies.

    Attributes:
        name: The model, as `provider:name`.
        planner: The same model held to the schema of a plan, with limits of its own, or None where it is not to plan.
        verifier: A model held to the schema of verdicts, which reads the claims of an answer again, or None.
    """

    def __init__(
        self,
        model: BaseChatModel,
        timeouts: StreamTimeouts[AIMessageChunk],
        max_tokens: int,
        schema: Mapping[str, Any] | None = None,
        planner: "Writer | None" = None,
        verifier: "Writer | None" = None,
    ) -> None:
        """Let `model` write; nothing is sent yet.

        Args:
            model: Any LangChain chat model.
            timeouts: Its limits of time, and its name.
            max_tokens: The length that it was asked to keep to, in tokens.
            schema: What its replies must be, a JSON schema with a title; where its server supports none, the prompt
                alone asks for JSON.
            planner: What plans the searches.
            verifier: What reads the claims of an answer again.
        """
        self.name = timeouts.name
        self.planner = planner
        self.verifier = verifier
        self._model = model
        self._schema = schema
        self._held = hold_to_schema(model, schema) if schema else None
        self._timeouts = timeouts
        self._max_tokens = max_tokens
        self._lock = Lock()
        self._failures = 0
        self._rest_until = 0.0

    @classmethod
    def from_settings(cls, settings: Settings) -> "Writer":
        """Make the model that the settings name, with those that plan for it and read its claims again.

        Raises:
            SettingsError: No such provider, a missing package, or no key.
        """
        timeouts: StreamTimeouts[AIMessageChunk] = StreamTimeouts(
            settings.llm,
            settings.llm_first_token_s,
            settings.llm_token_s,
            settings.llm_total_s,
            settings.llm_tries,
            _has_content,
        )
        planner = cls._make_planner(settings, timeouts) if settings.plan else None
        verifier = cls._make_verifier(settings, timeouts)
        return cls(chat_model(settings), timeouts, settings.llm_max_tokens, planner=planner, verifier=verifier)

    @classmethod
    def _make_planner(cls, settings: Settings, timeouts: StreamTimeouts[AIMessageChunk]) -> "Writer":
        """Make the model a second time, for short replies within `settings.plan_s`, as a failing plan costs nothing."""
        short = min(PLAN_TOKENS, settings.llm_max_tokens)
        brief = replace(timeouts, first_s=settings.plan_s, next_s=settings.plan_s, total_s=settings.plan_s, tries=1)
        return cls(chat_model(settings.model_copy(update={"llm_max_tokens": short})), brief, short, PLAN_SCHEMA)

    @classmethod
    def _make_verifier(cls, settings: Settings, timeouts: StreamTimeouts[AIMessageChunk]) -> "Writer | None":
        """Make the model of `NEWSDESK_VERIFIER`; address and key of the settings serve where the provider is the same."""
        name = settings.verifier or settings.llm
        if name == NO_VERIFIER:
            return None
        other = name.partition(":")[0] != settings.llm.partition(":")[0]
        elsewhere = {"llm_base_url": "", "llm_api_key": SecretStr("")} if other else {}
        tokens = max(VERDICT_TOKENS, settings.llm_max_tokens)  # What a model thinks before its verdicts counts too.
        changed = settings.model_copy(update={"llm": name, "llm_max_tokens": tokens, **elsewhere})
        return cls(chat_model(changed), replace(timeouts, name=name), tokens, VERDICT_SCHEMA)

    def stream(
        self,
        prompt: ModelRequest,
        reply: Reply,
        config: RunnableConfig | None = None,
        within_s: float = math.inf,
    ) -> Iterator[str]:
        """Yield the reply piece by piece and collect it in `reply`; an empty piece gives the caller a chance to stop.

        A model that is busy or cannot be reached is tried again while nothing was written yet. Closing the iterator
        cancels the request.

        Args:
            prompt: What is sent.
            reply: Where the reply is collected.
            config: LangChain's, with the callbacks that see the model's events.
            within_s: Seconds for everything, where less is left than the model has by its limits.

        Raises:
            ModelError: The model failed; what was written until then is in `reply`, and `reply.whole` is False.
        """
        self._check_breaker()
        try:
            yield from self._collect(prompt, reply, config, within_s)
        except Outage:
            self._count_failure()
            raise
        with self._lock:
            self._failures = 0

    def _collect(
        self, prompt: ModelRequest, reply: Reply, config: RunnableConfig | None, within_s: float
    ) -> Iterator[str]:
        reply.text, reply.usage, reply.whole = "", {}, False
        timeouts = replace(self._timeouts, total_s=min(self._timeouts.total_s, within_s))
        try:
            for chunk in timeouts.read(lambda: self._chunks(prompt, config)):
                said = self._read_text(chunk) if chunk is not None else ""
                if said:
                    reply.text += said
                    self._check_length(reply)
                yield said
                if chunk is not None:
                    self._note_usage(chunk, reply)
        except ModelError as error:
            if not (reply.whole and isinstance(error, ModelTimeoutError)):
                reply.whole = False
                raise (Outage(str(error)) if isinstance(error, ModelTimeoutError) else error) from error.__cause__
        except Exception as error:
            if not reply.whole:  # Nothing is missing when only the report of the tokens did not come.
                kind = Outage if is_transient(error) or "Timeout" in type(error).__name__ else ModelError
                raise kind(explain_error(error, self.name, begun=bool(reply.text))) from error
        if not reply.whole:  # A connection that ends early raises nothing: only the missing reason shows it.
            raise Outage(f"the connection to {self.name} ended in the middle of the answer; ask again")
        if not reply.text.strip():
            reply.whole = False
            raise ModelError(f"{self.name} gave an empty answer; ask again")

    def _note_usage(self, chunk: AIMessageChunk, reply: Reply) -> None:
        """Note tokens and the reason for the end.

        Raises:
            ModelError: The reason says that the answer is not whole.
        """
        if chunk.usage_metadata:
            reply.usage = {k: v for k, v in chunk.usage_metadata.items() if isinstance(v, int)}
        reason = _finish_reason(chunk)
        if reason in _CUT:
            raise ModelError(f"{self.name} was cut off at {self._max_tokens} tokens; raise NEWSDESK_LLM_MAX_TOKENS")
        if reason in _REFUSED:
            raise ModelError(f"{self.name} refused to answer this question")
        if reason and reason not in (_WHOLE | _CALLED if self._schema else _WHOLE):
            raise ModelError(f"{self.name} ended before it was done ({reason}); ask again")
        reply.whole = reply.whole or bool(reason)

    def _check_length(self, reply: Reply) -> None:
        """Stop a model that does not keep to the number of tokens that it was given."""
        if len(reply.text) > _CHARACTERS_A_TOKEN * self._max_tokens:
            raise ModelError(f"{self.name} wrote far more than {self._max_tokens} tokens and was stopped")

    async def _chunks(self, prompt: ModelRequest, config: RunnableConfig | None) -> AsyncGenerator[AIMessageChunk]:
        messages, begun, held = list(prompt.messages), False, self._held
        try:
            async for chunk in (held or self._model).astream(messages, config):
                if isinstance(chunk, AIMessageChunk):
                    begun = True
                    yield chunk
            return
        except Exception as error:
            if held is None or begun or not refuses_schema(error):
                raise
        async for chunk in self._model.astream(messages, config):
            self._held = None  # It was the schema that was refused, since the same words are taken without it.
            if isinstance(chunk, AIMessageChunk):
                yield chunk

    def _read_text(self, chunk: AIMessageChunk) -> str:
        """Return the text of a chunk; where a schema is asked for as a call of a function, that of its arguments."""
        if chunk.text or not self._schema:
            return str(chunk.text)
        return "".join(call["args"] or "" for call in chunk.tool_call_chunks)

    def _check_breaker(self) -> None:
        left = self._rest_until - time.monotonic()
        if left > 0:
            raise ModelError(
                f"{self.name} failed {BREAK_AFTER} times in a row; it is left alone for {left:.0f} more seconds"
            )

    def _count_failure(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= BREAK_AFTER:
                self._failures = BREAK_AFTER - 1  # One more failure after the rest, and it rests again.
                self._rest_until = time.monotonic() + BREAK_S


def _has_content(chunk: AIMessageChunk) -> bool:
    """Return whether a chunk holds a part of an answer, or of the thoughts before it."""
    return bool(chunk.text or chunk.content or chunk.additional_kwargs)


def _finish_reason(chunk: AIMessageChunk) -> str:
    found = chunk.response_metadata
    names = ("finish_reason", "stop_reason", "done_reason", "stopReason")
    reason = next((found[name] for name in names if found.get(name)), "")
    # Some clients give an enumeration: `FinishReason.MAX_TOKENS`.
    return re.sub(r"\W+", "_", str(reason).rpartition(".")[2]).lower()[:40]
