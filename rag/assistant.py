"""The one class that the page, the evaluation and scripts call."""

import json
import logging
import threading
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from datetime import datetime
from importlib.resources import files
from pathlib import Path

from langchain_core.runnables import Runnable, RunnableConfig

from corpus import Article
from corpus.archive.database import Archive
from corpus.errors import InputError, NewsdeskError
from corpus.ingestion.ingest import ingest
from corpus.readers import read
from corpus.references.reference import make_references
from corpus.references.reference_formats import REFERENCE_FORMATS
from rag.answer.answer_pipeline import AnswerPipeline
from rag.answer.chain_steps import AnswerState
from rag.answer.question_reader import QuestionReader
from rag.drafts.draft_check import DraftCheck
from rag.drafts.draft_report import CheckedClaim, DraftEvent
from rag.follow.topic_book import FILE, TopicBook
from rag.follow.topic_watch import TopicWatch
from rag.index.embedder import Embedder
from rag.index.indexes import open_indexes
from rag.llm.prompt import Prompt
from rag.llm.token_counts import token_counter
from rag.llm.writer import Writer
from rag.model import Answer, Citation, Event, Filters, Passage, Turn
from rag.question.query import Corrected, Query
from rag.question.question_text import read_history, read_question
from rag.retrieval.evidence_search import EvidenceSearch
from rag.retrieval.passage_search import Retriever
from rag.retrieval.reranker import Reranker
from rag.retrieval.sentence_ranking import PassageReader
from rag.retrieval.topic_coverage import TopicCoverage
from rag.settings import Settings, tiktoken_folder
from rag.story.background import Background, BackgroundSearch
from rag.story.background_writing import BackgroundWriting
from rag.story.outlet_comparison import OutletComparison, OutletSearch

log = logging.getLogger(__name__)

_LOOK_S = 1.0  # How often the archive is looked at for changes.


class Assistant:
    """Search an archive and answer questions from it.

    One process at a time owns the indexes of a data folder; others may open them read-only. Several threads may call at once.
    """

    def __init__(
        self, settings: Settings, owner: str = "a program", embedder: Embedder | None = None, read_only: bool = False
    ) -> None:
        """Open the archive and the indexes.

        Args:
            settings: Where the data lie, which embedder, which model.
            owner: How this process is named to another one that wants the same indexes.
            embedder: In place of the one that the settings name.
            read_only: Read the indexes without owning them, see `rag.index.read_only_indexes`.

        Raises:
            NewsdeskError: The archive, the indexes or the model cannot be had; the message says what to do.
        """
        self.settings = settings
        self.writer = Writer.from_settings(settings) if settings.llm else None
        self.reranker = Reranker(settings.reranker) if settings.reranker else None
        self.archive = Archive(settings.archive_place)
        self.embedder = embedder or Embedder(settings.embedder)
        self._stop = threading.Event()
        self._follower: threading.Thread | None = None
        try:
            self.indexes = open_indexes(
                self.archive, self.embedder, settings.data_dir / "index", owner, read_only, settings.dense
            )
        except BaseException:
            self.archive.close()
            raise
        retriever = Retriever(self.indexes, reranker=self.reranker)
        self.questions = QuestionReader(self.archive, retriever)
        self.evidence = EvidenceSearch(retriever, PassageReader(self.embedder, self.indexes.lexical))
        self.coverage = TopicCoverage(retriever)
        self._topics = TopicWatch(TopicBook(settings.place_of(FILE)), self.evidence)
        self.pipeline = self.compose_pipeline()

    @classmethod
    def from_settings(cls, settings: Settings | None = None, owner: str = "a program") -> "Assistant":
        """Compose an assistant of what the settings name; without any, of the environment's."""
        return cls(settings or Settings(), owner)

    def __enter__(self) -> "Assistant":
        """Return the assistant."""
        return self

    def __exit__(self, *raised: object) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Stop following and let go of the indexes and the archive."""
        self._stop.set()
        if self._follower:
            self._follower.join(timeout=30)
        self.indexes.close()
        self.archive.close()

    def with_writer(self, writer: "Writer | None") -> "Assistant":
        """Return an assistant over the same archive and indexes whose answers another model writes, or none.

        It ends with this one, which alone is closed.
        """
        other = copy(self)
        other.writer = writer
        other.pipeline = other.compose_pipeline()
        return other

    def compose_pipeline(self, look_again: bool = True) -> AnswerPipeline:
        """Return what answers questions with the parts and the settings of this assistant.

        Args:
            look_again: Search once more for what the model says is missing, if the settings have it so.
        """
        return AnswerPipeline(
            self.questions,
            self.evidence,
            self.coverage,
            self.writer,
            token_counter(lambda text: self.embedder.count([text])[0], tiktoken_folder()),
            passages=self.settings.passages,
            evidence_tokens=self.settings.evidence_tokens,
            look_again=look_again and self.settings.look_again,
            mend=self.settings.mend,
            total_s=self.settings.llm_total_s,
        )

    @property
    def runnable(self) -> Runnable[AnswerState, Event]:
        """Return the chain that `stream` runs: its input has the arguments of `stream` as keys, its pieces are events.

        The steps are named "plan", "retrieve", "judge", "write", "check" and "verify"; `rag.chain` shows the same
        chain in the form that other chains expect.
        """
        return self.pipeline.runnable(lambda pieces: AnswerState(pieces[0]), show_events)

    def search(
        self,
        question: str,
        k: int = 10,
        filters: Filters | None = None,
        now: datetime | None = None,
        history: Sequence[Turn] = (),
    ) -> list[Passage]:
        """Return the `k` best passages for a question, best first: what `ask` reads without a model.

        Filters, where given, hold exactly; without any, what the question says holds, unless it leaves nothing.
        """
        query = self.understand_question(question, history, filters, now)
        return list(self.evidence.search(query, k, strict=filters is not None).passages)

    def ask(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
        config: RunnableConfig | None = None,
    ) -> Answer:
        """Answer a question from the archive.

        Args:
            question: What is asked, at most 2,000 characters.
            history: The turns before, oldest first; what makes a follow-up stand alone.
            filters: What to search in; they win over what the question says.
            now: What "last week" is counted from, the present by default; what was published later is not looked at.
            config: LangChain's, for instance with callbacks that trace the steps.

        Raises:
            NewsdeskError: The question is empty or too long. A failing model raises nothing: see `Answer.status`.
        """
        *_, last = self.stream(question, history, filters, now, config=config)
        if last.answer is None:
            raise ValueError("the stream ended without an answer")
        return last.answer

    def stream(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
        whole: bool = False,
        config: RunnableConfig | None = None,
    ) -> Iterator[Event]:
        """Answer step by step; the last event holds the answer, and closing the iterator stops the model.

        The arguments are those of `ask`; `whole` leaves a question of several parts in one piece.
        """
        asked = AnswerState(question=question, history=history, filters=filters, now=now, whole=whole)
        yield from self.runnable.stream(asked, config)

    def understand_question(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
        whole: bool = False,
    ) -> Query:
        """Return what a question is understood as: stand-alone (by rules), its kind, its parts, its filters.

        Raises:
            NewsdeskError: It is empty or too long.
        """
        return self.questions.read(question, history, filters, now, whole)

    def prompt_for(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
    ) -> Prompt | Answer:
        """Return what would be sent to a model if the searches are planned by rules, or the answer where none is asked."""
        now, history = now or datetime.now().astimezone(), read_history(history)
        return self.pipeline.prompt_for(self.understand_question(question, history, filters, now), history, now)

    def answer_from(self, prompt: Prompt, reply: str, verdicts: str = "") -> Answer:
        """Make the answer of a model's whole reply to a prompt of `prompt_for`, with citations and checks.

        Args:
            prompt: What was sent.
            reply: What came back.
            verdicts: What a model replied to the request for a second reading, if it was asked.
        """
        return self.pipeline.answer_from(prompt, reply, verdicts)

    def check_draft(
        self,
        text: str,
        filters: Filters | None = None,
        limit: int | None = None,
        known: Mapping[int, CheckedClaim] | None = None,
    ) -> Iterator[DraftEvent]:
        """Check a text that somebody else wrote, claim by claim; the last event holds the report.

        The model that reads claims judges, where one is set, else rules do. The arguments are those of
        `rag.drafts.draft_check.DraftCheck.run`.

        Raises:
            NewsdeskError: The draft is empty or too long. A failing model raises nothing: see `DraftReport.notes`.
        """
        verifier = self.writer.verifier if self.writer else None
        count, tokens = self.pipeline.count, self.settings.evidence_tokens
        check = DraftCheck(self.archive, self.questions, self.evidence, verifier, count, tokens)
        return check.run(text, self.questions.resolve(filters), limit, known)

    def timeline(self, topic: str, filters: Filters | None = None) -> list[Citation]:
        """Return every story on a topic in order of time, undated ones last, numbered from 1.

        An entry holds the sentence that tells most of the topic in the earliest article of the story; the articles
        that carry the same text are `passage.copies`. What counts as on the topic: see `rag.retrieval.topic_coverage`.
        """
        corrected = self.correct_spelling(topic)
        found = self.coverage.find(corrected.text, self.questions.resolve(filters), loosely=True)
        return self.coverage.cite_stories(found)

    def correct_spelling(self, text: str) -> Corrected:
        """Return a question or a topic with its spelling mistakes corrected, and a note for the reader on each."""
        self.questions.refresh()
        return self.questions.correct(read_question(text))

    def background(self, article_id: str, write: bool = True) -> Background:
        """Return what the archive has on an article; with a model set, it writes a text from the same evidence.

        Args:
            article_id: The article.
            write: Let the model write, where one is set.

        Raises:
            InputError: The archive holds no article of this id. A failing model raises nothing: see `Background.notes`.
        """
        self.questions.refresh()
        found = BackgroundSearch(self.evidence.retriever, self.with_writer(None).ask).collect(article_id)
        if not write or self.writer is None:
            return found
        return BackgroundWriting(self.questions, self.compose_pipeline(False), self.settings.evidence_tokens).write(
            found
        )

    def compare_outlets(self, asked: str, filters: Filters | None = None) -> OutletComparison:
        """Return how several outlets tell one story, side by side.

        Args:
            asked: The id of an article that tells it, or a question that finds one.
            filters: What every article must meet.

        Raises:
            InputError: The question is empty or too long, or the archive does not hold what it asks for.
        """
        self.questions.refresh()
        return OutletSearch(self.questions, self.evidence).compare(asked, filters)

    def articles(self, words: str, filters: Filters | None = None) -> list[Article]:
        """Return every indexed article whose headline or text holds some words, newest first, undated ones last.

        The words may stand in any form; names of several words and what is in quotation marks must stand as written,
        and "A or B" takes either.
        """
        self.questions.refresh()
        found = self.coverage.find(read_question(words), self.questions.resolve(filters)).articles
        dated = [article for article in found if article.published_at]
        return dated[::-1] + [article for article in found if not article.published_at]

    def cite(self, article_ids: Sequence[str], form: str) -> str:
        """Return articles of the archive as references, in the order given.

        Raises:
            NewsdeskError: An id or the format ("ris", "bibtex" or "csl") is unknown.
        """
        if form not in REFERENCE_FORMATS:
            raise InputError(f"{form!r} is no format of references; there are {', '.join(REFERENCE_FORMATS)}")
        found = [(name, self.archive.get(name)) for name in dict.fromkeys(article_ids)]
        if missing := [name for name, article in found if article is None]:
            raise InputError(f"there is no article {missing[0]!r}")
        return REFERENCE_FORMATS[form][2](make_references((article, "") for _, article in found if article))

    def example_questions(self, n: int = 4) -> list[str]:
        """Return questions that the archive can answer: those that ship if it holds the starter corpus, else headlines."""
        shipped = (files("corpus") / "starter" / "examples.jsonl").read_text("utf-8").splitlines()
        kept = [e for e in map(json.loads, shipped) if all(self.archive.get(i) for i in e["articles"])]
        found = [str(example["question"]) for example in kept]
        titles = [f"What is known about “{a.title}”?" for a in self.archive.articles(limit=n)] if not found else []
        return (found or titles)[:n]

    # The archive

    @property
    def model_name(self) -> str:
        """Return the model as "provider:name", or "none"."""
        return self.writer.name if self.writer else "none"

    def progress(self) -> tuple[int, int]:
        """Return how many articles can be found, and how many there are."""
        return self.indexes.progress()

    def sync(self) -> int:
        """Embed and index what the archive holds and the indexes do not; return how many articles that was."""
        self.indexes.embed_pending()
        return self.indexes.catch_up()

    def start(self, look_s: float = _LOOK_S) -> None:
        """Look at the archive every `look_s` seconds, in a thread: what another process adds can soon be asked for."""
        if not self._follower:
            self.indexes.folder.keep()
            self._follower = threading.Thread(target=self._follow, args=(look_s,), name="follower", daemon=True)
            self._follower.start()

    def load_starter(self) -> int:
        """Put the starter corpus into the archive; return how many articles were new. `sync` or `start` indexes them."""
        path = Path(str(files("corpus") / "starter" / "articles.jsonl"))
        return ingest(self.archive, read([path])).added

    def _follow(self, look_s: float) -> None:
        reported = ""
        while not self._stop.is_set():
            try:
                self.indexes.embed_pending(lambda *_: self.indexes.catch_up(), stop=self._stop)
                self.indexes.catch_up()
                self.topics.check()
            except NewsdeskError as error:
                if str(error) != reported:  # A full disk may stay full for days.
                    log.warning("following the archive failed, and is tried again: %s", reported := str(error))
            except Exception:
                if not self._stop.is_set():
                    log.exception("following the archive failed; trying again")
            else:
                reported = ""
            self._stop.wait(look_s)

    @property
    def topics(self) -> TopicWatch:
        """Return what looks for news on the topics that are followed."""
        self.questions.refresh()
        return self._topics

    def finder(self) -> EvidenceSearch:
        """Return what searches the archive and reads what it found, in the main languages that the archive has now."""
        self.questions.refresh()
        return self.evidence


def show_events(pieces: Iterator[AnswerState]) -> Iterator[Event]:
    """Yield what a reader sees of the steps of an answer."""
    return (piece["event"] for piece in pieces if "event" in piece)
