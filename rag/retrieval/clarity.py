"""Whether the sentences chosen for an answer hold what a question says: its names, its year, its deed, what it asks for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from corpus.text.sentences import split_sentences
from rag.question.query import Query
from rag.retrieval.demanded_kinds import CURRENCY, asks_money
from rag.retrieval.evidence_search import Evidence
from rag.retrieval.headline_answers import FACTS, WHO_IS_NAME, comes_near, says_all
from rag.retrieval.held_words import (
    BEFORE,
    find_own_names,
    holds_all,
    holds_name,
    list_about,
    list_wanted,
    list_years,
    measure_said,
    read_around,
    read_own,
    tells_of_all,
)
from rag.retrieval.sentence_ranking import LIKELY, SAYING, Sentence, measure_sentence_shape
from rag.retrieval.sufficiency import find_missing_names
from rag.text.equal_words import find_equal_terms, holds_equal, says_little
from rag.text.names import Name, find_initials, find_name_words, find_names, fold_name, same_word
from rag.text.quotations import find_quotations
from rag.text.speakers import find_attributions
from rag.text.speech_verbs import SPEECH
from rag.text.terms import STOPWORDS, list_held_terms, question_language, stem, words

CLEAR = 0.5
"""Probability from which on a question of several parts is answered without a caution."""

SAID, SAID_OF_FEW = 0.4, 0.6
"""Share of a question's words besides names that the article of an answer must hold, in these words or equal ones; of three
words and fewer more, since each says more."""

BEARING = 0.4
"""Cosine to the question from which on a sentence without its words may stand behind a caution, as it may say it in others."""

COMES_NEAR = 0.6
"""Share of the best sentence's score that one of an article with all names and years must reach for the others to be left out."""

Missing = Literal["namesake", "name", "year", "deed", "unclear"]

_WORD = re.compile(r"\w+")
_FEW = 3  # Words of a question besides its names.
_AUXILIARY = frozenset("did does do has had have".split())
_UNDOING = ("un", "re", "dis", "de")
_PRONOUN_SAID = re.compile(
    r"\b(?:he|she|they|it)\s+(?:\w+\s+)?(?:said|says|told|wrote|added|testified|claimed|argued)\b", re.IGNORECASE
)
_SPEAKER = re.compile(
    r"\b(?:what|how)\s+(?:exactly\s+|else\s+)?(?:did|does|do|has|have|had)\s+(?:the\s+)?$", re.IGNORECASE
)
_OWNS = re.compile(r"[’']s$|^[’']s\b")  # "When did China's law ...": what is asked of the law.
_LEADS_NAME = re.compile(r"^\W*(?:why|when|where|how|what)\s+did\s+(?:the\s+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Gap:
    """Hold what an answer would leave open.

    Attributes:
        kind: What is missing: the one who is meant ("namesake", "name"), the year, the deed, or nothing certain.
        words: The name, the year or the deed, in the words of the question; "" where nothing certain is missing.
        nearest: The sentences that come near it, the nearest first; none where nothing does.
    """

    kind: Missing
    words: str = ""
    nearest: tuple[Sentence, ...] = ()


def find_gap(query: Query, evidence: Evidence, chosen: Sequence[Sentence]) -> Gap | None:
    """Return what the chosen sentences leave open of a question, None where they clearly answer it."""
    own = read_own(query.standalone)
    names = find_own_names(own)
    if query.unknown and evidence.whole.sufficiency.probability < CLEAR and _names_only(query.unknown, names):
        return Gap("name", query.unknown)
    near = chosen if query.parts else keep_near(query, chosen) or keep_near(query, evidence.whole.sentences)
    gap = _find_gap(query, own, names, evidence, near)
    if gap is None or gap.nearest:
        return gap
    if not query.parts:
        every = keep_near(query, evidence.whole.sentences)
        near = _keep_bearing(query, own, names, near) or _keep_bearing(query, own, names, every)
    return replace(gap, nearest=tuple(near))


def _names_only(unknown: str, names: Sequence[Name]) -> bool:
    """Return whether a question names nothing but what no article holds, so that no sentence comes near it."""
    return all(fold_name(unknown) in name.words for name in names)


def _keep_bearing(query: Query, own: str, names: Sequence[Name], near: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences that say something of what is asked besides its names, if it asks for anything else, or are read so.

    Where Iceland is named and no sentence speaks of people or numbers, nothing bears on its population.
    """
    wanted = {equal for term in list_wanted(own, names) for equal in find_equal_terms(term)}
    if not wanted or question_language(own) != "en":
        return list(near)
    clear = _list_clear(query, own, names, near)
    return [
        s
        for s in near
        if s in clear
        or s.dense >= BEARING
        or s.answers >= LIKELY
        or not wanted.isdisjoint(list_held_terms(read_around(s, headline=True)))
    ]


def list_clear(query: Query, sentences: Sequence[Sentence], strict: bool = False) -> list[Sentence]:
    """Return the sentences that hold by themselves what a question in one piece says and asks for; none of another question.

    Args:
        query: The question.
        sentences: Those looked at.
        strict: All its words, not most, must stand in a sentence or in what leads to it, or its names and deed in the sentence.
    """
    own = read_own(query.standalone)
    names = find_own_names(own)
    clear = [] if query.parts else _list_clear(query, own, names, sentences)
    wanted = list_wanted(own, names)
    telling = [s for s in clear if wanted and _tells_itself(names, _find_deed(own, names, wanted), s)]
    if strict:
        return [s for s in clear if s in telling or (wanted and measure_said(wanted, s, whole=False) == 1)]
    return [*telling, *(s for s in clear if s not in telling)]


def _tells_itself(names: Sequence[Name], deed: str, sentence: Sentence) -> bool:
    """Return whether a sentence holds, without what leads to it, the names of a question and what it asks of them."""
    held = list_held_terms(sentence.text)
    return holds_equal(held, deed) and all(holds_name(name, sentence.text) for name in names)


def _find_deed(own: str, names: Sequence[Name], wanted: Sequence[str]) -> str:
    """Return the term of what was done: behind "did" and the name after it where a question has them, else the first."""
    place = next((match.end() for match in _WORD.finditer(own) if match.group().lower() in _AUXILIARY), 0)
    place = next((name.end for name in names if place and name.start > place), place)
    later = {stem(word) for word in words(own[place:])}
    return next((term for term in wanted if term in later), wanted[0])


def keep_near(query: Query, chosen: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences that hold, with what leads to them and the headline, some name of the question, if it has any."""
    names = find_own_names(read_own(query.standalone))
    return [s for s in chosen if not names or any(_is_near(name, s) for name in names)]


def _is_near(name: Name, sentence: Sentence) -> bool:
    text = read_around(sentence, headline=True)
    found = find_name_words(text) | list_held_terms(text)
    initials = find_initials(sentence.passage.article.body) if name.acronym else frozenset[str]()
    return stem(name.words[-1]) in found or any(same_word(name.words[-1], word) for word in found | initials)


def drop_others(query: Query, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return sentences, the best first, without those of articles that lack a name or a year of the question.

    All are kept where none of the rest comes near the best.
    """
    about = [] if query.parts else list_about(query, sentences)
    return about if about and about[0].score >= COMES_NEAR * sentences[0].score else list(sentences)


def _find_gap(
    query: Query, own: str, names: Sequence[Name], evidence: Evidence, chosen: Sequence[Sentence]
) -> Gap | None:
    if unknown := evidence.whole.unknown:
        return Gap("namesake", unknown)
    if query.unknown:
        return Gap("name", query.unknown)
    if query.parts:
        measured = all(part.kind == "how_many" for part in query.parts)
        return None if _answers_parts(evidence, measured) else Gap("unclear")
    return (
        _find_missing_name(own, names, evidence)
        or _find_missing_year(list_years(query), chosen)
        or _find_other_deed(own, names, evidence)
        or (None if _is_clear(query, own, names, evidence, chosen) else Gap("unclear"))
    )


def _is_clear(query: Query, own: str, names: Sequence[Name], evidence: Evidence, chosen: Sequence[Sentence]) -> bool:
    """Return whether what was chosen answers.

    A headline that says all that is asked, or the very words that the question quotes, need no other sign of it.
    """
    if any(s.holds_quotation or says_all(query, own, names, s) for s in chosen):
        return True
    return evidence.enough and bool(_list_clear(query, own, names, chosen))


def _answers_parts(evidence: Evidence, measured: bool) -> bool:
    """Return whether the parts are answered, or the whole: that says nothing of things whose sizes are compared."""
    parts = [part.answered for part in evidence.parts]
    held = any(parts) if evidence.several else all(parts)
    return held or (not measured and evidence.whole.sufficiency.probability >= CLEAR)


def _find_missing_name(own: str, names: Sequence[Name], evidence: Evidence) -> Gap | None:
    """Return the first name that no passage read holds, in any form."""
    passages = list({s.passage.chunk.id: s.passage for s in evidence.whole.sentences}.values())
    missing = set(find_missing_names(own, passages))
    text = " ".join(f"{p.article.source} {p.article.title} {p.article.body}" for p in passages)
    gone = (name for name in names if missing.issuperset(name.words) and not holds_name(name, text))
    return next((Gap("name", own[name.start : name.end]) for name in gone), None)


def _find_missing_year(years: Sequence[str], chosen: Sequence[Sentence]) -> Gap | None:
    """Return a year of the question that no chosen article tells of or was published in."""
    articles = {s.passage.article.id: s.passage.article for s in chosen}.values()
    told = " ".join(f"{a.title} {a.body} {a.published_at.year if a.published_at else ''}" for a in articles)
    return next((Gap("year", year) for year in years if year not in told), None)


def _find_other_deed(own: str, names: Sequence[Name], evidence: Evidence) -> Gap | None:
    """Return what is asked of somebody ("India unban TikTok") where the articles tell it of another one, or the reverse."""
    subject = next((name for name in names if _LEADS_NAME.search(own[: name.start])), None)
    verb, after = (*words(own[subject.end :]), "", "")[:2] if subject else ("", "")
    if subject is None or not verb or verb in STOPWORDS or says_little(stem(verb)) or SAYING.search(verb):
        return None
    if _OWNS.search(own[: subject.end]) or _OWNS.match(own[subject.end :]):
        return None
    if after in SPEECH:  # "What did the TikTok boss tell users": of the one who is named the noun.
        return None
    told = " ".join(own[subject.end :].rstrip("?!. ").split())
    article = "the " if own[: subject.start].lower().rstrip().endswith(" the") else ""
    said, objects = (
        f"{article}{own[subject.start : subject.end]} did {told}",
        [name for name in names if name.start > subject.end],
    )
    held = {term for s in evidence.whole.sentences for term in list_held_terms(s.text)}
    for deed in {stem(verb.removeprefix(p)) for p in _UNDOING if verb.startswith(p)} if stem(verb) not in held else ():
        if told_of := _find_told((deed,), objects, evidence):
            return Gap("deed", said, tuple(sentence for sentence, _ in told_of))
    told_of = _find_told((stem(verb),), objects, evidence)
    told_of = told_of or _find_told(tuple(find_equal_terms(stem(verb))), objects, evidence)
    by_subject = any(holds_name(subject, agents) for _, agents in told_of)
    return Gap("deed", said, tuple(sentence for sentence, _ in told_of)) if told_of and not by_subject else None


def _find_told(verbs: tuple[str, ...], objects: Sequence[Name], evidence: Evidence) -> list[tuple[Sentence, str]]:
    """Return the sentences that tell, or whose headline tells, a deed of all its objects, each with the words before it.

    The deed is told by a word that begins as one of `verbs` does. The words before it name who did it, as do those after "by".
    """
    told: list[tuple[Sentence, str]] = []
    for sentence in evidence.whole.sentences if objects else ():
        for text in (sentence.text, sentence.passage.article.title):
            at = _find_word_start(verbs, text)
            if at is not None and all(holds_name(name, text) for name in objects):
                told.append((sentence, f"{text[:at]} {text.partition(' by ')[2]}"))
                break
    return told


def _find_word_start(beginnings: tuple[str, ...], text: str) -> int | None:
    """Return where the first word begins that begins in one of these ways, in either case; None where none does.

    A "department" is nothing that departs.
    """
    for match in _WORD.finditer(text):
        word = match.group().casefold()
        if word.startswith(beginnings) and word.removesuffix("s") != "department":
            return match.start()
    return None


def _list_clear(query: Query, own: str, names: Sequence[Name], chosen: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences that, with what leads to them, hold the words of a question and what it asks for."""
    english = question_language(own) == "en" and all((s.passage.article.language or "en") == "en" for s in chosen)
    if query.kind == "topic" or not english:
        topic = [] if names or not english else list_wanted(own, names)
        return [s for s in chosen if holds_all(names, s, headline=True) and measure_said(topic, s, whole=True) >= SAID]
    if query.kind == "quotation":
        speaker = next((set(name.words) for name in names if _SPEAKER.search(own[: name.start])), set[str]())
        said = [s for s in chosen if (SAYING.search(s.text) or find_quotations(s.text)) and _may_speak(speaker, s)]
        named = [name for name in names if speaker.issuperset(name.words)] or names
        others = [name for name in names if name not in named]
        # What somebody said seldom repeats what it was said of.
        return [s for s in said if holds_all(named, s, headline=True) and tells_of_all(others, s)]
    wanted, asked = list_wanted(own, names), set(words(own))
    headed = [s for s in chosen if says_all(query, own, names, s) or comes_near(query, own, names, s)]
    if headed:
        return headed
    if query.kind in FACTS and not WHO_IS_NAME.match(own):
        chosen = [s for s in chosen if measure_sentence_shape(s.text, query.kind, asked)]
    if asks_money(own):
        chosen = [s for s in chosen if CURRENCY.search(f"{s.text} {s.passage.article.title}")]
    if query.kind == "who":  # Who did it is told beside the deed.
        deed = [_find_deed(own, names, wanted)] if wanted else []
        return [
            s
            for s in chosen
            if holds_all(names, s, headline=True)
            and measure_said(deed, s, whole=False) == 1
            and measure_said(wanted, s, whole=False) >= SAID
        ]
    needed = SAID if len(wanted) > _FEW else SAID_OF_FEW
    whole = query.kind != "how_many"  # A number is told beside what it counts.
    return [s for s in chosen if holds_all(names, s, headline=True) and measure_said(wanted, s, whole) >= needed]


def tells_of(thing: str, sentence: Sentence) -> bool:
    """Return whether a sentence, or its headline, holds the names and all other words of a thing that a question names."""
    names, article = find_names(thing, mid_sentence=True), sentence.passage.article
    held = list_held_terms(f"{article.title} {sentence.text}", article.language or "en")
    wanted = list_wanted(thing, names)
    return holds_all(names, sentence, headline=True) and all(holds_equal(held, term) for term in wanted)


def _may_speak(speaker: set[str], sentence: Sentence) -> bool:
    """Return whether the words of a sentence may be those of a speaker: given to the name, or to a pronoun right after it."""
    given = [set(said.name.words) for said in find_attributions(sentence.text)]
    if not speaker or any(speaker & names for names in given):
        return True
    if given or not _PRONOUN_SAID.search(sentence.text):
        return not given and bool(speaker & find_name_words(sentence.text))
    before = sentence.passage.article.body[max(0, sentence.start - BEFORE) : sentence.start]
    last = next((before[a:b] for a, b in reversed(split_sentences(before))), "")
    return bool(speaker & find_name_words(f"{last} {sentence.text}"))
