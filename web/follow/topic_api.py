"""What programs ask over HTTP about the topics that a user follows."""

from typing import Any

import gradio as gr
from gradio.events import api

from rag import Assistant
from rag.follow.digest_export import to_record
from rag.question.filter_values import read_filters
from web.api import Api
from web.frame import user_of
from web.rate_limit import asks


class TopicApi:
    """Answer programs in the name of a user, each of whom has topics of his own."""

    def __init__(self, programs: Api) -> None:
        """Answer with the assistant that `programs` answers with."""
        self._programs = programs

    def build(self) -> None:
        """Add the endpoints to the blocks that are open."""
        for endpoint in (self.list_topics, self.follow_topic, self.unfollow_topic, self.digest):
            api(endpoint, api_name=endpoint.__name__, concurrency_limit=8)

    def list_topics(self, request: gr.Request) -> list[dict[str, Any]]:
        """Return the topics that the user follows, with how many articles on each were not looked at on the page."""
        return self._programs.run(lambda a: a.topics.list_records(user_of(request)))

    @asks()
    def follow_topic(
        self,
        request: gr.Request,
        topic: str,
        since: str = "",
        until: str = "",
        outlet: str = "",
        author: str = "",
        section: str = "",
        collection: str = "",
    ) -> dict[str, Any]:
        """Follow a topic, a question or some words, from now on; return it with how many articles there are already."""

        def follow(assistant: Assistant) -> dict[str, Any]:
            user = user_of(request)
            filters = read_filters(since, until, outlet, author, section, collection, user)
            made = assistant.topics.follow(user, topic, assistant.questions.resolve(filters))
            return assistant.topics.describe(made)

        return self._programs.run(follow)

    def unfollow_topic(self, request: gr.Request, number: int) -> list[dict[str, Any]]:
        """Follow a topic no longer, named by its id; return those that are left."""

        def unfollow(assistant: Assistant) -> list[dict[str, Any]]:
            assistant.topics.unfollow(user_of(request), number)
            return assistant.topics.list_records(user_of(request))

        return self._programs.run(unfollow)

    @asks()
    def digest(self, request: gr.Request, since: str = "") -> dict[str, Any]:
        """Return what is new on the topics since a day ("yesterday", 2017-09-01), else since the last digest told it."""
        return self._programs.run(lambda a: to_record(a.topics.tell_digest(user_of(request), since)))
