"""The way of a question to a checked answer, as a LangChain chain: plan, retrieve, judge, write, check, verify."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, cast

from langchain_core.runnables import Runnable, RunnableConfig

from corpus.errors import ModelError
from corpus.text.language_detection import detect
from rag.answer.answer_building import NOT_FOUND, AnswerBuilder
from rag.answer.answer_review import AnswerReview, make_check
from rag.answer.archive_description import answer_small_talk
from rag.answer.caution import NEAREST, find_answer, note_gap, tell_headline, write_caution
from rag.answer.chain_steps import AnswerState, Output, make_root, make_step
from rag.answer.conflicts import conflict_note, find_conflicts
from rag.answer.coverage_reading import CoverageReading
from rag.answer.language_notice import write_notice
from rag.answer.meanings import compose_meanings, find_meanings
from rag.answer.passage_retriever import Documents, PassageRetriever
from rag.answer.prompt_evidence import DEPTH
from rag.answer.prose_writing import ProseWriting, count_request, measure
from rag.answer.question_reader import QuestionReader
from rag.answer.time_between import tell_time_between
from rag.answer.timeline_answer import write_text
from rag.answer.verbatim_answer import compose_text, names_no_speaker, note_missing_parts
from rag.index.embedder import Embedder
from rag.llm.planning import plan_searches
from rag.llm.prompt import REFUSAL, SYSTEM, Prompt
from rag.llm.writer import Writer
from rag.model import Answer, Event, Passage, Status, Turn
from rag.question.addressed_messages import AddressedMessages
from rag.question.overview_requests import OverviewRequests
from rag.question.query import Query
from rag.question.question_text import read_history
from rag.question.search_plan import apply_plan, is_chat
from rag.question.small_talk import SmallTalk, find_small_talk
from rag.retrieval.evidence_search import Evidence, EvidenceSearch, RetrievedPassages
from rag.retrieval.topic_coverage import TopicCoverage
from rag.text.citation_marks import read_marks
from rag.text.injected_instructions import strip_injected_instructions
from rag.text.names import find_names
from rag.text.output_filter import filter_output
from rag.verification.claim_check import Checked, check
from rag.verification.second_reading import read_verdicts

Pieces = Iterator[Mapping[str, Any]]


class AnswerPipeline:
    """Answer questions with given parts; what it runs is `runnable`, seen as the caller wishes.

    Each step reads and adds to the state:

    - plan: "query", from "question", "history", "filters", "now" and "whole"; "found" where the rules searched meanwhile;
    - retrieve: "passages", and "found" (what was searched), "coverage" (what was counted), or "chat" for small talk;
    - judge: "enough", and "evidence" (what the sentences say) with the "meanings" of a name and, without a model, the
      "verbatim" sentences of the answer, or "entries" (the stories); "passages" that a model reads;
    - write: "text" with its "status", and the "prompt" where a model wrote it;
    - check: "answer", by rules; "draft" with its "check" where a model is to read it again;
    - verify: "answer", with that second reading.

    All of them may add "notes", "usage", "stages" and "timings"; an "event" is what a reader sees meanwhile.
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
        look_again: bool = True,
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
            passages: How many passages an answer without a model is made from, at most.
            evidence_tokens: How many tokens of passages are sent to a model, at most.
            look_again: Search once more for what the model says is missing.
            mend: Let the model mend the claims of its answer that fail.
            total_s: Seconds for an answer that a model writes; what is left of them after writing is for reading again.
        """
        self.questions = questions
        self.evidence = evidence
        self.counting = CoverageReading(questions, evidence, coverage, OverviewRequests(Embedder().embed))
        self.writer = writer
        self.count = count
        self.passages = passages
        self.builder = AnswerBuilder(evidence, writer)
        self._addressed = AddressedMessages(evidence.reader.embedder.embed)
        self.prose = ProseWriting(writer, evidence, count, evidence_tokens, look_again) if writer else None
        verifier = writer.verifier if writer else None
        self.review = AnswerReview(verifier, writer, mend=mend, total_s=total_s) if writer and verifier else None
        self.retriever = PassageRetriever(
            questions=questions, evidence=evidence, k=passages, depth=DEPTH if writer else 0, name="archive"
        )
        plan, retrieve = make_step("plan", self._plan), make_step("retrieve", self._retrieve)
        judge, write = make_step("judge", self._judge), make_step("write", self._write)
        checking, verify = make_step("check", self._check), make_step("verify", self._verify)
        self._gather: Runnable[AnswerState, AnswerState] = retrieve | judge
        self._conclude: Runnable[AnswerState, AnswerState] = write | checking
        self.finish: Runnable[AnswerState, AnswerState] = write | checking | verify
        """Writes and checks what a state holds that has come through "judge"."""
        self._steps: Runnable[AnswerState, AnswerState] = plan | retrieve | judge | write | checking | verify

    def runnable(
        self,
        read_input: Callable[[list[Any]], AnswerState],
        show: Callable[[Iterator[AnswerState]], Iterator[Output]],
    ) -> Runnable[Any, Output]:
        """Return the chain as a Runnable; see `rag.answer.chain_steps.make_root` for what the arguments do."""
        return make_root(self._steps, read_input, show)

    def prompt_for(self, query: Query, history: Sequence[Turn], now: datetime) -> Prompt | Answer:
        """Return the prompt for a question that is searched by rules, or the answer where no model is asked."""
        state = AnswerState(self._gather.invoke(AnswerState(query=query, history=history, now=now)))
        if self.prose and state["enough"] and not ({"chat", "coverage"} & state.keys()):
            return self.prose.build_prompt(state)
        return cast(Answer, self._conclude.invoke(state)["answer"])

    def answer_from(self, prompt: Prompt, reply: str, verdicts: str = "") -> Answer:
        """Check a whole reply to a prompt, with the reply to the second reading of it, if there is one."""
        found = RetrievedPassages(list(prompt.passages))
        state = AnswerState(
            query=prompt.query,
            now=prompt.now,
            passages=found.passages,
            found=found,
            evidence=self.evidence.read(prompt.query, found),
            prompt=prompt,
            status="answered",
        )
        text = self._read_reply(prompt, reply)
        if text is None:
            return self.builder.refuse(state)
        check = make_check(text, prompt)
        return self._conclude_reply(state, check.conclude(read_verdicts(verdicts, check.list_open_claims())))

    def _plan(self, state: AnswerState, config: RunnableConfig) -> Pieces:
        """Understand the question by rules, and search with that while a model, where there is one, plans the searches."""
        yield {"event": Event("searching")}
        # "This week" begins where the user's clock says so.
        now, history = state["now"] or datetime.now().astimezone(), read_history(state["history"])
        asked = state["question"], history, state["filters"], now, state["whole"]
        query, found, planning = self.questions.read(*asked), None, None
        # Small talk that is known by its words needs no plan.
        if (
            self.writer
            and self.writer.planner
            and not (self._find_small_talk(query) or self.counting.parse(query, now))
        ):
            scope = self.questions.read_scope(now)
            for step in plan_searches(self.writer.planner, query, history, scope, now, config):
                # The rules search once, while the model plans.
                found, planning = found or self._search(query, config), step
                yield {"event": Event("searching")}  # A chance to stop.
        yield {"query": query, "history": history, "now": now}
        if planning:
            plan, spent = planning.plan, planning.usage
            planned = apply_plan(self.questions.read(*asked, plan.standalone), plan, state["whole"]) if plan else query
            # Without a plan, what the rules found meanwhile need not be searched for again.
            yield {"query": planned, **({} if plan else {"found": found}), **count_request("plan", spent)}
            yield {"timings": {"plan": planning.milliseconds}}

    def _search(self, query: Query, config: RunnableConfig) -> RetrievedPassages:
        return cast(Documents, self.retriever.invoke(query.standalone, config, understood=query)).found

    def _retrieve(self, state: AnswerState, config: RunnableConfig) -> Pieces:
        query, timings = state["query"], dict[str, float]()
        if talk := self._find_small_talk(query):
            yield {"chat": talk, "passages": [], "searched": query.filters}
            return
        if not self.prose and (notice := self._write_language_notice(state)):
            yield {"notice": notice, "passages": [], "searched": query.filters}
            return
        with measure(timings, "retrieve"):
            coverage = self.counting.find(query, state["now"], overviews=not self.writer)
        if coverage:
            asked, stories = coverage
            # A refusal names the nearest articles.
            nearest = [] if stories.stories else list(self.evidence.search(query, self.passages).passages)
            yield {"coverage": coverage, "passages": nearest, "searched": asked.filters, "timings": timings}
            return
        # A model would have told it by its plan; a follow-up that takes a name from before is about that.
        alone = not (self.writer or find_names(query.standalone))
        if alone and (talk := self._addressed.find_kind(query.question)):
            yield {**self._reply_to(talk, state), "passages": [], "searched": query.filters}
            return
        with measure(timings, "retrieve"):
            found = state.get("found") or self._search(query, config)
        yield {
            "found": found,
            "passages": list(found.passages),
            "searched": found.filters,
            "notes": tuple(found.notes),
            "timings": timings,
        }

    def _reply_to(self, talk: SmallTalk, state: AnswerState) -> dict[str, Any]:
        """Return what a message to the assistant adds to the state: what no archive can do is refused."""
        if talk != "errand":
            return {"chat": talk}
        return {"notice": answer_small_talk(talk, self.questions.read_scope(state["now"]), state["history"])}

    def _write_language_notice(self, state: AnswerState) -> str:
        """Return what to say to a question in a language that the archive does not hold, or ""."""
        return write_notice(state["query"].question, self.questions.read_scope(state["now"]).languages)

    def _find_small_talk(self, query: Query) -> SmallTalk | None:
        """Return what kind of small talk a message is; to put an answer into other words is left to a model."""
        found = find_small_talk(query.question)
        if found and not (found == "rewording" and self.writer):
            return found
        return "greeting" if not query.parts and is_chat(query.form, query.question) else None

    def _judge(self, state: AnswerState, config: RunnableConfig) -> Pieces:  # noqa: ARG002
        """Decide whether what was found is enough for an answer."""
        if "chat" in state or "notice" in state:
            yield {"enough": "chat" in state}
            return
        if "coverage" in state:
            yield self.counting.list_stories(*state["coverage"])
            return
        timings: dict[str, float] = {}
        found: RetrievedPassages = state["found"]
        with measure(timings, "read"):
            evidence = self.evidence.read(state["query"], found)
            # A model sees for itself whether the passages answer; without one, some sentences must.
            verbatim = None if self.prose else find_answer(state["query"], evidence)
            enough = bool(verbatim[0]) if verbatim else evidence.hopeful
            meanings = find_meanings(state["query"], evidence, self.evidence.reader.embedder) if enough else ()
            passages = self.prose.choose(found.rankings) if enough and self.prose else state["passages"]
        event = {"event": Event("reading", passages=passages)} if enough else {}
        read = {"evidence": evidence, "verbatim": verbatim, "meanings": meanings, "passages": passages}
        yield {"enough": enough, **read, "timings": timings, **event}

    def _write(self, state: AnswerState, config: RunnableConfig) -> Pieces:
        """Write a text with marks `[n]` for the n-th passage: by a model, of verbatim sentences, or of what was counted."""
        passages = state["passages"]
        status: Status = "answered"
        if not state["enough"]:
            return
        if self.prose and not ({"chat", "coverage"} & state.keys()):
            yield from self._write_prose(state, self.prose, config)
            return
        if "chat" in state:
            scope = self.questions.read_scope(state["now"])
            text, notes = answer_small_talk(state["chat"], scope, state["history"]), tuple[str, ...]()
        elif "coverage" in state:
            asked, found = state["coverage"]
            text, notes = write_text(asked, found, state["listed"]), tuple[str, ...]()
        else:
            text, notes, status = self._quote_sentences(state)
        yield {"text": text, "notes": notes, "status": status, "event": Event("writing", text, passages)}

    def _write_prose(self, state: AnswerState, prose: ProseWriting, config: RunnableConfig) -> Pieces:
        """Let a model write; where it fails, the archive's sentences stand in for it."""
        try:
            yield from prose.write(state, config)
        except ModelError as error:
            text, notes, _ = self._quote_sentences(state)
            found = list(state["found"].passages)
            yield {"text": text, "status": "incomplete", "notes": (_describe_failure(error), *notes), "passages": found}

    def _quote_sentences(self, state: AnswerState) -> tuple[str, tuple[str, ...], Status]:
        """Return an answer of verbatim sentences, behind a caution where they do not clearly answer, and notes on it."""
        query: Query = state["query"]
        evidence: Evidence = state["evidence"]
        notes = []
        if query.kind in {"who", "attribution"} and names_no_speaker(evidence.whole.sentences):
            notes.append("The article does not name who said this.")
        if meanings := state.get("meanings", ()):
            return compose_meanings(meanings, state["found"].passages), tuple(notes), "answered"
        chosen, gap = state.get("verbatim") or find_answer(query, evidence)  # Where a model failed, nobody looked yet.
        passages: Sequence[Passage] = state["found"].passages
        quoted, told = compose_text(chosen, passages), tell_time_between(query, evidence, passages)
        if gap and not told:
            quoted = quoted or compose_text(gap.nearest[:NEAREST], passages)  # In place of a model that failed.
            text = f"{write_caution(gap)}\n\n{quoted}" if quoted else NOT_FOUND
            return text, (*notes, note_gap(gap)), "doubtful"
        if chosen and (others := find_conflicts(chosen[0], chosen[1:])):
            notes.extend(filter(None, [conflict_note(chosen[0], others, evidence.whole.sentences)]))
        headline = tell_headline(query, chosen, passages)
        return "\n\n".join(filter(None, (told, headline, quoted))), (*notes, *note_missing_parts(evidence)), "answered"

    def _check(self, state: AnswerState, config: RunnableConfig) -> Pieces:  # noqa: ARG002
        """Check every claim of the text against what it cites, and make the answer."""
        passages = state["passages"]
        if not state["enough"]:
            answer = self.builder.refuse(state, state.get("notice") or self._write_language_notice(state))
        elif "chat" in state:
            answer = self.builder.build(state, "answered", Checked(state["text"], (), ()))
        elif "written" in state:
            yield from self._check_reply(state)
            return
        else:
            answer = self._check_text(state, state["text"], passages)
        if "entries" in state:
            numbers = {citation.passage.chunk.id: citation.n for citation in answer.citations}
            entries = (replace(entry, n=numbers.get(entry.passage.chunk.id, 0)) for entry in state["entries"])
            answer = replace(answer, entries=tuple(entries), periods=state["periods"])
        shown = state["text"] if state.get("status") in {"answered", "doubtful"} else ""
        yield {"answer": answer, "event": Event("done", shown, passages, answer)}

    def _check_reply(self, state: AnswerState) -> Pieces:
        """Check a whole reply by rules; where a model will read it again, show it as it is until then."""
        prompt, passages, timings = state["prompt"], state["passages"], dict[str, float]()
        text = self._read_reply(prompt, state["text"])
        if text is None:
            answer = self.builder.refuse(state, self._write_language_notice(state))
            yield {"answer": answer, "event": Event("done", "", passages, answer)}
            return
        with measure(timings, "check"):
            check = make_check(text, prompt)
            checked = check.conclude()
        state = state + {"timings": timings}
        if self.review:
            answer = self.builder.build(state, "answered", checked)
            event = Event("verifying", checked.text, passages, answer)
            yield {"draft": text, "check": check, "answer": answer, "timings": timings, "event": event}
            return
        answer = self._conclude_reply(state, checked)
        yield {"answer": answer, "event": Event("done", "", passages, answer)}

    def _verify(self, state: AnswerState, config: RunnableConfig) -> Pieces:
        """Have a model read each claim of what it wrote against what it cites, and mend what fails."""
        if not self.review or "draft" not in state:
            return
        spent_s = sum(state["timings"].values()) / 1000
        waiting = Event("verifying", state["answer"].text, state["passages"], state["answer"])
        for review in self.review.run(state["draft"], state["check"], state["prompt"], spent_s, config):
            if review is None:
                yield {"event": waiting}  # A chance to stop.
                continue
            found = {name: getattr(review, name) for name in ("notes", "usage", "stages", "timings")}
            answer = self._conclude_reply(state + found, review.checked)
            yield {**found, "answer": answer, "event": Event("done", "", state["passages"], answer)}

    @staticmethod
    def _read_reply(prompt: Prompt, reply: str) -> str | None:
        """Return what a model wrote without what no reader may see, or None where it refuses."""
        text = filter_output(reply)
        # A reply that cites something answers, whatever else it says.
        if REFUSAL in text.upper() and not read_marks(text, len(prompt.passages)).marks:
            return None
        return strip_injected_instructions(text, prompt.passages, SYSTEM)

    def _conclude_reply(self, state: AnswerState, checked: Checked) -> Answer:
        """Make the answer of a checked reply, or, where every claim of it is flagged, of the evidence."""
        if any(claim.verdict != "flagged" for claim in checked.claims):
            invented = "".join(f"[{n}]" for n in checked.invented)
            told = (f"The model cited {invented}, and there is no such passage.",) if invented else ()
            return self.builder.build(state + {"notes": told}, state["status"], checked)
        quoted, notes, status = self._quote_sentences(state)
        disagrees = (
            "Every statement that the model wrote disagrees with what it cites or cites nothing; these are the archive's "
            "own sentences."
        )
        found = list(state["found"].passages)
        held = {"notes": (disagrees, *notes), "passages": found, "status": status}
        return self._check_text(state + held, quoted, found)

    def _check_text(self, state: AnswerState, text: str, passages: Sequence[Passage]) -> Answer:
        timings: dict[str, float] = {}
        with measure(timings, "check"):
            checked = check(text, passages, language=_find_language(text, passages))
        return self.builder.build(state + {"timings": timings}, state["status"], checked)


def _find_language(text: str, passages: Sequence[Passage]) -> str:
    """Return the language of a text made of passages; to detect it takes most of a second at first, and English needs it not."""
    english = all((passage.article.language or "en") == "en" for passage in passages)
    return "en" if english else detect(text) or "en"


def _describe_failure(error: ModelError) -> str:
    reason = str(error).rstrip(".")
    stop = "" if reason.endswith("?") else "."
    return f"The model gave no whole answer: {reason}{stop} These are the sentences of the archive instead."
