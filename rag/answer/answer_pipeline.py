"""The way of a question to a checked answer, as a LangChain chain: rewrite, retrieve, judge, write, check, verify."""

import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig

from corpus.archive.database import Archive
from corpus.article import Article
from corpus.errors import ModelError
from corpus.text.days import format_day
from corpus.text.language_detection import detect
from rag.answer.answer_review import AnswerReview, make_check, verification_prompt
from rag.answer.chain_steps import AnswerState, Output, make_root, make_step
from rag.answer.conflicts import conflict_note, find_conflicts
from rag.answer.passage_retriever import Documents, PassageRetriever
from rag.answer.question_reader import QuestionReader
from rag.answer.timeline_answer import MOST, collect_notes, select_listed, write_nothing_found, write_text
from rag.answer.verbatim_answer import choose_sentences, compose_text, names_no_speaker, note_shortcomings
from rag.llm.prompt import SYSTEM, Prompt, build_prompt, pack_passages
from rag.llm.question_rewriting import Rewriting, rewrite_question
from rag.llm.verification_prompt import VerificationPrompt
from rag.llm.writer import Reply, Writer
from rag.model import Answer, Event, Filters, Passage, Status, Turn
from rag.question.coverage_question import CoverageQuestion, parse_coverage_question
from rag.question.query import Query
from rag.question.question_text import read_history
from rag.retrieval.evidence_search import Evidence, EvidenceSearch, RetrievedPassages
from rag.retrieval.topic_coverage import CoveredStories, TopicCoverage
from rag.text.citation_marks import read_marks
from rag.text.injected_instructions import strip_injected_instructions
from rag.text.output_filter import filter_output
from rag.verification.claim_check import Checked, check
from rag.verification.second_reading import read_verdicts

NOT_FOUND = "This archive does not hold an answer to that."
_NEAREST = 3
_REFUSAL = "NOT IN THE ARCHIVE"

Pieces = Iterator[Mapping[str, Any]]


class AnswerPipeline:
    """Answer questions with given parts; what it runs is `runnable`, seen as the caller wishes.

    Each step reads and adds to the state:

    - rewrite: "query", from "question", "history", "filters", "now" and "whole";
    - retrieve: "passages", and "found" (what was searched) or "coverage" (what was counted);
    - judge: "enough", and "evidence" (what the sentences say) or "entries" (the stories);
    - write: "text" with its "status", and the "prompt" where a model wrote it;
    - check: "answer", by rules; "draft" where a model is to read it again;
    - verify: "answer", with that second reading.

    All of them may add "notes", "usage" and "timings"; an "event" is what a reader sees meanwhile.
    """

    def __init__(
        self,
        questions: QuestionReader,
        evidence: EvidenceSearch,
        coverage: TopicCoverage,
        writer: Writer | None,
        count: Callable[[str], int],
        *,
        passages: int,
        evidence_tokens: int,
        mend: bool = True,
        total_s: float = math.inf,
    ) -> None:
        """Compose the steps.

        Args:
            questions: Understands questions.
            evidence: Searches and reads.
            coverage: Counts articles, for questions about coverage.
            writer: What writes; without one, answers are verbatim sentences.
            count: Counts the tokens of a text.
            passages: How many passages an answer is made from, at most.
            evidence_tokens: How many tokens of them are sent to a model, at most.
            mend: Let the model mend the claims of its answer that fail.
            total_s: Seconds for an answer that a model writes; what is left of them after writing is for reading again.
        """
        self.questions = questions
        self.evidence = evidence
        self.coverage = coverage
        self.writer = writer
        self.count = count
        self.passages = passages
        self.evidence_tokens = evidence_tokens
        verifier = writer.verifier if writer else None
        self.review = AnswerReview(verifier, writer, mend=mend, total_s=total_s) if writer and verifier else None
        self.retriever = PassageRetriever(questions=questions, evidence=evidence, k=passages, name="archive")
        rewrite, retrieve = make_step("rewrite", self._rewrite), make_step("retrieve", self._retrieve)
        judge, write = make_step("judge", self._judge), make_step("write", self._write)
        check, verify = make_step("check", self._check), make_step("verify", self._verify)
        self._gather: Runnable[AnswerState, AnswerState] = retrieve | judge
        self._conclude: Runnable[AnswerState, AnswerState] = write | check
        self._steps: Runnable[AnswerState, AnswerState] = rewrite | retrieve | judge | write | check | verify

    def runnable(
        self,
        read_input: Callable[[list[Any]], AnswerState],
        show: Callable[[Iterator[AnswerState]], Iterator[Output]],
    ) -> Runnable[Any, Output]:
        """Return the chain as a Runnable; see `rag.answer.chain_steps.make_root` for what the arguments do."""
        return make_root(self._steps, read_input, show)

    def prompt_for(self, query: Query, history: Sequence[Turn], now: datetime) -> Prompt | Answer:
        """Return the prompt for a question, or the answer where no model is asked."""
        state = AnswerState(self._gather.invoke(AnswerState(query=query, history=history, now=now)))
        if state["enough"] and "coverage" not in state:
            return self._build_prompt(state)
        return cast(Answer, self._conclude.invoke(state)["answer"])

    def verification_for(self, prompt: Prompt, reply: str) -> VerificationPrompt | None:
        """Return the request for a second reading of a whole reply to a prompt; None where there is nothing to read."""
        text = self._read_reply(prompt, reply)
        return verification_prompt(make_check(text, prompt), prompt) if text is not None else None

    def answer_from(self, prompt: Prompt, reply: str, verdicts: str = "") -> Answer:
        """Check a whole reply to a prompt, with what a model replied to `verification_for`, if anything."""
        given = AnswerState(query=prompt.query, now=prompt.now, passages=list(prompt.passages), prompt=prompt)
        state = given + AnswerState(enough=True, written=True, text=reply, status="answered")
        text = self._read_reply(prompt, reply)
        if text is None:
            return self._refuse(state)
        check = make_check(text, prompt)
        return self._conclude_reply(state, check.conclude(read_verdicts(verdicts, check.list_open_claims())))

    def _rewrite(self, state: AnswerState, config: RunnableConfig) -> Pieces:
        """Understand the question; a model, where there is one, makes a follow-up stand alone."""
        yield {"event": Event("searching")}
        # "This week" begins where the user's clock says so.
        now, history = state["now"] or datetime.now().astimezone(), read_history(state["history"])
        asked = state["question"], history, state["filters"], now, state["whole"]
        query, alone = self.questions.read(*asked), Rewriting()
        if self.writer and history:
            for step in rewrite_question(self.writer, query, history, now, config):
                yield {"event": Event("searching")}  # A chance to stop.
                alone = step or alone
        if alone.text:
            query = self.questions.read(*asked, alone.text)
        yield {"query": query, "history": history, "now": now, "usage": alone.usage, "timings": alone.timings}

    def _retrieve(self, state: AnswerState, config: RunnableConfig) -> Pieces:
        query, timings = state["query"], dict[str, float]()
        with _measure(timings, "retrieve"):
            coverage = self._find_coverage(query, state["now"])
        if coverage:
            asked, stories = coverage
            # A refusal names the nearest articles.
            nearest = [] if stories.stories else list(self.evidence.search(query, self.passages).passages)
            yield {"coverage": coverage, "passages": nearest, "searched": asked.filters, "timings": timings}
            return
        with _measure(timings, "retrieve"):
            documents = cast(Documents, self.retriever.invoke(query.standalone, config, understood=query))
        found = documents.found
        yield {
            "found": found,
            "passages": list(found.passages),
            "searched": found.filters,
            "notes": tuple(found.notes),
            "timings": timings,
        }

    def _find_coverage(self, query: Query, now: datetime) -> tuple[CoverageQuestion, CoveredStories] | None:
        """Return what a question about the coverage asks and what the archive has, None for any other question.

        Where nothing is found on "the latest on ...", or is dated on the day that the question names, it is answered
        like any other question: a later article may tell of it.
        """
        asked = parse_coverage_question(query.standalone, query.filters, self.questions.outlets, now)
        if asked is None:
            return None
        if asked.form == "news":
            found = self.coverage.news(asked.filters, MOST["news"])
        else:
            found = self.coverage.find(asked.topic, asked.filters, asked.form in {"timeline", "latest"})
        ordinary = asked.form == "latest" or (asked.form == "news" and not query.filters.label)
        return (asked, found) if found.stories or not ordinary else None

    def _judge(self, state: AnswerState, config: RunnableConfig) -> Pieces:  # noqa: ARG002
        """Decide whether what was found is enough for an answer."""
        if "coverage" in state:
            yield self._list_stories(*state["coverage"])
            return
        timings: dict[str, float] = {}
        with _measure(timings, "read"):
            evidence = self.evidence.read(state["query"], state["found"])
        event = {"event": Event("reading", passages=state["passages"])} if evidence.enough else {}
        yield {"enough": evidence.enough, "evidence": evidence, "timings": timings, **event}

    def _list_stories(self, asked: CoverageQuestion, found: CoveredStories) -> Mapping[str, Any]:
        """Return the stories of a question about coverage, with those that the text will list as passages."""
        if not found.stories:
            return {"enough": False, "notes": (write_nothing_found(asked, found),)}
        timings: dict[str, float] = {}
        with _measure(timings, "read"):
            entries = self.coverage.citations(found)
            listed = select_listed(asked, found, entries, self.coverage)
            done, total = self.evidence.retriever.indexes.progress()
            notes = tuple(collect_notes(asked, found, listed, total - done))
        passages = [citation.passage for citation in listed]
        event = Event("reading", passages=passages)
        return {
            "enough": True,
            "entries": entries,
            "listed": listed,
            "passages": passages,
            "notes": notes,
            "timings": timings,
            "event": event,
        }

    def _write(self, state: AnswerState, config: RunnableConfig) -> Pieces:
        """Write a text with marks `[n]` for the n-th passage: by a model, of verbatim sentences, or of what was counted."""
        passages = state["passages"]
        if not state["enough"]:
            return
        if "coverage" not in state and self.writer:
            yield from self._write_prose(state, self.writer, config)
            return
        if "coverage" in state:
            asked, found = state["coverage"]
            text, notes = write_text(asked, found, state["listed"]), tuple[str, ...]()
        else:
            text, notes = self._quote_sentences(state)
        yield {"text": text, "notes": notes, "status": "answered", "event": Event("writing", text, passages)}

    def _write_prose(self, state: AnswerState, writer: Writer, config: RunnableConfig) -> Pieces:
        """Let a model write; where it fails, the archive's sentences stand in for it."""
        prompt, reply, passages = self._build_prompt(state), Reply(), state["passages"]
        timings: dict[str, float] = {}
        try:
            with _measure(timings, "write"):
                for _ in writer.stream(prompt, reply, config):  # An empty piece is a chance to stop while it is silent.
                    text = filter_output(reply.text)
                    yield {"event": Event("writing" if reply.text else "reading", text, passages)}
        except ModelError as error:
            text, notes = self._quote_sentences(state)
            yield {"text": text, "status": "incomplete", "notes": (_describe_failure(error), *notes)}
        else:
            event = Event("checking", filter_output(reply.text), passages)
            yield {"text": reply.text, "status": "answered", "written": True, "event": event}
        yield {"prompt": prompt, "usage": reply.usage, "timings": timings}

    def _build_prompt(self, state: AnswerState) -> Prompt:
        passages = pack_passages(state["passages"], self.evidence_tokens, self.count)
        return build_prompt(state["query"], passages, state["now"], state["history"])

    def _quote_sentences(self, state: AnswerState) -> tuple[str, tuple[str, ...]]:
        """Return an answer of verbatim sentences, and notes on it."""
        query: Query = state["query"]
        evidence: Evidence = state.get("evidence") or self.evidence.read(query, RetrievedPassages(state["passages"]))
        notes = []
        if query.kind in {"who", "attribution"} and names_no_speaker(evidence.whole.sentences):
            notes.append("The article does not name who said this.")
        chosen = choose_sentences(evidence)
        if chosen and (others := find_conflicts(chosen[0], chosen[1:])):
            notes.append(conflict_note(chosen[0], others))
        return compose_text(chosen, state["passages"]), (*notes, *note_shortcomings(evidence))

    def _check(self, state: AnswerState, config: RunnableConfig) -> Pieces:  # noqa: ARG002
        """Check every claim of the text against what it cites, and make the answer."""
        passages = state["passages"]
        if not state["enough"]:
            answer = self._refuse(state)
        elif "written" in state:
            yield from self._check_reply(state)
            return
        else:
            answer = self._check_text(state, state["text"], passages)
        if "entries" in state:
            numbers = {citation.passage.chunk.id: citation.n for citation in answer.citations}
            entries = (replace(entry, n=numbers.get(entry.passage.chunk.id, 0)) for entry in state["entries"])
            answer = replace(answer, entries=tuple(entries))
        shown = "" if state.get("status") != "answered" else state["text"]
        yield {"answer": answer, "event": Event("done", shown, passages, answer)}

    def _check_reply(self, state: AnswerState) -> Pieces:
        """Check a whole reply by rules; where a model will read it again, show it as it is until then."""
        prompt, passages = state["prompt"], state["passages"]
        text, timings = self._read_reply(prompt, state["text"]), dict[str, float]()
        if text is None:
            answer = self._refuse(state)
            yield {"answer": answer, "event": Event("done", "", passages, answer)}
            return
        with _measure(timings, "check"):
            checked = make_check(text, prompt).conclude()
        if self.review:
            answer = self._build_answer(state, "answered", checked)
            event = Event("verifying", checked.text, passages, answer)
            yield {"draft": text, "answer": answer, "timings": timings, "event": event}
            return
        answer = self._conclude_reply(state + {"timings": timings}, checked)
        yield {"answer": answer, "event": Event("done", "", passages, answer)}

    def _verify(self, state: AnswerState, config: RunnableConfig) -> Pieces:
        """Have a model read each claim of what it wrote against what it cites, and mend what fails."""
        if not self.review or "draft" not in state:
            return
        spent_s = sum(state["timings"].values()) / 1000
        waiting = Event("verifying", state["answer"].text, state["passages"], state["answer"])
        for review in self.review.run(state["draft"], state["prompt"], spent_s, config):
            if review is None:
                yield {"event": waiting}  # A chance to stop.
                continue
            found = {name: getattr(review, name) for name in ("notes", "usage", "timings")}
            answer = self._conclude_reply(state + found, review.checked)
            yield {**found, "answer": answer, "event": Event("done", "", state["passages"], answer)}

    @staticmethod
    def _read_reply(prompt: Prompt, reply: str) -> str | None:
        """Return what a model wrote without what no reader may see, or None where it refuses."""
        text = filter_output(reply)
        if _REFUSAL in text.upper() and not read_marks(text, len(prompt.passages)).marks:
            return None
        return strip_injected_instructions(text, prompt.passages, SYSTEM)

    def _conclude_reply(self, state: AnswerState, checked: Checked) -> Answer:
        """Make the answer of a checked reply, or, where every claim of it is flagged, of the evidence."""
        if any(claim.verdict != "flagged" for claim in checked.claims):
            invented = "".join(f"[{n}]" for n in checked.invented)
            told = (f"The model cited {invented}, and there is no such passage.",) if invented else ()
            return self._build_answer(state + {"notes": told}, state["status"], checked)
        quoted, notes = self._quote_sentences(state)
        disagrees = (
            "Every statement that the model wrote disagrees with what it cites or cites nothing; these are the archive's "
            "own sentences."
        )
        return self._check_text(state + {"notes": (disagrees, *notes)}, quoted, state["passages"])

    def _check_text(self, state: AnswerState, text: str, passages: Sequence[Passage]) -> Answer:
        timings: dict[str, float] = {}
        with _measure(timings, "check"):
            checked = check(text, passages, language=detect(text) or "en")
        return self._build_answer(state + {"timings": timings}, state["status"], checked)

    def _refuse(self, state: AnswerState) -> Answer:
        nearest: dict[str, Article] = {p.article.id: p.article for p in state["passages"]}
        answer = self._build_answer(state, "not_found", Checked(NOT_FOUND, (), ()))
        return replace(answer, nearest=tuple(nearest.values())[:_NEAREST])

    def _build_answer(self, state: AnswerState, status: Status, checked: Checked) -> Answer:
        query: Query = state["query"]
        archive = self.evidence.retriever.indexes.store.archive
        newest = archive.newest(state["now"])
        searched = state.get("searched") or Filters()
        return Answer(
            question=query.question,
            status=status,
            text=checked.text,
            standalone=query.standalone,
            citations=checked.citations,
            claims=checked.claims,
            passages=tuple(state["passages"]),
            filters=searched,
            parts=tuple(part.said for part in query.parts),
            notes=(
                *query.notes,
                *state.get("notes", ()),
                *_note_later_time(query, searched, newest),
                *_note_undated(archive, searched),
            ),
            model=self.writer.name if self.writer and "coverage" not in state else "none",
            prompt=state["prompt"].messages if "prompt" in state else (),
            usage=state.get("usage", {}),
            timings_ms=state.get("timings", {}),
            versions=self._list_versions(),
            asked_at=state["now"],
            archive_until=newest,
        )

    def _list_versions(self) -> dict[str, str]:
        reranker = self.evidence.retriever.reranker
        named = {"newsdesk": VERSION, "embedder": self.evidence.reader.embedder.profile}
        return named | ({"reranker": reranker.profile} if reranker else {})


@contextmanager
def _measure(timings: dict[str, float], stage: str) -> Iterator[None]:
    """Add the milliseconds of a block to a stage."""
    start = time.perf_counter()
    try:
        yield
    finally:
        timings[stage] = timings.get(stage, 0.0) + 1000 * (time.perf_counter() - start)


def _describe_failure(error: ModelError) -> str:
    reason = str(error).rstrip(".")
    stop = "" if reason.endswith("?") else "."
    return f"The model gave no whole answer: {reason}{stop} These are the sentences of the archive instead."


def _note_later_time(query: Query, searched: Filters, newest: datetime | None) -> list[str]:
    """Return a note where the question asks about a time after the newest article."""
    times = [query.asks_after, query.filters.since, searched.since]
    latest = max((instant for instant in times if instant), default=None)
    if not (latest and newest and latest.date() > newest.date()):
        return []
    return [f"Nothing in the archive is dated after {format_day(newest)}, and the question asks about a later time."]


VERSION = "0.1.0"


def _note_undated(archive: Archive, searched: Filters) -> list[str]:
    """Return a note where a filter on time leaves articles out because they have no date."""
    if not searched.timed:
        return []
    count = archive.count(replace(searched.selection, since=None, until=None, undated=True))
    if not count:
        return []
    articles = "1 undated article is" if count == 1 else f"{count:,} undated articles are"
    return [f"{articles} left out, since a limit in time cannot place what has no date."]
