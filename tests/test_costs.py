"""No function that takes text from outside takes longer than n log n on it, however hostile it is."""

import itertools
import json
from collections.abc import Callable
from datetime import UTC, datetime
from html import escape

import pytest

from corpus import Article, Chunk
from corpus.archive.near_duplicates import fingerprint_article
from corpus.readers import FORMATS, ReadOptions, read_bytes
from corpus.text import cleaning
from corpus.text.chunking import cut_chunks
from corpus.text.sentences import split_sentences
from rag.answer.answer_export import escape_markdown
from rag.llm.prompt import neutralise
from rag.model import Filters, Passage, Turn
from rag.question.coverage_question import parse_coverage_question
from rag.question.outlet_mentions import Outlets
from rag.question.query import parse_question
from rag.question.question_text import LONGEST_QUESTION
from rag.retrieval.sentence_ranking import measure_sentence_shape
from rag.retrieval.topic_nearness import TopicPart
from rag.text.citation_marks import insert_marks, read_marks, strip_marks
from rag.text.injected_instructions import is_instruction
from rag.text.names import find_initials, find_name_words, find_names
from rag.text.output_filter import filter_output
from rag.text.quotations import find_quotations
from rag.text.speakers import find_attributions
from rag.verification.claim_check import check
from rag.verification.statements import split_statements
from tests.growth import SHAPES, excess
from web.markup.answer_prose import render_growing

pytestmark = pytest.mark.growth

NOW = datetime(2026, 3, 5, tzinfo=UTC)
OUTLETS = Outlets(["The New York Times", "Fortune", "TechCrunch", "The Age", "Associated Press"])
BODY = "Mayor Ann Lee said the line opens on 5 March. “It has 12 stops,” she said. It cost 300 million euros."
COUNT = itertools.count()
PROSE = "The mayor said on Tuesday that the new line, which has 12 stops, opens in March. "

JSON = ("title", "body", "author", "source", "published", "language", "id", "url", "category")
# A document of each format that is a text, made of one text in every place that can hold one.
DOCUMENTS: dict[str, Callable[[str], str]] = {
    "NITF": lambda text: (
        f"<nitf><head><title>{escape(text)}</title></head><body><body.head><hedline><hl1>{escape(text)}</hl1>"
        f"</hedline><byline>{escape(text)}</byline></body.head><body.content><p>{escape(text)}</p></body.content>"
        "</body></nitf>"
    ),
    "NewsML 1.2": lambda text: (
        f"<NewsML><NewsItem><NewsComponent><NewsLines><HeadLine>{escape(text)}</HeadLine><ByLine>{escape(text)}</ByLine>"
        f"</NewsLines><ContentItem><DataContent><p>{escape(text)}</p></DataContent></ContentItem></NewsComponent></NewsItem>"
        "</NewsML>"
    ),
    "IPTC 7901": lambda text: f"gaz062 4 i 211 {text}\n\n{text} =\n{text}\n",
    "NewsML-G2": lambda text: (
        f"<newsItem><contentMeta><headline>{escape(text)}</headline><by>{escape(text)}</by></contentMeta><contentSet>"
        f"<inlineXML><html><body><p>{escape(text)}</p></body></html></inlineXML></contentSet></newsItem>"
    ),
    "feed": lambda text: (
        f"<rss version='2.0'><channel><title>x</title><item><title>{escape(text)}</title><author>{escape(text)}@b"
        f"</author><pubDate>{escape(text)}</pubDate><description>{escape(escape(text))}</description>"
        "</item></channel></rss>"
    ),
    "HTML": lambda text: (
        f"<!doctype html><html><head><title>{text}</title><meta name=author content='{escape(text)}'></head>"
        f"<body><article><h1>Tram</h1><p>{PROSE * 20}</p><p>{text}</p></article></body></html>"
    ),
    "ninjs or AP JSON": lambda text: json.dumps({"headline": text, "body_text": text, "byline": text, "uri": text}),
    "JSONL": lambda text: json.dumps(dict.fromkeys(JSON, text)) + "\n",
    "JSON": lambda text: json.dumps([dict.fromkeys(JSON, text)]),
    "Markdown": lambda text: f"---\ntitle: {json.dumps(text)}\n---\n\n{text}\n\n# {text}\n",
    "CSV or TSV": lambda text: "title,body,author\n" + ",".join(['"' + text.replace('"', '""') + '"'] * 3) + "\n",
    "plain text": lambda text: f"A headline\n\n{text}",
}
BINARY = {"Parquet", "PDF", "DOCX", "WARC"}  # Their readers hand what they hold to the same cleaning.


def read(name: str, text: str) -> list[object]:
    suffix = next(one.suffixes[0] for one in FORMATS if one.name == name)
    return list(read_bytes(f"story{suffix}", text.encode(), ReadOptions()))


def article(text: str) -> Article:
    return Article("a", text[:300], text, "Coast Wire", published_at=NOW, language="en")


def passage(text: str) -> Passage:
    return Passage(Chunk(article(text), 0, 0, len(text)), 1, 1.0)


OF_ARTICLES: dict[str, Callable[[str], object]] = {
    "a clean body": cleaning.clean_body,
    "a clean line": cleaning.clean_line,
    "sentences": split_sentences,
    "chunks": lambda text: cut_chunks(article(text), lambda texts: [len(t) // 4 for t in texts], 256),
    "fingerprint": lambda text: fingerprint_article(article(text)),
    "names": find_names.__wrapped__,
    "words of names": find_name_words.__wrapped__,
    "initials": find_initials.__wrapped__,
    "attributions": find_attributions.__wrapped__,
    "quotations": find_quotations.__wrapped__,
    "shape of a number": lambda text: measure_sentence_shape(text, "how_many", set()),
    "orders": is_instruction,
    "neutral": neutralise,
    "unmarked": strip_marks,
    "coverage": lambda text: TopicPart("New York", (frozenset({"new"}),), True).is_held(text, set()),
}
OF_ANSWERS: dict[str, Callable[[str], object]] = {
    "gate": filter_output,
    "statements": lambda text: split_statements(read_marks(text, 3)),
    "marks": lambda text: insert_marks(text, [(i, [1]) for i in range(0, len(text), 7)]),
    "check of an answer": lambda text: check(text + " [1]", [passage(BODY)]),
    "check against a passage": lambda text: check("Ann Lee said it has 12 stops. [1]", [passage(text)]),
    "prose": render_growing,
    "escaped": escape_markdown,
}
OF_QUESTIONS: dict[str, Callable[[str], object]] = {
    "question": lambda text: parse_question(text, now=NOW, outlets=OUTLETS),
    "second question": lambda text: parse_question(
        f"what about {text}", [Turn("user", "Who runs Fortune?"), Turn("assistant", text)], now=NOW, outlets=OUTLETS
    ),
    "after a long question": lambda text: parse_question(
        "and when was it?", [Turn("user", text), Turn("assistant", "Ann Lee.")], now=NOW, outlets=OUTLETS
    ),
    "coverage question": lambda text: parse_coverage_question(text[:LONGEST_QUESTION], Filters(), OUTLETS, NOW),
}


def fresh(text: str) -> str:
    """Return a text that no cache has seen."""
    return f"{next(COUNT)} {text}"


def too_much(run: Callable[[str], object], longest: int) -> list[str]:
    """Return where the cost grows too fast; what is loaded when it is first needed is loaded before."""
    for text in ("5 March 2026", "5 May 2020, " * 5, BODY, PROSE * 100, " ".join(OF_ARTICLES)):
        run(text)
    return [found for shape in SHAPES if (found := excess(run, shape, longest=longest))]


def test_every_format_is_tried() -> None:
    assert {one.name for one in FORMATS} == {*DOCUMENTS, *BINARY}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_reading_takes_no_longer_than_n_log_n(name: str) -> None:
    assert too_much(lambda text: read(name, DOCUMENTS[name](text)), 16_384) == []
    assert too_much(lambda text: read(name, text), 16_384) == []


@pytest.mark.parametrize("name", OF_ARTICLES)
def test_work_on_an_article_takes_no_longer_than_n_log_n(name: str) -> None:
    assert too_much(lambda text: OF_ARTICLES[name](fresh(text)), 16_384) == []


@pytest.mark.parametrize("name", OF_ANSWERS)
def test_work_on_an_answer_takes_no_longer_than_n_log_n(name: str) -> None:
    assert too_much(lambda text: OF_ANSWERS[name](fresh(text)), 16_384) == []


@pytest.mark.parametrize("name", OF_QUESTIONS)
def test_work_on_a_question_takes_no_longer_than_n_log_n(name: str) -> None:
    assert too_much(lambda text: OF_QUESTIONS[name](fresh(text)), 8_192) == []
