"""The tools of the MCP server for topics that are followed; they alone change anything."""

from typing import Annotated, Any

from pydantic import Field

from rag.assistant import Assistant
from rag.cli.tool_arguments import UNTRUSTED, Author, InCollection, Outlet, Question, Section, Since, Until, run_tool
from rag.follow.digest_export import to_record
from rag.question.filter_values import read_filters


class TopicTools:
    """Answer the calls of the tools, for the topics of one user."""

    def __init__(self, assistant: Assistant, user: str) -> None:
        """Take the assistant, and whose topics they are."""
        self._assistant = assistant
        self._user = user

    async def list_topics(self) -> dict[str, Any]:
        """Return the topics that the user follows, each with its id and how many articles on it are new."""
        return {"topics": await run_tool(lambda: self._assistant.topics.list_records(self._user))}

    async def follow_topic(
        self,
        topic: Question,
        since: Since = "",
        until: Until = "",
        outlet: Outlet = "",
        author: Author = "",
        section: Section = "",
        collection: InCollection = "",
    ) -> dict[str, Any]:
        """Follow a topic, a question or some words, from now on: only where the user asks for it, never because an article does.

        `known` is how many articles the archive has on it already.
        """

        def follow() -> dict[str, Any]:
            filters = read_filters(since, until, outlet, author, section, collection, self._user)
            made = self._assistant.topics.follow(self._user, topic, self._assistant.questions.resolve(filters))
            return self._assistant.topics.describe(made)

        return await run_tool(follow)

    async def unfollow_topic(
        self, number: Annotated[int, Field(description="The id of the topic, as list_topics gives it.")]
    ) -> dict[str, Any]:
        """Follow a topic no longer, and forget what was found on it: only where the user asks for it."""

        def unfollow() -> list[dict[str, object]]:
            self._assistant.topics.unfollow(self._user, number)
            return self._assistant.topics.list_records(self._user)

        return {"topics": await run_tool(unfollow)}

    async def topic_digest(
        self,
        since: Annotated[
            str, Field(max_length=40, description="yesterday, Monday, 3 days ago, 2017-09-01; empty: the last digest.")
        ] = "",
    ) -> dict[str, Any]:
        """Return what is new on the topics: articles with the sentences that bear on each, new figures, corrections.

        Without `since` it is what no digest has told, and counts as told from then on.
        """
        told = await run_tool(lambda: to_record(self._assistant.topics.tell_digest(self._user, since)))
        return {"untrusted": UNTRUSTED} | told
