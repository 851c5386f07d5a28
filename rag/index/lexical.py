"""The lexical index: tantivy (BM25) over our own terms, so that every language is stemmed by its own rules."""

import math
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from corpus.archive.chunk_store import Embedded
from corpus.article import Chunk
from corpus.command_names import name_command
from corpus.errors import IndexUnavailableError
from corpus.text.days import widen
from rag.model import Filters
from rag.text.terms import find_acronyms, plain_spellings, terms

_UNDATED = -(2**40)  # Seconds: long before any article, so that every limit on time leaves it out.
_HEAP = 64_000_000
_BOTH = 0.4
"""Share of the lesser score of a term that stands in both text and heading: it is one word of the question, and a chunk
that holds two of them says more than one that holds one of them twice; tuned in docs/retrieval.md."""

_NONE = "\x00"  # tantivy keeps no empty term.


class LexicalIndex:
    """Find chunks that share words with the question, by BM25 (k1 1.2, b 0.75, tantivy's own).

    Every method raises `IndexUnavailableError` where tantivy cannot read or write its files.
    """

    def __init__(self, folder: Path | None, heading_boost: float = 0.9, writing: bool = True) -> None:
        """Open the index in `folder`, creating it if needed.

        Args:
            folder: Folder of the index; None keeps it in memory.
            heading_boost: Weight of a term found in headline, outlet or date, against 1 for one in the text.
            writing: Open it for writing, which only one process can at a time; else it must exist.
        """
        self._boost = heading_boost
        self._folder = folder
        self._schema = _build_schema()
        self._writing = writing
        self._writer: tantivy.IndexWriter | None = None
        with self._convert_errors():
            if folder is None:
                self._index = tantivy.Index(self._schema)
            elif writing:
                folder.mkdir(parents=True, exist_ok=True)
                self._index = tantivy.Index(self._schema, path=str(folder), reuse=True)
                self._writer = self._open_writer()
            else:
                self._index = tantivy.Index.open(str(folder))

    @property
    def in_memory(self) -> bool:
        """Return whether it is in memory only."""
        return self._folder is None

    def apply(self, gone: Sequence[str], batch: Sequence[Embedded]) -> None:
        """Delete every chunk of the articles `gone`, then add the chunks of `batch`, all in one commit."""
        if not self._writing:
            raise ValueError("the index is open for reading only")
        with self._convert_errors():
            # A writer that met a full disk cannot be used again, so it is kept only after a successful commit.
            writer, self._writer = self._writer or self._open_writer(), None
            try:
                for article_id in gone:
                    writer.delete_documents_by_term("article", article_id)
                for chunk in (chunk for item in batch for chunk in item.chunks):
                    writer.add_document(_make_document(chunk))
                writer.commit()
                self._writer = writer
            finally:
                del writer  # No other writer can be opened while an error refers to this one.
            self._index.reload()

    def _open_writer(self) -> tantivy.IndexWriter:
        """Return a writer, after deleting the files of an interrupted commit, whose names the next one would reuse."""
        writer = self._index.writer(heap_size=_HEAP, num_threads=1)
        writer.garbage_collect_files()
        return writer

    def follow(self, folder: Path) -> None:
        """Reload what the writing process has written since, perhaps to another folder."""
        with self._convert_errors():
            if folder == self._folder:
                self._index.reload()
            else:
                self._index, self._folder = tantivy.Index.open(str(folder)), folder

    def search(
        self, wanted: Sequence[str], limit: int, filters: Filters | None = None, among: Collection[str] = ()
    ) -> list[tuple[str, float]]:
        """Return up to `limit` (chunk id, BM25 score), best first; `wanted` are terms, not text.

        `among` narrows to some articles.

        Filters on time are kept to the second, and those on days to the widest zone, so that a chunk may be found that
        lies outside.
        """
        if not wanted:
            return []
        return self._collect_hits(self._make_query(wanted, filters, among), limit)

    def find_articles(
        self, wanted: Sequence[str], filters: Filters | None = None, among: Collection[str] = ()
    ) -> tuple[set[str], set[str]]:
        """Return the ids of all articles that hold any of some terms in their text, and in a heading.

        A heading is headline, outlet and date. Filters are kept as in `search`; `among` narrows to some articles.
        """
        text, heading = (self._find_holding(name, wanted, filters, among) for name in ("text", "heading"))
        return text, heading

    def _find_holding(
        self, field: str, wanted: Sequence[str], filters: Filters | None, among: Collection[str]
    ) -> set[str]:
        with self._convert_errors():
            searcher = self._index.searcher()
            most = sum(searcher.doc_freq(field, term) for term in wanted)
        if not most:
            return set()
        limits = _make_filter_queries(self._schema, filters, among)
        must = tantivy.Occur.Must
        clauses = [
            (must, tantivy.Query.term_set_query(self._schema, field, list(wanted))),
            *((must, x) for x in limits),
        ]
        return {
            read_article_id(chunk_id) for chunk_id, _ in self._collect_hits(tantivy.Query.boolean_query(clauses), most)
        }

    def count_documents(self, term: str) -> int:
        """Return the number of chunks that hold a term."""
        with self._convert_errors():
            searcher = self._index.searcher()
            return int(max(searcher.doc_freq("text", term), searcher.doc_freq("heading", term)))

    def find_terms(self, prefixes: Collection[str]) -> dict[str, int]:
        """Return every term that begins with one of some prefixes, with the number of chunks that hold it.

        A chunk holds it in its text or its heading; the larger number of the two counts.
        """
        found: dict[str, int] = {}
        with self._convert_errors():
            searcher = self._index.searcher()
            for field in ("heading", "text"):
                for prefix in prefixes:
                    for term, chunks in searcher.terms_with_prefix(field, prefix):
                        found[term] = max(chunks, found.get(term, 0))
        return found

    def find_chunks(self, term: str, preferred: Sequence[str], limit: int) -> list[str]:
        """Return the ids of up to `limit` chunks that hold a term, those with the most of some others first."""
        must, should = tantivy.Occur.Must, tantivy.Occur.Should
        clauses = [(must, self._make_query([term]))]
        if preferred:
            clauses.append((should, self._make_query(preferred)))
        return [chunk_id for chunk_id, _ in self._collect_hits(tantivy.Query.boolean_query(clauses), limit)]

    def count(self) -> int:
        """Return how many chunks the index holds."""
        return int(self._index.searcher().num_docs)

    def ids(self) -> set[str]:
        """Return the id of every chunk in the index."""
        return {chunk_id for chunk_id, _ in self._collect_hits(tantivy.Query.all_query(), max(1, self.count()))}

    def close(self) -> None:
        """Close the files."""
        if self._writer is not None:
            with self._convert_errors():
                self._writer.wait_merging_threads()

    def _collect_hits(self, query: tantivy.Query, limit: int) -> list[tuple[str, float]]:
        with self._convert_errors():
            searcher = self._index.searcher()
            hits = searcher.search(query, limit, count=False).hits
            return [(str(searcher.doc(address)["id"][0]), float(score)) for score, address in hits]

    @contextmanager
    def _convert_errors(self) -> Iterator[None]:
        try:
            yield
        except BaseException as error:
            # A panic of tantivy is not an `Exception`, and its class cannot be imported.
            if not isinstance(error, ValueError | OSError) and type(error).__name__ != "PanicException":
                raise
            raise IndexUnavailableError(
                f"{self._folder or 'memory'}: the lexical index cannot be used ({error}); free some disk space if there is none, "
                f"else run `{name_command('corpus rebuild')}`"
            ) from error

    def _make_query(
        self, wanted: Sequence[str], filters: Filters | None = None, among: Collection[str] = ()
    ) -> tantivy.Query:
        should, must = tantivy.Occur.Should, tantivy.Occur.Must
        clauses = []
        for term in wanted:
            in_text = tantivy.Query.term_query(self._schema, "text", term, "freq")
            in_heading = tantivy.Query.term_query(self._schema, "heading", term, "freq")
            boosted = tantivy.Query.boost_query(in_heading, self._boost)
            clauses.append((should, tantivy.Query.disjunction_max_query([in_text, boosted], _BOTH)))
        words = tantivy.Query.boolean_query(clauses)
        limits = _make_filter_queries(self._schema, filters, among)
        # Filters narrow, and must not add to the score.
        if not limits:
            return words
        return tantivy.Query.boolean_query(
            [(must, words), *((must, tantivy.Query.const_score_query(limit, 0.0)) for limit in limits)]
        )


def read_article_id(chunk_id: str) -> str:
    """Return the id of the article that a chunk was cut from."""
    return chunk_id.rpartition("#")[0].rpartition("@")[0]


def _build_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("id", stored=True, tokenizer_name="raw", index_option="basic")
    for name in ("article", "outlet", "language", "feed"):
        builder.add_text_field(name, stored=False, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("published", stored=False, indexed=True, fast=True)
    for name in ("heading", "text"):
        builder.add_text_field(name, stored=False, tokenizer_name="whitespace", index_option="freq")
    return builder.build()


def _make_document(chunk: Chunk) -> tantivy.Document:
    article = chunk.article
    return tantivy.Document(
        id=chunk.id,
        article=article.id,
        outlet=article.source or _NONE,
        language=article.language or _NONE,
        feed=article.feed or _NONE,
        published=math.floor(article.published_at.timestamp()) if article.published_at else _UNDATED,
        heading=" ".join(terms(chunk.heading, article.language)),
        text=" ".join(
            [*terms(chunk.text, article.language), *plain_spellings(chunk.indexed_text), *find_acronyms(chunk.text)]
        ),
    )


def _make_filter_queries(
    schema: tantivy.Schema, filters: Filters | None, among: Collection[str]
) -> list[tantivy.Query]:
    limits = [tantivy.Query.term_set_query(schema, "article", list(among))] if among else []
    if not filters:
        return limits
    named = (("outlet", filters.outlets), ("language", filters.languages), ("feed", filters.feeds))
    limits += [
        tantivy.Query.term_set_query(schema, name, [v or _NONE for v in values]) for name, values in named if values
    ]
    if filters.timed:
        since, until = widen(filters.since, filters.until)  # The caller looks at the day of the outlet.
        first = math.floor(since.timestamp()) if since else _UNDATED + 1
        last = math.ceil(until.timestamp()) - 1 if until else 2**40
        limits.append(tantivy.Query.range_query(schema, "published", tantivy.FieldType.Integer, first, last))
    return limits
