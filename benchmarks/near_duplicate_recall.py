"""Measure how well near duplicates are grouped: `python -m benchmarks.near_duplicate_recall ARTICLES.jsonl ...`.

Copies are made of real articles by the edits that outlets make to wire copy. The hard negatives are: different articles
on one beat that have the most words in common, articles that quote the same statement, reports that fill the same
template with other names and figures, and different articles that carry the same notice at their end. Then all of them
go into one archive in any order, with as many other articles as `--beside` says, and the groups there are examined.
"""

import argparse
import random
import re
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.made_articles import write_articles
from corpus.archive.database import Archive
from corpus.archive.near_duplicates import Fingerprint, fingerprint_article, resembles, shared_ratio, signature
from corpus.article import Article
from corpus.readers import read
from corpus.text.sentences import split_sentences

LOCAL = (
    "The mayor's office in {0} said on {1} that {2} residents had written in, and that a public meeting on "
    "the matter would "
    "be held at the town hall on {3} evening.",
    "In {0}, shopkeepers who spoke to this newspaper on {1} were divided: {2} of them expected no change at "
    "all, others said "
    "that they would wait until {3}.",
    "{0} councillor Maria Lindqvist called for calm on {1}. Some {2} people are thought to be affected in the "
    "county, and "
    "a helpline opens on {3}.",
)
LEDES = (
    "What had been expected for weeks is now a fact, and those involved are weighing what it means for them.",
    "The news came late in the day and found many unprepared; reactions were quick and did not agree with one another.",
    "Here is what is known so far about a development that has drawn attention well beyond those it concerns.",
)
PLACES = ("Ashby", "Norrtown", "Port Clement", "Eastfield", "Lowmoor", "Karlshagen")
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
TEMPLATES = (
    "Shares of {0} rose {1} percent to {2} dollars on {3} after the company reported a profit of {4} million "
    "dollars for the "
    "quarter. Analysts had expected {5} million. Revenue came to {6} million dollars, compared with {7} million a year "
    "earlier. The company kept its forecast for the full year. Trading volume was {8} thousand shares.",
    "{0} beat their visitors {1} to {2} on {3} in front of {4} spectators. The first goal fell in minute {5}, "
    "the last in "
    "minute {6}. The coach praised the defence and said that the season was still long. {0} now has {7} "
    "points and plays "
    "away next week. The referee showed {8} yellow cards.",
    "A magnitude {1} earthquake struck {2} kilometres from {0} on {3}, the geological survey said. The quake "
    "hit at a depth "
    "of {4} kilometres. There were no immediate reports of damage or casualties. Residents felt shaking for "
    "{5} seconds. "
    "The region had {6} tremors last month and {7} the month before. A warning was lifted after {8} minutes.",
)
NOTICE = (
    "This story is part of a series on public institutions that is supported by its readers. The newsroom "
    "decides alone "
    "what it covers and how. Its accounts are published every year and may be read at the front desk."
)
STATEMENT = (
    '"We have listened to everyone who took part, and we take what they told us seriously. This is the '
    "beginning of a long "
    'piece of work, and it will be done in the open, step by step, until it is finished," the minister said '
    "in a statement."
)

Edit = Callable[[list[str], random.Random], list[str]]


@dataclass(frozen=True)
class Pair:
    """Hold two articles, what was done to make the second, and whether it is a copy."""

    one: Article
    other: Article
    kind: str
    copy: bool


def local_paragraph(rng: random.Random) -> str:
    """Return a paragraph of local colour."""
    return rng.choice(LOCAL).format(rng.choice(PLACES), rng.choice(DAYS), rng.randint(12, 900), rng.choice(DAYS))


def cut_tail(parts: list[str], rng: random.Random) -> list[str]:
    """Leave 50 to 80 percent of the sentences, and never fewer than one."""
    return parts[: max(1, round(len(parts) * rng.uniform(0.5, 0.8)))]


def add_local(parts: list[str], rng: random.Random) -> list[str]:
    """Insert a local paragraph somewhere after the first sentence."""
    at = rng.randint(1, len(parts))
    return [*parts[:at], local_paragraph(rng), *parts[at:]]


def new_lede(parts: list[str], rng: random.Random) -> list[str]:
    """Rewrite the first sentence; to a text of one sentence, add one before it."""
    return [rng.choice(LEDES), *(parts[1:] or parts)]


def house_style(parts: list[str], _: random.Random) -> list[str]:
    """Apply another outlet's style throughout: quotation marks, percent, months, titles."""
    swaps = (("percent", "per cent"), ("“", '"'), ("US ", "U.S. "), (" said", " told reporters"), ("January", "Jan."))
    for old, new in swaps:
        parts = [part.replace(old, new) for part in parts]
    return parts


EDITS: dict[str, tuple[Edit, ...]] = {
    "headline only": (),
    "cut tail": (cut_tail,),
    "local paragraph": (add_local,),
    "new lede": (new_lede,),
    "house style": (house_style,),
    "cut tail, local paragraph": (cut_tail, add_local),
    "new lede, house style": (new_lede, house_style),
    "new lede, cut tail, local paragraph": (new_lede, cut_tail, add_local),
}


def copies(articles: list[Article], rng: random.Random, count: int) -> Iterator[Pair]:
    """Yield edited copies; each article is used once at most.

    The kinds that cut take turns over the texts of three and more sentences (cut once more, a shorter one would be
    another text), the other kinds over the rest.
    """
    cutting = [kind for kind in EDITS if "cut" in kind]
    adding = [kind for kind in EDITS if "cut" not in kind]
    cut, added = 0, 0
    for article in rng.sample(articles, min(count, len(articles))):
        parts = [article.body[a:b] for a, b in split_sentences(article.body)]
        if len(parts) >= 3 and (cut <= added or len(parts) > 8):
            kind, cut = cutting[cut % len(cutting)], cut + 1
        else:
            kind, added = adding[added % len(adding)], added + 1
        for edit in EDITS[kind]:
            parts = edit(parts, rng)
        words = article.title.split()
        other = replace(article, id=f"{article.id}-copy", title=" ".join(words[::-1]), body="\n\n".join(parts), url="")
        yield Pair(article, replace(other, source="Another Outlet"), kind, True)


def nearest(articles: list[Article], count: int) -> Iterator[Pair]:
    """Yield the pairs of different articles that have most words of their headlines and texts in common."""
    bags = [set(re.findall(r"[a-z]{5,}", f"{a.title} {a.body}".lower())) for a in articles]
    scored = [
        (len(bags[i] & bags[j]) / (1 + min(len(bags[i]), len(bags[j]))), i, j)
        for i, j in combinations(range(len(articles)), 2)
        if len(bags[i]) > 20 and len(bags[j]) > 20
    ]
    for _, i, j in sorted(scored, reverse=True)[:count]:
        yield Pair(articles[i], articles[j], "nearest on the beat", False)


def templates(rng: random.Random, count: int) -> Iterator[Pair]:
    """Yield two reports of one template with other names and figures."""
    for i in range(count):
        template = TEMPLATES[i % len(TEMPLATES)]
        made = [
            Article(
                id=f"template-{i}-{side}",
                title=f"Report {i} {side}",
                body=template.format(
                    rng.choice(PLACES),
                    *(rng.randint(2, 9000) for _ in range(2)),
                    rng.choice(DAYS),
                    *(rng.randint(2, 9000) for _ in range(5)),
                ),
            )
            for side in "ab"
        ]
        yield Pair(made[0], made[1], "template", False)


def shared_part(articles: list[Article], rng: random.Random, count: int, part: str, kind: str) -> Iterator[Pair]:
    """Yield two different articles that both carry one statement or notice, for texts of 100 words and more."""
    long = [article for article in articles if len(article.body.split()) >= 100]
    for _ in range(count):
        one, other = rng.sample(long, 2)
        yield Pair(
            replace(one, body=f"{one.body}\n\n{part}"), replace(other, body=f"{other.body}\n\n{part}"), kind, False
        )


def found(pair: Pair) -> tuple[bool, bool]:
    """Return whether the bands make the pair candidates, and whether it is then taken for copies."""
    one, other = fingerprint_article(pair.one), fingerprint_article(pair.other)
    candidate = any(a == b for a, b in zip(signature(one), signature(other), strict=True))
    return candidate, candidate and resembles(one, other)


def report(pairs: list[Pair], verbose: bool) -> None:
    """Print what was found by kind, then precision and recall over all."""
    results = [(pair, *found(pair)) for pair in pairs]
    print(f"{'pairs':36} {'number':>6} {'candidates':>10} {'grouped':>8}")
    for kind in dict.fromkeys(pair.kind for pair in pairs):
        of_kind = [(candidate, grouped) for pair, candidate, grouped in results if pair.kind == kind]
        print(f"{kind:36} {len(of_kind):6} {sum(c for c, _ in of_kind):10} {sum(g for _, g in of_kind):8}")
    right = sum(grouped and pair.copy for pair, _, grouped in results)
    grouped_all = sum(grouped for _, _, grouped in results)
    wanted = sum(pair.copy for pair in pairs)
    figures = f"precision {right / grouped_all:.3f}, recall {right / wanted:.3f}"
    print(f"\n{len(pairs)} pairs, {wanted} of them copies: {figures}")
    if verbose:
        for pair, candidate, grouped in results:
            if grouped != pair.copy:
                print(f"\n{pair.kind} (candidates: {candidate})", *_compared(pair), sep="\n  ")


def _compared(pair: Pair) -> Iterator[str]:
    prints: tuple[Fingerprint, Fingerprint] = (fingerprint_article(pair.one), fingerprint_article(pair.other))
    yield f"fine {shared_ratio(prints[0].fine, prints[1].fine):.2f} coarse {shared_ratio(prints[0].coarse, prints[1].coarse):.2f}"
    yield from (f"{article.id} {article.title[:60]}: {article.body[:300]!r}" for article in (pair.one, pair.other))


def report_groups(pairs: list[Pair], beside: int, rng: random.Random) -> None:
    """Print how many pairs stand in one group of an archive that holds all of them and other articles beside them."""
    with TemporaryDirectory() as folder, Archive(Path(folder) / "archive.sqlite3") as archive:
        made = Path(folder) / "made.jsonl"
        write_articles(made, beside, 1000, 1)
        articles = [item for item in read([made]) if isinstance(item, Article)]
        for number, pair in enumerate(pairs):
            for side, article in (("one", pair.one), ("other", pair.other)):
                name = f"pair-{number}-{side}"
                articles.append(replace(article, id=name, url="", source=name))
        rng.shuffle(articles)
        for article in articles:
            archive.put(article)
        stories = archive.stories(article.id for article in articles)
    together = [
        pair.copy
        for number, pair in enumerate(pairs)
        if stories.get(f"pair-{number}-one", -1) == stories.get(f"pair-{number}-other", -2)
    ]
    wanted = sum(pair.copy for pair in pairs)
    print(
        f"in an archive of {len(articles):,}: {sum(together)} of {wanted} copies grouped, and "
        f"{len(together) - sum(together)} of {len(pairs) - wanted} others"
    )


def put_cost(articles: list[Article]) -> None:
    """Print what grouping adds to the time of a put, and what a put takes in all."""
    start = time.perf_counter()
    for article in articles:
        signature(fingerprint_article(article))
    signed = (time.perf_counter() - start) / len(articles) * 1e3
    times = []
    with TemporaryDirectory() as folder, Archive(Path(folder) / "archive.sqlite3") as archive:
        for article in articles:
            start = time.perf_counter()
            archive.put(article)
            times.append((time.perf_counter() - start) * 1e3)
    print(f"signature {signed:.2f} ms, whole put {statistics.median(times):.2f} ms (median of {len(articles)})")


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--beside", type=int, default=2000, help="other articles in the archive")
    parser.add_argument("--verbose", action="store_true", help="show what was taken wrongly")
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    articles = [item for item in read(arguments.files) if isinstance(item, Article)]
    pairs = [
        *copies(articles, rng, 400),
        *nearest(articles, 200),
        *templates(rng, 60),
        *shared_part(articles, rng, 50, STATEMENT, "same statement"),
        *shared_part(articles, rng, 50, NOTICE, "same notice"),
    ]
    report(pairs, arguments.verbose)
    report_groups(pairs, arguments.beside, rng)
    put_cost(articles)


if __name__ == "__main__":
    main()
