"""Questions about the coverage, which are answered by counting: what is asked, what the archive has, what is listed."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rag.answer.period_counts import count_by_period
from rag.answer.prose_writing import measure
from rag.answer.question_reader import QuestionReader
from rag.answer.story_overview import cite_overview
from rag.answer.timeline_answer import MOST, collect_notes, select_listed, write_nothing_found
from rag.model import Event
from rag.question.coverage_question import CoverageQuestion, parse_coverage_question
from rag.question.overview_question import parse_overview_question
from rag.question.overview_requests import OverviewRequests
from rag.question.query import Query
from rag.question.search_plan import plan_coverage
from rag.retrieval.evidence_search import EvidenceSearch
from rag.retrieval.topic_coverage import CoveredStories, TopicCoverage

_LOOSE = frozenset({"timeline", "latest"})  # The names of their topic decide.
_NEAREST = frozenset({"summary", "positions"})  # Nearness to their topic decides.
_READ = 10  # Stories in which positions are looked for, or as many as are asked for.


class CoverageReading:
    """Recognise questions about the coverage and count."""

    def __init__(
        self, questions: QuestionReader, evidence: EvidenceSearch, coverage: TopicCoverage, requests: OverviewRequests
    ) -> None:
        """Take the parts of `rag.answer.answer_pipeline.AnswerPipeline`, and what knows requests in any wording."""
        self._questions = questions
        self._evidence = evidence
        self._coverage = coverage
        self._requests = requests

    def find(self, query: Query, now: datetime, overviews: bool) -> tuple[CoverageQuestion, CoveredStories] | None:
        """Return what a question about the coverage asks and what the archive has, None for any other question.

        Where nothing is found on "the latest on ...", or is dated on the day that the question names, it is answered
        like any other question: a later article may tell of it.

        Args:
            query: The question.
            now: What "last week" is counted from.
            overviews: Count summaries and positions among them; a model writes these itself.
        """
        asked = self.parse(query, now) or plan_coverage(query)
        if asked is None:
            return self._find_overview(query) if overviews else None
        if asked.form == "news":
            found = self._coverage.find_news(asked.filters, MOST["news"])
        elif not asked.topic:
            found = self._coverage.find_all(asked.filters, asked.form, MOST[asked.form])
        else:
            found = self._coverage.find(asked.topic, asked.filters, asked.form in _LOOSE)
        dated = asked.form != "news" or query.filters.label
        ordinary = asked.form == "latest" or query.form or not dated
        return (asked, found) if found.stories or not ordinary else None

    def _find_overview(self, query: Query) -> tuple[CoverageQuestion, CoveredStories] | None:
        """Return what a question asks for an overview of and the stories nearest to it: by its form, or else by its wording."""
        for asked in (parse_overview_question(query.standalone, query.filters), self._requests.read(query)):
            if asked:
                most = asked.most if asked.form == "summary" else max(_READ, asked.most)
                found = self._coverage.find_nearest(asked.topic, asked.filters, most)
                if found.stories:
                    return asked, found
        return None

    def parse(self, query: Query, now: datetime) -> CoverageQuestion | None:
        """Return what a question about the coverage asks by its form, None for any other question."""
        return parse_coverage_question(query.standalone, query.filters, self._questions.outlets, now)

    def list_stories(self, asked: CoverageQuestion, found: CoveredStories) -> Mapping[str, Any]:
        """Return the stories of a question about coverage, with those that the text will list as passages."""
        if not found.stories:
            return {"enough": False, "notes": (write_nothing_found(asked, found),)}
        timings: dict[str, float] = {}
        with measure(timings, "read"):
            if asked.form in _NEAREST:
                entries = listed = cite_overview(asked, found, self._coverage)
            else:
                entries = self._coverage.cite_stories(found)
                listed = select_listed(asked, found, entries, self._coverage)
            done, total = self._evidence.retriever.indexes.progress()
            notes = tuple(collect_notes(asked, found, listed, total - done))
            periods = count_by_period(asked, found, self._coverage.archive)
        passages = [citation.passage for citation in listed]
        event = Event("reading", passages=passages)
        return {
            "enough": True,
            "entries": entries,
            "listed": listed,
            "periods": periods,
            "passages": passages,
            "notes": notes,
            "timings": timings,
            "event": event,
        }
