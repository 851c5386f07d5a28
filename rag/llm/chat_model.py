"""Make the chat model that the settings name, and say in a sentence what went wrong with it."""

from collections.abc import Mapping
from typing import Any

from langchain_core.language_models import BaseChatModel
from langchain_core.runnables import RunnableBinding, RunnableSequence

from corpus.errors import SettingsError
from rag.settings import Settings

_EXTRAS = {"anthropic": "make anthropic", "ollama": "make ollama"}

_NO_SCHEMA = frozenset({400, 404, 422, 501})  # With these a server refuses a schema that it does not support.

RETRY_AFTER_S = 30.0
"""The longest wait that a model may ask for."""


_GRACE_S = (
    5.0  # The connection waits so much longer than `rag.llm.stream_timeouts`, whose message says what did not come.
)


def chat_model(settings: Settings) -> BaseChatModel:
    """Make the LangChain chat model that the settings name.

    Raises:
        SettingsError: The name, the package or the key is missing or wrong.
    """
    from langchain.chat_models import init_chat_model  # Loads for a second, and only where a model is set.

    provider, _, name = settings.llm.partition(":")
    if not provider or not name:
        raise SettingsError(
            f"NEWSDESK_LLM={settings.llm}: no provider or no model in it; "
            'write it as provider:name, for instance "openai:gpt-5-mini"'
        )
    try:
        model: BaseChatModel = init_chat_model(name, model_provider=provider, **_options(settings, provider))
        return model
    except ImportError as error:
        hint = _EXTRAS.get(provider, f"pip install langchain-{provider.replace('_', '-')}")
        raise SettingsError(
            f"NEWSDESK_LLM={settings.llm}: the client for {provider} is not installed; run `{hint}`"
        ) from error
    except Exception as error:
        raise SettingsError(f"NEWSDESK_LLM={settings.llm}: {_explain_failure(error, provider)}") from error


def _options(settings: Settings, provider: str) -> dict[str, Any]:
    address = {"base_url": settings.llm_base_url} if settings.llm_base_url else {}
    if provider == "ollama":
        return {"temperature": 0, "num_predict": settings.llm_max_tokens, **address}
    key = settings.llm_api_key.get_secret_value()
    # No retries of the client's: `rag.llm.stream_timeouts` tries again, and can be stopped between two tries.
    options: dict[str, Any] = {"temperature": 0, "max_retries": 0, "max_tokens": settings.llm_max_tokens, **address}
    if key:
        options["api_key"] = key
    return options | (_openai_options(settings) if provider == "openai" else {})


def _openai_options(settings: Settings) -> dict[str, Any]:
    import httpx

    # A client of its own: the default one is shared by all models of a process, and tied to one event loop. No
    # connection is kept: one that the server has closed meanwhile fails the next question.
    read_s = max(settings.llm_first_token_s, settings.llm_token_s) + _GRACE_S
    timeout = httpx.Timeout(read_s, connect=settings.llm_connect_s)
    limits = httpx.Limits(max_keepalive_connections=0)
    options: dict[str, Any] = {
        "timeout": timeout,
        "http_async_client": httpx.AsyncClient(timeout=timeout, limits=limits),
        "stream_usage": True,
        # Servers that imitate OpenAI's know the chat completions alone.
        "use_responses_api": False,
    }
    if settings.llm_base_url and not settings.llm_api_key.get_secret_value():
        options["api_key"] = "none"  # A local server asks for no key, but the client wants one.
    return options


def _explain_failure(error: Exception, provider: str) -> str:
    """Say why a client could not be made; its own message may hold the address or the key, so it is not shown."""
    message, kind = str(error).casefold(), type(error).__name__
    if "model_provider" in message or "unsupported provider" in message:
        return f"{provider} is not a provider that LangChain knows; write it as provider:name"
    if "credentials" in message or "api_key" in message or "api key" in message:
        return "no key is set; put it in NEWSDESK_LLM_API_KEY"
    if "url" in kind.casefold() or "url" in message:
        return "NEWSDESK_LLM_BASE_URL is no address; write it like http://localhost:8080/v1"
    return f"its client could not be made ({kind}); check NEWSDESK_LLM, NEWSDESK_LLM_BASE_URL and NEWSDESK_LLM_API_KEY"


def hold_to_schema(model: BaseChatModel, schema: Mapping[str, Any]) -> RunnableBinding[Any, Any] | None:
    """Return the model held to a JSON schema with a title, without the parser behind it, or None if its client cannot."""
    try:
        held = model.with_structured_output(dict(schema))
    except (NotImplementedError, ValueError):
        return None
    first = held.first if isinstance(held, RunnableSequence) else None
    return first if isinstance(first, RunnableBinding) else None


def refuses_schema(error: BaseException) -> bool:
    """Return whether a server may have refused a request for its schema; other errors are not about it."""
    return http_status(error) in _NO_SCHEMA


def http_status(error: BaseException) -> int:
    """Return the HTTP status of an error, or 0."""
    return int(getattr(error, "status_code", 0) or 0)


def retry_after_s(error: BaseException | None) -> float | None:
    """Return the seconds that `Retry-After` asks for, or None; a date there is not read."""
    headers = getattr(getattr(error, "response", None), "headers", {})
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 <= seconds < float("inf") else None


def is_transient(error: BaseException) -> bool:
    """Return whether an error may go away within seconds: busy, broken, or not reached; a wrong key will not."""
    code = http_status(error)
    if (retry_after_s(error) or 0.0) > RETRY_AFTER_S or getattr(error, "code", "") == "insufficient_quota":
        return False
    return code in {408, 409, 429} or code >= 500 or type(error).__name__ in _UNREACHED


# Names, as the packages of the clients need not be installed.
_BROKEN = {"RemoteProtocolError", "ReadError", "ChunkedEncodingError", "IncompleteRead"}
_UNREACHED = {"APIConnectionError", "ConnectError", "ConnectionError", "ConnectionRefusedError", *_BROKEN}


def explain_error(error: BaseException, name: str, begun: bool = False) -> str:
    """Say in one sentence what went wrong with the model and what to do; no key and no address is in it."""
    code, kind = http_status(error), type(error).__name__
    if code:
        return _explain_status(error, code, name)
    if "Timeout" in kind:
        return f"{name} did not answer in time; ask again"
    if kind in _BROKEN or (begun and "Connect" in kind):
        return f"the connection to {name} broke in the middle of the answer; ask again"
    if "Connect" in kind:
        return f"{name} cannot be reached; is its server running, and is NEWSDESK_LLM_BASE_URL right?"
    if "JSON" in kind:
        return f"{name} sent what cannot be read; is NEWSDESK_LLM_BASE_URL right?"
    return f"{name} failed ({kind}); ask again"


def _explain_status(error: BaseException, code: int, name: str) -> str:
    if code in {401, 403}:
        return f"{name} refused the key (HTTP {code}); set NEWSDESK_LLM_API_KEY"
    if code == 404:
        return f"{name} is not known there (HTTP 404); check NEWSDESK_LLM and NEWSDESK_LLM_BASE_URL"
    if code == 429 and getattr(error, "code", "") == "insufficient_quota":
        return f"{name} has no quota left (HTTP 429); look at the account of its key"
    if code == 429:
        return f"{name} has too many requests (HTTP 429); wait {retry_after_s(error) or 30:.0f} seconds and ask again"
    if code >= 500:
        return f"{name} is in trouble (HTTP {code}); ask again later"
    if getattr(error, "code", "") == "context_length_exceeded":
        return f"the evidence is too long for {name} (HTTP {code}); lower NEWSDESK_EVIDENCE_TOKENS"
    return f"{name} did not take the request (HTTP {code}); check NEWSDESK_LLM"
