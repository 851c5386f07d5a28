"""Recognise a correction notice in the text of an article."""

import re
from collections.abc import Iterable

_LONGEST = 1200
_CORRECTED = (
    r"(?:correct(?:s|ed|ion|ing)?|clarif(?:y|ies|ied|ication)|amend(?:s|ed|ment)?|misstated|misspelled|misidentified"
    r"|incorrectly|erroneously|in error)"
)
_ITEM = r"(?:article|story|report|post|piece|headline|column|caption)"
_DATE = r"(?:,? \(?[\w., ]{3,30}\)?)?\s*[:–—]\s*\S"
_OPENINGS = (
    r"corrections?(?: and clarifications?| appended)?" + _DATE,
    r"clarifications?" + _DATE,
    r"corrects? (?:to|that|the|day|date|name|spelling|paragraph|headline|number|title|in|second|first|byline|typo)\b",
    r"(?:an? )?(?:earlier|previous|prior|original) versions? of (?:this|the) " + _ITEM + r"\b",
    r"this " + _ITEM + r"(?: \w+){0,3} (?:was|has been|have been|is being)\b[^.]{0,80}" + _CORRECTED,
    r"this (?:version|" + _ITEM + r") (?:corrects|clarifies)\b",
    r"an? correction was made on\b",
    r"(?:editor|publisher)(?:.?s|s.?)? note\s*[:–—][^\n]{0,400}?\b" + _CORRECTED + r"\b",
    r"(?:korrektur|berichtigung|korrekturhinweis|rectificatif|correctif|corrección|fe de errores|rectificación|errata"
    r"|correzione|correção|rectificatie)\s*[:–—]\s*\S",
    r"anm(?:erkung|\.) d(?:er|\.) red(?:aktion|\.)\s*+[:–—]?[^\n]{0,200}?"
    r"(?:korrigiert|berichtigt|früheren (?:version|fassung))",
    r"in einer früheren (?:version|fassung)\b",
    r"une (?:première )?version (?:précédente|antérieure) de cet article",
    r"una versión anterior de (?:este|esta) (?:artículo|nota|noticia)",
)
_NOTICE = re.compile(r"(?:[•*(\[]\s*)?(?:" + "|".join(_OPENINGS) + ")", re.IGNORECASE)
_HEADING = re.compile(
    r"(?:corrections?(?: and clarifications?)?|clarification|korrektur|rectificatif|corrección):?", re.IGNORECASE
)


def find_correction(paragraphs: Iterable[str]) -> str:
    """Return the text of the first correction notice among the paragraphs, or "".

    A paragraph is one by how it begins ("CORRECTION:", "Corrects to ...", "An earlier version of this article ..."),
    so that a story about a corrected budget is not; a line of only the word "Correction" makes the next one.
    """
    headed = False
    for paragraph in paragraphs:
        if headed or _NOTICE.match(paragraph[:_LONGEST]):
            return paragraph[:_LONGEST]
        headed = bool(_HEADING.fullmatch(paragraph))
    return ""
