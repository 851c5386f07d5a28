"""From an understood question to a checked answer: retrieve, judge, write or quote, check."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from corpus.article import Article
from corpus.errors import ModelError
from corpus.text.days import format_day
from corpus.text.language_detection import detect
from rag.answer.conflicts import conflict_note, find_conflicts
from rag.answer.timeline_answer import MOST, collect_notes, select_listed, write_nothing_found, write_text
from rag.answer.verbatim_answer import choose_sentences, compose_text, names_no_speaker, note_shortcomings
from rag.llm.prompt import SYSTEM, Prompt, build_prompt, pack_passages
from rag.llm.question_rewriting import Rewriting
from rag.llm.reply import Reply
from rag.llm.token_counts import Counter
from rag.model import Answer, Event, Filters, Passage, Status, Turn
from rag.question.coverage_question import CoverageQuestion, parse_coverage_question
from rag.question.outlet_mentions import Outlets
from rag.question.query import Query
from rag.retrieval.evidence_search import Evidence, EvidenceSearch, RetrievedPassages
from rag.retrieval.topic_coverage import CoveredStories, TopicCoverage
from rag.settings import Settings
from rag.text.citation_marks import read_marks
from rag.text.injected_instructions import strip_injected_instructions
from rag.text.output_filter import filter_output
from rag.verification.claim_check import Checked, check

if TYPE_CHECKING:
    from rag.llm.writer import Writer

NOT_FOUND = "This archive does not hold an answer to that."
_NEAREST = 3
_REFUSAL = "NOT IN THE ARCHIVE"


@dataclass(slots=True)
class Work:
    """Collect what one question brings along the way."""

    query: Query
    now: datetime
    passages: list[Passage] = field(default_factory=list)
    readings: Evidence | None = None
    notes: list[str] = field(default_factory=list)
    filters: Filters = field(default_factory=Filters)
    timings: dict[str, float] = field(default_factory=dict)
    usage: dict[str, int] = field(default_factory=dict)
    prompt: Prompt | None = None

    def add_usage(self, reply: Reply) -> None:
        """Add the tokens of a reply."""
        kinds = {**self.usage, **reply.usage}
        self.usage = {kind: self.usage.get(kind, 0) + reply.usage.get(kind, 0) for kind in kinds}

    @contextmanager
    def measure(self, stage: str) -> Iterator[None]:
        """Add the milliseconds of a block to a stage."""
        start = time.perf_counter()
        yield
        self.timings[stage] = self.timings.get(stage, 0.0) + 1000 * (time.perf_counter() - start)


class AnswerPipeline:
    """Answer questions with given parts."""

    def __init__(
        self,
        settings: Settings,
        finder: EvidenceSearch,
        writer: "Writer | None",
        count: Counter,
        outlets: Outlets,
    ) -> None:
        """Compose the way of an answer; without a `writer` answers are verbatim sentences."""
        self.settings = settings
        self.finder = finder
        self.retriever = finder.retriever
        self.coverage = TopicCoverage(finder.retriever)
        self.outlets = outlets
        self.writer = writer
        self.count = count

    def stream(
        self, query: Query, history: Sequence[Turn], now: datetime, rewritten: Rewriting | None = None
    ) -> Iterator[Event]:
        """Yield the events of an answer behind "searching"; `rewritten` tells what a model spent on the question."""
        spent = rewritten or Rewriting()
        work = Work(query, now, usage=dict(spent.usage), timings=dict(spent.timings))
        found = self._find_coverage(work)
        if found:
            yield from self._answer_coverage(work, *found)
            return
        if not self._gather_evidence(work):
            yield Event("done", answer=self._refuse(work), passages=work.passages)
            return
        yield Event("reading", passages=work.passages)
        if self.writer is None:
            text = self._quote_sentences(work)
            yield Event("writing", text, work.passages)
            yield Event("done", text, work.passages, self._check(work, text, work.passages))
            return
        yield from self._write_prose(work, self.writer, history)

    def prompt_for(self, query: Query, history: Sequence[Turn], now: datetime) -> Prompt | Answer:
        """Return the prompt, or the refusal that code decides."""
        work = Work(query, now)
        found = self._find_coverage(work)
        if found:
            return next(event.answer for event in self._answer_coverage(work, *found) if event.answer)
        return self._build_prompt(work, history) if self._gather_evidence(work) else self._refuse(work)

    def answer_from(self, prompt: Prompt, reply: str) -> Answer:
        """Check a whole reply to a prompt."""
        work = Work(prompt.query, prompt.now, list(prompt.passages), prompt=prompt)
        return self._finish(work, reply)

    def _find_coverage(self, work: Work) -> tuple[CoverageQuestion, CoveredStories] | None:
        """Return what a question about the coverage asks and what the archive has, None for any other question.

        Where nothing is found on "the latest on ...", or is dated on the day that the question names, it is answered
        like any other question: a later article may tell of it.
        """
        query = work.query
        asked = parse_coverage_question(query.standalone, query.filters, self.outlets, work.now)
        if asked is None:
            return None
        with work.measure("retrieve"):
            if asked.form == "news":
                found = self.coverage.news(asked.filters, MOST["news"])
            else:
                found = self.coverage.find(asked.topic, asked.filters, asked.form in {"timeline", "latest"})
        ordinary = asked.form == "latest" or (asked.form == "news" and not query.filters.label)
        return (asked, found) if found.stories or not ordinary else None

    def _answer_coverage(self, work: Work, asked: CoverageQuestion, found: CoveredStories) -> Iterator[Event]:
        """Yield the events of an answer that is counted and sorted; no model takes part."""
        work.filters = asked.filters
        if not found.stories:
            work.passages = list(self.finder.search(work.query, self.settings.passages).passages)
            work.notes.append(write_nothing_found(asked, found))
            yield Event("done", passages=work.passages, answer=replace(self._refuse(work), model="none"))
            return
        with work.measure("read"):
            entries = self.coverage.citations(found)
            shown = select_listed(asked, found, entries, self.coverage)
            work.passages = [citation.passage for citation in shown]
            done, total = self.retriever.indexes.progress()
            work.notes.extend(collect_notes(asked, found, shown, total - done))
        yield Event("reading", passages=work.passages)
        text = write_text(asked, found, shown)
        yield Event("writing", text, work.passages)
        answer = self._check(work, text, work.passages)
        numbers = {citation.passage.chunk.id: citation.n for citation in answer.citations}
        entries = [replace(entry, n=numbers.get(entry.passage.chunk.id, 0)) for entry in entries]
        yield Event("done", text, work.passages, replace(answer, entries=tuple(entries), model="none"))

    def _gather_evidence(self, work: Work) -> bool:
        """Retrieve and read; tell whether that is enough for an answer."""
        with work.measure("retrieve"):
            found = self.finder.gather(work.query, self.settings.passages)
            work.passages, work.filters = list(found.passages), found.filters
            work.notes.extend(found.notes)
        with work.measure("read"):
            work.readings = self.finder.read(work.query, found)
            return work.readings.enough

    def _quote_sentences(self, work: Work) -> str:
        readings = work.readings or self.finder.read(work.query, RetrievedPassages(work.passages))
        if work.query.kind in {"who", "attribution"} and names_no_speaker(readings.whole.sentences):
            work.notes.append("The article does not name who said this.")
        said = choose_sentences(readings)
        if said and (others := find_conflicts(said[0], said[1:])):
            work.notes.append(conflict_note(said[0], others))
        work.notes.extend(note_shortcomings(readings))
        return compose_text(said, work.passages)

    def _build_prompt(self, work: Work, history: Sequence[Turn]) -> Prompt:
        passages = pack_passages(work.passages, self.settings.evidence_tokens, self.count)
        return build_prompt(work.query, passages, work.now, history)

    def _write_prose(self, work: Work, writer: "Writer", history: Sequence[Turn]) -> Iterator[Event]:
        work.prompt, reply = self._build_prompt(work, history), Reply()
        try:
            with work.measure("write"):
                for _ in writer.stream(work.prompt, reply):  # An empty piece is a chance to stop while it is silent.
                    yield Event("writing" if reply.text else "reading", filter_output(reply.text), work.passages)
        except ModelError as error:
            work.add_usage(reply)
            said = str(error).rstrip(".")
            stop = "" if said.endswith("?") else "."
            work.notes.append(
                f"The model gave no whole answer: {said}{stop} These are the sentences of the archive instead."
            )
            yield Event(
                "done",
                passages=work.passages,
                answer=self._check(work, self._quote_sentences(work), work.passages, "incomplete"),
            )
            return
        work.add_usage(reply)
        yield Event("checking", filter_output(reply.text), work.passages)
        yield Event("done", passages=work.passages, answer=self._finish(work, reply.text))

    def _finish(self, work: Work, reply: str) -> Answer:
        """Turn a whole reply into an answer, a refusal, or, where every claim of it is flagged, the evidence."""
        passages = work.prompt.passages if work.prompt else tuple(work.passages)
        text = filter_output(reply)
        if _REFUSAL in text.upper() and not read_marks(text, len(passages)).marks:
            return self._refuse(work)
        answer = self._check(work, strip_injected_instructions(text, passages, SYSTEM), passages)
        if any(claim.verdict != "flagged" for claim in answer.claims):
            return answer
        work.notes.append(
            "Every statement that the model wrote disagrees with what it cites or cites nothing; these are the archive's own sentences."
        )
        return self._check(work, self._quote_sentences(work), work.passages)

    def _check(self, work: Work, text: str, passages: Sequence[Passage], status: Status = "answered") -> Answer:
        with work.measure("check"):
            checked = check(text, passages, language=detect(text) or "en")
        return self._build_answer(work, status, checked)

    def _refuse(self, work: Work) -> Answer:
        nearest: dict[str, Article] = {p.article.id: p.article for p in work.passages}
        answer = self._build_answer(work, "not_found", Checked(NOT_FOUND, (), (), 0))
        return replace(answer, nearest=tuple(nearest.values())[:_NEAREST])

    def _build_answer(self, work: Work, status: Status, checked: Checked) -> Answer:
        query = work.query
        newest = self.retriever.indexes.store.archive.newest(work.now)
        return Answer(
            question=query.question,
            status=status,
            text=checked.text,
            standalone=query.standalone,
            citations=checked.citations,
            claims=checked.claims,
            passages=tuple(work.passages),
            filters=work.filters,
            parts=tuple(part.said for part in query.parts),
            notes=(*query.notes, *work.notes, *_note_later_time(work, newest)),
            model=self.writer.name if self.writer else "none",
            prompt=work.prompt.messages if work.prompt else (),
            usage=work.usage,
            timings_ms=work.timings,
            versions=self._list_versions(),
            asked_at=work.now,
            archive_until=newest,
        )

    def _list_versions(self) -> dict[str, str]:
        reranker = self.retriever.reranker
        named = {"newsdesk": VERSION, "embedder": self.finder.reader.embedder.profile}
        return named | ({"reranker": reranker.profile} if reranker else {})


def _note_later_time(work: Work, newest: datetime | None) -> list[str]:
    """Return a note where the question asks about a time after the newest article."""
    asked = [work.query.asks_after, work.query.filters.since, work.filters.since]
    latest = max((instant for instant in asked if instant), default=None)
    if not (latest and newest and latest.date() > newest.date()):
        return []
    return [f"Nothing in the archive is dated after {format_day(newest)}, and the question asks about a later time."]


def make_writer(settings: Settings) -> "Writer | None":
    """Return the writer of the model that is set; LangChain is loaded for it alone, since that takes seconds."""
    if not settings.llm:
        return None
    from rag.llm.writer import Writer

    return Writer(settings)


VERSION = "0.1.0"
