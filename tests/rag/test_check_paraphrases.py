from pathlib import Path

import pytest

from benchmarks.claims import load
from corpus import Article, Chunk
from rag.check import check
from rag.evidence import sentence_spans
from rag.model import Passage

ROOT = Path(__file__).parents[2]
PARAPHRASES = [
    (
        "The ruling was by Judge George Hanks, who refused to issue a restraining order requested by four states: "
        "Arizona, Texas, Oklahoma and Nevada",
        "Judge George Hanks",
    ),
    (
        "Google quit filtering its Chinese search results on 22 March 2010 and redirected "
        "google.cn users to its Hong Kong site, google.com.hk",
        "Google stopped censoring",
    ),
    (
        "Edward Snowden worked for Booz Allen Hamilton and met with the Guardian in a Hong Kong hotel room",
        "Edward Snowden, an employee",
    ),
    (
        "Ethos Capital was the would-be buyer of the Public Interest Registry, which the Internet Society owns",
        "Ethos Capital had",
    ),
    ("The FCC repealed net neutrality in a 3-2 vote on 14 December 2017", "voted 3-2 on 14 December 2017"),
    ("Xi Jinping told the conference that China had 670 million people online", "670 million internet users"),
    ("Didi was fined 8.026 billion yuan (about $1.2 billion) by Chinese regulators in July 2022", "8.026 billion yuan"),
    (
        "In August 2013 a hacker took data from over 1 billion Yahoo accounts",
        "more than one billion user accounts in August 2013",
    ),
    ("Equifax later put the number of affected US consumers at 145.5 million", "145.5 million American consumers"),
    (
        "Andres Freund of Microsoft disclosed the backdoor on a public security mailing list on 29 March 2024",
        "Andres Freund, a software engineer",
    ),
    ("ByteDance must sell TikTok within 270 days, by 19 January 2025", "The company has 270 days"),
    (
        "The European Parliament backed the law on 5 July 2022 with 539 votes in favour and 54 against",
        "539 votes to 54",
    ),
    (
        'Google\'s Sundar Pichai said the company has "no plans to launch search in China"',
        "we have no plans to launch search in China",
    ),
    (
        "Facebook said up to 87 million users' data may have been shared with Cambridge Analytica",
        "up to 87 million people may",
    ),
    ("Dyn reduced its estimate of how large the attack was", "Dyn has lowered its estimate"),
    ("Archuleta announced she was stepping down so that new leaders could take over", "best for me to step aside"),
]


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return list(load(ROOT / "corpus/starter/articles.jsonl", ROOT / "eval/sets/starter.jsonl")[0].values())


@pytest.mark.parametrize(("claim", "words"), PARAPHRASES)
def test_paraphrase_is_supported(claim: str, words: str, articles: list[Article]) -> None:
    article = next(article for article in articles if words in article.body)
    at = article.body.index(words)
    spans = sentence_spans(article.body)
    i = next(i for i, (start, end) in enumerate(spans) if start <= at < end)
    chunk = Chunk(article, 0, spans[max(0, i - 2)][0], spans[min(len(spans) - 1, i + 2)][1])
    (checked,) = check(f"{claim} [1].", [Passage(chunk, 1, 1.0)]).claims
    assert (checked.supported, checked.reason) == (True, "")
