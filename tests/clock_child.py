"""What a test runs under a wall clock that jumps: `python clock_child.py FOLDER JUMPS`; prints what it counted."""

import json
import os
import random
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

ROOT = Path(__file__).parents[1]
YEAR_S = 365 * 86_400


def jump(seconds: int) -> None:
    """Set the wall clock off by so much."""
    Path(os.environ["CLOCK_OFFSET"]).write_text(str(seconds))


def main(folder: Path, jumps: int) -> None:
    """Add, remove, index, keep conversations, mark entries and count questions between jumps."""
    from corpus.archive.database import Archive
    from corpus.archive.selection import Selection
    from corpus.feeds.feed_book import FeedBook
    from rag.index.owned_indexes import OwnedIndexes
    from rag.model import Answer
    from tests.rag.index_checks import found
    from tests.rag.wire_items import numbered
    from tests.rag.word_embedder import WordEmbedder
    from web.conversations.conversation import Conversation, Exchange
    from web.conversations.conversation_store import ConversationStore
    from web.rate_limit import RateLimit

    numbers, wrong = random.Random(jumps), dict.fromkeys(("clock", "index", "conversation", "feed", "allowance"), 0)
    conversations, allowance = ConversationStore(folder / "conversations.sqlite3"), RateLimit(per_minute=jumps)
    with Archive(folder / "archive.sqlite3") as archive:
        indexes, book = (
            OwnedIndexes(archive, WordEmbedder(), folder / "index", "the test"),
            FeedBook(archive.connection),
        )
        indexes.open()
        book.add("feed")
        kept = [Conversation(), Conversation()]
        for n in range(jumps):
            before = time.time()
            offset = numbers.randint(-YEAR_S, YEAR_S)
            jump(offset)
            wrong["clock"] += abs(time.time() - before) < 60
            archive.put(numbered(n))
            archive.remove(Selection(ids=(f"n{n - 2:03d}",)))
            indexes.embed_pending()
            indexes.catch_up()
            gone = found(indexes, f"bridge{n - 2}") if n > 1 else []
            wrong["index"] += found(indexes, f"bridge{n}") != [f"n{n:03d}"] or gone != []
            last = numbers.choice(kept)
            exchange = last.begin(Exchange(f"Q{n}", stage="done", answer=Answer(f"Q{n}", "not_found", "No.")))
            conversations.keep("", last, exchange)
            wrong["conversation"] += conversations.list_conversations("")[0].id != last.id
            book.mark("feed", f"entry{n}")
            jump(0)
            changed = datetime.now(UTC) + timedelta(seconds=1)
            wrong["feed"] += book.is_seen("feed", f"entry{n}", changed) or not book.is_seen("feed", f"entry{n}")
            wrong["allowance"] += allowance.take("a") != 0
        wrong["allowance"] += not 0 < allowance.take("a") <= 60
        indexes.close()
    conversations.close()
    print(json.dumps(wrong))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main(Path(sys.argv[1]), int(sys.argv[2]))
