"""Recognise a correction notice in the text of an article."""

import re
from collections.abc import Iterable

_LONGEST = 1200
_CORRECTED = r"(?:correct(?:s|ed|ion|ing)?|clarif(?:y|ies|ied|ication)|amend(?:s|ed|ment)?|misstated|misspelled|misidentified|incorrectly|erroneously|in error)"
_NOTICE = re.compile(
    r"(?:[•*(\[]\s*)?(?:"
    r"corrections?(?: and clarifications?| appended)?(?:,? \(?[\w., ]{3,30}\)?)?\s*[:–—]\s*\S"
    r"|clarifications?(?:,? \(?[\w., ]{3,30}\)?)?\s*[:–—]\s*\S"
    r"|corrects? (?:to|that|the|day|date|name|spelling|paragraph|headline|figure|number|title|in|second|first|byline|attribution|typo)\b"
    r"|(?:an? )?(?:earlier|previous|prior|original) versions? of (?:this|the) (?:article|story|report|post|piece|headline|column|caption)\b"
    r"|this (?:article|story|report|post|piece|version|column|headline)(?: \w+){0,3} (?:was|has been|have been|is being|corrects)\b[^.]{0,80}"
    + _CORRECTED
    + r"|this (?:article|story|version|report) (?:corrects|clarifies)\b"
    r"|an? correction was made on\b"
    r"|(?:editor.?s|editors.?|publisher.?s) note\s*[:–—][^\n]{0,400}?\b" + _CORRECTED + r"\b"
    r"|(?:korrektur|berichtigung|korrekturhinweis|rectificatif|correctif|corrección|fe de errores|rectificación|errata|correzione|correção|rectificatie)\s*[:–—]\s*\S"
    r"|(?:anm(?:erkung|\.) d(?:er|\.) red(?:aktion|\.))\s*[:–—]?[^\n]{0,200}?(?:korrigiert|berichtigt|früheren (?:version|fassung))"
    r"|in einer früheren (?:version|fassung)\b|une (?:première )?version (?:précédente|antérieure) de cet article"
    r"|una versión anterior de (?:este|esta) (?:artículo|nota|noticia)"
    r")",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"(?:corrections?(?: and clarifications?)?|clarification|korrektur|rectificatif|corrección)[:.]?", re.IGNORECASE
)


def correction(paragraphs: Iterable[str]) -> str:
    """Return the text of the first correction notice among the paragraphs, or "".

    A paragraph is one by the way it begins ("CORRECTION:", "Corrects to ...", "An earlier version of this article ..."), so that a
    story about a corrected budget is not; a line that is only the word "Correction" makes the next paragraph one.
    """
    headed = False
    for paragraph in paragraphs:
        if headed or _NOTICE.match(paragraph[:_LONGEST]):
            return paragraph[:_LONGEST]
        headed = bool(_HEADING.fullmatch(paragraph))
    return ""
