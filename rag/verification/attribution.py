"""Whether a passage gives words to the speaker, or a report to the outlet, that a claim names."""

import re
from collections.abc import Sequence

from corpus.text.sentences import Span
from rag.text.names import Name, capitalised, find_initials, find_names, is_named, same_word
from rag.text.names import fold_name as fold_name
from rag.text.quotations import find_quotations, fold, split_at_ellipses
from rag.text.speakers import find_attributions
from rag.verification.claim_demands import Demands
from rag.verification.passage_facts import PassageFacts

_ADDRESSEE = re.compile(r"\b(?:told|tells|telling|asked)\b[^,.;:]{1,60}")
_BACK = 3  # Sentences before a quotation in which its speaker may be named.


def find_wrong_speaker(claim: Demands, cited: Sequence[PassageFacts]) -> tuple[str, str] | None:
    """Find a quotation of a claim that no cited passage gives to the speaker whom the claim names.

    Returns:
        The claim's speaker and the passage's ("" if it names nobody there), or None if nothing is wrong.
    """
    speakers = [attribution.name for attribution in find_attributions(replace_quotations(claim.text))]
    for start, end in claim.quotations if speakers else ():
        near = _find_speakers((start, end), speakers, claim)
        found = [(name, _find_speaker_instead(name, claim.text[start:end], e)) for name in near for e in cited]
        wrong = [(name, instead) for name, instead in found if instead is not None]
        if wrong and not any(instead == name or any(is_outlet(name, e) for e in cited) for name, instead in wrong):
            name, instead = wrong[0]
            return claim.text[name.start : name.end], str(instead)
    return None


def _find_speakers(quotation: Span, speakers: Sequence[Name], claim: Demands) -> list[Name]:
    """Return the speaker nearest to a quotation and those that no other quotation separates from it: "Li, head of X, said"."""
    start, end = quotation
    nearest = min(speakers, key=lambda name: max(start - name.end, name.start - end))
    borders = [a for a, _ in claim.quotations]

    def count_borders(name: Name) -> int:
        return sum(border < name.start for border in borders)

    return [nearest, *(name for name in speakers if name != nearest and count_borders(name) == count_borders(nearest))]


def _find_speaker_instead(name: Name, quotation: str, evidence: PassageFacts) -> str | Name | None:
    """Return None if a passage lacks the words, the name itself if it may have said them, else who did, or ""."""
    found = split_at_ellipses(quotation)
    at = fold(evidence.text).find(found[0]) if found else -1
    if at < 0:
        return None
    start = evidence.spans[0][0] + fold(evidence.text).offsets[at]
    i = max(k for k, span in enumerate(evidence.spans) if span[0] <= start)
    text = replace_quotations(evidence.texts[i])
    if _mentions(name, _ADDRESSEE.sub("told", text), evidence):
        return name
    speakers = [attribution.name for attribution in find_attributions(text)]
    if speakers:
        return text[speakers[0].start : speakers[0].end]
    around = [*evidence.texts[max(0, i - _BACK) : i], *evidence.texts[i + 1 : i + 2]]
    if not find_names(text):
        around.append(evidence.heading)
    return name if any(_mentions(name, replace_quotations(other), evidence) for other in around) else ""


def replace_quotations(text: str) -> str:
    """Return a sentence of the same length with a mere word and a comma for each quotation."""
    for start, end in find_quotations(text):
        text = text[: start - 1] + "o" * (end - start + 1) + "," + text[end + 1 :]
    return text


def _mentions(name: Name, text: str, evidence: PassageFacts) -> bool:
    """Return whether a sentence names a speaker, by the last word of the name or by another form of the whole."""
    if any(same_word(name.words[-1], fold_name(word)) for word in capitalised(text)):
        return True
    return any(is_same_name(name, other, evidence) for other in find_names(text))


def is_same_name(name: Name, other: Name, evidence: PassageFacts) -> bool:
    """Return whether a claim's name and a passage's name are of the same person or body."""
    if any(same_word(a, b) for a in name.words[-1:] for b in other.words[-1:]):
        return True
    words = frozenset(other.words)
    return is_named(name, words, lambda: evidence.initials, lambda: evidence.words)


def find_wrong_outlet(claim: Demands, cited: Sequence[PassageFacts]) -> str:
    """Return the outlet to which a claim gives a report that none of its passages is by or speaks of, or ""."""
    for attribution in find_attributions(replace_quotations(claim.text)):
        name = attribution.name
        wording = claim.text[name.start : name.end]
        if any(is_outlet(name, e) for e in cited):
            continue
        if any(fold(e.heading_and_text).find(fold(wording).text) >= 0 for e in cited):
            continue
        if any(_shares_a_word(name, outlet) for e in cited for outlet in e.outlets):
            return wording
        if not _is_named_by_article(name, cited) and not is_spelt_out(name, claim, cited):
            return wording
    return ""


def _is_named_by_article(name: Name, cited: Sequence[PassageFacts]) -> bool:
    """Return whether an article names what a claim names: whole, by its last word alone, or by another form of it."""
    for evidence in cited:
        if any(_may_be(name, other) for other in find_names(f"{evidence.heading}\n{evidence.passage.article.body}")):
            return True
        if is_named(name, evidence.words, lambda e=evidence: e.initials, lambda e=evidence: e.words):  # type: ignore[misc]
            return len(name.words) == 1 or (
                len(name.words) > 2 and "".join(word[0] for word in name.words) in evidence.words
            )
    return False


def is_spelt_out(name: Name, claim: Demands, cited: Sequence[PassageFacts]) -> bool:
    """Return whether a name is part of one whose initials the article has: "Disease Control" of the CDC."""
    own = "".join(word[0] for word in name.words)
    return any(
        own in short and len(short) > 2 and short in e.words for short in find_initials(claim.text) for e in cited
    )


def _may_be(name: Name, other: Name) -> bool:
    """Return whether two names have the last word in common, and another where both have several."""
    if not any(same_word(name.words[-1], word) for word in other.words):
        return False
    return min(len(name.words), len(other.words)) == 1 or len(set(name.words) & set(other.words)) > 1


def is_outlet(name: Name, evidence: PassageFacts) -> bool:
    """Return whether a name is that of an outlet that carries the article, in whole or in part."""
    return any(_is_of(name, outlet) for outlet in evidence.outlets)


def _is_of(name: Name, outlet: str) -> bool:
    words = frozenset(outlet.casefold().replace(".", " ").split())
    joined = "".join(c for c in outlet.casefold() if c.isalnum())
    return words.issuperset(name.words) or "".join(c for c in "".join(name.words) if c.isalnum()) in joined


def _shares_a_word(name: Name, outlet: str) -> bool:
    return not frozenset(outlet.casefold().split()).isdisjoint(name.words)


def find_quotation_span(quotation: str, evidence: PassageFacts) -> Span | None:
    """Return where a passage has the words of a quotation, as offsets in the article's body, or None."""
    folded, found = fold(evidence.text), split_at_ellipses(quotation)
    places = [(folded.find(piece), len(piece)) for piece in found]
    if not places or any(at < 0 for at, _ in places):
        return None
    start, end = folded.span(min(at for at, _ in places), max(at + length for at, length in places))
    return evidence.spans[0][0] + start, evidence.spans[0][0] + end
