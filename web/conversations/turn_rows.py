"""An exchange as a row of the store, with the articles that its answer rests on."""

from collections.abc import Sequence
from datetime import UTC, datetime

from corpus.archive.engine import Connection, Row
from web.conversations.answer_record import pack_answer, pack_filters, unpack_answer, unpack_filters
from web.conversations.conversation import Exchange
from web.conversations.running_turns import BROKEN_OFF


def insert_turn(connection: Connection, conversation_id: str, exchange: Exchange) -> int:
    """Write an exchange into a conversation, with what there is of an answer; return its number."""
    now = datetime.now(UTC).isoformat()
    connection.execute("UPDATE conversations SET changed_at = ? WHERE id = ?", (now, conversation_id))
    filters = pack_filters(exchange.filters)
    asked = (exchange.question, filters, int(exchange.alone), int(exchange.whole), exchange.model)
    sql = (
        "INSERT INTO turns (conversation, question, filters, alone, whole, model, asked_at, stage, text, error, note) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, '', '', '') RETURNING key"
    )
    row = (conversation_id, *asked, exchange.asked_at.isoformat(), exchange.stage)
    key = int(connection.execute(sql, row).fetchone()["key"])
    write_outcome(connection, key, exchange)
    return key


def find_turn(connection: Connection, conversation_id: str, exchange: Exchange) -> int:
    """Return the number of an exchange that was written though the reply was lost on its way here, else 0."""
    sql = "SELECT key FROM turns WHERE conversation = ? AND asked_at = ? AND question = ?"
    row = connection.execute(sql, (conversation_id, exchange.asked_at.isoformat(), exchange.question)).fetchone()
    return int(row["key"]) if row else 0


def write_outcome(connection: Connection, key: int, exchange: Exchange) -> None:
    """Write what became of an exchange into its row."""
    answer, articles = pack_answer(exchange.answer) if exchange.answer else (None, {})
    sql = "UPDATE turns SET stage = ?, text = ?, error = ?, note = ?, answer = ?, cost = ? WHERE key = ?"
    outcome = (exchange.stage, exchange.text, exchange.error, exchange.note, answer, exchange.cost)
    connection.execute(sql, (*outcome, key))
    connection.executemany("INSERT INTO cited_articles VALUES (?, ?) ON CONFLICT DO NOTHING", articles.items())
    connection.executemany("INSERT INTO evidence VALUES (?, ?)", [(key, digest) for digest in articles])


def read_turn(connection: Connection, turn: Row) -> Exchange:
    """Return the exchange that a row holds, joined with the one of `under_way`."""
    answer = None
    if turn["answer"] is not None:
        sql = "SELECT digest, record FROM cited_articles JOIN evidence USING (digest) WHERE turn = ?"
        rows: Sequence[Row] = connection.execute(sql, (turn["key"],)).fetchall()
        answer = unpack_answer(turn["answer"], {row["digest"]: row["record"] for row in rows})
    exchange = Exchange(
        turn["question"],
        unpack_filters(turn["filters"]),
        alone=bool(turn["alone"]),
        whole=bool(turn["whole"]),
        model=turn["model"],
        stage=turn["stage"],
        text=turn["text"],
        passages=answer.passages if answer else (),
        answer=answer,
        error=turn["error"],
        note=turn["note"],
        asked_at=datetime.fromisoformat(turn["asked_at"]),
        key=turn["key"],
        opinion=turn["opinion"],
        remark=turn["remark"],
        cost=turn["cost"],
    )
    if exchange.open and turn["turn"] is None:  # As in a backup, which is made while an answer is under way.
        exchange.fail(BROKEN_OFF)
    return exchange


def list_evidence(connection: Connection, conversation_id: str) -> list[tuple[str]]:
    """Return the digests of the articles that a conversation rests on."""
    sql = "SELECT DISTINCT digest FROM turns JOIN evidence ON turn = key WHERE conversation = ?"
    return [(str(row["digest"]),) for row in connection.execute(sql, (conversation_id,))]


def sweep(connection: Connection, digests: list[tuple[str]]) -> None:
    """Delete those of the articles that no turn rests on any more."""
    rests = "SELECT 1 FROM evidence WHERE evidence.digest = cited_articles.digest"
    connection.executemany(f"DELETE FROM cited_articles WHERE digest = ? AND NOT EXISTS ({rests})", digests)
