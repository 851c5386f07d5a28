"""The models that can be chosen: which servers are asked, what they are told, what is taken from them."""

import http.server
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from corpus.errors import SettingsError
from rag.settings import Settings
from web.assistant.available_models import Models


@contextmanager
def listing(body: bytes, status: int = 200, location: str = "") -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Serve a list of models; yield the address, and what was asked for with which key."""
    asked: list[tuple[str, str]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("authorization", "")))
            self.send_response(status)
            if location:
                self.send_header("location", location)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
        server.shutdown()
        thread.join()


def named(*names: str) -> bytes:
    return json.dumps({"data": [{"id": name} for name in names]}).encode()


def settings(**values: object) -> Settings:
    return Settings(**{"llm": "", "llm_base_url": "", "llm_api_key": SecretStr("canary"), **values})  # type: ignore[arg-type]


def test_nothing_is_asked_until_somebody_looks() -> None:
    with listing(named("a")) as (address, asked):
        models = Models(settings(), (address,))
        assert [choice.label for choice in models.choices] == ["No model, verbatim answers"]
        assert asked == []
        assert models.look() == 1
        assert [(c.label, c.llm, c.address) for c in models.choices[1:]] == [("a", "openai:a", address)]
        assert asked == [("/v1/models", "")]


def test_only_the_address_that_is_set_is_told_the_key() -> None:
    with listing(named("own", "other")) as (own, own_asked), listing(named("local")) as (local, local_asked):
        models = Models(settings(llm="openai:own", llm_base_url=own + "/"), (local,))
        models.look()
        assert [choice.label for choice in models.choices] == [
            "openai:own",
            "No model, verbatim answers",
            "other",
            "local",
        ]
        assert own_asked == [("/v1/models", "Bearer canary")]
        assert local_asked == [("/v1/models", "")]
        chosen = models.settings_for(f"{local} local")
        assert chosen is not None
        assert (chosen.llm, chosen.llm_base_url) == ("openai:local", local)
        assert chosen.llm_api_key.get_secret_value() == ""
        kept = models.settings_for(f"{own} other")
        assert kept is not None
        assert (kept.llm, kept.llm_api_key.get_secret_value()) == ("openai:other", "canary")
        assert models.settings_for("") is None
        none = models.settings_for("none")
        assert none is not None
        assert none.llm == ""


@pytest.mark.parametrize("key", ["http://evil.example/v1 x", "local", "openai:own"])
def test_what_was_not_found_cannot_be_chosen(key: str) -> None:
    with pytest.raises(SettingsError, match="not offered"):
        Models(settings(), ()).settings_for(key)


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b'{"data": 5}', b'{"data": [{"no": 1}]}', named("a\nb", "", "x" * 500), b" " * 2_000_000],
)
def test_a_server_that_says_something_else_offers_nothing(body: bytes) -> None:
    with listing(body) as (address, _):
        assert Models(settings(), (address,)).look() == 0


def test_no_redirect_is_followed_and_nobody_there_is_no_error() -> None:
    with listing(named("a")) as (target, asked), listing(b"", 302, target + "/models") as (address, _):
        assert Models(settings(), (address, "http://127.0.0.1:9/v1")).look() == 0
        assert asked == []
