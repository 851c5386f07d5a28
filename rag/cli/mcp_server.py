"""Serve the archive over the Model Context Protocol. The tools only read, but for those that change what a user follows.

What articles say is untrusted: each result says so, and so do the tools to the model that calls them.
"""

from dataclasses import replace
from typing import Annotated, Any

from mcp.server.fastmcp import FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from corpus.references.reference_formats import ReferenceFormat
from corpus.text.characters import strip_invisible
from rag.assistant import Assistant
from rag.cli.tool_arguments import UNTRUSTED, Author, InCollection, Outlet, Question, Section, Since, Until, run_tool
from rag.cli.topic_tools import TopicTools
from rag.drafts.draft_report import DraftReport
from rag.drafts.draft_text import LONGEST_SENT, MOST_SENT, read_sent_draft
from rag.question.filter_values import read_filters
from rag.question.question_text import LONGEST_QUESTION

_INSTRUCTIONS = (
    f"Search a news archive, ask it, check texts against it, read its articles, and follow topics. {UNTRUSTED}"
)
_MOST_PASSAGES = 50
_MOST_BODY = 50_000  # Characters of an article in one result.


class Tools:
    """Answer the calls of the tools; an error tells the caller its reason."""

    def __init__(self, assistant: Assistant, user: str = "") -> None:
        """Take the assistant, and whose collections are meant besides the shared ones."""
        self._assistant = assistant
        self._user = user

    async def search_archive(
        self,
        query: Question,
        k: Annotated[int, Field(ge=1, le=_MOST_PASSAGES, description="How many passages.")] = 10,
        since: Since = "",
        until: Until = "",
        outlet: Outlet = "",
        author: Author = "",
        section: Section = "",
        collection: InCollection = "",
    ) -> dict[str, Any]:
        """Find the passages of the news archive that bear on a query, best first, with article, outlet, date and text."""
        found = await run_tool(
            lambda: self._assistant.search(
                query, k, read_filters(since, until, outlet, author, section, collection, self._user)
            )
        )
        return {"untrusted": UNTRUSTED, "passages": [passage.to_record() for passage in found]}

    async def ask_archive(
        self,
        question: Question,
        since: Since = "",
        until: Until = "",
        outlet: Outlet = "",
        author: Author = "",
        section: Section = "",
        collection: InCollection = "",
    ) -> dict[str, Any]:
        """Answer a question from the news archive alone: [n] in the text names a citation.

        Each claim has a verdict: "supported" (word for word in what it cites), "flagged" (certainly not in it: do not pass
        it on as fact), "unchecked", or "note" (about the archive itself).
        `status` is "not_found" where the archive does not hold the answer; then say so. It is "doubtful" where the archive
        does not clearly hold it: the text then begins with that and gives the nearest sentences; do not pass them on as
        the answer.
        """
        answer = await run_tool(
            lambda: self._assistant.ask(
                question, filters=read_filters(since, until, outlet, author, section, collection, self._user)
            ),
        )
        # What the answer does not cite would only fill the client's context.
        return {"untrusted": UNTRUSTED} | replace(answer, passages=()).to_record()

    async def verify(
        self,
        text: Annotated[str, Field(max_length=LONGEST_SENT, description="The text, at most 20,000 characters.")],
        limit: Annotated[int, Field(ge=1, le=MOST_SENT, description="How many claims, from the first on.")] = MOST_SENT,
        since: Since = "",
        until: Until = "",
        outlet: Outlet = "",
        author: Author = "",
        section: Section = "",
        collection: InCollection = "",
    ) -> dict[str, Any]:
        """Check a text that somebody wrote, claim by claim, against the news archive.

        Each of `checked` has a verdict: "supported", "contradicted", "absent" (the archive does not hold it) or "unchecked"
        (the archive has something on it, and nobody judged it), with the passages found; `passed_over` lists opinions,
        questions and the like, and `left_out` counts the claims beyond `limit`.
        """

        def check() -> DraftReport:
            filters = read_filters(since, until, outlet, author, section, collection, self._user)
            *_, last = self._assistant.check_draft(read_sent_draft(text), filters, limit)
            return last.report

        report = await run_tool(check)
        return {"untrusted": UNTRUSTED} | report.to_record()

    async def article_background(
        self,
        article_id: Annotated[str, Field(max_length=200, description="The article_id of a passage or citation.")],
    ) -> dict[str, Any]:
        """Return what the archive has on an article: earlier and later coverage, other reports, corrections, names.

        `copies` are articles with the same text; `questions` are questions that `ask_archive` answers.
        """
        # The client is a model itself, so none is asked to write.
        found = await run_tool(lambda: self._assistant.background(article_id, write=False))
        return {"untrusted": UNTRUSTED} | found.to_record()

    async def compare_outlets(
        self,
        asked: Annotated[
            str, Field(max_length=LONGEST_QUESTION, description="An article_id, or a question that leads to one.")
        ],
        since: Since = "",
        until: Until = "",
        outlet: Outlet = "",
        author: Author = "",
        section: Section = "",
        collection: InCollection = "",
    ) -> dict[str, Any]:
        """Return how several outlets tell one story: their sentences side by side, each verbatim.

        `differences` names what certainly differs in a row; where there are none, say nothing of whether the reports differ.
        """
        found = await run_tool(
            lambda: self._assistant.compare_outlets(
                asked, read_filters(since, until, outlet, author, section, collection, self._user)
            ),
        )
        return {"untrusted": UNTRUSTED} | found.to_record()

    async def get_article(
        self,
        article_id: Annotated[str, Field(max_length=200, description="The article_id of a passage or citation.")],
        start: Annotated[int, Field(ge=0, description="Character of the text to begin at.")] = 0,
    ) -> dict[str, Any]:
        """Return an article; of a text beyond 50,000 characters that part, and `next_start` to go on from."""
        article = await run_tool(lambda: self._assistant.archive.get(strip_invisible(article_id)))
        if article is None:
            raise ToolError(f"There is no article {article_id!r}; search_archive returns ids.")
        end = start + _MOST_BODY
        following = end if end < len(article.body) else None
        part = {"body": article.body[start:end], "start": start, "next_start": following}
        return {"untrusted": UNTRUSTED} | article.to_record() | part

    async def cite_articles(
        self,
        article_ids: Annotated[
            list[str], Field(min_length=1, max_length=_MOST_PASSAGES, description="Which articles.")
        ],
        form: Annotated[ReferenceFormat, Field(description="RIS, BibTeX or CSL JSON.")] = "ris",
    ) -> dict[str, Any]:
        """Return articles as references for Zotero and other programs for literature."""
        wanted = [strip_invisible(name) for name in article_ids]
        return {"untrusted": UNTRUSTED, "references": await run_tool(lambda: self._assistant.cite(wanted, form))}


def serve(assistant: Assistant, port: int | None, user: str = "") -> None:
    """Serve until the client goes: over stdin and stdout, or over HTTP at a port of this machine alone, under /mcp."""
    create_server(assistant, port or 0, user).run("streamable-http" if port else "stdio")


def create_server(assistant: Assistant, port: int = 0, user: str = "") -> "FastMCP[Any]":
    """Return a server whose tools ask an assistant.

    Args:
        assistant: Answers.
        port: Where it is served over HTTP.
        user: Whose topics and collections are meant; "" for those of the command line.
    """
    server: FastMCP[Any] = FastMCP("newsdesk", _INSTRUCTIONS, port=port, log_level="WARNING")
    tools, topics = Tools(assistant, user), TopicTools(assistant, user)
    reading = ToolAnnotations(readOnlyHint=True, openWorldHint=False)
    for tool in (
        tools.search_archive,
        tools.ask_archive,
        tools.article_background,
        tools.compare_outlets,
        tools.verify,
        tools.get_article,
        tools.cite_articles,
        topics.list_topics,
    ):
        server.add_tool(tool, annotations=reading)
    adding = ToolAnnotations(readOnlyHint=False, destructiveHint=False, idempotentHint=True, openWorldHint=False)
    server.add_tool(topics.follow_topic, annotations=adding)
    ending = ToolAnnotations(readOnlyHint=False, destructiveHint=True, openWorldHint=False)
    server.add_tool(topics.unfollow_topic, annotations=ending)
    server.add_tool(topics.topic_digest, annotations=adding.model_copy(update={"idempotentHint": False}))
    return server
