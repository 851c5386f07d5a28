"""Chunks: whole sentences, even lengths, never more tokens than the embedder reads."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest

from corpus.article import Article, Chunk
from corpus.text.chunking import MAX_CHUNKS, cut_chunks
from tests.corpus.archive_items import HARBOUR


def words(texts: Sequence[str]) -> list[int]:
    """Count words, as a tokenizer of one token a word would."""
    return [len(text.split()) for text in texts]


def characters(texts: Sequence[str]) -> list[int]:
    """Count characters, as a tokenizer of a script without spaces does."""
    return [len(text.replace(" ", "")) for text in texts]


def article(body: str, title: str = "T") -> Article:
    return Article(id="a", title=title, body=body, language="en")


def test_a_short_article_is_one_chunk() -> None:
    found = cut_chunks(HARBOUR, words, 256)
    assert [(part.start, part.end) for part in found] == [(0, len(HARBOUR.body))]
    assert found[0].id == "harbour@1#0"


def test_sentences_are_shared_out_evenly() -> None:
    body = " ".join(f"Sentence {n} has ten words of which this is one." for n in range(25))
    found = cut_chunks(article(body), words, 256)
    assert words([part.text for part in found]) == [130, 120]
    assert [part.ordinal for part in found] == [0, 1]
    assert found[1].text.startswith("Sentence 13 ")


@pytest.mark.parametrize("count", [words, characters])
def test_heading_and_text_fit_the_embedder_and_nothing_is_left_out(count: object) -> None:
    counter = words if count is words else characters
    body = "x" * 700 + " " + " ".join(f"word{n}" for n in range(500)) + ". " + "Short one. " * 30
    made = article(body, "A headline of seven words it is")
    found = cut_chunks(made, counter, 100)
    heading = counter([Chunk(made, 0, 0, 0).heading])[0]
    assert max(counter([part.text for part in found])) <= 100 - 2 - heading
    assert "".join("".join(part.text.split()) for part in found) == "".join(body.split())
    assert all(one.end <= later.start for one, later in pairwise(found))


def test_an_empty_article_has_no_chunk() -> None:
    assert cut_chunks(article(""), words, 256) == []
    assert cut_chunks(article(" \n\n "), words, 256) == []


def test_a_book_is_cut_off() -> None:
    body = "\n".join("word " * 150 for _ in range(MAX_CHUNKS + 5))
    assert len(cut_chunks(replace(article(body), language="en"), words, 256)) == MAX_CHUNKS
