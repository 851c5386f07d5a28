"""Measure which articles are found for a topic: `python -m benchmarks.topic_matching [TOPICS]`.

TOPICS is a JSONL file of topics over the starter corpus, by default the 26 of `benchmarks/data/topics.jsonl`: "topic",
"bears" (ids of the articles that are about it) and "mentions" (ids of those that only mention it). Every article is
judged as if it had just arrived. Prints each article that is missed or found wrongly, then the shares.
"""

import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from rag import Assistant, Settings
from rag.follow.topic_book import Topic
from rag.follow.topic_match import TopicMatcher

TOPICS = Path(__file__).parent / "data" / "topics.jsonl"


def main(arguments: Sequence[str]) -> None:
    """Print what is found and missed."""
    path = Path(arguments[0]) if arguments else TOPICS
    topics = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder, Assistant(Settings(data_dir=Path(folder), llm="")) as assistant:
        assistant.load_starter()
        assistant.sync()
        counts = measure(assistant, topics)
    about, mentions, wrong, missed = (counts[name] for name in ("about", "mentions", "wrong", "missed"))
    found = about + mentions + wrong
    print(f"{len(topics)} topics, {about + missed} articles about them, {found} found")
    print(f"recall of articles about a topic: {about / (about + missed):.3f}")
    print(f"precision, where an article that mentions the topic counts: {(about + mentions) / found:.3f}")
    print(
        f"of those told as about a topic, are so: {counts['main right'] / (counts['main'] or 1):.3f} of {counts['main']}"
    )
    print(f"of those about a topic, are told so: {counts['main right'] / (about + missed):.3f}")


def measure(assistant: Assistant, topics: Sequence[dict[str, object]]) -> Counter[str]:
    """Return the counts over all topics, and print what is wrong."""
    matcher, counts = TopicMatcher(assistant.finder()), Counter[str]()
    ids = [article.id for article in assistant.archive.articles()]
    for n, one in enumerate(topics):
        bears, mentions = set(map(str, one["bears"])), set(map(str, one["mentions"]))  # type: ignore[call-overload]
        topic = Topic(n, "", str(one["topic"]), None, datetime.now(UTC), "", 0)
        found = {finding.article: finding for finding in matcher.find(topic, ids)}
        for name, finding in found.items():
            kind = "about" if name in bears else "mentions" if name in mentions else "wrong"
            counts[kind] += 1
            counts["main"] += finding.main
            counts["main right"] += finding.main and kind == "about"
            if kind == "wrong":
                print(f"wrong: {topic.text}: {name}")
        counts["missed"] += len(bears - found.keys())
        for name in sorted(bears - found.keys()):
            print(f"missed: {topic.text}: {name}")
    return counts


if __name__ == "__main__":
    main(sys.argv[1:])
