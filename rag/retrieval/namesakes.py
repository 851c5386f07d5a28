"""Keep to the person, body or place that a question means, apart from others, some of the same name."""

from collections.abc import Iterable, Sequence

from corpus.article import Article
from rag.retrieval.sentence_ranking import Sentence, split_carried
from rag.text.names import TITLES, find_name_words, find_names
from rag.text.terms import STOPWORDS, list_held_terms, stem, words


def drop_namesakes(question: str, sentences: Sequence[Sentence]) -> tuple[list[Sentence], str]:
    """Return the sentences without those of articles on a namesake, and whom nothing is said of, or "".

    "Keller of Nordwind" and "Mayor Keller" say which Keller is meant. Where one article holds both words, another that
    holds the name alone is about somebody else. Nothing is said of the right one where the best sentence that goes holds
    a word of the question, names apart, that none which stays does.

    Args:
        question: The stand-alone question.
        sentences: The most relevant first.
    """
    articles = {s.passage.article.id: s.passage.article for s in sentences}
    for name in find_names(question):
        said = question[name.start : name.end]
        strangers = _find_strangers(said, name.words, articles.values())
        kept = [s for s in sentences if s.passage.article.id not in strangers]
        if strangers and kept:
            best = next(s for s in sentences if s.passage.article.id in strangers)
            return kept, said if _tells_more(question, name.words, best, kept) else ""
    return list(sentences), ""


def _tells_more(question: str, name: Sequence[str], best: Sentence, kept: Sequence[Sentence]) -> bool:
    asked = {stem(word) for word in words(question) if word not in STOPWORDS and word not in name}
    told, *others = (list_held_terms(s.text, s.passage.article.language or "en") for s in (best, *kept))
    return bool((asked & told).difference(*others))


def keep_carried_topic(question: str, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences of articles that hold a name which a follow-up takes from before, or all if none does."""
    names = find_names(split_carried(question)[1], mid_sentence=True)
    articles = {s.passage.article.id: s.passage.article for s in sentences}
    held = {i: find_name_words(f"{article.title}\n{article.body}") for i, article in articles.items()}
    kept = [s for s in sentences if any(held[s.passage.article.id].issuperset(name.words) for name in names)]
    return kept or list(sentences)


def _find_strangers(said: str, parts: Sequence[str], articles: Iterable[Article]) -> set[str]:
    """Return the ids of the articles that hold a name without what distinguishes it, where others hold both.

    The "Law" of "Cybersecurity Law" is no name that anything else bears: an article that has it has the noun.
    """
    before, _, after = said.partition(" of ")
    key = max(find_name_words(before) & set(parts), key=before.casefold().rfind, default="")
    behind = find_name_words(after) & set(parts)
    holding = {article.id: (article, find_name_words(f"{article.title}\n{article.body}")) for article in articles}
    holding = {i: found for i, found in holding.items() if key in found[1]}
    whole = [article for article, held in holding.values() if set(parts) <= held]
    if any(f" {key} " in article.body for article in whole):
        return set()
    roles = {word for word in parts if word not in behind | {key} and any(f" {word} " in a.body for a in whole)}
    return {
        i
        for i, (article, held) in holding.items()
        if whole and article not in whole and any(not _holds(word, held) for word in behind | roles)
    }


def _holds(word: str, held: frozenset[str]) -> bool:
    """Return whether words hold one, or its short form as a title ("sen" for "senator")."""
    return word in held or any(title in held and word.startswith(title) for title in TITLES if len(title) > 1)
