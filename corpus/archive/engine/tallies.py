"""The tallies that PostgreSQL keeps of its articles, since counting them goes through every row.

Writers add rows to the table, by triggers, and never change one, so that they do not wait for each other; the sum of the
rows of one name is its count. Whoever writes to the log is alone (`Connection.transaction`) and adds the rows up.
"""

_NAMES = {"articles": "'articles'", "indexed": "'indexed ' || profile"}
_EVENTS = {"INSERT": ("NEW", ""), "DELETE": ("OLD", "-")}
_MOST = 200  # Rows that every count sums up.


def _count_all() -> str:
    """Return the statements that count everything."""
    return "".join(
        f"INSERT INTO tallies SELECT {name}, count(*) FROM {table} GROUP BY 1;\n" for table, name in _NAMES.items()
    )


def _make_trigger(table: str, event: str) -> str:
    """Return the statements that make what keeps a tally while rows of a table come or go."""
    rows, sign = _EVENTS[event]
    function = f"tally_{table}_{event.lower()}"
    return f"""
CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    INSERT INTO tallies SELECT {_NAMES[table]}, {sign}count(*) FROM moved GROUP BY 1; RETURN NULL; END$$;
CREATE TRIGGER {function} AFTER {event} ON {table} REFERENCING {rows} TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION {function}();
"""


MADE = f"""
CREATE TABLE tallies (name text COLLATE "C" NOT NULL, count bigint NOT NULL);
{"".join(_make_trigger(table, event) for table in _NAMES for event in _EVENTS)}
CREATE FUNCTION sum_tallies() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN
    IF (SELECT count(*) FROM tallies) > {_MOST} THEN
        WITH gone AS (DELETE FROM tallies RETURNING name, count)
            INSERT INTO tallies SELECT name, sum(count) FROM gone GROUP BY name;
    END IF;
    RETURN NULL; END$$;
CREATE TRIGGER tallies_summed AFTER INSERT ON changes FOR EACH STATEMENT EXECUTE FUNCTION sum_tallies();
{_count_all()}"""
"""The migration that makes the tallies."""

RECOUNT = f"DELETE FROM tallies;\n{_count_all()}"
"""Count them anew, while nobody else writes."""

READ_TALLIES = (
    "SELECT coalesce(sum(count) FILTER (WHERE name = ?), 0), coalesce(sum(count) FILTER (WHERE name = 'articles'), 0) "
    "FROM tallies"
)
