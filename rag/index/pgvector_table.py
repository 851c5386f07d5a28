"""The table in which PostgreSQL searches the vectors of a profile, by its extension pgvector.

The record keeps a vector as the bytes that the embedder gave, whatever the database. Beside it stands a table of the same
vectors at half the precision, with pgvector's graph (HNSW) over them. Triggers write it in the transaction that writes the
chunks, whichever process that is, so it never differs from the record.
"""

import logging
import time
from hashlib import blake2b

from corpus.archive.chunk_store import ChunkStore
from corpus.errors import ArchiveError
from rag.index.pending_articles import Progress

log = logging.getLogger(__name__)

NEIGHBOURS = 16
"""Neighbours of a vector in the graph, `m`; those and the next are pgvector's defaults, which docs/scale.md measures."""

CONSTRUCTION = 64
"""Candidates for them while the graph is made, `ef_construction`."""

_OLDEST = (0, 8)  # The first pgvector that goes on searching until enough rows pass a filter.
_POLL_S = 1.0  # How often to look whether another process has finished the graph.
_ARTICLES = 500  # In one transaction while a table is filled.

# The four bytes of a number, the last one first, are the bits of a `real`: sign, exponent, fraction.
_BITS = "CAST(substr(turned, 4 * place + 1, 4) AS integer)"
_REAL = (
    "CAST(CASE WHEN bits & 2139095040 = 0 THEN 0 ELSE sign(bits + 0.5::float8) * (1 + (bits & 8388607) / 8388608.0::float8) "
    "* power(2::float8, ((bits >> 23) & 255) - 127) END AS real)"
)
_DECODE = f"""
CREATE OR REPLACE FUNCTION decode_vector(vector bytea) RETURNS real[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT array_agg({_REAL} ORDER BY place DESC) FROM (SELECT reverse(vector) AS turned OFFSET 0) AS once,
        generate_series(0, length(vector) / 4 - 1) AS place, LATERAL (SELECT {_BITS} AS bits) AS read
$$
"""


class PgvectorTable:
    """Make the table of a profile, fill it from the record and index it.

    Attributes:
        name: Of the table.
    """

    def __init__(self, store: ChunkStore) -> None:
        """Describe the table, which need not exist yet."""
        self.name = f"vectors_{blake2b(store.profile.encode('utf-8', 'surrogatepass'), digest_size=6).hexdigest()}"
        self._store = store
        self._schema = ""

    @property
    def schema(self) -> str:
        """Return the schema of the extension, quoted: archives in other schemas share it.

        Raises:
            ArchiveError: The extension is missing or too old.
        """
        if not self._schema:
            self._schema = self._find_extension()
        return self._schema

    def is_indexed(self) -> bool:
        """Return whether the table is filled, which it is before it is indexed, and its graph complete."""
        sql = (
            "SELECT 1 FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid WHERE indisvalid AND relname = ? "
            "AND relnamespace = current_schema()::text::regnamespace"
        )
        return self._store.archive.connection.execute(sql, (f"{self.name}_near",)).fetchone() is not None

    def prepare(self, dimensions: int, progress: Progress | None = None, repair: bool = False) -> None:
        """Make, fill and index the table if no process has; one process does it, and the others wait.

        Nobody who writes to the archive waits, but for the moment in which the triggers are made.

        Args:
            dimensions: The length of a vector.
            progress: Called with how many articles were gone through, and how many there are.
            repair: Compare with the record even if the table was filled, and add what is missing.

        Raises:
            ArchiveError: The extension is missing or too old, or the user has not the right to make tables.
        """
        claimed: list[bool] = []
        while not claimed and (repair or not self.is_indexed()):
            with self._store.archive.connection.claim({f"make {self.name}": True}) as claimed:
                if claimed:
                    self._make(dimensions)
                    self._fill(progress)
                    self._index()
            if not claimed:
                log.info("another process is making the index of the vectors")
                time.sleep(_POLL_S)

    def _find_extension(self) -> str:
        connection, place = self._store.archive.connection, self._store.archive.engine.name
        sql = (
            "SELECT quote_ident(nspname), extversion FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace "
            "WHERE extname = 'vector'"
        )
        found = connection.execute(sql).fetchone()
        if found and tuple(int(part) for part in str(found[1]).split(".")[:2]) >= _OLDEST:
            return str(found[0])
        wanted = ".".join(map(str, _OLDEST))
        if found:
            raise ArchiveError(
                f"{place}: its pgvector {found[1]} is too old; install {wanted} or newer on the server, then let a superuser run "
                "ALTER EXTENSION vector UPDATE in that database"
            )
        ready = connection.execute("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'").fetchone()
        first = "" if ready else f"install pgvector {wanted} or newer on the server, then "
        raise ArchiveError(
            f"{place}: NEWSDESK_DENSE=postgres needs the extension pgvector there; {first}let a superuser of the server run "
            "CREATE EXTENSION vector in that database, or leave NEWSDESK_DENSE out"
        )

    def _make(self, dimensions: int) -> None:
        """Make the table, and the triggers that keep it up; what is there already is made again."""
        statements = (
            _DECODE,
            f"CREATE TABLE IF NOT EXISTS {self.name} (article_key bigint NOT NULL, ordinal bigint NOT NULL, "
            f"embedding {self.schema}.halfvec({dimensions}) NOT NULL, PRIMARY KEY (article_key, ordinal))",
            f"""CREATE OR REPLACE FUNCTION {self.name}_follow() RETURNS trigger LANGUAGE plpgsql AS $$
                BEGIN
                    IF TG_OP = 'DELETE' THEN
                        DELETE FROM {self.name} WHERE article_key = old.article_key AND ordinal = old.ordinal;
                    ELSE
                        INSERT INTO {self.name} VALUES (new.article_key, new.ordinal, decode_vector(new.vector))
                        ON CONFLICT (article_key, ordinal) DO UPDATE SET embedding = excluded.embedding;
                    END IF;
                    RETURN NULL;
                END $$""",
            *(
                f"CREATE OR REPLACE TRIGGER {self.name}_{row} AFTER {event} ON chunks FOR EACH ROW "
                f"WHEN ({row}.profile = {_quote(self._store.profile)}) EXECUTE FUNCTION {self.name}_follow()"
                for row, event in (("new", "INSERT OR UPDATE"), ("old", "DELETE"))
            ),
        )
        with self._store.archive.transaction() as connection:
            for statement in statements:
                connection.execute(statement)

    def _fill(self, progress: Progress | None) -> None:
        """Add the vectors that the record already had; chunks that go meanwhile are locked or passed over."""
        connection = self._store.archive.connection
        total, done, last = self._store.archive.count(), 0, 0
        page = "SELECT count(*), max(key) FROM (SELECT key FROM articles WHERE key > ? ORDER BY key LIMIT ?) AS page"
        copy = (
            f"INSERT INTO {self.name} SELECT article_key, ordinal, decode_vector(vector) FROM chunks "
            f"WHERE profile = ? AND article_key > ? AND article_key <= ? AND NOT EXISTS (SELECT FROM {self.name} AS held "
            "WHERE held.article_key = chunks.article_key AND held.ordinal = chunks.ordinal) FOR KEY SHARE ON CONFLICT DO NOTHING"
        )
        while True:
            count, newest = connection.execute(page, (last, _ARTICLES)).fetchone()
            if not count:
                break
            connection.execute(copy, (self._store.profile, last, newest))
            last, done = newest, done + count
            if progress:
                progress(done, max(done, total))

    def _index(self) -> None:
        """Make the graph while others write; one that a killed process left incomplete is made again."""
        if self.is_indexed():
            return
        connection = self._store.archive.connection
        connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {self.name}_near")
        connection.execute(
            f"CREATE INDEX CONCURRENTLY {self.name}_near ON {self.name} USING hnsw (embedding {self.schema}.halfvec_cosine_ops) "
            f"WITH (m = {NEIGHBOURS}, ef_construction = {CONSTRUCTION})"
        )
        connection.execute(f"ANALYZE {self.name}")


def _quote(text: str) -> str:
    """Return a text as a literal of SQL in which only letters and digits stand for themselves."""
    return "U&'" + "".join(c if c.isascii() and c.isalnum() else f"\\+{ord(c):06X}" for c in text) + "'"
