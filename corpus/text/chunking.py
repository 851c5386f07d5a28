"""Cut an article into chunks: runs of whole sentences that fit the embedder."""

import math
from collections.abc import Callable, Sequence

from corpus.article import Article, Chunk
from corpus.text.sentences import Span, split_sentences

Counter = Callable[[Sequence[str]], Sequence[int]]
"""Count the tokens of each text, as the embedder will see them, without its two special ones."""

MAX_CHUNKS = 400
"""A longer article is cut off here; about 80,000 words."""

RULE = "sentences-3"
"""Name of this rule of chunking: change it when the same article would be cut differently."""

_WORD_CHARACTERS = 4  # A token of prose is about four characters: where a sentence is too long, cut below that.


def cut_chunks(article: Article, count: Counter, max_tokens: int, target: int = 200) -> list[Chunk]:
    """Cut an article along the borders of its sentences into chunks of even length.

    Heading and text of a chunk together have at most `max_tokens` tokens, two special ones included, and the text has
    at most `target`. A sentence longer than that is cut between words. Behind `MAX_CHUNKS` the rest is left out.

    Args:
        article: What to cut.
        count: The tokenizer of the embedder.
        max_tokens: The most tokens that the embedder reads.
        target: The most tokens of text in a chunk.
    """
    heading = count([Chunk(article, 0, 0, 0).heading])[0]
    room = max(min(target, max_tokens - 2 - heading), max_tokens // 4)
    spans = split_sentences(article.body, article.language or "en")
    sized = _fit_size(article.body, spans, count, room)
    return [Chunk(article, i, start, end) for i, (start, end) in enumerate(_pack(sized, room)[:MAX_CHUNKS])]


def _fit_size(body: str, spans: list[Span], count: Counter, room: int) -> list[tuple[Span, int]]:
    """Return each sentence with its tokens; those that do not fit are cut into pieces that do."""
    if not spans:
        return []
    sized: list[tuple[Span, int]] = []
    for span, tokens in zip(spans, count([body[a:b] for a, b in spans]), strict=True):
        sized.extend([(span, tokens)] if tokens <= room else _split(body, span, count, room))
    return sized


def _split(body: str, span: Span, count: Counter, room: int) -> list[tuple[Span, int]]:
    pieces: list[tuple[Span, int]] = []
    start, end = span
    while start < end:
        size = room * _WORD_CHARACTERS
        while True:
            cut = _find_word_border(body, start, min(start + size, end), end)
            tokens = count([body[start:cut]])[0]
            if tokens <= room or size <= 1:
                break
            size //= 2
        pieces.append(((start, cut), tokens))
        start = cut
        while start < end and body[start].isspace():
            start += 1
    return pieces


def _find_word_border(body: str, start: int, cut: int, end: int) -> int:
    if cut >= end:
        return end
    space = body.rfind(" ", start + 1, cut)
    return space if space > start else cut


def _pack(sized: list[tuple[Span, int]], room: int) -> list[Span]:
    """Join sentences greedily up to an even share of the whole, so that no small rest stays at the end."""
    total = sum(tokens for _, tokens in sized)
    share = total / max(1, math.ceil(total / room))
    chunks: list[Span] = []
    filled = 0.0
    for (start, end), tokens in sized:
        fits = chunks and filled + tokens <= room and filled + tokens / 2 <= share
        if fits:
            chunks[-1] = (chunks[-1][0], end)
            filled += tokens
        else:
            chunks.append((start, end))
            filled = tokens
    return chunks
