"""Understand questions with what the archive holds: its outlets, its languages, and its spelling."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from corpus.archive.collections import Collections
from corpus.archive.database import Archive
from corpus.archive.name_lookup import NameLookup
from rag.index.embedder import read_shipped_vocabulary
from rag.model import Filters, Turn
from rag.question.query import Corrected, Outlets, Query, parse_question
from rag.question.question_text import read_history, read_question
from rag.question.scope_mentions import ScopeMentions, find_scope
from rag.question.search_plan import ArchiveScope
from rag.retrieval.passage_search import Retriever
from rag.retrieval.spelling_correction import SpellingCorrector
from rag.retrieval.written_forms import WrittenForms, lacks_capitals
from rag.text.english_words import EnglishWords

_COMMON = 0.01  # Share of the archive from which on questions are stemmed in a language too.


class QuestionReader:
    """Make queries of questions; several threads may call at once."""

    def __init__(self, archive: Archive, retriever: Retriever) -> None:
        """Read questions to `archive`, whose indexes `retriever` searches."""
        self._archive = archive
        self._retriever = retriever
        english = EnglishWords(read_shipped_vocabulary())
        self._spelling = SpellingCorrector(retriever, english)
        self._forms = WrittenForms(retriever, english)
        self._known: tuple[int, Outlets] | None = None
        self._named: tuple[int, NameLookup, NameLookup] | None = None
        self._scope: tuple[int, ArchiveScope] | None = None

    @property
    def outlets(self) -> Outlets:
        """Return the outlets of the archive as it is now."""
        return self.refresh()

    def refresh(self) -> Outlets:
        """Count outlets and languages again if the archive changed; questions are stemmed in its main languages."""
        change, known = self._retriever.indexes.store.last_change(), self._known
        if known is None or known[0] != change:
            languages = self._archive.count_by("language")
            common = tuple(code for code, n in languages.items() if n >= _COMMON * sum(languages.values()))
            self._retriever.languages = common or ("en",)
            known = self._known = (change, Outlets(self._archive.count_by("source")))
        return known[1]

    def correct(self, text: str) -> Corrected:
        """Return a text with what no article has as the archive writes it: misspelt words, initials of a name."""
        corrected = self._spelling.correct(text)
        written = self._forms.expand(corrected.text)
        return Corrected(written.text, (*corrected.notes, *written.notes))

    def _look_up_names(self) -> tuple[NameLookup, NameLookup]:
        """Return the authors and the sections of the archive as it is now."""
        change, known = self._retriever.indexes.store.last_change(), self._named
        if known is None or known[0] != change:
            authors = NameLookup(self._archive.count_by("author"), "author")
            known = self._named = (change, authors, NameLookup(self._archive.count_by("category"), "section"))
        return known[1], known[2]

    def resolve(self, filters: Filters | None) -> Filters | None:
        """Return filters with authors, sections and collections as the archive writes them.

        Raises:
            InputError: It has no such one.
        """
        if not filters or not filters.listed:
            return filters
        authors, sections = self._look_up_names()
        known = Collections(self._archive, filters.owner)
        return replace(
            filters,
            authors=authors.resolve(filters.authors),
            sections=sections.resolve(filters.sections),
            collections=tuple(known.find(name).name for name in filters.collections),
        )

    def _find_scope(self, text: str) -> ScopeMentions:
        return find_scope(text, *self._look_up_names(), self.refresh())

    def read_scope(self, now: datetime) -> ArchiveScope:
        """Return what a plan may narrow a search to; all but the time of the newest article is counted once a change."""
        outlets, change = self.refresh(), self._retriever.indexes.store.last_change()
        known = self._scope
        if known is None or known[0] != change:
            bylines, languages = (tuple(self._archive.count_by(column)) for column in ("author", "language"))
            counted = ArchiveScope(outlets, bylines, languages, self._archive.oldest(), None, self._archive.count())
            known = self._scope = (change, counted)
        return replace(known[1], until=self._archive.newest(now))

    def read(
        self,
        question: str,
        history: Sequence[Turn] = (),
        filters: Filters | None = None,
        now: datetime | None = None,
        whole: bool = False,
        alone: str = "",
    ) -> Query:
        """Return what a question is understood as: stand-alone (by rules, or `alone`), its kind, its parts, its filters.

        The arguments are those of `rag.Assistant.stream`.

        Raises:
            NewsdeskError: It is empty or too long, or the filters name an author or a section that the archive lacks.
        """
        present = datetime.now(UTC)
        newest = self._archive.newest(present)
        looking_back = bool(now and newest and newest > now.replace(tzinfo=now.tzinfo or UTC))
        now = now.replace(tzinfo=now.tzinfo or UTC) if now else present
        asked = read_question(question)
        plain = lacks_capitals(asked)

        def correct(text: str) -> Corrected:
            corrected = self.correct(text)
            return replace(corrected, text=self._forms.capitalise_unknown(corrected.text)) if plain else corrected

        query = parse_question(
            self._forms.restore(asked),
            self._forms.restore_turns(read_history(history)),
            now=now,
            outlets=self.refresh(),
            filters=self.resolve(filters),
            whole=whole,
            looking_back=looking_back,
            correct=correct,
            alone=alone,
            newest=newest,
            scope=self._find_scope,
        )
        return replace(query, question=asked, unknown=self._forms.find_unknown(query.standalone))
