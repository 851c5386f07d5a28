"""Make any number of articles out of the starter corpus, none of them a copy of another."""

import json
import random
from pathlib import Path

from benchmarks.starter import STARTER
from corpus.article import Article
from corpus.readers import read
from corpus.text.sentences import split_sentences

_CHANGED = 0.4  # Of the words, so that no run of them long enough to look copied is left.


def write_articles(file: Path, count: int, most: int, seed: int) -> None:
    """Write JSONL; each article has the length and date of a real one, and sentences of many with other words in them.

    Args:
        file: To write.
        count: Of articles.
        most: Sentences in an article.
        seed: Of the choices.
    """
    rng = random.Random(seed)
    starter = [item for item in read([STARTER]) if isinstance(item, Article)]
    pool = [article.body[a:b] for article in starter for a, b in split_sentences(article.body)]
    words = [word for sentence in pool for word in sentence.split()]
    with file.open("w", encoding="utf-8") as out:
        for number in range(count):
            model = starter[number % len(starter)]
            body = [_reworded(rng.choice(pool), words, rng) for _ in split_sentences(model.body)[:most]]
            record = {
                "id": f"made-{seed}-{number}",
                "title": _reworded(model.title, words, rng),
                "body": "\n\n".join(" ".join(body[i : i + 3]) for i in range(0, len(body), 3)),
                "source": model.source,
                "published_at": model.published_at.isoformat() if model.published_at else None,
            }
            out.write(json.dumps(record, ensure_ascii=False) + "\n")


def _reworded(sentence: str, words: list[str], rng: random.Random) -> str:
    return " ".join(rng.choice(words) if rng.random() < _CHANGED else word for word in sentence.split())
