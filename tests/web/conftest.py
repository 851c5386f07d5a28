"""A page that answers from the starter corpus, served on loopback."""

import asyncio
import json
import socket
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from contextvars import Context
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, TypeVarTuple

import pytest
import uvloop

from corpus import Article, Chunk
from corpus.archive.database import Archive
from corpus.archive.engine import Place
from rag import Assistant, Settings
from rag.index.embedder import Embedder
from rag.model import Citation, Passage
from tests.model_server import ModelServer
from tests.waiting import PATIENCE_S
from tests.web.recorded_replies import reply_as_recorded
from web.accounts.account import Account, AccountLines, Accounts, Key
from web.accounts.account_file import AccountFile
from web.accounts.proxy_sign_in import TrustedProxy
from web.assistant.addition_queue import OpenFetcher
from web.rate_limit import RateLimit
from web.roles import Role
from web.shared_state import SharedState

ROOT = Path(__file__).parents[2]

PATIENT = dict.fromkeys(("llm_connect_s", "llm_first_token_s", "llm_token_s", "llm_total_s", "plan_s"), PATIENCE_S)
"""Settings by which a model may be as slow as the machine."""


def starter_articles() -> list[Article]:
    lines = (ROOT / "corpus" / "starter" / "articles.jsonl").read_text(encoding="utf-8").splitlines()
    return [article_of(json.loads(line)) for line in lines]


def article_of(record: dict[str, str]) -> Article:
    date = record.get("published_at")
    return Article(
        id=record["id"],
        title=record["title"],
        body=record["body"],
        source=record.get("source", ""),
        url=record.get("url", ""),
        published_at=datetime.fromisoformat(date) if date else None,
        language=record.get("language", ""),
        category=record.get("category", ""),
    )


def passage_with(article: Article, words: str, rank: int = 1) -> Passage:
    """Return the paragraph of an article that holds some words."""
    at = article.body.index(words)
    start = article.body.rfind("\n\n", 0, at) + 2 if "\n\n" in article.body[:at] else 0
    end = article.body.find("\n\n", at)
    return Passage(Chunk(article, 0, start, end if end >= 0 else len(article.body)), rank, 1.0 / rank)


def cite(n: int, article: Article, words: str) -> Citation:
    at = article.body.index(words)
    return Citation(n, passage_with(article, words, n), at, at + len(words))


EQUIFAX = "2017-09-equifax-143m"


@dataclass(frozen=True, slots=True)
class Newsroom:
    """A data folder whose articles are embedded and indexed, and the embedder that did it."""

    folder: Path
    embedder: Embedder

    @classmethod
    def build(cls, folder: Path, embedder: Embedder, articles: Iterable[Article]) -> "Newsroom":
        """Put articles into a new archive and index them."""
        settings = Settings(data_dir=folder, llm="")
        with Assistant(settings, embedder=embedder) as assistant:
            for article in articles:
                assistant.archive.put(article)
            assistant.sync()
        return cls(folder, embedder)

    def open(self, model: ModelServer | None = None, kind: type[Assistant] = Assistant, **settings: Any) -> Assistant:
        """Open the assistant read-only, so that several pages can share the folder.

        Args:
            model: Plans the searches and writes the answers, which only rules check; without one they are sentences of
                the articles.
            kind: A subclass, for what no real part does at the wish of a test.
            settings: Others than by default.
        """
        values: dict[str, Any] = {"llm": "", "verifier": "none"}
        if model:
            values |= {"llm": "openai:test", "llm_base_url": model.url, "llm_api_key": "key"} | PATIENT
        made = Settings(data_dir=self.folder, **(values | settings))
        return kind(made, embedder=self.embedder, read_only=True)

    def own(self) -> Assistant:
        """Open the assistant as the owner of the indexes; `start` or `sync` bring in what the archive is given."""
        return Assistant(Settings(data_dir=self.folder, llm=""), embedder=self.embedder)


@pytest.fixture(scope="session", autouse=True)
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder in which uploads lie, which Gradio looks up in the environment."""
    folder = tmp_path_factory.mktemp("uploads")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session")
def starter(tmp_path_factory: pytest.TempPathFactory, embedder: Embedder) -> Newsroom:
    """Embed and index the starter corpus once; pages only read it."""
    return Newsroom.build(tmp_path_factory.mktemp("starter"), embedder, starter_articles())


@pytest.fixture
def build(tmp_path: Path, embedder: Embedder) -> Callable[..., Newsroom]:
    """Return what makes a newsroom of some articles, for one test to change."""
    return lambda *articles: Newsroom.build(tmp_path / "newsroom", embedder, articles)


@pytest.fixture
def growing(build: Callable[..., Newsroom]) -> Newsroom:
    """Return a newsroom whose archive holds an article more than the indexes do."""
    first, second, third = [article for article in starter_articles() if "Equifax" in article.title][:3]
    made = build(first, second)
    with Archive(made.folder / "archive.sqlite3") as archive:
        archive.put(third)
    return made


@pytest.fixture(scope="session")
def session_model() -> Iterator[ModelServer]:
    with ModelServer(reply=reply_as_recorded) as server:
        yield server


@pytest.fixture
def model(session_model: ModelServer) -> Iterator[ModelServer]:
    """Return the model behind the page, for a test to let it say something else."""
    session_model.requests.clear()
    session_model.plans.clear()
    session_model.abandoned.clear()
    yield session_model
    session_model.reply = reply_as_recorded


@pytest.fixture(params=["memory", "postgresql"])
def state(request: pytest.FixtureRequest) -> Iterator[SharedState]:
    """Return where the pages count and keep who is signed in: once one page's memory, once a schema of the server."""
    in_memory = request.param == "memory"
    with closing(SharedState("" if in_memory else request.getfixturevalue("postgres").make_schema())) as made:
        yield made


PASSWORD = "correct horse"


WEAK = 10
"""A strength by which a password is hashed in no time, for tests whose subject is another; `account.STRENGTH` takes long."""


@cache
def account_line(name: str, strength: int = WEAK) -> str:
    """Return the line of an account that has `PASSWORD`."""
    return Account.make(name, PASSWORD, strength=strength).line()


def accounts_of(folder: Path, *names: str, strength: int = WEAK) -> Accounts:
    """Return accounts that all have `PASSWORD`, over the file `accounts.txt` of a folder."""
    path = folder / "accounts.txt"
    path.write_text("".join(f"{account_line(name, strength)}\n" for name in names), encoding="utf-8")
    return Accounts(AccountFile(path), strength)


def keyed_accounts(folder: Path, **roles: Role) -> tuple[Accounts, dict[str, dict[str, str]]]:
    """Return accounts without passwords over `accounts.txt` of a folder, and for each the headers with a key of it."""
    keys = {name: Key.make(name) for name in roles}
    accounts = tuple(Account(name, b"", b"", role) for name, role in roles.items())
    path = folder / "accounts.txt"
    path.write_text(AccountLines(accounts, tuple(key for key, _ in keys.values())).text(), encoding="utf-8")
    return Accounts(AccountFile(path)), {
        name: {"authorization": f"Bearer {secret}"} for name, (_, secret) in keys.items()
    }


_Values = TypeVarTuple("_Values")


class _PromptLoop(uvloop.Loop):
    """Wait a tenth as long in loops that look again and again; every pause of 20 to 100 ms is shortened, whoever makes it.

    Gradio looks for what is to be sent twenty times a second, uvicorn ten times whether connections are closed. Nothing of ours
    on the loop has a limit that short.
    """

    def call_later(
        self, delay: float, callback: Callable[[*_Values], object], *args: *_Values, context: Context | None = None
    ) -> asyncio.TimerHandle:
        again = 0.02 <= delay <= 0.1
        return super().call_later(delay / 10 if again else delay, callback, *args, context=context)


_FREE_PORTS: list[int] = []


@contextmanager
def listen() -> Iterator[socket.socket]:
    """Listen on a free port, one of an earlier server if nobody has it: the browser still has the scripts from there."""
    try:
        bound = socket.create_server(("127.0.0.1", _FREE_PORTS.pop() if _FREE_PORTS else 0))
    except OSError:
        bound = socket.create_server(("127.0.0.1", 0))
    with bound:
        port = bound.getsockname()[1]
        yield bound
    _FREE_PORTS.append(port)


@contextmanager
def served(
    open_assistant: Callable[[], Assistant],
    per_minute: int = 1000,
    accounts: Accounts | None = None,
    kept: Place | None = None,
    state: SharedState | None = None,
    servers: tuple[str, ...] = (),
    fetcher: OpenFetcher | None = None,
    changeable: bool = True,
    runs: Path = Path("no-runs"),
    wait_s: float = 2,
    clock: Callable[[], float] | None = None,
    alone: bool = False,
    proxy: TrustedProxy | None = None,
    idle_look_s: float = 15,
) -> Iterator[str]:
    """Serve the page, and yield its address; `kept` is where conversations are, by default a file that goes with it."""
    from web.assistant.assistant_loader import AssistantLoader
    from web.conversations.conversation_store import ConversationStore
    from web.server.site import Server, site

    class _PromptServer(Server):
        """See at once that it is to end; others look ten times a second, and keep the date of their replies meanwhile."""

        def run(self, sockets: list[socket.socket] | None = None) -> None:
            with asyncio.Runner(loop_factory=_PromptLoop) as runner:
                runner.run(self.serve(sockets))

        async def main_loop(self) -> None:
            while not self.should_exit:
                await asyncio.sleep(0.01)

    loader = AssistantLoader(open_assistant, patience_s=wait_s, servers=servers, fetcher=fetcher).start()
    # The socket listens from here on, so that nobody else gets its port meanwhile.
    with tempfile.TemporaryDirectory() as folder, listen() as bound:
        port = bound.getsockname()[1]
        conversations = ConversationStore(kept or Path(folder) / "conversations.sqlite3", PATIENCE_S)
        application = site(
            loader,
            conversations,
            port,
            accounts=accounts,
            limit=RateLimit(per_minute, clock=clock, state=state),
            changeable=changeable,
            runs=runs,
            alone=alone,
            proxy=proxy,
            idle_look_s=idle_look_s,
        )
        running = _PromptServer(application, "127.0.0.1", port)
        thread = threading.Thread(target=running.run, args=([bound],), daemon=True)
        thread.start()
        try:
            while not running.started and thread.is_alive():
                thread.join(0.02)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.should_exit = True
            thread.join(PATIENCE_S)
            loader.close()
            conversations.close()


@pytest.fixture(scope="session")
def session_page(starter: Newsroom, session_model: ModelServer) -> Iterator[str]:
    """Serve one page for every test that can share it."""
    with served(lambda: starter.open(session_model)) as url:
        yield url


@pytest.fixture
def page_url(session_page: str, model: ModelServer) -> str:
    """Return the address of the page over the starter corpus, with answers that `model` writes."""
    return session_page
