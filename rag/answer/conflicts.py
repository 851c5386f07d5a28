"""Accounts that differ: sentences of several articles that report the same with another figure."""

from collections.abc import Sequence

from corpus.text.days import format_day
from rag.retrieval.sentence_ranking import Sentence
from rag.text.dates.date_mentions import Moment, find_moments
from rag.text.figures import Figure, find_figures
from rag.text.names import find_names
from rag.text.terms import STOPWORDS, stem, terms
from rag.text.units import size
from rag.verification.claim_demands import find_counted_things

_SAME = 0.5
"""Share of their words, figures apart, that two sentences must have in common to report the same; of the shorter one's."""

_TIMES = frozenset(stem(word) for word in "year month week day hour minute second decade century time".split())
"""What two sentences may well count differently of one thing: for 15 years, in five years."""

_WHERE = frozenset("in at near of from".split())
_ASKED = 0.8
"""Share of the question's words in the sentence that answers which an account must hold, to be of the same thing."""

_FEWEST = 3  # Words in common: two short sentences share one or two by chance.


def find_conflicts(best: Sentence, others: Sequence[Sentence]) -> list[Sentence]:
    """Return the first sentence of each other article that reports the same as `best` with another figure.

    Copies of one story are one account, and so are articles that give the same figure: the first stands for them.

    Args:
        best: The sentence that answers.
        others: Further sentences, the most telling first.
    """
    known = [best]
    for other in others:
        articles = {s.passage.article.id for s in known}
        asked = other.context >= _ASKED * best.context
        if asked and other.passage.article.id not in articles and all(_find_other_figure(s, other) for s in known):
            known.append(other)
    return known[1:]


def conflict_note(best: Sentence, others: Sequence[Sentence], read: Sequence[Sentence] = ()) -> str:
    """Return a line that names the figures of accounts that differ, the earliest first, with outlet and date, or "".

    One outlet's figures tell how its account changed, where they are surely of one thing; those of several outlets
    disagree. Nothing is said where the accounts are not all that was read: a newer figure, or an earlier report of one.

    Args:
        best: The sentence that answers.
        others: Those of other articles with another figure (`find_conflicts`).
        read: All sentences that were read for the question.
    """
    if not _are_whole_history((best, *others), read):
        return ""
    pairs = [(best, other) for other in others]
    quoted = {id(best): _quote(best, others[0])} | {id(other): _quote(other, first) for first, other in pairs}
    known = sorted((best, *others), key=lambda s: (s.passage.article.published_at is None, _date(s)))
    outlets = {s.passage.article.source for s in known}
    listed = "; ".join(
        f"{quoted[id(s)]} ({s.passage.article.source or 'unknown outlet'}, {format_day(s.passage.article.published_at)})"
        for s in known
    )
    return f"{'Reported over time' if len(outlets) == 1 else 'Sources give different figures'}: {listed}."


def _are_whole_history(known: Sequence[Sentence], read: Sequence[Sentence]) -> bool:
    """Return whether no article read gives a newer figure of the same thing, or one of these figures earlier.

    One outlet's accounts are of one thing only where their sentences give the same names.
    """
    named = [{word for name in find_names(s.text) for word in name.words} for s in known]
    if len({s.passage.article.source for s in known}) == 1 and any(names != named[0] for names in named):
        return False
    newest, articles = max(map(_date, known)), {s.passage.article.id for s in known}
    rest = [s for s in read if s.passage.article.id not in articles and named[0] <= _list_name_words(s)]
    if any(_date(s) > newest and all(_find_different_figures(s, k) for k in known) for s in rest):
        return False
    return not any(_date(s) < _date(k) and _gives_figure(s, k, known) for s in rest for k in known)


def _list_name_words(sentence: Sentence) -> set[str]:
    text = f"{sentence.passage.article.title}. {sentence.text}"
    return {word for name in find_names(text) for word in name.words}


def _gives_figure(sentence: Sentence, account: Sentence, known: Sequence[Sentence]) -> bool:
    """Return whether a sentence gives the figure in which an account differs from the others."""
    pairs = [_find_different_figures(account, other) for other in known if other is not account]
    return any(pair and _figure_given(pair[0], _counted_things(sentence)) for pair in pairs)


def _date(sentence: Sentence) -> float:
    date = sentence.passage.article.published_at
    return date.timestamp() if date else 0.0


def _find_other_figure(one: Sentence, other: Sentence) -> bool:
    return _report_same_thing(one, other) and _may_rival(one, other) and bool(_find_different_figures(one, other))


def _may_rival(one: Sentence, other: Sentence) -> bool:
    """Return whether two sentences may count the same: neither their times nor their places differ."""
    times, others = _list_times(one), _list_times(other)
    if times and others and not any(a.holds(b) or b.holds(a) for a in times for b in others):
        return False
    places, elsewhere = _list_places(one), _list_places(other)
    return not (places - elsewhere and elsewhere - places)


def _list_times(sentence: Sentence) -> list[Moment]:
    """Return the months and years that a sentence, else its headline, tells of; days of the week are those of the news."""
    article = sentence.passage.article
    day = article.published_at.date() if article.published_at else None
    for text in (sentence.text, article.title):
        moments = find_moments(text, day, article.language or "en")
        if told := [m for m in moments if m.year and m.weekday is None and m.until is None and not m.relative]:
            return told
    return []


def _list_places(sentence: Sentence) -> set[str]:
    """Return the words of the names that follow "in", "of" and the like."""
    text = sentence.text
    return {
        word
        for name in find_names(text)
        if text[: name.start].rsplit(maxsplit=1)[-1:] and text[: name.start].split()[-1].lower() in _WHERE
        for word in name.words
    }


def _report_same_thing(one: Sentence, other: Sentence) -> bool:
    a, b = _words(one), _words(other)
    return len(a & b) >= max(_FEWEST, _SAME * min(len(a), len(b)))


def _words(sentence: Sentence) -> set[str]:
    """Return the words of a sentence without its figures."""
    text = sentence.text
    # From the end, so that the offsets of the others stay valid.
    for figure in reversed(find_figures(text, sentence.passage.article.language or "en")):
        text = f"{text[: figure.start]} {text[figure.end :]}"
    return set(terms(text, sentence.passage.article.language or "en")) - STOPWORDS


def _find_different_figures(one: Sentence, other: Sentence) -> tuple[Figure, Figure] | None:
    """Return a figure of each that counts the same and is not the same, if neither sentence gives the other's too."""
    a, b = _counted_things(one), _counted_things(other)
    for figure, what in a:
        for rival, whose in b:
            same_unit = figure.units == rival.units or bool(figure.units & rival.units)
            same_thing = bool(what & whose) if what or whose else bool(figure.units)
            if not same_unit or not same_thing or _figure_given(figure, b) or _figure_given(rival, a):
                continue
            return figure, rival
    return None


def _counted_things(sentence: Sentence) -> list[tuple[Figure, frozenset[str]]]:
    language = sentence.passage.article.language or "en"
    dates = find_moments(sentence.text)
    found = [
        f
        for f in find_figures(sentence.text, language)
        if not f.bare and not _is_year(f) and not any(d.start < f.end and f.start < d.end for d in dates)
    ]
    counts = [(figure, find_counted_things(sentence.text, figure, language)) for figure in found]
    return [(f, what) for f, what in counts if not (what & _TIMES or any(size(unit)[0] == "time" for unit in f.units))]


def _is_year(figure: Figure) -> bool:
    return not figure.units and figure.value.is_integer() and 1900 <= figure.value < 2100


def _figure_given(figure: Figure, among: Sequence[tuple[Figure, frozenset[str]]]) -> bool:
    return any(other.holds(figure) or figure.holds(other) for other, _ in among)


def _quote(sentence: Sentence, other: Sentence) -> str:
    """Return the figure in which a sentence differs from another, as written, with what it counts."""
    pair = _find_different_figures(sentence, other)
    if pair is None:
        return "another figure"
    figure, text = pair[0], sentence.text
    counted = []
    for word in text[figure.end :].split()[: 0 if figure.units else 2]:
        if not word[0].isalpha() or word.lower() in STOPWORDS:
            break
        counted.append(word.strip(".,;:)"))
        if not word[-1].isalpha():
            break
    return " ".join([text[figure.start : figure.end].strip(), *counted])
