"""Where a claim and the sentence it rests on part although they share their words: no, how many, who said it."""

import re
from collections.abc import Iterable, Sequence

from rag.dates_in_text import Moment
from rag.demands import Demand, counted, same_name
from rag.evidence import Evidence
from rag.figures import Figure
from rag.names import Name, named, names
from rag.quotations import pieces, plain, quotations, stands_in
from rag.speakers import attributions, speaks_unnamed
from rag.wording import REFUSAL, lemmas, negated, negations

_REFERS_BACK = re.compile(
    r"\b(?:he|she|they|it)\s+[a-z]|^[“\"]?(?:The|Its|His|Her|Their|This|That|These|Those)\s+[a-z]", re.IGNORECASE
)
_PERSON = re.compile(r"\b(?:he|she)\b", re.IGNORECASE)


def contradiction(claim: str, sentences: Sequence[str], language: str = "en") -> str:
    """Return "claim" if the claim denies what the sentences affirm, "passage" for the reverse, "" if they agree.

    A negation agrees with one that reaches a word that it reaches too, or with a word of refusal ("declined to")
    that the other side does not have.
    """
    run = " ".join(sentences)
    ours, theirs = negations(claim, language), negations(run, language)
    for reach in ours:
        alike = any(reach & other or not reach or not other for other in theirs)
        if not alike and not _refusals(run) - _refusals(claim):
            return "claim"
    spoken = lemmas(claim, language)
    affirmed = [lemmas(sentence, language) for sentence in sentences if not negated(sentence)]
    for reach in theirs:
        shared = reach & spoken
        if len(shared) < max(1, len(reach) - 1) or any(reach & other for other in ours):
            continue
        if not _refusals(claim) - _refusals(run) and not any(shared <= words for words in affirmed):
            return "passage"
    return ""


def _refusals(text: str) -> set[str]:
    return {match.group().lower()[:3] for match in REFUSAL.finditer(text)}


def miscounted(wanted: Sequence[Demand], evidence: Evidence, run: Iterable[int]) -> tuple[str, str] | None:
    """Find a figure of a claim that the sentences give for something else, and another for what the claim counts.

    Returns:
        The figure of the claim and that of the passage, as written; or None.
    """
    theirs = [
        (figure, counted(evidence.texts[i], figure, evidence.language), evidence.texts[i])
        for i in run
        for figure in evidence.figures(i)
    ]
    for demand in wanted:
        figure = demand.value
        if not isinstance(figure, Figure) or not demand.counted:
            continue
        same = [nouns for other, nouns, _ in theirs if other.holds(figure)]
        if not same or any(not nouns or nouns & demand.counted for nouns in same):
            continue
        for other, nouns, text in theirs:
            if nouns & demand.counted and not other.holds(figure):
                return demand.said, text[other.start : other.end].strip()
    return None


def substituted(
    wanted: Sequence[Demand], missing: Sequence[Demand], evidence: Evidence, key: int
) -> tuple[str, str] | None:
    """Find a name or date of a claim in whose place the sentence that says the same has another.

    Args:
        wanted: All demands of the claim.
        missing: Those that the sentence does not give.
        evidence: The passage.
        key: The sentence, which must share nearly all other words with the claim.

    Returns:
        What the claim says and what the sentence says, as written; or None.
    """
    text = evidence.texts[key]
    for demand in missing:
        if isinstance(demand.value, Name) and not (_REFERS_BACK.search(text) or _is_outlet(demand.value, evidence)):
            ours = [d.value for d in wanted if isinstance(d.value, Name)]
            for name in names(text):
                if not any(same_name(own, name, evidence) or same_name(name, own, evidence) for own in ours):
                    return demand.said, text[name.start : name.end]
        if isinstance(demand.value, Moment) and not demand.reported:
            dates = [d.value for d in wanted if isinstance(d.value, Moment)]
            for moment in evidence.moments(key):
                if not any(moment.holds(own) for own in dates) and not moment.implied:
                    return demand.said, text[moment.start : moment.end]
    return None


def misattributed(claim: str, evidence: Evidence, key: int, cited: Sequence[Evidence]) -> tuple[str, str] | None:
    """Find a speaker named by a claim to whom the passage does not give the words.

    Args:
        claim: The claim.
        evidence: The passage that holds most of it.
        key: The sentence of it that holds most; for a quotation the one in which it stands is taken.
        cited: All passages of the claim: the outlet of any may be the one that says so.

    Returns:
        The claim's speaker and the passage's ("" if it names nobody there), or None if nothing is wrong.
    """
    key = _quoted_in(claim, evidence, key)
    for attribution in attributions(claim):
        name = attribution.name
        if any(_is_outlet(name, other) for other in cited):
            continue
        wrong = _wrong_speaker(name, evidence, key)
        if wrong is not None:
            return claim[name.start : name.end], wrong
    return None


def _quoted_in(claim: str, evidence: Evidence, key: int) -> int:
    for start, end in quotations(claim):
        for piece in pieces(claim[start:end])[:1]:
            return next((i for i, text in enumerate(evidence.texts) if stands_in(piece, plain(text))), key)
    return key


def _is_outlet(name: Name, evidence: Evidence) -> bool:
    outlet = evidence.passage.article.source
    words = frozenset(outlet.casefold().replace(".", " ").split())
    joined = "".join(c for c in outlet.casefold() if c.isalnum())
    return bool(outlet) and (
        all(word in words for word in name.words) or re.sub(r"\W", "", "".join(name.words)) in joined
    )


def _wrong_speaker(name: Name, evidence: Evidence, key: int) -> str | None:
    """Return None if the name may be the speaker, else the speaker that the passage names, or ""."""
    text = evidence.texts[key]
    speakers = [attribution.name for attribution in attributions(text)]
    if speakers:
        if any(same_name(name, speaker, evidence) for speaker in speakers):
            return None
        return text[speakers[0].start : speakers[0].end]
    unnamed = speaks_unnamed(text)
    if not unnamed and _mentions(name, evidence, key):
        return None
    for i in range(key - 1, max(-1, key - 3), -1):
        earlier = [attribution.name for attribution in attributions(evidence.texts[i])]
        if any(same_name(name, speaker, evidence) for speaker in earlier) or _mentions(name, evidence, i):
            return None
        if earlier:
            return evidence.texts[i][earlier[0].start : earlier[0].end] if unnamed else ""
    behind = attributions(evidence.texts[key + 1]) if key + 1 < len(evidence.texts) else ()
    if not unnamed and any(same_name(name, attribution.name, evidence) for attribution in behind):
        return None
    in_heading = named(name, evidence.heading_names, evidence.initials, evidence.article_names)
    return None if in_heading and not _PERSON.search(text) else ""


def _mentions(name: Name, evidence: Evidence, i: int) -> bool:
    return named(name, evidence.names(i), evidence.initials, evidence.article_names)
