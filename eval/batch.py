"""Answer a set by any model anywhere: the requests that the chain would send, and the replies put in for the model.

Requests are in the JSONL of OpenAI's Batch API. One question may take several of them, stage by stage: the plan, the
answer, the answer after a second search. The chain is run with the replies that are there, and the first prompt that
has none is the next request; for scoring it is run with all of them, so that a reply goes through the same parsing and
checks as in a live run. A digest of each prompt makes sure that it is the one that was sent.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from langchain_core.runnables import RunnableConfig
from pydantic import SecretStr

from corpus.errors import InputError, ModelError, NewsdeskError, SettingsError
from eval.question import Question
from eval.replies import BatchReply
from eval.runs.run_folder import MAIN
from eval.runs.systems import Asker, AssistantSystem
from rag.llm.chat_model import chat_model, hold_to_schema
from rag.llm.plan_prompt import PLAN_SCHEMA, PLAN_TOKENS
from rag.llm.prompt import ModelRequest
from rag.llm.verification_prompt import VERDICT_SCHEMA, VERDICT_TOKENS
from rag.llm.writer import Reply, Writer
from rag.model import Answer, Passage
from rag.settings import Settings

if TYPE_CHECKING:
    from langchain_openai import ChatOpenAI

_URL = "/v1/chat/completions"


class Prompter(Asker, Protocol):
    """Describe the part of `rag.Assistant` that a batch calls."""

    def with_writer(self, writer: Writer | None) -> Asker:
        """Return the same assistant with another model."""


Body = Callable[[ModelRequest], dict[str, Any]]
"""Makes the body of a request."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Hold what ties requests and replies together.

    Attributes:
        name: Without a colon.
        now: When it was exported: the "now" of every question that has none of its own, at scoring too.
        model: That it was made for, "provider:name".
        set_path: Where the questions were read.
        home: Folder of the archive that was asked.
        questions: Ids of the questions, in order.
        question_fingerprint: Of these questions.
        data_fingerprint: Of the articles.
    """

    name: str
    now: datetime
    model: str = ""
    set_path: str = ""
    home: str = ""
    questions: tuple[str, ...] = ()
    question_fingerprint: str = ""
    data_fingerprint: str = ""

    def write(self, folder: Path) -> None:
        """Write it into a folder of batches."""
        folder.mkdir(parents=True, exist_ok=True)
        record = {**asdict(self), "now": self.now.isoformat()}
        (folder / f"{self.name}.json").write_text(json.dumps(record, indent=1, ensure_ascii=False), "utf-8")


def read_batch(folder: Path, name: str) -> Batch:
    """Return the batch of that name.

    Raises:
        InputError: It is not there, or cannot be read.
    """
    # Only the last part of the name: a batch is never read from outside its folder.
    path = folder / f"{Path(name).name}.json"
    try:
        record = json.loads(path.read_text("utf-8"))
        now, questions = datetime.fromisoformat(record["now"]), tuple(record["questions"])
        return Batch(**{**record, "now": now, "questions": questions})
    except OSError:
        raise InputError(
            f"The batch {name} is not in {folder}. Score it where it was exported, or give --out"
        ) from None
    except (ValueError, TypeError, KeyError) as error:
        raise InputError(f"{path} cannot be read ({error}). Export the batch again.") from None


def request_body(settings: Settings) -> Body:
    """Return what makes the body of a request: what LangChain's OpenAI client would send for the model of the settings.

    For a model of another provider its name and the limits are kept, and the form is OpenAI's.

    Raises:
        SettingsError: No model is named.
    """
    from langchain_openai import ChatOpenAI

    _, _, name = settings.llm.partition(":")
    if not name:
        raise SettingsError("No model is named. Name the one that will answer: --llm openai:NAME, or set NEWSDESK_LLM")
    # Nothing is sent from here, so no key is asked for.
    model = chat_model(settings.model_copy(update={"llm": f"openai:{name}", "llm_api_key": SecretStr("none")}))
    if not isinstance(model, ChatOpenAI):
        raise TypeError("LangChain's OpenAI client has another type now")

    schemas = {"plan": (PLAN_SCHEMA, PLAN_TOKENS), "verify": (VERDICT_SCHEMA, VERDICT_TOKENS)}

    def body(prompt: ModelRequest) -> dict[str, Any]:
        limits: dict[str, Any] = _hold_to(model, *schemas[prompt.stage]) if prompt.stage in schemas else {}
        payload: dict[str, Any] = model._get_request_payload(list(prompt.messages), **limits)
        # The Batch API refuses streamed requests.
        return {key: value for key, value in payload.items() if key != "stream"}

    return body


def _hold_to(model: "ChatOpenAI", schema: dict[str, Any], tokens: int) -> dict[str, Any]:
    """Return what LangChain's client adds to a request that must be answered in a form, within so many tokens."""
    bound = hold_to_schema(model, schema)
    # `ls_...` speaks to LangSmith's traces and is no part of a request.
    kwargs = {key: value for key, value in bound.kwargs.items() if not key.startswith("ls_")} if bound else {}
    return {**kwargs, "max_tokens": tokens}


class MissingReplyError(NewsdeskError):
    """Say that a prompt has no reply yet.

    Attributes:
        prompt: The prompt.
    """

    def __init__(self, message: str, prompt: ModelRequest) -> None:
        """Name what is wrong with the prompt's reply."""
        super().__init__(message)
        self.prompt = prompt


class RecordedWriter(Writer):
    """Write to one question what a model replied to the same prompts."""

    def __init__(self, model: str, replies: Mapping[str, BatchReply], plan: bool, verify: bool) -> None:
        """Take the replies to one question by `STAGE-DIGEST`.

        Args:
            model: The model that they are asked from.
            replies: The replies.
            plan: The searches are planned by the model too.
            verify: Its claims are read again by it, and mended.
        """
        self.name = model
        self.planner = RecordedWriter(model, replies, False, False) if plan else None
        self.verifier = RecordedWriter(model, replies, False, False) if verify else None
        self._replies = replies

    def stream(
        self,
        prompt: ModelRequest,
        reply: Reply,
        config: RunnableConfig | None = None,  # noqa: ARG002
        within_s: float = math.inf,  # noqa: ARG002
    ) -> Iterator[str]:
        """Yield the recorded reply in one piece.

        Raises:
            MissingReplyError: There is none, or it is to another prompt.
            ModelError: The model failed.
        """
        found = self._replies.get(f"{prompt.stage}-{digest(prompt)}")
        if found is None:
            other = any(key.startswith(f"{prompt.stage}-") for key in self._replies)
            reason = "The reply is to another prompt: archive or settings changed. Export again."
            raise MissingReplyError(reason if other else "No reply to this question.", prompt)
        # Without the answer there is nothing to score; without a plan or a second reading a live run goes on too.
        if found.error and prompt.stage == "write":
            raise MissingReplyError(found.error, prompt)
        if found.error or not found.whole:
            raise ModelError(found.error or "the model stopped before its end")
        self.name = found.model or self.name
        reply.text, reply.usage, reply.whole = found.text, dict(found.usage), True
        yield found.text


class RecordedReplies:
    """Search and prompt as Newsdesk does, with the replies of a batch in place of the model."""

    name = MAIN

    def __init__(
        self,
        prompter: Prompter,
        batch: Batch,
        replies: Mapping[str, BatchReply],
        plan: bool = True,
        verify: bool = True,
    ) -> None:
        """Take the assistant, the batch, its replies by `custom_id`, whether the model plans, and reads its claims again."""
        self._newsdesk = AssistantSystem(prompter, MAIN, batch.now)
        self._prompter = prompter
        self._batch = batch
        self._plan = plan
        self._verify = verify
        self._replies: dict[str, dict[str, BatchReply]] = {}
        # From both ends: the id of a question may hold colons, the name of a batch and a digest do not.
        for key, reply in replies.items():
            name, _, rest = key.partition(":")
            question, _, prompt = rest.rpartition(":")
            if name == batch.name:
                self._replies.setdefault(question, {})[prompt] = reply

    def search(self, question: Question, k: int) -> list[Passage]:
        """Return the passages that the question would be answered from."""
        return self._newsdesk.search(question, k)

    def answer(self, question: Question) -> Answer:
        """Return the answer that the replies make, or the one that needed no model.

        Raises:
            MissingReplyError: A reply is missing, failed, or belongs to another prompt.
        """
        writer = RecordedWriter(self._batch.model, self._replies.get(question.id, {}), self._plan, self._verify)
        return AssistantSystem(self._prompter.with_writer(writer), MAIN, self._batch.now).answer(question)

    def requests(self, questions: Iterable[Question], body: Body) -> Iterator[dict[str, Any]]:
        """Yield the next request of each question that lacks a reply; `custom_id` is `BATCH:QUESTION:STAGE-DIGEST`."""
        for question in questions:
            try:
                self.answer(question)
            except MissingReplyError as missing:
                prompt = missing.prompt
                key = f"{self._batch.name}:{question.id}:{prompt.stage}-{digest(prompt)}"
                yield make_row(key, prompt, body)


def make_row(key: str, prompt: ModelRequest, body: Body) -> dict[str, Any]:
    """Return a request in the form of OpenAI's Batch API, under the `custom_id` that comes back with its reply."""
    return {"custom_id": key, "method": "POST", "url": _URL, "body": body(prompt)}


def write_requests(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write requests as JSONL and return how many there were."""
    count = 0
    with path.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


def digest(prompt: ModelRequest) -> str:
    """Return 12 hexadecimal digits that identify the messages, ignoring the random line in them."""
    text = json.dumps([list(message) for message in prompt.messages], ensure_ascii=False)
    # The boundary is random in each prompt; with it, no prompt would ever match its own export.
    text = text.replace(prompt.boundary, "") if prompt.boundary else text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
