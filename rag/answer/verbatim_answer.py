"""Answer without a model: the verbatim sentences that answer best, grouped by article, each cited."""

import re
from collections.abc import Sequence
from textwrap import shorten

from corpus.article import Article
from corpus.text.days import format_day
from rag.answer.conflicts import find_conflicts
from rag.model import Passage
from rag.retrieval.evidence_search import Evidence, PassageReading
from rag.retrieval.read_answers import is_behind
from rag.retrieval.sentence_ranking import Sentence, list_counts
from rag.text.citation_marks import strip_marks
from rag.text.output_filter import filter_output
from rag.text.speakers import find_attributions
from rag.text.speech_verbs import SAID
from rag.text.terms import STOPWORDS, terms

MOST = 4
"""Sentences in an answer, at most."""

FROM_PASSAGE = 2
"""Sentences of the best one's passage, at most: what surrounds an answer completes it and cites nothing new."""

SAME_PASSAGE = 0.6
"""Share of the best sentence's score that another one of its passage must reach,"""

ELSEWHERE = 0.9
"""and one of another article: a further source is cited only where it answers as well. Tuned on the starter set."""

ABOUT = 0.5
"""Share of the nearness of its headline to the question that the headline of another article must reach."""

RIVAL = 0.7
"""Share of the best sentence's score from which an account that differs is given with it."""

_HEADLINE = 200  # Characters of a headline that are shown.
_SAME = 0.55  # Two sentences that share more of their terms say the same.
_PRONOUN_SAID = re.compile(rf"[\"”’»],?\s+(?:(?:he|she|they|it)\s+\w+|{SAID}\s+(?:he|she|they))\b", re.IGNORECASE)
_SUBJECT = re.compile(r"(?:He|She|It|They)\b")
_LEANS = re.compile(
    r"^[\"“'‘]?(?:He|She|It|They|This|That|These|Those|His|Her|Its|Their|Both|Such|But|And|The (?:company|agency|law|bill|"
    r"group|ruling|court|decision|ministry|government|attack|breach|move|order|measure)|In (?:it|that|\w+ of (?:that|the same) year)|(?:The|That) same (?:day|week|month|year)"
    r"|(?:[\w,.]+ ){1,3}of (?:them|these|those))\b"
)
_QUOTED_THING = re.compile(r"^[\"“'‘](?:It|This|That|These|Those)\b")

_ANNOUNCES = re.compile(
    r"^(?:[\w’'-]+ ){1,6}(?<!all )(?<!both )(?<!these )(?<!those )(?:several|two|three|four|five|six|seven|eight|nine|ten) (?:[\w’'-]+ ){0,2}(?:aims|arguments|bans|causes|"
    r"changes|concerns|conditions|demands|exceptions|factors|flaws|goals|grounds|measures|objections|parts|points|principles|"
    r"proposals|reasons|recommendations|requirements|rules|steps|ways)(?: and \w+ \w+)?\.$",
    re.IGNORECASE,
)
"""A short sentence that says how many there are of what it is followed by."""

_TIMES = "week|weekend|month|year|day|morning|afternoon|evening|time|spring|summer|autumn|winter"
_POINTS_WITHIN = re.compile(
    r"\b(?:of|by|from|with) (?:that|these|those) "
    rf"(?!(?:{_TIMES}|who|which|both|in|of|he|she|it|they|we|the|a|is|was|are|were)\b)(?!\w+ed\b)[a-z]"
)
"""What was told before: "a member of that team"."""

_POINTS = re.compile(
    r"^[\"“'‘]?(?:(?:[\w,.]+ ){1,3}of (?:them|these|those)|These|Those"
    r"|In \w+ of (?:that|the same) year"
    rf"|Th(?:is|at)(?! (?:{_TIMES}|said)\b)|Both|Such|They|Their|He|She|His|Her)\b"
)


def choose_sentences(readings: Evidence) -> list[Sentence]:
    """Choose the sentences of an answer: for each part the one that answers it best, then those that answer the whole.

    A part brings its own sentence where the passages answer it well.
    """
    most = max(MOST, len(readings.parts))
    found: list[Sentence] = []
    answered = [part for part in readings.parts if part.answered]
    for part in answered:
        best = _choose_apart(part, found)
        _extend_selection(found, add_antecedents(best, part.sentences), most)
    if readings.several or len(answered) < len(readings.parts) or not answered:
        _extend_selection(found, _select_answering(readings.whole.sentences), most)
    return found


def _choose_apart(part: PassageReading, found: Sequence[Sentence]) -> Sentence:
    """Return the best sentence of a part, or one as good of an article that no other part is answered from.

    What is compared is often named in the article on the other thing, which tells less of it than its own. Where what is surely
    read as the answer gives the figure of a part before, another one that is read so and gives a new one is chosen.
    """
    taken, best = {s.passage.article.id for s in found}, part.sentences[0]
    near = [
        s for s in part.sentences if s.score >= ELSEWHERE * best.score and not (part.certain and is_behind(s, best))
    ]
    chosen = next((s for s in near if s.passage.article.id not in taken), best)
    told, given = {figure for s in found for figure in _list_figures(s)}, _list_figures(chosen)
    if part.certain and given and given <= told:
        return next((s for s in part.sentences if s.place in part.certain and _list_figures(s) - told), chosen)
    return chosen


def note_missing_parts(readings: Evidence) -> list[str]:
    """Return a note for each part of a question that the archive does not answer, where it answers others."""
    return [f"Not in this archive: “{part.said}”" for part in readings.lacking]


def _select_answering(sentences: Sequence[Sentence]) -> list[Sentence]:
    """Choose the sentences that answer one question from those read for it, the best first.

    Others of its passage may answer less than the best one, those of other articles must come near it and say
    something else; one whose subject stands in the sentence before ("He said ...") brings that sentence along, and one that only
    announces ("The board gave several reasons.") those after it.
    """
    if not sentences:
        return []
    best = sentences[0]
    if best.holds_quotation:  # It holds the quotation that the question asks about, so others would only confuse.
        return [s for s in sentences[:MOST] if s.holds_quotation]
    found = add_antecedents(best, sentences)
    article = best.passage.article.id
    near = [s for s in sentences[1:] if s.passage is best.passage and s.score >= SAME_PASSAGE * best.score]
    _extend_selection(found, near, FROM_PASSAGE, sentences)
    others = [s for s in sentences[1:] if s.passage.article.id != article and s.headline >= ABOUT * best.headline]
    found.extend(find_conflicts(best, [s for s in others if s.score >= RIVAL * best.score])[: MOST - len(found)])
    for sentence in tuple(found):
        _extend_selection(found, _list_announced(sentence, sentences), MOST)
    _extend_selection(found, [s for s in others if s.score >= ELSEWHERE * best.score], MOST, sentences)
    # What room is left goes to the rest of the best one's passage.
    _extend_selection(found, near, MOST, sentences)
    return found


def _list_announced(sentence: Sentence, read: Sequence[Sentence]) -> list[Sentence]:
    """Return what follows a sentence in its paragraph if it only announces that: "The board gave several reasons."."""
    given: list[Sentence] = []
    last = _follows(sentence, read) if _ANNOUNCES.match(sentence.text) else None
    while last:
        given.append(last)
        last = _follows(last, read)
    return given


def add_antecedents(sentence: Sentence, read: Sequence[Sentence]) -> list[Sentence]:
    """Return a sentence, and those before it that it leans on, among those that were read."""
    return [sentence, *reversed(_find_antecedent(sentence, read))]


def _find_antecedent(sentence: Sentence, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the one or two sentences before one that say who "he" in it is, in the order of the article.

    The second is taken from the same paragraph only: further off, somebody else may have been the last one named. It alone is
    given where both of those after it begin with the same word: "It limits ... It also sets up ..." of one order.
    """
    first = _precedes(sentence, sentences) if _needs_antecedent(sentence.text) else None
    second = _precedes(first, sentences) if first and _needs_antecedent(first.text) else None
    if first and second and "\n" not in first.passage.article.body[second.end : first.start]:
        alike = _begins_alike(first.text, sentence.text) and not _needs_antecedent(second.text)
        return [second] if alike else [second, first]
    return [first] if first else []


def _begins_alike(one: str, other: str) -> bool:
    """Return whether two sentences begin with the same pronoun."""
    first, second = _SUBJECT.match(one), _SUBJECT.match(other)
    return bool(first and second and first.group() == second.group())


def _needs_antecedent(text: str) -> bool:
    """Return whether a sentence leans on the one before it; what a named speaker is quoted with speaks of what he knows."""
    if _QUOTED_THING.match(text) and find_attributions(text):
        return bool(_PRONOUN_SAID.search(text))
    return bool(_LEANS.match(text) or _PRONOUN_SAID.search(text) or _POINTS_WITHIN.search(text))


def _extend_selection(
    found: list[Sentence], more: Sequence[Sentence], most: int, read: Sequence[Sentence] = ()
) -> None:
    """Add sentences that say something new, up to a number of all.

    One that begins with "They", "That law" or "8,000 of them" brings the sentence before it, where that was read, or is left out
    where there is no room for both: after another it would say something else.

    Args:
        found: What was chosen before.
        more: What may be added.
        most: Sentences, at most.
        read: Where the sentence before one is looked for.
    """
    for sentence in more:
        if sentence in found or any(_repeats(sentence, other) for other in found):
            continue
        before = _precedes(sentence, read) if _POINTS.match(sentence.text) else None
        added = [before, sentence] if before and before not in found else [sentence]
        if len(found) + len(added) <= most:
            found.extend(added)


def number_passages(passages: Sequence[Passage]) -> dict[str, int]:
    """Return the number in the mark of each passage, by the id of its chunk: its place, counted from 1."""
    return {passage.chunk.id: place for place, passage in enumerate(passages, 1)}


def compose_text(sentences: Sequence[Sentence], passages: Sequence[Passage]) -> str:
    """Write sentences as an answer: a paragraph an article under its label, a mark after each sentence.

    The number in a mark is the place of the passage in `passages`, counted from 1.
    """
    places = number_passages(passages)
    groups: dict[str, list[Sentence]] = {}
    for sentence in sentences:
        groups.setdefault(sentence.passage.article.id, []).append(sentence)
    return "\n\n".join(_paragraph(group, places) for group in groups.values())


def names_no_speaker(sentences: Sequence[Sentence]) -> bool:
    """Return whether the words asked about are attributed to a mere pronoun ("she added")."""
    return bool(sentences) and sentences[0].holds_quotation and bool(_PRONOUN_SAID.search(sentences[0].text))


def _paragraph(group: Sequence[Sentence], places: dict[str, int]) -> str:
    """Write the sentences of an article: the one that answers best and what follows it, then what precedes it.

    They keep the order of the article where the first would begin with a "she" that nothing before it explains.
    """
    article, order = group[0].passage.article, sorted(group, key=lambda s: s.start)
    lead = [*_find_antecedent(group[0], order), *_find_before(group[0], order), group[0]][0]
    first = 0 if _needs_antecedent(lead.text) else order.index(lead)
    ordered = [*order[first:], *order[:first]]
    text = "".join(
        f"{_join(before, s)}{neutralise_markup(s.text)} [{places[s.passage.chunk.id]}]"
        for before, s in zip([None, *ordered[:-1]], ordered, strict=True)
    )
    return f"**{format_origin(article)}**\n{text}"


def _find_before(sentence: Sentence, order: Sequence[Sentence]) -> list[Sentence]:
    """Return the nearest sentence before one that leans on it, in the same paragraph, though not all between is given."""
    body = sentence.passage.article.body
    earlier = [s for s in order if s.end <= sentence.start and "\n" not in body[s.end : sentence.start]]
    return earlier[-1:] if _needs_antecedent(sentence.text) else []


def _join(before: Sentence | None, after: Sentence) -> str:
    """Return what stands between two sentences: a space where they do in the article, else a line of its own for each.

    What was left out may be what "it" points at, and quotations that run on would hide that.
    """
    if before is None:
        return ""
    return "\n\n" if after.passage.article.body[before.end : after.start].strip() or after.start < before.end else " "


def format_origin(article: Article) -> str:
    """Return outlet, date and headline as they stand above the sentences of an article."""
    outlet = strip_emphasis(article.source) or "Unknown outlet"
    return f"{outlet}, {format_day(article.published_at)}{format_headline(article)}"


def format_headline(article: Article) -> str:
    """Return what follows outlet and date above the sentences of an article: a dash and its headline, or "".

    The headline often says what a sentence leaves to it: who is meant, how much it was.
    """
    title = shorten(strip_emphasis(article.title), _HEADLINE, placeholder=" …")
    return f" – {title}" if title else ""


def strip_emphasis(text: str) -> str:
    """Return words of an article or a question as `neutralise_markup` does, with no emphasis in them either."""
    return " ".join(neutralise_markup(text).replace("*", "").split())


def neutralise_markup(sentence: str) -> str:
    """Return a sentence on one line, without links, and with nothing in it that could be taken for a mark of ours."""
    return " ".join(filter_output(strip_marks(sentence)).split())


def _list_figures(sentence: Sentence) -> set[float]:
    """Return what a sentence counts: no dates, and no "one of them"."""
    return {float(figure.value) for figure in list_counts(sentence.text, set())}


def _repeats(one: Sentence, other: Sentence) -> bool:
    """Return whether two sentences say the same, with the same figures; another article's figure is another account."""
    if one.passage.article.id != other.passage.article.id and _list_figures(one) - _list_figures(other):
        return False
    a, b = (set(terms(s.text)) - STOPWORDS for s in (one, other))
    return len(a & b) >= _SAME * max(1, min(len(a), len(b))) and not find_conflicts(other, [one])


def _follows(sentence: Sentence, sentences: Sequence[Sentence]) -> Sentence | None:
    """Return the sentence right after one, in the same paragraph."""
    article = sentence.passage.article
    later = [s for s in sentences if s.passage.article.id == article.id and s.start >= sentence.end]
    nearest = min(later, key=lambda s: s.start, default=None)
    between = article.body[sentence.end : nearest.start] if nearest else "x"
    return None if between.strip() or "\n" in between else nearest


def _precedes(sentence: Sentence, sentences: Sequence[Sentence]) -> Sentence | None:
    """Return the sentence right before one, in the same article."""
    article = sentence.passage.article.id
    earlier = [s for s in sentences if s.passage.article.id == article and s.end <= sentence.start]
    nearest = max(earlier, key=lambda s: s.end, default=None)
    between = nearest.passage.article.body[nearest.end : sentence.start] if nearest else "x"
    return None if between.strip() else nearest
