"""What one reader asked and was answered, in order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo

from corpus.text.characters import one_line
from rag.model import REMEMBERED, Answer, Event, Filters, Passage, Turn

CUT = "Stopped: this is not a whole answer, and nothing in it was checked."
"""The note on an exchange that the reader stopped."""


@dataclass(slots=True)
class Exchange:
    """Hold one question with what has come back so far.

    Attributes:
        question: What the reader wrote.
        filters: What the reader narrowed the search to, or None to let the question decide.
        alone: Asked without the conversation before it.
        whole: Asked in one piece, not part by part.
        model: Which model was chosen for it, as `web.assistant.available_models` names them; "" for the one that is set.
        stage: The last stage that the assistant reported; "stopped" or "failed" when it came to no end.
        text: The answer so far.
        passages: What was retrieved so far.
        answer: The whole answer, at the end.
        error: What went wrong, for the reader.
        note: What the reader should know of the circumstances.
        asked_at: When, in UTC.
        key: Its number in the store, or 0.
        opinion: 1 if the reader found the answer useful, -1 if not, 0 without an opinion.
        remark: What the reader wrote on it.
        cost: What the answer cost, in dollars; 0 where no price is set.
        further: Questions that the archive can answer next.
        zone: Of the reader's clock, by which "this week" is counted; None for this machine's.
    """

    question: str
    filters: Filters | None = None
    alone: bool = False
    whole: bool = False
    model: str = ""
    stage: str = "searching"
    text: str = ""
    passages: Sequence[Passage] = ()
    answer: Answer | None = None
    error: str = ""
    note: str = ""
    asked_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    key: int = 0
    opinion: int = 0
    remark: str = ""
    cost: float = 0.0
    further: Sequence[str] = ()
    zone: tzinfo | None = None

    @property
    def open(self) -> bool:
        """Return whether an answer is still awaited."""
        return self.answer is None and self.stage not in {"stopped", "failed"}

    def take(self, event: Event) -> None:
        """Take in the next event of the stream; one that comes after the reader stopped it is too late."""
        if not self.open:
            return
        # An event that brings none takes nothing away.
        self.text = event.text or self.text
        self.passages = event.passages or self.passages
        if event.answer is not None and event.stage == "done":
            self.text, self.passages = event.answer.text, event.answer.passages
            self.answer = event.answer
        self.stage = event.stage  # Last: whoever sees the last one has the answer too.

    def fail(self, message: str) -> None:
        """End without an answer, saying why."""
        self.error = message
        self.stage = "failed"

    def stop(self) -> None:
        """End at the reader's wish; what was written stays, marked as cut off."""
        if self.open:
            self.stage = "stopped"


@dataclass(slots=True)
class Conversation:
    """Hold the exchanges of one reader's page.

    Attributes:
        exchanges: In the order asked.
        id: Its id, from its first question on, or "".
        title: What the list calls it, or "".
        kept: Whether the store has held it.
    """

    exchanges: list[Exchange] = field(default_factory=list)
    id: str = ""
    title: str = ""
    kept: bool = False

    def begin(self, exchange: Exchange) -> Exchange:
        """Add an exchange and return it."""
        self.exchanges.append(exchange)
        return exchange

    @property
    def busy(self) -> bool:
        """Return whether an answer is still awaited."""
        return any(exchange.open for exchange in self.exchanges)

    def is_answering(self, question: str) -> bool:
        """Return whether an answer to this question is under way."""
        return any(exchange.open and exchange.question == one_line(question) for exchange in self.exchanges)

    def take_back(self) -> Exchange | None:
        """Remove the last exchange and return it."""
        return self.exchanges.pop() if self.exchanges else None

    def history(self) -> list[Turn]:
        """Return the answered exchanges before the last as turns; what failed or was cut off is left out."""
        if not self.exchanges or self.exchanges[-1].alone:
            return []
        turns: list[Turn] = []
        for exchange in self.exchanges[:-1][-REMEMBERED:]:
            if exchange.answer is not None:
                turns += [Turn("user", exchange.question), Turn("assistant", exchange.answer.text)]
        return turns


@dataclass(slots=True)
class SessionState:
    """Hold what one open page has before it.

    Attributes:
        conversation: The one that is open.
        words: What the list of conversations is searched for.
        filters: What the reader narrowed every search to.
        model: The model that the reader chose, as `web.assistant.available_models` names it; "" for the one that is set.
        missing: The id of a conversation that was asked for and is not there, or "".
        zone: Of the reader's clock; None for this machine's.
        drawn: What the list of conversations was drawn for, so that it is drawn again only where that changed.
        shows_busy: Whether the page shows an answer as awaited.
    """

    conversation: Conversation = field(default_factory=Conversation)
    words: str = ""
    filters: Filters = field(default_factory=Filters)
    model: str = ""
    missing: str = ""
    zone: tzinfo | None = None
    drawn: object = None
    shows_busy: bool = False

    def open(self, conversation: Conversation) -> None:
        """Open another conversation; what is still being answered in the one before goes on."""
        self.conversation, self.missing = conversation, ""
