"""An answer, put together from what the steps found out."""

from dataclasses import replace
from datetime import datetime

from corpus.archive.database import Archive
from corpus.article import Article
from corpus.text.days import format_day
from rag.answer.chain_steps import AnswerState
from rag.answer.feed_notes import note_silent_feeds
from rag.answer.index_notes import note_lag
from rag.llm.writer import Writer
from rag.model import Answer, Filters, Status
from rag.question.query import Query
from rag.retrieval.evidence_search import EvidenceSearch
from rag.verification.claim_check import Checked

NOT_FOUND = "This archive does not hold an answer to that."

VERSION = "0.1.0"

_NEAREST = 3


class AnswerBuilder:
    """Make answers, with what they were searched in and who wrote them."""

    def __init__(self, evidence: EvidenceSearch, writer: Writer | None) -> None:
        """Take what searched and what writes."""
        self._evidence = evidence
        self._writer = writer

    def refuse(self, state: AnswerState, notice: str = "") -> Answer:
        """Return the answer that the archive does not hold one, with the articles that come nearest.

        Args:
            state: What the steps found out.
            notice: What to say in place of the usual words, where the archive does not hold the language of the question.
        """
        nearest: dict[str, Article] = {p.article.id: p.article for p in state["passages"]}
        answer = self.build(state, "not_found", Checked(notice or NOT_FOUND, (), ()))
        return replace(answer, nearest=() if notice else tuple(nearest.values())[:_NEAREST])

    def build(self, state: AnswerState, status: Status, checked: Checked) -> Answer:
        """Return the answer that a checked text is, with all that is known of how it was made."""
        query: Query = state["query"]
        archive = self._evidence.retriever.indexes.store.archive
        newest = archive.newest(state["now"])
        searched = state.get("searched") or Filters()
        return Answer(
            question=query.question,
            status=status,
            text=checked.text,
            standalone=query.question if "chat" in state else query.standalone,
            citations=checked.citations,
            claims=checked.claims,
            meanings=tuple(meaning.question for meaning in state.get("meanings", ())),
            passages=tuple(state["passages"]),
            filters=searched,
            parts=tuple(part.said for part in query.parts),
            notes=(
                *query.notes,
                *state.get("notes", ()),
                *_note_later_time(query, searched, newest),
                *_note_undated(archive, searched),
                *([] if "chat" in state else note_silent_feeds(archive, query, searched, state["now"])),
                *([] if "chat" in state else note_lag(self._evidence.retriever.indexes, state["now"].tzinfo)),
            ),
            # Small talk and counts are written by code, even where a model is set.
            model=self._writer.name if self._writer and not ({"chat", "coverage"} & state.keys()) else "none",
            prompt=state["prompt"].messages if "prompt" in state else (),
            usage=state.get("usage", {}),
            stages=state.get("stages", {}),
            timings_ms=state.get("timings", {}),
            versions=self._list_versions(),
            asked_at=state["now"],
            archive_until=newest,
        )

    def _list_versions(self) -> dict[str, str]:
        reranker = self._evidence.retriever.reranker
        named = {"newsdesk": VERSION, "embedder": self._evidence.reader.embedder.profile}
        return named | ({"reranker": reranker.profile} if reranker else {})


def _note_later_time(query: Query, searched: Filters, newest: datetime | None) -> list[str]:
    """Return a note where the question asks about a time after the newest article."""
    times = [query.asks_after, query.filters.since, searched.since]
    latest = max((instant for instant in times if instant), default=None)
    # Day by day: what is asked for in the afternoon is no later time than the morning's news.
    if not (latest and newest and latest.date() > newest.astimezone(latest.tzinfo).date()):
        return []
    return [f"Nothing in the archive is dated after {format_day(newest)}, and the question asks about a later time."]


def _note_undated(archive: Archive, searched: Filters) -> list[str]:
    """Return a note where a filter on time leaves articles out because they have no date."""
    if not searched.timed:
        return []
    count = archive.count(replace(searched.selection, since=None, until=None, undated=True))
    if not count:
        return []
    articles = "1 undated article is" if count == 1 else f"{count:,} undated articles are"
    return [f"{articles} left out, since a limit in time cannot place what has no date."]
