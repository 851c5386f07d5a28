"""The reader's opinions as a question set that `python -m eval` reads."""

import json
from collections.abc import Iterable
from typing import Any

from web.conversations.conversation import Conversation


def build_question_set(judged: Iterable[tuple[Conversation, int]]) -> str:
    """Return JSONL, one question a line, of exchanges with an opinion.

    An answer found useful gives the words that it cites as evidence, a useful refusal a question that the archive does not
    hold. An answer found not useful says what is right only by the remark, which becomes an assertion; without one it is
    left out, as nothing could be scored by it.
    """
    records = [_record(conversation, place) for conversation, place in judged]
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records if record)


def _record(conversation: Conversation, place: int) -> dict[str, Any] | None:
    exchange = conversation.exchanges[place]
    answer, remark = exchange.answer, exchange.remark.strip()
    if answer is None:
        return None
    before = Conversation(conversation.exchanges[: place + 1])
    record: dict[str, Any] = {
        "id": f"{conversation.id}-{exchange.key}",
        "question": exchange.question,
        "evidence": [],
        "history": [{"role": turn.role, "content": turn.content} for turn in before.history()],
        "as_of": exchange.asked_at.isoformat(timespec="seconds"),
        "note": remark,
    }
    if exchange.opinion < 0:
        return record | {"type": "disputed", "assertions": [remark]} if remark else None
    if answer.status == "not_found":
        return record | {"type": "null"}
    if (
        answer.status == "doubtful"
    ):  # That the caution was right says neither that the archive answers nor that it does not.
        return None
    # Evidence stands in the body, which a headline does not; a dict, as the same words may be cited twice and their order says which came first.
    quotes = {
        (c.passage.article.id, c.quote.strip()): None for c in answer.citations if c.quote.strip() and not c.heads
    }
    evidence = [{"article_id": article, "quote": quote} for article, quote in quotes]
    return record | {"type": "confirmed", "evidence": evidence} if evidence else None
