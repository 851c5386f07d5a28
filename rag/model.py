"""The second half of the data model: `Passage`, `Citation`, `Claim`, `Answer`; each holds the record before it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from corpus import Article, Chunk
from corpus.archive.chunk_store import Facets
from corpus.archive.name_lookup import names_author, names_section
from corpus.archive.selection import Selection
from corpus.text.days import is_within

Status = Literal["answered", "doubtful", "not_found", "incomplete"]
Verdict = Literal["supported", "flagged", "unchecked", "note"]

REMEMBERED = 6
"""Exchanges handed over with a follow-up; what came before does not bear on it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """Hold one earlier message of the conversation; `role` is "user" or "assistant"."""

    role: str
    content: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Narrow what is searched.

    Attributes:
        since: Published at or after this instant (UTC), or None.
        until: Published before this instant (UTC, exclusive), or None.
        outlets: Any of these outlets, as the archive writes them; empty means all.
        languages: Any of these ISO 639-1 codes; empty means all.
        feeds: Any of these feed addresses; empty means all.
        label: What the question said that led here ("last week"), or "".
        authors: By any of these people, as the archive writes them; empty means all.
        sections: In any of these sections of their outlets, as the archive writes them; empty means all.
        collections: In any of these collections; empty means all.
        owner: Whose collections are meant, besides the shared ones.
    """

    since: datetime | None = None
    until: datetime | None = None
    outlets: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    feeds: tuple[str, ...] = ()
    label: str = ""
    authors: tuple[str, ...] = ()
    sections: tuple[str, ...] = ()
    collections: tuple[str, ...] = ()
    owner: str = ""

    def __bool__(self) -> bool:
        """Return whether anything is narrowed."""
        return bool(self.since or self.until or self.outlets or self.languages or self.feeds or self.listed)

    @property
    def listed(self) -> Selection:
        """Return what of it no index holds: the archive alone tells which articles are by an author or in a collection."""
        owner = self.owner if self.collections else ""
        return Selection(authors=self.authors, sections=self.sections, collections=self.collections, owner=owner)

    @property
    def timed(self) -> bool:
        """Return whether a time narrows it."""
        return bool(self.since or self.until)

    def admits(self, article: Article | Facets) -> bool:
        """Return whether an article passes, as far as it tells: not its collections, of facets not its byline or section.

        An undated article fails any filter on time.
        """
        if self.outlets and article.source not in self.outlets:
            return False
        if self.languages and article.language not in self.languages:
            return False
        if self.feeds and article.feed not in self.feeds:
            return False
        if isinstance(article, Article) and not self._is_listed(article):
            return False
        date = article.published_at
        if not self.timed or date is None:
            return not self.timed
        return is_within(date, self.since, self.until)

    def _is_listed(self, article: Article) -> bool:
        by = not self.authors or names_author(article.author, json.dumps(self.authors))
        return by and (not self.sections or names_section(article.category, json.dumps(self.sections)))

    @property
    def selection(self) -> Selection:
        """Return the same as a selection of the archive's articles; it keeps time to the second."""
        return replace(
            self.listed,
            outlets=self.outlets,
            since=self.since,
            until=self.until,
            languages=self.languages,
            feeds=self.feeds,
        )

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "since": _iso(self.since),
            "until": _iso(self.until),
            "outlets": list(self.outlets),
            "languages": list(self.languages),
            "feeds": list(self.feeds),
            "label": self.label,
            "authors": list(self.authors),
            "sections": list(self.sections),
            "collections": list(self.collections),
        }


@dataclass(frozen=True, slots=True)
class Passage:
    """Hold a chunk as it was retrieved for a question.

    Attributes:
        chunk: The chunk.
        rank: 1 for the best.
        score: The fused score, higher is better; comparable within one question only.
        signals: What the score was made of, by name (for instance "dense": cosine, "lexical": BM25).
        copies: Other articles of the same group of near duplicates that were folded into this passage.
    """

    chunk: Chunk
    rank: int
    score: float
    signals: Mapping[str, float] = field(default_factory=dict)
    copies: tuple[Article, ...] = ()

    @property
    def article(self) -> Article:
        """Return the article that the passage stands in."""
        return self.chunk.article

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values; `start` and `end` are character offsets in the article's body."""
        article = self.article
        return {
            "rank": self.rank,
            "score": round(self.score, 6),
            "article_id": article.id,
            "chunk_id": self.chunk.id,
            "title": article.title,
            "outlet": article.source,
            "url": article.url,
            "published_at": _iso(article.published_at),
            "start": self.chunk.start,
            "end": self.chunk.end,
            "text": self.chunk.text,
            "signals": {name: round(value, 6) for name, value in self.signals.items()},
            "copies": describe_copies(self.copies),
        }


def describe_copies(copies: Iterable[Article]) -> list[dict[str, str]]:
    """Return copies of an article as plain JSON values."""
    return [{"article_id": copy.id, "outlet": copy.source, "url": copy.url} for copy in copies]


HEADLINE = (0, 0)
"""Where a citation points whose words are the headline: an empty place, since offsets count in the body."""


@dataclass(frozen=True, slots=True)
class Citation:
    """Point from `[n]` in an answer to the words of an article that it rests on.

    Attributes:
        n: The number that the reader sees; the same passage has the same number throughout an answer.
        passage: The passage.
        start: Offset of the cited words in the article's body; it and `end` are those of `HEADLINE` where it is cited.
        end: End offset (exclusive).
    """

    n: int
    passage: Passage
    start: int
    end: int

    @property
    def quote(self) -> str:
        """Return the cited words, verbatim."""
        article = self.passage.article
        return article.title if self.heads else article.body[self.start : self.end]

    @property
    def heads(self) -> bool:
        """Return whether the cited words are the headline."""
        return (self.start, self.end) == HEADLINE

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        article = self.passage.article
        return {
            "n": self.n,
            "article_id": article.id,
            "chunk_id": self.passage.chunk.id,
            "title": article.title,
            "outlet": article.source,
            "url": article.url,
            "published_at": _iso(article.published_at),
            "quote": self.quote,
            "start": self.start,
            "end": self.end,
            "headline": self.heads,
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """Hold one statement of an answer and what the check found.

    Attributes:
        text: The statement as it stands in `Answer.text`, without its marks.
        citations: The numbers that it cites.
        verdict: "supported", "flagged" (what is cited does not hold it), "unchecked" (nothing certain can be said), or
            "note" (a statement about the passages or the archive themselves).
        reason: Why it is flagged, in words for the reader, or what contradicts a note; "" otherwise.
        read: A model has read it against what it cites, and the verdict is what came of that; else it is that of rules.
    """

    text: str
    citations: tuple[int, ...]
    verdict: Verdict
    reason: str = ""
    read: bool = False

    @property
    def supported(self) -> bool:
        """Return whether nothing speaks against it: False for "flagged" only; what nobody checked is told by `verdict`."""
        return self.verdict != "flagged"

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values; `supported` is true, false, or null where nothing is known."""
        return {
            "text": self.text,
            "citations": list(self.citations),
            "supported": {"supported": True, "flagged": False}.get(self.verdict),
            "verdict": self.verdict,
            "reason": self.reason,
            "read": self.read,
        }


@dataclass(frozen=True, slots=True)
class PeriodCount:
    """Hold how many articles of those counted were published in a period.

    Attributes:
        first: Its first day, as outlets count days.
        last: Its last day.
        count: How many.
        label: Its name in full, "September 2017".
        short: Its name where there is little room.
    """

    first: date
    last: date
    count: int
    label: str
    short: str

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        days = {"first": self.first.isoformat(), "last": self.last.isoformat()}
        return {**days, "count": self.count, "label": self.label}


@dataclass(frozen=True, slots=True)
class Answer:
    """Hold an answer with everything that made it.

    Attributes:
        question: What the user wrote.
        status: "answered"; "doubtful" when the archive does not clearly answer, and the text gives the nearest sentences
            behind a line that says so; "not_found" when nothing in the archive is near; "incomplete" when the model failed.
        text: Markdown with `[n]` marks, paragraphs separated by a blank line.
        standalone: The question as it was searched, follow-ups made self-contained.
        citations: In order of `n`; of one number several where its passage is cited for words that stand apart.
        claims: In order of the text.
        passages: All that was retrieved, best first, also what is not cited.
        filters: What narrowed the search.
        parts: The sub-questions that were searched one by one, or empty.
        notes: Sentences for the reader that are not claims: a filter that was relaxed, a model that failed.
        nearest: For a refusal ("not_found"): the articles that come nearest.
        entries: For a question about coverage: every story on the topic in order of time, undated ones last, by the
            sentence that tells most of it; `n` is 0 for one that the text does not list.
        periods: For a question how many articles there are by month and the like: the counts in order of time, those of
            none included; undated articles are left out.
        meanings: Where articles tell of several people, places, works or bills of a name in the question: the question about
            each of them alone.
        model: `provider:name`, or "none".
        prompt: The messages sent to the model, as (role, text).
        usage: Tokens by kind, as the model reports them.
        stages: For each stage that asked a model ("plan", "write", ...) its requests and tokens by kind.
        timings_ms: Milliseconds by stage.
        versions: Versions of what took part (product, embedder, ...).
        asked_at: What "last week" was counted from.
        archive_until: When the newest article of the archive was published, none later than `asked_at`.
    """

    question: str
    status: Status
    text: str
    standalone: str = ""
    citations: tuple[Citation, ...] = ()
    claims: tuple[Claim, ...] = ()
    passages: tuple[Passage, ...] = ()
    filters: Filters = field(default_factory=Filters)
    parts: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    nearest: tuple[Article, ...] = ()
    entries: tuple[Citation, ...] = ()
    periods: tuple[PeriodCount, ...] = ()
    meanings: tuple[str, ...] = ()
    model: str = "none"
    prompt: tuple[tuple[str, str], ...] = ()
    usage: Mapping[str, int] = field(default_factory=dict)
    stages: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    asked_at: datetime | None = None
    archive_until: datetime | None = None

    @property
    def as_of(self) -> tuple[datetime | None, datetime | None]:
        """Return the earliest and the latest publication among the cited articles, or Nones."""
        dates = [c.passage.article.published_at for c in self.citations if c.passage.article.published_at]
        return (min(dates), max(dates)) if dates else (None, None)

    @property
    def rephrased(self) -> bool:
        """Return whether the question was searched in other words than its own; capitals are none."""
        return self.standalone.strip().casefold() not in {"", self.question.strip().casefold()}

    def to_record(self) -> dict[str, Any]:
        """Return the answer as plain JSON values, in the form that `python -m rag ask --json` prints."""
        earliest, latest = self.as_of
        return {
            "question": self.question,
            "standalone": self.standalone,
            "status": self.status,
            "text": self.text,
            "citations": [citation.to_record() for citation in self.citations],
            "claims": [claim.to_record() for claim in self.claims],
            "passages": [passage.to_record() for passage in self.passages],
            "as_of": {"from": _iso(earliest), "to": _iso(latest)},
            "filters": self.filters.to_record(),
            "parts": list(self.parts),
            "notes": list(self.notes),
            "nearest": [{"article_id": a.id, "title": a.title, "outlet": a.source} for a in self.nearest],
            "entries": [
                entry.to_record() | {"copies": describe_copies(entry.passage.copies)} for entry in self.entries
            ],
            "periods": [period.to_record() for period in self.periods],
            "meanings": list(self.meanings),
            "model": self.model,
            "usage": dict(self.usage),
            "stages": {stage: dict(spent) for stage, spent in self.stages.items()},
            "timings_ms": {stage: round(ms, 1) for stage, ms in self.timings_ms.items()},
            "versions": dict(self.versions),
            "asked_at": _iso(self.asked_at),
            "archive_until": _iso(self.archive_until),
        }


@dataclass(frozen=True, slots=True)
class Event:
    """Hold one step of a streamed answer.

    Attributes:
        stage: "searching", "reading" (passages are known), "writing" (text grows), "checking" (by rules), "verifying"
            (a model reads the claims again), "done".
        text: The text of the answer so far, with `[n]` marks.
        passages: What was retrieved, from "reading" on.
        answer: The whole answer, with stage "done"; with "verifying" the answer as the rules leave it.
    """

    stage: Literal["searching", "reading", "writing", "checking", "verifying", "done"]
    text: str = ""
    passages: Sequence[Passage] = ()
    answer: Answer | None = None


def _iso(date: datetime | None) -> str | None:
    return date.isoformat() if date else None
