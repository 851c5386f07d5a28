"""The assistant is opened in the background, and again where its archive cannot be had yet."""

from contextlib import closing
from pathlib import Path

from pydantic import SecretStr

from corpus.errors import SettingsError
from rag import Assistant, Settings
from rag.index.embedder import Embedder
from tests.postgresql import PostgresServer
from tests.waiting import PATIENCE_S, wait_until
from web.archive_status import collect_status
from web.assistant.assistant_loader import AssistantLoader


def test_a_database_that_does_not_answer_is_told_and_tried_again(
    postgres: PostgresServer, embedder: Embedder, tmp_path: Path
) -> None:
    settings = Settings(data_dir=tmp_path, database=SecretStr(postgres.make_schema()), llm="")
    postgres.stop()
    try:
        loader = AssistantLoader(lambda: Assistant(settings, embedder=embedder), servers=(), again_s=0.05).start()
        assert loader.wait(PATIENCE_S) is None
        status = collect_status(loader)
        assert "does not answer" in status.state
        assert not status.settled  # The page looks again.
    finally:
        postgres.start()
    with closing(loader):
        wait_until(lambda: loader.assistant)
        assert loader.problem == ""
        assert "does not answer" not in collect_status(loader).state


def test_what_does_not_mend_itself_is_tried_once() -> None:
    tries = []

    def fail() -> Assistant:
        tries.append(1)
        raise SettingsError("no such model; correct NEWSDESK_LLM")

    with closing(AssistantLoader(fail, servers=(), again_s=0.0).start()) as loader:
        loader.wait(PATIENCE_S)
    assert (loader.problem, len(tries)) == ("no such model; correct NEWSDESK_LLM", 1)
    assert collect_status(loader).settled
