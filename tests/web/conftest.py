"""A page that answers from the starter corpus, served on loopback."""

import json
import re
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from corpus import Article, Chunk
from corpus.archive.database import Archive
from rag.llm.writer import Writer
from rag.model import Answer, Citation, Claim, Event, Filters, Passage, Turn
from rag.settings import Settings
from web.accounts.account_file import Account, Accounts
from web.assistant.addition_queue import OpenFetcher
from web.assistant.assistant_loader import PageAssistant

ROOT = Path(__file__).parents[2]

Script = Callable[["ScriptedAssistant", str, Sequence[Turn], Filters | None], Iterator[Event]]


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


class ScriptedAssistant:
    """Answer from values made by hand: a script for the whole stream, the starter corpus for the archive."""

    def __init__(self, archive: Archive, script: Script, model_name: str = "none") -> None:
        self.archive = archive
        self.script = script
        self.model_name = model_name
        self.indexed: tuple[int, int] | None = None
        self.whole = False
        self.settings = Settings(llm="" if model_name == "none" else model_name)
        self.verbatim: Script = refusing
        self.asked: list[tuple[str, tuple[Turn, ...], Filters | None]] = []

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        *,
        whole: bool = False,
    ) -> Iterator[Event]:
        self.whole = whole
        self.asked.append((question, tuple(history), filters))
        yield from self.script(self, question, history, filters)

    def with_writer(self, writer: Writer | None) -> "ScriptedAssistant":
        return ScriptedAssistant(self.archive, self.script if writer else self.verbatim)

    def ask(self, question: str, history: Sequence[Turn] = (), filters: Filters | None = None) -> Answer:
        (answer,) = [e.answer for e in self.stream(question, history, filters) if e.answer is not None]
        return answer

    def search(self, question: str, k: int = 10, filters: Filters | None = None) -> list[Passage]:
        word = re.findall(r"\w+", question)[0]
        found = [a for a in self.archive.articles() if word in a.body and (filters is None or filters.admits(a))]
        return [passage_with(article, word, rank) for rank, article in enumerate(found[:k], 1)]

    def articles(self, words: str, filters: Filters | None = None) -> list[Article]:
        wanted = [a for a in self.archive.articles() if words.casefold() in f"{a.title} {a.body}".casefold()]
        return [a for a in wanted if filters is None or filters.admits(a)]

    def timeline(self, topic: str, filters: Filters | None = None) -> list[Citation]:
        found = [a for a in self.archive.articles(order="oldest") if topic in a.body]
        return [cite(n, a, topic) for n, a in enumerate(found, 1) if filters is None or filters.admits(a)]

    def progress(self) -> tuple[int, int]:
        count = self.archive.count()
        return self.indexed or (count, count)

    def example_questions(self, n: int = 4) -> list[str]:
        return [
            "How many people did the Equifax breach affect, and did that change?",
            "Who ran the DNS root zone before October 2016?",
            "What did Xi Jinping say about cyber-hegemony in Wuzhen?",
            "Why was Safe Harbor struck down?",
        ][:n]

    def close(self) -> None:
        self.archive.close()


EQUIFAX = "2017-09-equifax-143m"


def equifax_answer(archive: Archive, question: str) -> Answer:
    """Return an answer with three sources, one unsupported claim, and passages left over."""
    article = {a.id: a for a in archive.articles()}
    first = article[EQUIFAX]
    others = [a for a in article.values() if "quifax" in a.title and a.id != EQUIFAX]
    citations = (
        cite(1, first, "143 million"),
        cite(2, others[0], "Equifax"),
        cite(3, others[1], "Equifax"),
    )
    text = (
        "Equifax first said that about **143 million** US consumers were affected [1]. It raised the figure later"
        " [2][3].\n\nThe company had known since early May [1]. See [9].\n\nThe figures changed over time."
    )
    return Answer(
        question=question,
        status="answered",
        text=text,
        citations=citations,
        claims=(
            Claim("The company had known since early May.", (1,), "flagged", "“May” does not occur in passage 1."),
        ),
        passages=(*(c.passage for c in citations), *(passage_with(a, "the", 4) for a in list(article.values())[:3])),
        model="openai:writer",
    )


def in_words(answer: Answer) -> Iterator[Event]:
    """Stream an answer word by word."""
    yield Event("searching")
    yield Event("reading", passages=answer.passages)
    words = answer.text.split(" ")
    for i in range(1, len(words) + 1):
        yield Event("writing", " ".join(words[:i]), answer.passages)
    yield Event("checking", answer.text, answer.passages)
    yield Event("done", answer.text, answer.passages, answer)


def by_default(
    assistant: ScriptedAssistant, question: str, history: Sequence[Turn], filters: Filters | None
) -> Iterator[Event]:
    """Answer about Equifax, refuse what names the World Cup."""
    if "World Cup" in question:
        nearest = tuple(assistant.archive.articles(limit=3))
        refusal = Answer(question, "not_found", "The archive does not say.", nearest=nearest)
        yield Event("done", refusal.text, (), refusal)
        return
    yield from in_words(equifax_answer(assistant.archive, question))


def refusing(
    assistant: ScriptedAssistant, question: str, history: Sequence[Turn], filters: Filters | None
) -> Iterator[Event]:
    yield Event("done", answer=Answer(question, "not_found", "No."))


@pytest.fixture(scope="session", autouse=True)
def uploads(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return the folder in which uploads lie, which Gradio looks up in the environment."""
    folder = tmp_path_factory.mktemp("uploads")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("GRADIO_TEMP_DIR", str(folder))
        yield folder


@pytest.fixture(scope="session")
def starter_archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("starter") / "archive.sqlite3"
    with Archive(path) as archive:
        for article in starter_articles():
            archive.put(article)
    return path


PASSWORD = "correct horse"


def accounts_of(folder: Path, *names: str) -> Accounts:
    """Return accounts that all have `PASSWORD`, over the file `accounts.txt` of a folder."""
    path = folder / "accounts.txt"
    path.write_text("".join(f"{Account.make(name, PASSWORD).line()}\n" for name in names), encoding="utf-8")
    return Accounts(path)


@contextmanager
def served(
    open_assistant: Callable[[], PageAssistant],
    per_minute: int = 1000,
    accounts: Accounts | None = None,
    kept: Path | None = None,
    servers: tuple[str, ...] = (),
    fetcher: OpenFetcher | None = None,
    changeable: bool = True,
    runs: Path = Path("no-runs"),
) -> Iterator[str]:
    """Serve the page, and yield its address; `kept` is the file of conversations, by default one that goes with it."""
    from web.assistant.assistant_loader import AssistantLoader
    from web.conversations.conversation_store import ConversationStore
    from web.server.site import Server, site

    loader = AssistantLoader(open_assistant, patience_s=2, servers=servers, fetcher=fetcher).start()
    # The socket listens from here on, so that nobody else gets its port meanwhile.
    with tempfile.TemporaryDirectory() as folder, socket.create_server(("127.0.0.1", 0)) as bound:
        port = bound.getsockname()[1]
        conversations = ConversationStore(kept or Path(folder) / "conversations.sqlite3")
        application = site(
            loader, conversations, port, accounts=accounts, per_minute=per_minute, changeable=changeable, runs=runs
        )
        running = Server(application, "127.0.0.1", port)
        thread = threading.Thread(target=running.run, args=([bound],), daemon=True)
        thread.start()
        try:
            while not running.started and thread.is_alive():
                thread.join(0.02)
            yield f"http://127.0.0.1:{port}"
        finally:
            running.should_exit = True
            thread.join(10)
            loader.close()
            conversations.close()


@pytest.fixture(scope="session")
def session_page(starter_archive: Path) -> Iterator[tuple[ScriptedAssistant, str]]:
    """Serve one page for every test that can share it."""
    assistant = ScriptedAssistant(Archive(starter_archive), by_default)
    with served(lambda: assistant) as url:
        yield assistant, url


@pytest.fixture
def assistant(session_page: tuple[ScriptedAssistant, str]) -> Iterator[ScriptedAssistant]:
    """Return the assistant behind the page, for a test to give it another script."""
    shared, _ = session_page
    yield shared
    shared.script, shared.model_name, shared.indexed = by_default, "none", None
    shared.verbatim, shared.whole = refusing, False
    shared.asked.clear()


@pytest.fixture
def page_url(session_page: tuple[ScriptedAssistant, str], assistant: ScriptedAssistant) -> str:
    """Return the address of the page over the starter corpus, with the answers of `by_default`."""
    return session_page[1]
