"""Every article on a topic, found by counting over the whole archive instead of ranking, grouped by story."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from corpus.archive.database import Archive
from corpus.archive.selection import Selection
from corpus.article import Article, Chunk
from corpus.text.sentences import split_sentences
from rag.model import Citation, Filters, Passage
from rag.retrieval.passage_search import Retriever, SearchText
from rag.retrieval.topic_nearness import NearArticle, TopicPart, choose_nearest, make_time_key
from rag.text.injected_instructions import LONGEST_QUOTED, is_quotable
from rag.text.names import find_names
from rag.text.quotations import find_quotations
from rag.text.terms import STOPWORDS, list_held_terms, stem, terms, words

LOOKED_AT = 5000
"""Articles of a time that are read, the newest, where the news of it are listed."""

_PASSAGES, _ARTICLES = 60, 20  # The best passages, and the first of their articles, whose nearness is measured.
_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)  # An undated article fails any filter on time.
_BEGINNING = 2000  # Characters in which an article's first sentence ends.
_SEVERAL = 2  # Articles: where so many hold more of the topic than its names, the others are left out.
_FEW = 1000  # Articles: so many can be named in a query of the index.
_OR = re.compile(r"(?:,|(?<!\s))\s++or\s+", re.IGNORECASE)
_NAME, _WORD = 2, 1  # What a name and another word of the topic weigh in a sentence.


@dataclass(frozen=True, slots=True)
class Story:
    """Hold the articles that carry the same text, the earliest first, undated ones last."""

    articles: tuple[Article, ...]

    @property
    def outlets(self) -> tuple[str, ...]:
        """Return who published it, in the order of their articles; "" for an unknown outlet."""
        return tuple(dict.fromkeys(article.source for article in self.articles))


@dataclass(frozen=True, slots=True)
class CoveredStories:
    """Hold what the archive has on a topic.

    Attributes:
        topic: The topic.
        rule: What an article had to hold to be counted, in words; "" where the nearest were looked for.
        stories: In order of time, undated ones last.
        parts: What the topic was made of.
        counted: How many articles there are, and stories among those looked at, where `stories` holds some only.
        outlets: The number of articles by outlet, the most first, where `stories` holds one article of each.
    """

    topic: str
    rule: str
    stories: tuple[Story, ...] = ()
    parts: tuple[TopicPart, ...] = field(default=())
    counted: tuple[int, int] = (0, 0)
    outlets: Mapping[str, int] = field(default_factory=dict)

    @property
    def articles(self) -> tuple[Article, ...]:
        """Return all articles, in order of time, undated ones last."""
        return tuple(sorted((article for story in self.stories for article in story.articles), key=make_time_key))


class TopicCoverage:
    """Find all articles on a topic."""

    def __init__(self, retriever: Retriever) -> None:
        """Look in the index and the archive that `retriever` searches."""
        self.retriever = retriever
        self._lexical = retriever.indexes.lexical
        self._store = retriever.indexes.store

    @property
    def archive(self) -> Archive:
        """Return the archive whose articles are counted."""
        return self._store.archive

    def find(self, topic: str, filters: Filters | None = None, loosely: bool = False) -> CoveredStories:
        """Return every indexed article on a topic.

        An article counts if its headline or text holds every word of the topic, in any form; names of several words
        and quotations must be held as written. "A or B" takes either.

        Args:
            topic: A few words.
            filters: What every article must meet.
            loosely: "A's part and B's part" takes either too. Only names and quotations need be held, if there are
                any, and one more word of the topic where several articles hold one: a name may be that of the place.
        """
        either = [self._split_topic(piece) for piece in _OR.split(topic)]
        joined = [self._split_topic(piece) for piece in topic.split(" and ")] if loosely and len(either) == 1 else []
        if len(joined) > 1 and all({part.name for part in piece} == {True, False} for piece in joined):
            either = joined
        parts = tuple(dict.fromkeys(part for piece in either for part in piece))
        named = [tuple(part for part in piece if part.name) for piece in either]
        if not (loosely and all(named) and named != either):
            return CoveredStories(
                topic, _make_rule(either), self._group_stories(self._find_articles(either, filters)), parts
            )
        found, rule = self._find_articles(named, filters), _make_rule(named)
        some = [article for article in found if _is_on_topic(article, parts)]
        if _SEVERAL <= len(some) < len(found):
            found, rule = some, f"{rule}, with more of “{topic}” as well"
        return CoveredStories(topic, rule, self._group_stories(found), parts)

    def find_nearest(self, topic: str, filters: Filters, most: int) -> CoveredStories:
        """Return up to `most` of the stories that come nearest to a topic, none where none comes near.

        Nearness is the score of an article's best passage (see `Retriever.retrieve`) and the cosine of the topic and the
        headline with the first sentence, which say what an article is about.
        """
        (passages,) = self.retriever.retrieve([SearchText(topic)], _PASSAGES, filters)
        best: dict[str, Passage] = {}
        for passage in passages:
            best.setdefault(passage.article.id, passage)
        looked_at = list(best.values())[:_ARTICLES]
        parts = self._split_topic(topic)
        if not looked_at or not parts:
            return CoveredStories(topic, "")
        embedder = self.retriever.indexes.embedder
        begun = [_read_beginning(passage.article) for passage in looked_at]
        cosines = embedder.embed(begun) @ embedder.embed_query(topic)
        near = [p.score + float(cosine) for p, cosine in zip(looked_at, cosines, strict=True)]
        found = [NearArticle(p, value, text) for p, value, text in zip(looked_at, near, begun, strict=True)]
        kept = [one.passage for one in choose_nearest(found, parts)][:most]
        if not kept:
            return CoveredStories(topic, "")
        articles = {article.id: article for passage in kept for article in (passage.article, *passage.copies)}
        return CoveredStories(topic, "", self._group_stories(list(articles.values())), parts)

    def find_news(self, filters: Filters, most: int) -> CoveredStories:
        """Return the news as such: up to `most` stories of the dated articles that pass filters, in order of time.

        Without a time these are the newest, else the ones that most articles carry (half of them at most), and others
        evenly spread over the time.
        """
        archive, groups = self._store.archive, dict[object, list[str]]()
        for article_id, story in archive.list_newest(
            filters.selection, LOOKED_AT if filters.timed else LOOKED_AT // 10
        ):
            groups.setdefault(story or article_id, []).append(article_id)
        runs = list(groups.values())
        kept = _spread_over_time(runs, most) if filters.timed else runs[-most:]
        dated = replace(filters, since=filters.since or _EARLIEST)
        articles = archive.articles(Selection(ids=tuple(i for run in kept for i in run)))
        stories = self._group_stories([article for article in articles if filters.admits(article)])
        return CoveredStories("", "", stories, (), (archive.count(dated.selection), len(runs)))

    def find_all(self, filters: Filters, form: str, most: int) -> CoveredStories:
        """Return up to `most` of the articles that pass filters: the newest, the oldest, or the first of each outlet.

        Args:
            filters: What every article must meet.
            form: "outlets" for the first article of each outlet, "first" for the oldest dated one.
            most: How many, at most.
        """
        archive, counts = self._store.archive, dict[str, int]()
        total = archive.count(filters.selection)
        if form == "outlets":
            each = {
                name: replace(filters.selection, outlets=(name,))
                for name in filters.outlets or archive.count_by("source")
            }
            counts = {name: n for name, one in each.items() if (n := archive.count(one))}
            order = sorted(counts, key=lambda name: -counts[name])[:most]
            articles = [article for name in order for article in archive.articles(each[name], "oldest", 1)]
        else:
            articles = list(archive.articles(filters.selection, "oldest" if form == "first" else "newest", most))
        groups = tuple(Story((article,)) for article in sorted(articles, key=make_time_key))
        return CoveredStories("", "", groups, (), (total, total), counts)

    def cite_stories(self, found: CoveredStories, stories: Sequence[Story] | None = None) -> list[Citation]:
        """Return for each story the sentence of its earliest article that tells most of the topic, numbered from 1."""
        chosen = found.stories if stories is None else stories
        chunks = self.read_chunks(chosen)
        best = [
            (story, _find_best_sentence(chunks[lead], found.parts))
            for story in chosen
            if (lead := story.articles[0].id) in chunks
        ]
        return [
            Citation(n, Passage(chunk, n, share, {"coverage": share}, story.articles[1:]), start, end)
            for n, (story, (share, chunk, start, end)) in enumerate(best, 1)
        ]

    def read_chunks(self, stories: Sequence[Story]) -> dict[str, list[Chunk]]:
        """Return the chunks of the earliest article of each story, in order, by the id of the article."""
        chunks: dict[str, list[Chunk]] = {}
        for chunk in self._store.chunks(story.articles[0].id for story in stories).values():
            chunks.setdefault(chunk.article.id, []).append(chunk)
        return {article: sorted(some, key=lambda chunk: chunk.ordinal) for article, some in chunks.items()}

    def _split_topic(self, topic: str) -> tuple[TopicPart, ...]:
        """Return quoted phrases, names, and the other words of a topic."""
        spoken = self.retriever.stemming_languages(topic)
        spans = list(find_quotations(topic))
        for name in find_names(topic, mid_sentence=True):
            if not any(a <= name.start < b for a, b in spans):
                spans.append((name.start, name.end))
        kept: list[tuple[str, bool]] = []
        last = 0
        for start, end in sorted(spans):
            kept += [(word, False) for word in words(topic[last:start]) if word not in STOPWORDS]
            kept.append((topic[start:end], True))
            last = end
        kept += [(word, False) for word in words(topic[last:]) if word not in STOPWORDS]
        return tuple(
            TopicPart(text, _stem_words(text, spoken), name) for text, name in dict.fromkeys(kept) if words(text)
        )

    def _find_articles(self, either: Sequence[Sequence[TopicPart]], filters: Filters | None) -> list[Article]:
        """Return the articles that hold every part of any of several lists."""
        return list(
            {article.id: article for parts in either for article in self._find_holding(parts, filters)}.values()
        )

    def _find_holding(self, parts: Sequence[TopicPart], filters: Filters | None) -> Iterator[Article]:
        bodies: dict[frozenset[str], set[str]] = {}
        ids: set[str] | None = None
        # The rarest words first, so that the others are looked for among few articles.
        for any_of in sorted({stems for part in parts for stems in part.stems}, key=self._count_chunks):
            among = ids if ids is not None and len(ids) <= _FEW else ()
            text, heading = self._lexical.find_articles(sorted(any_of), filters, among)
            bodies[any_of] = text
            ids = (text | heading) & ids if ids is not None else text | heading
            if not ids:
                return
        listed = filters.listed if filters else Selection()
        chosen = replace(listed, ids=tuple(sorted(ids or ())))
        for article in self._store.archive.articles(chosen, "oldest") if ids else ():
            if (not filters or filters.admits(article)) and _holds_all(article, parts, bodies):
                yield article

    def _count_chunks(self, any_of: frozenset[str]) -> int:
        return sum(self._lexical.count_documents(term) for term in any_of)

    def _group_stories(self, articles: Sequence[Article]) -> tuple[Story, ...]:
        numbers = self._store.archive.stories([article.id for article in articles])
        groups: dict[object, list[Article]] = {}
        for article in sorted(articles, key=make_time_key):
            groups.setdefault(numbers.get(article.id, article.id), []).append(article)
        return tuple(Story(tuple(group)) for group in groups.values())


def _read_beginning(article: Article) -> str:
    """Return headline and first sentence."""
    spans = split_sentences(article.body[:_BEGINNING], article.language or "en")
    return f"{article.title}. {article.body[slice(*spans[0])] if spans else ''}"


def _holds_all(article: Article, parts: Sequence[TopicPart], bodies: Mapping[frozenset[str], set[str]]) -> bool:
    """Return whether headline or text holds every part; `bodies` are the ids of the articles whose text holds a word."""
    heading = list_held_terms(article.title, article.language)
    for part in parts:
        if any(article.id not in bodies[stems] and stems.isdisjoint(heading) for stems in part.stems):
            return False  # The index found it in the name of the outlet or in the date.
        if (phrase := part.phrase) and not (phrase.search(article.title) or phrase.search(article.body)):
            return False
    return True


def _is_on_topic(article: Article, parts: Sequence[TopicPart]) -> bool:
    """Return whether headline or text hold a word of the topic besides its names."""
    text = f"{article.title}\n{article.body}"
    inside = list_held_terms(text, article.language)
    return any(not part.name and part.is_held(text, inside) for part in parts)


def _find_best_sentence(chunks: Sequence[Chunk], parts: Sequence[TopicPart]) -> tuple[float, Chunk, int, int]:
    """Return the first of the sentences that hold most of the topic: the share held, its chunk, its offsets."""
    whole = sum(_NAME if part.name else _WORD for part in parts) or 1
    best: tuple[float, Chunk, int, int] | None = None
    for chunk in sorted(chunks, key=lambda c: c.ordinal):
        for a, b in split_sentences(chunk.text, chunk.article.language or "en"):
            sentence = chunk.text[a:b]
            if not is_quotable(sentence):
                continue
            found = set(terms(sentence, chunk.article.language or "en"))
            share = sum(_NAME if p.name else _WORD for p in parts if p.is_held(sentence, found)) / whole
            if best is None or share > best[0]:
                best = share, chunk, chunk.start + a, chunk.start + b
    first = min(chunks, key=lambda c: c.ordinal)
    return best or (0.0, first, first.start, first.start + min(LONGEST_QUOTED, first.end - first.start))


def _spread_over_time(runs: Sequence[Sequence[str]], most: int) -> list[Sequence[str]]:
    """Return up to `most` of the stories in their order: some that many articles carry, others evenly spread."""
    if len(runs) <= most:
        return list(runs)
    carried = sorted((i for i, run in enumerate(runs) if len(run) > 1), key=lambda i: -len(runs[i]))[: most // 2]
    others = [i for i in range(len(runs)) if i not in set(carried)]
    free = most - len(carried)
    spread = {others[round(n * (len(others) - 1) / max(1, free - 1))] for n in range(free)}
    return [runs[i] for i in sorted({*carried, *spread})]


def _make_rule(either: Sequence[Sequence[TopicPart]]) -> str:
    pieces = (" and ".join(f"“{part.text}”" for part in parts) for parts in either)
    return f"headline or text holds {', or '.join(pieces)}"


def _stem_words(text: str, spoken: Sequence[str]) -> tuple[frozenset[str], ...]:
    found = words(text)
    content = [word for word in found if word not in STOPWORDS] or found
    return tuple(frozenset(stem(word, language) for language in spoken) for word in content)
