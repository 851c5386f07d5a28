"""Measure the coverage that the background of an article lists: `python -m benchmarks.background DATA JUDGED`.

DATA is the folder of an archive that holds the articles of JUDGED, lines of {"article", "other", "same"}: whether a reporter
who writes on the first article would want the other one as its background, that is whether it tells of the same affair,
person in the news, event or running subject. Prints the precision of what is listed, over all pairs and as the mean of the
articles, and names each pair that nobody has judged. `--draw N --after K` prints what is listed for N articles that have
any, drawn by a seed, the first K of them passed over, to be judged by hand.
"""

import json
import random
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from corpus.article import Article
from rag import Assistant, Settings
from rag.story.related_articles import RelatedArticle, RelatedArticles


def main(arguments: Sequence[str]) -> None:
    """Print the precision, or what is to be judged."""
    with Assistant(Settings(data_dir=Path(arguments[0]), llm=""), read_only=True) as assistant:
        assistant.questions.refresh()
        search = RelatedArticles(assistant.evidence.retriever)
        if arguments[1] == "--draw":
            _print_drawn(assistant, search, int(arguments[2]), int(arguments[4]))
        else:
            _print_precision(assistant, search, Path(arguments[1]))


def _print_drawn(assistant: Assistant, search: RelatedArticles, count: int, after: int) -> None:
    articles = sorted(assistant.archive.articles(), key=lambda article: article.id)
    random.Random(1).shuffle(articles)
    for number, (article, related) in enumerate(_list_related(articles, search)):
        if number == after + count:
            break
        if number >= after:
            print(f"\n{article.id} | {article.title} | {article.body[:160]!r}")
            for one in related:
                print(f"  {one.score:.2f} {one.article.id} | {one.article.title} | {one.article.body[:160]!r}")


def _list_related(
    articles: Sequence[Article], search: RelatedArticles
) -> Iterator[tuple[Article, list[RelatedArticle]]]:
    for article in articles:
        if related := search.find(article):
            yield article, related


def _print_precision(assistant: Assistant, search: RelatedArticles, path: Path) -> None:
    pairs = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    judged = {(pair["article"], pair["other"]): bool(pair["same"]) for pair in pairs}
    verdicts: list[list[bool]] = []
    for name in dict.fromkeys(pair["article"] for pair in pairs):
        article = assistant.archive.get(name)
        found = [(name, one.article.id) for one in search.find(article)] if article else []
        for pair in found:
            if pair not in judged:
                print(f"not judged: {pair}")
        verdicts.append([judged[pair] for pair in found if pair in judged])
    listed = [verdict for one in verdicts for verdict in one]
    means = [sum(one) / len(one) for one in verdicts if one]
    wanted = sum(judged.values())
    print(f"{len(means)} articles, {len(listed)} listed: precision {sum(listed) / max(1, len(listed)):.3f}")
    print(
        f"mean of the articles {sum(means) / max(1, len(means)):.3f}; of {wanted} judged right {sum(listed)} are listed"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
