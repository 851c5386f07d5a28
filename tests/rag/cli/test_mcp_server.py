"""The MCP server, spoken to by the official client over stdin and stdout of a process of its own."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client
from mcp.shared.memory import create_connected_server_and_client_session
from mcp.types import CallToolResult, TextContent

from corpus.archive.database import Archive
from corpus.article import Article
from rag import Assistant, Settings
from rag.cli.mcp_server import create_server
from rag.cli.tool_arguments import UNTRUSTED
from tests.rag.owner import OwnerProcess
from tests.rag.wire_items import numbered
from tests.shared_embedder import shared_embedder
from tests.waiting import PATIENCE_S

LONG = "The harbour board met again on Monday. " * 2000


@pytest.fixture
def served(data: Path) -> Path:
    with Archive(data / "archive.sqlite3") as archive:
        archive.put(Article("long", "Minutes of the harbour board", LONG.strip(), "Coast Wire"))
    return data


def conversed(data: Path, talk: Callable[[ClientSession], Awaitable[None]]) -> None:
    """Start the server as a client does, and talk to it."""
    arguments = ["-m", "rag", "mcp", "--data", str(data)]

    async def run() -> None:
        command = StdioServerParameters(command=sys.executable, args=arguments, cwd=Path(__file__).parents[3])
        async with stdio_client(command) as (read, write), ClientSession(read, write) as session:
            found = await session.initialize()
            assert found.serverInfo.name == "newsdesk"
            assert UNTRUSTED in (found.instructions or "")
            await talk(session)

    asyncio.run(run())


def conversed_here(data: Path, talk: Callable[[ClientSession], Awaitable[None]]) -> None:
    """Talk to a server in this process, which starts at once."""

    async def run() -> None:
        settings = Settings(data_dir=data, llm="")
        with Assistant(settings, "the server", embedder=shared_embedder(), read_only=True) as assistant:
            assistant.sync()
            async with create_connected_server_and_client_session(create_server(assistant)) as session:
                await talk(session)

    asyncio.run(run())


def text(result: CallToolResult) -> str:
    (content,) = result.content
    assert isinstance(content, TextContent)
    return content.text


def record(result: CallToolResult) -> dict[str, Any]:
    assert not result.isError, text(result)
    found: dict[str, Any] = json.loads(text(result))
    assert found["untrusted"] == UNTRUSTED
    return found


def test_a_client_searches_asks_and_reads(served: Path) -> None:
    async def talk(session: ClientSession) -> None:
        tools = (await session.list_tools()).tools
        assert [tool.name for tool in tools] == [
            "search_archive",
            "ask_archive",
            "article_background",
            "compare_outlets",
            "verify",
            "get_article",
            "cite_articles",
            "list_topics",
            "follow_topic",
            "unfollow_topic",
            "topic_digest",
        ]
        changing = [tool.name for tool in tools if tool.annotations and not tool.annotations.readOnlyHint]
        assert changing == ["follow_topic", "unfollow_topic", "topic_digest"]
        found = record(await session.call_tool("search_archive", {"query": "harbour board minutes", "k": 3}))
        assert [passage["rank"] for passage in found["passages"]] == [1, 2, 3]
        assert found["passages"][0]["article_id"] == "long"
        answer = record(await session.call_tool("ask_archive", {"question": "Why did India ban TikTok?"}))
        assert (answer["status"], answer["passages"]) == ("answered", [])
        cited = answer["citations"][0]
        article = record(await session.call_tool("get_article", {"article_id": cited["article_id"]}))
        assert article["body"][cited["start"] : cited["end"]] == cited["quote"]
        names = {"article_ids": [cited["article_id"]], "form": "csl"}
        (reference,) = json.loads(record(await session.call_tool("cite_articles", names))["references"])
        assert (reference["type"], reference["title"]) == ("article-newspaper", article["title"])
        first = record(await session.call_tool("get_article", {"article_id": "long"}))
        rest = record(await session.call_tool("get_article", {"article_id": "long", "start": first["next_start"]}))
        assert first["body"] + rest["body"] == LONG.strip()
        assert (len(first["body"]), rest["next_start"]) == (50_000, None)
        draft = "The harbour board met again on Monday. Who was there? The moon is made of cheese, NASA said."
        report = record(await session.call_tool("verify", {"text": draft}))
        assert [one["verdict"] for one in report["checked"]] == ["supported", "absent"]
        assert [one["reason"] for one in report["passed_over"]] == ["question"]
        narrowed = record(await session.call_tool("search_archive", {"query": "harbour", "outlet": "Coast Wire"}))
        assert {passage["outlet"] for passage in narrowed["passages"]} == {"Coast Wire"}

    conversed_here(served, talk)


def test_topics_are_followed_told_and_left(served: Path) -> None:
    async def talk(session: ClientSession) -> None:
        async def ask(tool: str, **arguments: Any) -> dict[str, Any]:
            result = await session.call_tool(tool, arguments)
            assert not result.isError, text(result)
            found: dict[str, Any] = json.loads(text(result))
            return found

        made = await ask("follow_topic", topic="harbour board minutes")
        assert (made["id"], made["known"]) == (1, 1)
        assert [topic["unseen"] for topic in (await ask("list_topics"))["topics"]] == [0]
        told = record(await session.call_tool("topic_digest", {"since": "yesterday"}))
        assert (told["topics"], told["quiet"]) == ([], ["harbour board minutes"])
        assert (await ask("unfollow_topic", number=1))["topics"] == []
        missing = await session.call_tool("unfollow_topic", {"number": 1})
        assert "there is no topic 1" in text(missing)

    conversed_here(served, talk)


def test_what_cannot_be_done_is_an_error_of_the_tool_that_names_the_reason(served: Path) -> None:
    async def said(session: ClientSession, tool: str, **arguments: Any) -> str:
        result = await session.call_tool(tool, arguments)
        assert result.isError
        return text(result)

    async def talk(session: ClientSession) -> None:
        assert "The question is empty" in await said(session, "ask_archive", question="  ")
        assert "2000 characters" in await said(session, "ask_archive", question="a" * 2001)
        assert "'soon' is not a date" in await said(session, "search_archive", query="harbour", since="soon")
        assert "less than or equal to 50" in await said(session, "search_archive", query="harbour", k=51)
        assert "20000 characters" in await said(session, "verify", text="a" * 20_001)
        assert "The draft is empty" in await said(session, "verify", text="  ")
        assert "There is no article 'nobody'" in await said(session, "get_article", article_id="nobody")
        assert "There is no article 'nobody'" in await said(session, "article_background", article_id="nobody")
        assert "nothing that answers" in await said(
            session, "compare_outlets", asked="Who won the 2015 Rugby World Cup?"
        )

    conversed_here(served, talk)


def test_it_answers_beside_a_page_and_after_the_page_has_gone(
    served: Path, owner: Callable[[Path], OwnerProcess]
) -> None:
    page = owner(served)

    async def until_found(session: ClientSession, query: str, article_id: str) -> None:
        async with asyncio.timeout(PATIENCE_S):
            found: list[str] = []
            while found != [article_id]:
                await asyncio.sleep(0.1 if found else 0)
                passages = record(await session.call_tool("search_archive", {"query": query, "k": 1}))["passages"]
                found = [passage["article_id"] for passage in passages]

    async def talk(session: ClientSession) -> None:
        assert page.runs
        await until_found(session, "harbour board minutes", "long")  # The page takes it in meanwhile.
        answer = record(await session.call_tool("ask_archive", {"question": "Why did India ban TikTok?"}))
        assert answer["status"] == "answered"
        cited = answer["citations"][0]
        article = record(await session.call_tool("get_article", {"article_id": cited["article_id"]}))
        assert article["body"][cited["start"] : cited["end"]] == cited["quote"]
        page.end()
        with Archive(served / "archive.sqlite3") as archive:
            archive.put(numbered(50))
        await until_found(session, "bridge50", "n050")
        assert owner(served).runs  # A page can start while the server runs.

    conversed(served, talk)
