"""The model that is set in the page: what may be typed, how it is kept, and who may set it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from pydantic import SecretStr

from corpus.errors import SettingsError
from rag.settings import Settings
from tests.model_server import ModelServer, Reply
from tests.web.ask.test_ask_tab import QUESTION, ask, opened, shows_state
from tests.web.conftest import Newsroom, served, starter_articles
from tests.web.page_waits import wait_absent, wait_shown
from tests.web.server.test_access import serious
from web.assistant.available_models import Models
from web.assistant.model_file import FILE, OwnModel, read_own_model, remove_own_model, write_own_model

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.parametrize(
    ("llm", "address", "known"),
    [
        ("gpt-5-mini", "", "openai:gpt-5-mini"),
        (" anthropic:claude ", "", "anthropic:claude"),
        ("llama3.2:latest", "http://localhost:11434/v1/", "openai:llama3.2:latest"),
        ("openai:a", "http://localhost:1/v1", "openai:a"),
    ],
)
def test_a_name_is_read_with_its_provider(llm: str, address: str, known: str) -> None:
    assert OwnModel.make(llm, address, "").llm == known


@pytest.mark.parametrize(
    ("llm", "address"),
    [("", ""), ("a", "localhost:1"), ("a\n", "b\nc"), ("a" * 2001, ""), ("a", "http://me:canary@localhost/v1")],
)
def test_what_is_no_model_is_refused(llm: str, address: str) -> None:
    with pytest.raises(SettingsError):
        OwnModel.make(llm, address, "")


def test_the_file_is_for_its_user_only_and_comes_back(tmp_path: Path) -> None:
    path = tmp_path / FILE
    model = OwnModel(llm="openai:a", address="http://localhost:1/v1", key=SecretStr("canary"))
    assert read_own_model(path) is None
    write_own_model(path, model)
    assert path.stat().st_mode & 0o777 == 0o600
    assert read_own_model(path) == model
    assert "canary" not in repr(model)
    assert [one.name for one in tmp_path.iterdir()] == [FILE]
    remove_own_model(path)
    remove_own_model(path)
    assert read_own_model(path) is None


@pytest.mark.parametrize("content", ["", "[]", '{"llm": 1}', '{"llm": "openai:a", "other": 1}'])
def test_a_file_that_holds_something_else_is_named_and_passed_over(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    with pytest.raises(SettingsError, match=FILE):
        read_own_model(tmp_path / FILE)
    assert Models(Settings(data_dir=tmp_path, llm="openai:started")).settings.llm == "openai:started"


def test_a_model_that_does_not_reply_changes_nothing(tmp_path: Path) -> None:
    with ModelServer() as server:
        server.reply = lambda _: Reply(status=401)
        models = Models(Settings(data_dir=tmp_path, llm=""))
        with pytest.raises(SettingsError, match="It was tried and is not used"):
            models.use(OwnModel.make("a", server.url, "wrong"))
    assert (models.own, models.settings.llm, list(tmp_path.iterdir())) == (None, "", [])


def test_a_model_on_this_machine_is_offered_used_kept_and_forgotten(
    page: "Page", build: Callable[..., Newsroom], model: ModelServer
) -> None:
    newsroom = build(*starter_articles()[:4])
    with served(newsroom.open, servers=(model.url,), alone=True) as url:
        opened(page, url)
        wait_shown(page, "#welcome .offer")
        assert serious(page) == []
        page.click("#welcome .offer button")
        shows_state(page, "Model: openai:test")
        wait_absent(page, "#welcome .offer")
        ask(page, QUESTION)
        assert model.requests
    assert json.loads((newsroom.folder / FILE).read_text())["llm"] == "openai:test"
    with served(newsroom.open, alone=True) as url:
        opened(page, url)
        shows_state(page, "Model: openai:test")
        page.click("#narrow [data-act=models]")
        wait_shown(page, "#narrow .own-model")
        assert serious(page) == []
        page.fill("#narrow [name=key]", "k")
        page.fill("#narrow [name=address]", "http://127.0.0.1:9/v1")
        page.click("#narrow [data-act=own-model]")
        wait_shown(page, "#narrow .told", "It was tried and is not used")
        page.click("#narrow [data-act=forget-model]")
        wait_shown(page, "#narrow .told", "as the page was started")
    assert not (newsroom.folder / FILE).exists()


def test_who_shares_the_page_sets_no_model(page: "Page", build: Callable[..., Newsroom], model: ModelServer) -> None:
    newsroom = build(*starter_articles()[:2])
    with served(newsroom.open, servers=(model.url,)) as url:
        opened(page, url)
        page.click("#narrow [data-act=models]")
        wait_shown(page, "#narrow .pop")
        assert page.locator(".own-model, .offer").count() == 0
        page.evaluate(
            """() => { const made = document.createElement('button'); made.dataset.act = 'use-model';
            document.querySelector('#welcome .welcome').append(made); made.click(); }"""
        )
        page.wait_for_selector("#narrow .pop", state="detached")  # A click elsewhere closes the panel.
        page.click("#narrow [data-act=models]")
        page.click("#narrow [data-act=look]")
        wait_shown(page, "#narrow .pop p")
    assert not (newsroom.folder / FILE).exists()
