"""Choose what an overview without a model quotes: the leads of a story in order of time, or one quotation a speaker."""

from collections.abc import Iterator, Sequence

from corpus.article import Chunk
from corpus.text.sentences import split_sentences
from rag.model import Citation, Passage
from rag.question.coverage_question import CoverageQuestion
from rag.retrieval.topic_coverage import CoveredStories, Story, TopicCoverage
from rag.text.injected_instructions import is_quotable
from rag.text.quotations import find_quotations
from rag.text.speakers import find_attributions
from rag.text.terms import list_held_terms, terms

_WORDS = 4  # A shorter quotation is a term, not a position.
_OFTEN = 3  # Times that an article has a name that its headline lacks.
_LOOKED_AT = 40  # Stories whose text is read for quotations.

Span = tuple[Chunk, int, int]


def cite_overview(asked: CoverageQuestion, found: CoveredStories, coverage: TopicCoverage) -> list[Citation]:
    """Return what is quoted, numbered from 1 in order of time; leads where nobody is quoted on the topic.

    Of a story that one article alone tells, its first sentences are quoted, or those from where it comes to the topic.

    Args:
        asked: What is asked.
        found: The stories on the topic.
        coverage: Where their text is read.
    """
    stories = _rank_stories(found)
    if asked.form == "positions" and (quoted := _cite_speakers(stories[:_LOOKED_AT], found, coverage, asked.most)):
        return quoted
    kept = stories[: asked.most]
    chunks, each = coverage.read_chunks(kept), asked.most if len(kept) == 1 else 1
    leads = [(s, span) for s in kept for span in _list_telling(chunks.get(s.articles[0].id, ()), found)[:each]]
    return _cite(leads, found)


def _rank_stories(found: CoveredStories) -> list[Story]:
    """Return the stories with the topic in their headline, those first that tell most, then others that often name it.

    Where it stands in no headline, these are all.
    """
    headed = [story for story in found.stories if _holds_topic(story.articles[0].title, found)]
    named = any(part.name for part in found.parts)
    others = [
        story
        for story in found.stories
        if story not in headed and (not headed or (named and _count_topic(story, found) >= _OFTEN))
    ]
    return [s for some in (headed, others) for s in sorted(some, key=lambda story: -_count_topic(story, found))]


def _holds_topic(text: str, found: CoveredStories) -> bool:
    """Return whether a text holds the names of a topic, or all of a topic that has none."""
    held = list_held_terms(text)
    names = [part for part in found.parts if part.name]
    return all(part.is_held(text, held) for part in names or found.parts)


def _count_topic(story: Story, found: CoveredStories) -> int:
    """Return how often an article has the names of the topic, or its words if it has none, its headline counted as five."""
    article = story.articles[0]
    said = terms(article.body, article.language or "en") + 5 * terms(article.title, article.language or "en")
    parts = [part for part in found.parts if part.name] or found.parts
    wanted = {stem for part in parts for stems in part.stems for stem in stems}
    return sum(term in wanted for term in said)


def _list_sentences(chunks: Sequence[Chunk]) -> Iterator[Span]:
    """Yield the sentences of an article that may be quoted, in order."""
    for chunk in chunks:
        for a, b in split_sentences(chunk.text, chunk.article.language or "en"):
            if is_quotable(chunk.text[a:b]):
                yield chunk, chunk.start + a, chunk.start + b


def _list_telling(chunks: Sequence[Chunk], found: CoveredStories) -> list[Span]:
    """Return the sentences of an article, from the first that holds the topic on where its headline tells of something else."""
    spans = list(_list_sentences(chunks))
    if not spans or _holds_topic(chunks[0].article.title, found):
        return spans
    held = (n for n, (chunk, a, b) in enumerate(spans) if _holds_topic(chunk.article.body[a:b], found))
    return spans[next(held, 0) :]


def _cite_speakers(
    stories: Sequence[Story], found: CoveredStories, coverage: TopicCoverage, most: int
) -> list[Citation]:
    """Return one quotation of each of the speakers, the first that the stories have."""
    chunks, spoken = coverage.read_chunks(stories), dict[str, tuple[Story, Span]]()
    for story in stories:
        for chunk, start, end in _list_sentences(chunks.get(story.articles[0].id, ())):
            if not _holds_topic(f"{chunk.article.title}\n{chunk.text}", found):
                continue  # Said in the same article, of something else.
            sentence = chunk.article.body[start:end]
            quoted = any(len(sentence[a:b].split()) >= _WORDS for a, b in find_quotations(sentence))
            speakers = (
                [one.name.words[-1] for one in find_attributions(sentence) if not one.according] if quoted else []
            )
            if speakers and speakers[0] not in spoken:
                spoken[speakers[0]] = story, (chunk, start, end)
    return _cite(list(spoken.values())[:most], found)


def _cite(chosen: Sequence[tuple[Story, Span]], found: CoveredStories) -> list[Citation]:
    """Return citations in order of time, each with the copies of its story."""
    order = {story.articles[0].id: place for place, story in enumerate(found.stories)}
    timely = sorted(chosen, key=lambda pair: (order[pair[0].articles[0].id], pair[1][1]))
    return [
        Citation(n, Passage(chunk, n, 1.0, {}, story.articles[1:]), start, end)
        for n, (story, (chunk, start, end)) in enumerate(timely, 1)
    ]
