"""How several outlets tell one story: their sentences side by side, where they certainly differ, and whom each quotes."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from corpus.article import Article, Chunk
from corpus.errors import InputError
from corpus.text.characters import strip_invisible
from corpus.text.sentences import Span, split_sentences
from rag.answer.question_reader import QuestionReader
from rag.model import Citation, Filters, Passage, describe_copies
from rag.retrieval.evidence_search import EvidenceSearch
from rag.retrieval.sentence_ranking import Sentence
from rag.story.account_differences import Difference, find_differences
from rag.story.background import find_place
from rag.story.related_articles import RelatedArticle, RelatedArticles
from rag.story.sentence_alignment import Row, align_sentences
from rag.text.injected_instructions import is_quotable
from rag.text.quotations import find_quotations, is_quoted_from

MOST_OUTLETS = 6
"""Reports that are put side by side: those nearest to the first one."""

MOST_ROWS = 12
"""Rows of sentences, and rows of quotations, that are shown."""

_SENTENCES = 200  # Of each report that are read,
_COMPARED = 24  # and those of its beginning that are compared.
_FEWEST_WORDS = 5
_QUOTED_WORDS = 4  # Of a quotation that is listed; fewer are a term more often than somebody's words.
_PASSAGES = 10


@dataclass(frozen=True, slots=True)
class OutletReport:
    """Hold one report, a column of the comparison.

    Attributes:
        article: The article.
        copies: Other articles that carry the same text.
    """

    article: Article
    copies: tuple[Article, ...] = ()

    @property
    def outlets(self) -> tuple[str, ...]:
        """Return who published it; "" for an unknown outlet."""
        return tuple(dict.fromkeys(article.source for article in (self.article, *self.copies)))


@dataclass(frozen=True, slots=True)
class ComparedRow:
    """Hold what the reports say of one thing.

    Attributes:
        cells: For each report, in their order, a citation of its sentence, or None where it has none that is near.
        differences: In what the sentences certainly differ; none says nothing of whether they do.
    """

    cells: tuple[Citation | None, ...]
    differences: tuple[Difference, ...] = ()

    @property
    def whole(self) -> bool:
        """Return whether every report has a sentence here."""
        return all(self.cells)


@dataclass(frozen=True, slots=True)
class OutletComparison:
    """Hold how several outlets tell one story.

    Attributes:
        asked: The id or the question that it was found by.
        reports: The reports, the one that was asked about first, then in order of time; citations have their numbers.
        rows: What two and more of them say, those that differ included.
        quotations: The quotations that are used, each by the reports that hold it word for word.
        notes: What a reader must know of how it was made.
    """

    asked: str
    reports: tuple[OutletReport, ...]
    rows: tuple[ComparedRow, ...] = ()
    quotations: tuple[ComparedRow, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def groups(self) -> tuple[tuple[str, tuple[ComparedRow, ...]], ...]:
        """Return the rows under their headings, those headings left out that have none."""
        same = [row for row in self.rows if not row.differences]
        every = "In both reports" if len(self.reports) == 2 else "In every report"
        groups = (
            ("Where they differ", [row for row in self.rows if row.differences]),
            (every, [row for row in same if row.whole]),
            ("In some of the reports", [row for row in same if not row.whole]),
            ("Quotations, and who uses them", self.quotations),
        )
        return tuple((heading, tuple(rows)) for heading, rows in groups if rows)

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        return {
            "asked": self.asked,
            "reports": [_describe_report(report) for report in self.reports],
            "groups": [
                {"heading": heading, "rows": [_describe_row(row) for row in rows]} for heading, rows in self.groups
            ],
            "notes": list(self.notes),
        }


class OutletSearch:
    """Find the reports of one story and compare them; no model is asked."""

    def __init__(self, questions: QuestionReader, evidence: EvidenceSearch) -> None:
        """Understand questions with `questions`, and search and read with `evidence`."""
        self._questions = questions
        self._evidence = evidence
        self._store = evidence.retriever.indexes.store
        self._related = RelatedArticles(evidence.retriever)

    def compare(self, asked: str, filters: Filters | None = None) -> OutletComparison:
        """Return how several outlets tell a story.

        Args:
            asked: The id of an article, or a question that leads to one.
            filters: What every article must meet.

        Raises:
            InputError: The question is empty or too long, or the archive does not hold what it asks for.
        """
        filters = self._questions.resolve(filters)
        name = strip_invisible(asked).strip()
        lead = self._store.archive.get(name) or self._find_lead(name, filters)
        chosen = self._choose_reports(lead, filters)
        reports = tuple(OutletReport(one.article, tuple(self._store.archive.copies(one.article.id))) for one in chosen)
        if len(reports) < 2:
            return OutletComparison(name, reports, notes=(_note_alone(reports[0]),))
        sentences = [_read_sentences(one) for one in chosen]
        aligned = align_sentences([some[:_COMPARED] for some in sentences], self._evidence.reader.embedder)
        quoted = _list_quotations(sentences)
        return OutletComparison(
            name,
            reports,
            tuple(ComparedRow(_cite(row, len(reports)), find_differences(row)) for row in aligned[:MOST_ROWS]),
            tuple(ComparedRow(_cite(row, len(reports))) for row in quoted[:MOST_ROWS]),
            tuple(_collect_notes(len(aligned), len(quoted))),
        )

    def _find_lead(self, question: str, filters: Filters | None) -> Article:
        """Return the article whose sentence answers a question best."""
        query = self._questions.read(question, filters=filters)
        evidence = self._evidence.read(query, found := self._evidence.search(query, _PASSAGES))
        sentences = evidence.whole.sentences
        if not found.passages or not sentences or not evidence.enough:
            raise InputError(
                "This archive holds no article of this id, and nothing that answers this question; name the story by a "
                "person, a place or a company, or give the id of an article."
            )
        return sentences[0].passage.article

    def _choose_reports(self, lead: Article, filters: Filters | None) -> list[RelatedArticle]:
        """Return the report that was asked about and the nearest one of each other outlet, in order of time."""
        chunks = tuple(sorted(self._store.chunks([lead.id]).values(), key=lambda chunk: chunk.ordinal))
        related = [one for one in self._related.find(lead) if _tells_same(lead, one)]
        if filters:
            found = replace(filters.selection, ids=tuple(one.article.id for one in related))
            passing = set(self._store.archive.list_ids(found)) if related else set()
            related = [one for one in related if one.article.id in passing]
        numbers = self._store.archive.stories(one.article.id for one in related)
        best: dict[str, RelatedArticle] = {}
        for one in related:
            story = numbers.get(one.article.id)
            copied = story is not None and story in {numbers.get(kept.article.id) for kept in best.values()}
            if not copied:
                best.setdefault(one.article.source, one)
        nearest = list(best.values())[: MOST_OUTLETS - 1]
        nearest.sort(key=lambda one: one.article.published_at.timestamp() if one.article.published_at else math.inf)
        return [RelatedArticle(lead, chunks, 1.0), *nearest]


def _tells_same(lead: Article, one: RelatedArticle) -> bool:
    """Return whether an article is another outlet's report of the same event."""
    return one.article.source != lead.source and find_place(lead, one) == "same days"


def _read_sentences(report: RelatedArticle) -> list[Sentence]:
    """Return the sentences of a report that can be quoted, in order, from its beginning."""
    found: dict[int, Sentence] = {}
    for chunk in report.chunks:
        for a, b in split_sentences(chunk.text, report.article.language or "en"):
            text = chunk.text[a:b]
            if len(text.split()) >= _FEWEST_WORDS and is_quotable(text):
                found.setdefault(chunk.start + a, _make_sentence(chunk, (chunk.start + a, chunk.start + b)))
    return [found[start] for start in sorted(found)][:_SENTENCES]


def _make_sentence(chunk: Chunk, span: Span) -> Sentence:
    # What bears on a question plays no part here, so all sentences bear alike.
    return Sentence(Passage(chunk, 1, 1.0), *span, 1.0, 1.0, 0.0, 0.0, 0.0)


def _list_quotations(reports: Sequence[Sequence[Sentence]]) -> list[Row]:
    """Return for each quotation the sentences that hold it word for word, those of most reports first."""
    rows: dict[str, Row] = {}
    for column, sentences in enumerate(reports):
        for sentence in sentences[:_COMPARED]:
            for start, end in find_quotations(sentence.text):
                quoted = sentence.text[start:end]
                known = any(column in row and is_quoted_from(quoted, said) for said, row in rows.items())
                if len(quoted.split()) >= _QUOTED_WORDS and not known:
                    rows[quoted] = {column: sentence, **_find_quoting(quoted, column, reports)}
    # A sentence with two quotations would make two equal rows.
    distinct = {tuple(sorted((n, s.start) for n, s in row.items())): row for row in rows.values()}
    return sorted(distinct.values(), key=lambda row: -len(row))


def _find_quoting(quoted: str, column: int, reports: Sequence[Sequence[Sentence]]) -> Row:
    """Return the first sentence of each other report that holds a quotation."""
    others = ((n, sentences) for n, sentences in enumerate(reports) if n != column)
    holding = ((n, next((s for s in sentences if is_quoted_from(quoted, s.text)), None)) for n, sentences in others)
    return {n: sentence for n, sentence in holding if sentence}


def _cite(row: Row, columns: int) -> tuple[Citation | None, ...]:
    """Return the cells of a row; the number of a citation is that of its report, counted from 1."""
    return tuple(Citation(n + 1, s.passage, s.start, s.end) if (s := row.get(n)) else None for n in range(columns))


def _note_alone(report: OutletReport) -> str:
    if len(report.outlets) > 1:
        return "The other outlets carry the same text, so there is nothing to compare."
    if report.article.published_at is None:
        return "This article is undated, so which reports are of the same days cannot be told."
    return "The archive holds no report of another outlet on this event, as far as names, meaning and days tell."


def _collect_notes(aligned: int, quoted: int) -> Iterator[str]:
    yield (
        "Sentences stand side by side where words and meaning are near. A difference is named only where figure and unit, day "
        "or speaker certainly differ; nothing is said of the rest."
    )
    if left := max(0, aligned - MOST_ROWS) + max(0, quoted - MOST_ROWS):
        yield f"{left} further rows are left out, those of the fewest reports first."


def _describe_report(report: OutletReport) -> dict[str, Any]:
    article = report.article
    return {
        "article_id": article.id,
        "title": article.title,
        "outlet": article.source,
        "url": article.url,
        "published_at": article.published_at.isoformat() if article.published_at else None,
        "copies": describe_copies(report.copies),
    }


def _describe_row(row: ComparedRow) -> dict[str, Any]:
    return {
        "cells": [cell.to_record() if cell else None for cell in row.cells],
        "differences": [
            {"kind": d.kind, "spans": {str(n + 1): list(span) for n, span in sorted(d.spans.items())}}
            for d in row.differences
        ],
    }
