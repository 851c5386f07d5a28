"""What the archive has on an article: what came before and after, who else reported it, corrections, names, questions."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal

from corpus.archive.database import Archive
from corpus.article import Article, Chunk
from corpus.command_names import name_command
from corpus.errors import InputError
from corpus.text.characters import strip_invisible
from corpus.text.sentences import split_sentences
from rag.model import Answer, Citation, Passage, describe_copies
from rag.retrieval.passage_search import Retriever
from rag.story.answered_questions import list_answered_questions
from rag.story.correction_links import CorrectionLink, find_correction_links
from rag.story.main_names import list_main_names
from rag.story.name_mentions import NameMention, NameMentions
from rag.story.related_articles import SAME_EVENT, RelatedArticle, RelatedArticles
from rag.text.injected_instructions import LONGEST_QUOTED, is_quotable

MOST_LISTED = 12
"""Stories of one section that are listed: the nearest, in order of time."""

SAME_DAYS = timedelta(days=3)
"""So far apart may two outlets report one event."""

_NAMES = 8
_FEWEST_WORDS = 5  # Of a sentence that tells what an article reports: not a dateline.

Place = Literal["same days", "earlier", "later", "undated", "dated"]

HEADINGS: dict[Place, str] = {
    "earlier": "Earlier coverage",
    "same days": "Other reports of the same days",
    "later": "Since then",
    "dated": "Other coverage, by date",
    "undated": "Other coverage without a date",
}
"""What the sections are called, in their order."""


@dataclass(frozen=True, slots=True)
class CoverageSection:
    """Hold the stories that lie in one place of time as seen from an article.

    Attributes:
        place: "earlier", "later", or "same days" for reports of the same event, mostly by others; "dated" for those of an
            article that has no date itself, "undated" for those that have none.
        entries: In order of time, each by the sentence that its earliest article begins with; `passage.copies` carry the
            same text.
        found: How many there are, of which `entries` are the nearest.
    """

    place: Place
    entries: tuple[Citation, ...]
    found: int

    @property
    def heading(self) -> str:
        """Return what the section is called."""
        return HEADINGS[self.place]


@dataclass(frozen=True, slots=True)
class Background:
    """Hold what the archive has on an article.

    Attributes:
        article: The article, in its current version.
        copies: Other articles with the same text.
        sections: What else was reported on the affair; the entries are numbered through all of them.
        corrections: What it corrects, or is corrected by.
        names: The names that it is about, with their last mentions.
        questions: What the archive answers beyond it.
        notes: What a reader must know of how it was found.
        written: What a model wrote of it, or None.
    """

    article: Article
    copies: tuple[Article, ...] = ()
    sections: tuple[CoverageSection, ...] = ()
    corrections: tuple[CorrectionLink, ...] = ()
    names: tuple[NameMention, ...] = ()
    questions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    written: Answer | None = None

    @property
    def entries(self) -> tuple[Citation, ...]:
        """Return the entries of all sections, in the order of their numbers."""
        return tuple(entry for section in self.sections for entry in section.entries)

    def to_record(self) -> dict[str, Any]:
        """Return plain JSON values."""
        article = self.article
        return {
            "article_id": article.id,
            "version": article.version,
            "title": article.title,
            "outlet": article.source,
            "published_at": article.published_at.isoformat() if article.published_at else None,
            "copies": describe_copies(self.copies),
            "sections": [
                {
                    "place": section.place,
                    "heading": section.heading,
                    "found": section.found,
                    "entries": [e.to_record() | {"copies": describe_copies(e.passage.copies)} for e in section.entries],
                }
                for section in self.sections
            ],
            "corrections": [link.to_record() for link in self.corrections],
            "names": [name.to_record() for name in self.names],
            "questions": list(self.questions),
            "notes": list(self.notes),
            "written": self.written.to_record() if self.written else None,
        }


class BackgroundSearch:
    """Collect what the archive has on an article; no model is asked."""

    def __init__(self, retriever: Retriever, ask: Callable[[str], Answer]) -> None:
        """Search with `retriever`, and try questions with `ask`, which answers without a model."""
        self._archive: Archive = retriever.indexes.store.archive
        self._related = RelatedArticles(retriever)
        self._mentions = NameMentions(retriever)
        self._ask = ask

    def collect(self, article_id: str) -> Background:
        """Return the background of an article, all but what a model writes.

        Raises:
            InputError: The archive holds no article of this id.
        """
        article = read_article(self._archive, article_id)
        copies, versions = self._archive.copies(article.id), self._archive.versions(article.id)
        related = self._related.find(article)
        articles = [one.article for one in related]
        own = {article.id, *(copy.id for copy in copies)}
        return Background(
            article,
            tuple(copies),
            tuple(_number(self._list_sections(article, related))),
            find_correction_links(article, versions, articles),
            tuple(self._mentions.find(n, article.published_at, own) for n in list_main_names(article)[:_NAMES]),
            list_answered_questions(article, articles, self._ask),
            tuple(_collect_notes(article, related)),
        )

    def _list_sections(self, article: Article, related: Sequence[RelatedArticle]) -> Iterator[CoverageSection]:
        places: dict[Place, list[list[RelatedArticle]]] = {}
        for story in _group_stories(related, self._archive.stories(one.article.id for one in related)):
            places.setdefault(find_place(article, story[0]), []).append(story)
        for place in HEADINGS:
            if stories := places.get(place):
                # The nearest are kept, and then listed in order of time.
                nearest = sorted(stories, key=lambda story: -max(one.score for one in story))[:MOST_LISTED]
                entries = [self._cite(story) for story in sorted(nearest, key=lambda story: _make_time_key(story[0]))]
                yield CoverageSection(place, tuple(entries), len(stories))

    def _cite(self, story: Sequence[RelatedArticle]) -> Citation:
        """Return what the earliest article of a story begins with, and all the articles that carry its text."""
        lead = story[0]
        chunk, start, end = _find_opening(lead)
        copies = tuple(self._archive.copies(lead.article.id))
        return Citation(0, Passage(chunk, 1, lead.score, {"related": lead.score}, copies), start, end)


def read_article(archive: Archive, article_id: str) -> Article:
    """Return an article by its id.

    Raises:
        InputError: The archive holds none of this id.
    """
    article = archive.get(strip_invisible(article_id).strip())
    if article is None:
        raise InputError(
            f"There is no article {article_id[:80]!r}; ids are in the sources of an answer and in {name_command('corpus list')}."
        )
    return article


def find_place(article: Article, one: RelatedArticle) -> Place:
    """Return where an article lies in time, as seen from another one on the same affair."""
    own, date = article.published_at, one.article.published_at
    if date is None:
        return "undated"
    if own is None:
        return "dated"
    if abs(date - own) <= SAME_DAYS and one.score >= SAME_EVENT and one.article.source != article.source:
        return "same days"
    return "earlier" if date < own else "later" if date > own else "same days"


def _group_stories(related: Iterable[RelatedArticle], numbers: dict[str, int]) -> list[list[RelatedArticle]]:
    """Return related articles by story, the earliest of each first."""
    groups: dict[object, list[RelatedArticle]] = {}
    for one in sorted(related, key=_make_time_key):
        groups.setdefault(numbers.get(one.article.id, one.article.id), []).append(one)
    return list(groups.values())


def _make_time_key(one: RelatedArticle) -> tuple[bool, float, str]:
    date = one.article.published_at
    return date is None, date.timestamp() if date else 0.0, one.article.id


def _number(sections: Iterable[CoverageSection]) -> Iterator[CoverageSection]:
    """Yield sections with their entries numbered from 1, through all of them."""
    n = 0
    for section in sections:
        entries = []
        for entry in section.entries:
            n += 1
            entries.append(replace(entry, n=n, passage=replace(entry.passage, rank=n)))
        yield replace(section, entries=tuple(entries))


def _find_opening(one: RelatedArticle) -> tuple[Chunk, int, int]:
    """Return the chunk, the start and the end of the first sentence that tells what an article reports."""
    for chunk in one.chunks:
        for a, b in split_sentences(chunk.text, one.article.language or "en"):
            sentence = chunk.text[a:b]
            if len(sentence.split()) >= _FEWEST_WORDS and is_quotable(sentence):
                return chunk, chunk.start + a, chunk.start + b
    first = one.chunks[0]
    return first, first.start, first.start + min(LONGEST_QUOTED, first.end - first.start)


def _collect_notes(article: Article, related: Sequence[RelatedArticle]) -> Iterator[str]:
    if not related:
        yield "Judged by names and meaning, the archive holds nothing else on this story."
    elif article.published_at is None:
        yield "This article is undated, so what came before it and what after cannot be told."
