"""Compare wordings: SQuAD's normalisation, containment and token F1, the first verdict, quotations.

The normalisation and the F1 are those of the SQuAD paper (Rajpurkar et al. 2016): lower case, no punctuation, no
a/an/the, single spaces; F1 over the bags of words that remain.
"""

import re
import string
from collections import Counter
from collections.abc import Iterable

from rag.text.quotations import find_quotations

_ARTICLES = re.compile(r"\b(a|an|the)\b")
_PUNCTUATION = str.maketrans("", "", string.punctuation + "“”‘’«»–—…")
_MARK = re.compile(r"(?<!\s)\s*+\[\d++(?:\s*+,\s*+\d++)*+\]")
_VERDICT = re.compile(r"\b(yes|no)\b", re.IGNORECASE)
_STRAIGHT = str.maketrans({"“": '"', "”": '"', "‘": "'", "’": "'"})
_GAP = re.compile(r"\.\.\.|…|\[[^\[\]]*\]")
# Two words in quotation marks are more often a term ("net neutrality") than a quotation.
_QUOTED_WORDS = 3


def drop_marks(text: str) -> str:
    """Return an answer's text without its `[n]` marks."""
    return _MARK.sub("", text)


def normalise_text(text: str) -> str:
    """Return a text in SQuAD's normal form."""
    return " ".join(_ARTICLES.sub(" ", text.lower().translate(_PUNCTUATION)).split())


def contains(text: str, answers: Iterable[str]) -> bool:
    """Return whether a text holds one of the answers as whole words, both in normal form."""
    padded = f" {normalise_text(text)} "
    return any(f" {wanted} " in padded for answer in answers if (wanted := normalise_text(answer)))


def token_f1(text: str, answers: Iterable[str]) -> float:
    """Return the best F1 of the words of a text against the words of an answer, 0 to 1."""
    given = Counter(normalise_text(text).split())
    return max((_f1(given, Counter(normalise_text(answer).split())) for answer in answers), default=0.0)


def _f1(given: Counter[str], wanted: Counter[str]) -> float:
    shared = (given & wanted).total()
    if not shared:
        return 0.0
    precision, recall = shared / given.total(), shared / wanted.total()
    return 2 * precision * recall / (precision + recall)


def is_verdict(answers: Iterable[str]) -> bool:
    """Return whether a question is answered by yes or no alone."""
    forms = {normalise_text(answer) for answer in answers}
    return bool(forms) and forms <= {"yes", "no"}


def first_verdict(text: str) -> str:
    """Return the first "yes" or "no" that a text holds as a word, or ""."""
    found = _VERDICT.search(drop_marks(text))
    return found.group().lower() if found else ""


def quotations(text: str) -> list[str]:
    """Return what a text puts in quotation marks, of three words and more."""
    bare = drop_marks(text)
    found = (bare[start:end] for start, end in find_quotations(bare))
    return [quotation for quotation in found if len(quotation.split()) >= _QUOTED_WORDS]


def contains_quotation(quotation: str, texts: Iterable[str]) -> bool:
    """Return whether a quotation stands verbatim in one of the texts.

    Spaces, the form of quotation marks and a closing comma or full stop may differ; where words are left out ("...",
    "[...]") each piece must stand there. Case counts, unlike in the product's own check, which this must not lean on.
    """
    pieces = [piece.strip(" ,.;:") for piece in _GAP.split(_plain(quotation))]
    wanted = [piece for piece in pieces if piece]
    return any(all(piece in _plain(text) for piece in wanted) for text in texts)


def _plain(text: str) -> str:
    return " ".join(text.translate(_STRAIGHT).split())
