"""Put the sentences of several reports side by side that tell of the same."""

from collections.abc import Mapping, Sequence
from itertools import combinations

from rag.index.embedder import Embedder
from rag.retrieval.sentence_ranking import Sentence
from rag.text.terms import STOPWORDS, terms

_NEAR = 0.55  # The least cosine of two sentences that tell of the same,
_SHARED = 3  # the fewest words that they share,
_SHARE = 0.35  # and the least share of the words of the shorter one.

Row = Mapping[int, Sentence]
"""The sentences that tell of the same, at most one a report, by the number of the report."""


def align_sentences(reports: Sequence[Sequence[Sentence]], embedder: Embedder) -> list[Row]:
    """Return rows of sentences of two reports and more, those of most reports first, then in the order of the first one.

    Each sentence of a row is near to every other one of it, and stands in no other row.
    """
    flat = [(column, sentence) for column, sentences in enumerate(reports) for sentence in sentences]
    if not flat:
        return []
    vectors = embedder.embed([sentence.text for _, sentence in flat])
    near = vectors @ vectors.T
    content = [list_content(sentence) for _, sentence in flat]
    pairs = sorted(
        ((float(near[i, j]), i, j) for i, j in combinations(range(len(flat)), 2) if flat[i][0] != flat[j][0]),
        reverse=True,
    )
    alike = {(i, j): cosine for cosine, i, j in pairs if cosine >= _NEAR and _share_words(content[i], content[j])}
    rows = _join(alike, [column for column, _ in flat])
    rows.sort(key=lambda row: (-len(row), row))
    return [{flat[i][0]: flat[i][1] for i in row} for row in rows]


def list_content(sentence: Sentence) -> frozenset[str]:
    """Return the terms of a sentence without stop words."""
    return frozenset(terms(sentence.text, sentence.passage.article.language or "en")) - STOPWORDS


def _share_words(one: frozenset[str], other: frozenset[str]) -> bool:
    return len(one & other) >= max(_SHARED, _SHARE * min(len(one), len(other)))


def _join(alike: Mapping[tuple[int, int], float], columns: Sequence[int]) -> list[tuple[int, ...]]:
    """Return groups in which every two are alike and of different columns; the nearest pairs come first."""
    group: dict[int, frozenset[int]] = {}
    for i, j in alike:
        whole = group.get(i, frozenset({i})) | group.get(j, frozenset({j}))
        apart = len({columns[n] for n in whole}) == len(whole)
        if apart and all((a, b) in alike for a, b in combinations(sorted(whole), 2)):
            group.update(dict.fromkeys(whole, whole))
    return [tuple(sorted(whole)) for whole in dict.fromkeys(group.values())]
