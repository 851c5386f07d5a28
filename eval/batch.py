"""Answer a set by any model anywhere: the requests that the chain would send, and the replies put in for the model.

Requests are in the JSONL of OpenAI's Batch API. For scoring, retrieval and prompts are made again from the same
archive, so that a reply goes through the same parsing and checks as in a live run; a digest of each prompt makes sure
that it is the one that was sent.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from pydantic import SecretStr

from corpus.errors import InputError, ModelError, SettingsError
from eval.question import Question
from eval.replies import BatchReply
from eval.runs.run_folder import MAIN
from eval.runs.systems import Asker, AssistantSystem
from rag.llm.chat_model import chat_model
from rag.model import Answer, Filters, Passage, Turn
from rag.settings import Settings

_URL = "/v1/chat/completions"


class PromptedQuestion(Protocol):
    """Describe a prompt that is ready to be sent."""

    @property
    def messages(self) -> Sequence[tuple[str, str]]:
        """Return (role, text) of each message."""

    @property
    def boundary(self) -> str:
        """Return the random line in the messages, new in each prompt."""


class Prompter(Asker, Protocol):
    """Describe the part of `rag.Assistant` that a batch calls."""

    def prompt_for(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
    ) -> PromptedQuestion | Answer:
        """Return what would be sent, or the answer where code decides it alone (a refusal)."""

    def answer_from(self, prompt: Any, reply: str) -> Answer:
        """Return the answer that a model's reply makes."""


Body = Callable[[PromptedQuestion], dict[str, Any]]
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

    def body(prompt: PromptedQuestion) -> dict[str, Any]:
        payload: dict[str, Any] = model._get_request_payload(list(prompt.messages))
        # The Batch API refuses streamed requests.
        return {key: value for key, value in payload.items() if key != "stream"}

    return body


def requests(prompter: Prompter, questions: Iterable[Question], batch: Batch, body: Body) -> Iterator[dict[str, Any]]:
    """Yield one request for each question that a model is asked; what code refuses needs none.

    Args:
        prompter: The assistant.
        questions: To be asked.
        batch: Names the requests; `custom_id` is `BATCH:QUESTION:DIGEST`.
        body: Makes the body of each.
    """
    for question in questions:
        prompt = _prompt(prompter, question, batch)
        if not isinstance(prompt, Answer):
            key = f"{batch.name}:{question.id}:{digest(prompt)}"
            yield {"custom_id": key, "method": "POST", "url": _URL, "body": body(prompt)}


def write_requests(path: Path, rows: Iterable[Mapping[str, Any]]) -> int:
    """Write requests as JSONL and return how many there were."""
    count = 0
    with path.open("w", encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return count


class RecordedReplies:
    """Search and prompt as Newsdesk does, with the replies of a batch in place of the model."""

    name = MAIN

    def __init__(self, prompter: Prompter, batch: Batch, replies: Mapping[str, BatchReply]) -> None:
        """Take the assistant, the batch, and its replies by `custom_id`."""
        prefix = f"{batch.name}:"
        self._newsdesk = AssistantSystem(prompter, MAIN, batch.now)
        self._prompter = prompter
        self._batch = batch
        self._replies = {
            key.removeprefix(prefix).rpartition(":")[0]: (key, reply)
            for key, reply in replies.items()
            if key.startswith(prefix)
        }

    def search(self, question: Question, k: int) -> list[Passage]:
        """Return the passages that the question would be answered from."""
        return self._newsdesk.search(question, k)

    def answer(self, question: Question) -> Answer:
        """Return the answer that the reply makes, or the refusal that needed no model.

        Raises:
            ModelError: The reply is missing, failed, or belongs to another prompt.
        """
        prompt = _prompt(self._prompter, question, self._batch)
        if isinstance(prompt, Answer):
            return prompt
        key, reply = self._replies.get(question.id, ("", BatchReply(error="No reply to this question.")))
        if key and not key.endswith(digest(prompt)):
            raise ModelError("The reply is to another prompt: archive or settings changed. Export again.")
        if reply.error:
            raise ModelError(reply.error)
        answer = self._prompter.answer_from(prompt, reply.text)
        answer = replace(answer, model=reply.model or self._batch.model, usage=reply.usage)
        if reply.whole:
            return answer
        return replace(answer, status="incomplete", notes=(*answer.notes, "The model stopped before its end."))


def digest(prompt: PromptedQuestion) -> str:
    """Return 12 hexadecimal digits that identify the messages, ignoring the random line in them."""
    text = json.dumps([list(message) for message in prompt.messages], ensure_ascii=False)
    # The boundary is random in each prompt; with it, no prompt would ever match its own export.
    text = text.replace(prompt.boundary, "") if prompt.boundary else text
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]


def _prompt(prompter: Prompter, question: Question, batch: Batch) -> PromptedQuestion | Answer:
    return prompter.prompt_for(question.text, question.history, None, question.as_of or batch.now)
