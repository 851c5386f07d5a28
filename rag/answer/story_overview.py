"""Choose what an overview without a model quotes: the leads of a story in order of time, or one quotation a speaker."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from corpus.article import Chunk
from corpus.text.sentences import split_sentences
from rag.model import Citation, Passage
from rag.question.coverage_question import CoverageQuestion
from rag.retrieval.topic_coverage import CoveredStories, Story, TopicCoverage
from rag.text.injected_instructions import is_quotable
from rag.text.quotations import find_quotations
from rag.text.speakers import find_attributions
from rag.text.terms import list_held_terms

_WORDS = 4  # A shorter quotation is a term, not a position.

Span = tuple[Chunk, int, int]


def cite_overview(asked: CoverageQuestion, found: CoveredStories, coverage: TopicCoverage) -> list[Citation]:
    """Return what is quoted, numbered from 1 in order of time; leads where nobody is quoted on the topic.

    Each story is told by its first sentence, of few of them by more.

    Args:
        asked: What is asked.
        found: The stories on the topic.
        coverage: Where their text is read.
    """
    chunks = coverage.read_chunks(found.stories)
    if asked.form == "positions" and (quoted := _cite_speakers(found, chunks, asked.most)):
        return quoted
    stories = found.stories[-asked.most :]
    each = max(1, asked.most // len(stories))
    leads = [(s, span) for s in stories for span in islice(_list_sentences(chunks.get(s.articles[0].id, ())), each)]
    return _cite(leads, found)


def _list_sentences(chunks: Sequence[Chunk]) -> Iterator[Span]:
    """Yield the sentences of an article that may be quoted, in order."""
    for chunk in chunks:
        for a, b in split_sentences(chunk.text, chunk.article.language or "en"):
            if is_quotable(chunk.text[a:b]):
                yield chunk, chunk.start + a, chunk.start + b


def _cite_speakers(found: CoveredStories, chunks: Mapping[str, Sequence[Chunk]], most: int) -> list[Citation]:
    """Return one quotation of each of the speakers, of each story the first ones before others."""
    spoken = dict[str, tuple[int, Story, Span]]()
    for story in found.stories:
        place = 0
        for chunk, start, end in _list_sentences(chunks.get(story.articles[0].id, ())):
            if not _holds_topic(f"{chunk.article.title}\n{chunk.text}", found):
                continue  # Said in the same article, of something else.
            sentence = chunk.article.body[start:end]
            quoted = any(len(sentence[a:b].split()) >= _WORDS for a, b in find_quotations(sentence))
            speakers = (
                [one.name.words[-1] for one in find_attributions(sentence) if not one.according] if quoted else []
            )
            if speakers and speakers[0] not in spoken:
                spoken[speakers[0]] = place, story, (chunk, start, end)
                place += 1
    chosen = sorted(spoken.values(), key=lambda one: one[0])[:most]
    return _cite([(story, span) for _, story, span in chosen], found)


def _holds_topic(text: str, found: CoveredStories) -> bool:
    """Return whether a text holds the names of a topic, or all of a topic that has none."""
    held = list_held_terms(text)
    names = [part for part in found.parts if part.name]
    return all(part.is_held(text, held) for part in names or found.parts)


def _cite(chosen: Sequence[tuple[Story, Span]], found: CoveredStories) -> list[Citation]:
    """Return citations in order of time, each with the copies of its story."""
    order = {story.articles[0].id: place for place, story in enumerate(found.stories)}
    timely = sorted(chosen, key=lambda pair: (order[pair[0].articles[0].id], pair[1][1]))
    return [
        Citation(n, Passage(chunk, n, 1.0, {}, story.articles[1:]), start, end)
        for n, (story, (chunk, start, end)) in enumerate(timely, 1)
    ]
