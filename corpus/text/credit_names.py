"""Names of outlets and authors: what stands in these fields of real pages and feeds, and is no name."""

import re
import unicodedata
from collections.abc import Iterable

from corpus.text.urls import host

_ADDRESS = re.compile(r"(?:https?:)?//\S+|(?:www\.)[\w.-]+(?:/\S*)?|[\w-]+(?:\.[\w-]+)+(?:/\S*)?", re.IGNORECASE)
_MAIL = re.compile(r"[(<\[]?(?<![^\s@()<>\[\]])[^\s@()<>\[\]]{0,80}@[^\s@()<>\[\]]+[)>\]]?")
_COPYRIGHT = re.compile(r"\s*(?:©|\(c\)|copyright\b)", re.IGNORECASE)
_BETWEEN = re.compile(r" ?[,;|/] ?| (?:and|und|et|y|e|en|og|och|&) ")
_LETTER = re.compile(r"[^\W\d_]")
_WORD = re.compile(r"\w+")
# Their pages and handles name an account, not the outlet.
_NETWORKS = (
    "twitter.com",
    "x.com",
    "facebook.com",
    "instagram.com",
    "youtube.com",
    "linkedin.com",
    "t.me",
    "tiktok.com",
)
# Labels of forms, and what programs write where nobody is named.
_NOBODY = frozenset(
    """
    admin administrator anonymous author authors authorname autor auteur autore benutzername byline by comment comments
    displayname email emailaddress guest imię login naam name namerequired nan nobody nom nombre nome none null postedby
    required root search signin undefined unknown url user username vorname website writtenby yourname имя 名前 姓名
    """.split()
)
# What stands beside an outlet's name, or alone, where nobody is named: the desk that the article came from.
_DESK = frozenset(
    """
    the of by at from agency bureau com correspondent correspondents desk digital editorial editors für der die das news
    newsdesk newsroom online org press redaktion redazione redacción rédaction de la del reporter reporters room service
    staff team web website wire writer writers
    """.split()
)

# What stands before the names of a byline, and what people are who stand in one.
_OPENINGS = ("written by ", "story by ", "by: ", "by ")
_ROLES = frozenset(
    """
    reporter reporters correspondent correspondents editor writer journalist columnist contributor staff bureau desk
    newsroom chief
    """.split()
)


def reduce_name(text: str) -> str:
    """Return the letters and digits of a name, in one case and without "the", so that spellings of it compare equal."""
    reduced = "".join(filter(str.isalnum, text.casefold()))
    return reduced.removeprefix("the") if text.casefold().startswith("the ") else reduced


def clean_outlet(text: str) -> str:
    """Return the name of an outlet: of an address its host, of a copyright line or an account of a network nothing."""
    text = text.strip()
    if _COPYRIGHT.match(text) or text.startswith("@") or not _LETTER.search(text):
        return ""
    if not _ADDRESS.fullmatch(text):
        return text
    named = host(text if "://" in text else f"https://{text.removeprefix('//')}").removeprefix("www.")
    return "" if named.endswith(_NETWORKS) else named


def clean_byline(text: str, outlet: str = "") -> str:
    """Return a byline without what is no author: the outlet, an address, a number, the label of a form; maybe ""."""
    whole = " ".join(_MAIL.sub(" ", text).split()) if "@" in text else text
    parts = _BETWEEN.split(whole)
    kept = {reduce_name(part): part for part in reversed(parts) if _is_author(part, outlet)}
    if not _is_author(whole, outlet) or not kept:
        return ""
    return whole if len(kept) == len(parts) else ", ".join(reversed(kept.values()))


def fold_name(text: str) -> str:
    """Return a name so that writings of it compare equal: without case, accents and punctuation, words by one space."""
    plain = (c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " * (c not in "'’.") for c in plain).split())


def split_byline(text: str) -> list[str]:
    """Return the people whom a byline names, as it writes them: without "By", and without what they are.

    "Doe, Jane" is one person, "Jane Doe"; "Jane Doe, Chief Reporter" too.
    """
    text = " ".join(text.split())
    for opening in _OPENINGS:
        text = text[len(opening) :] if text[: len(opening)].casefold() == opening else text
    people = [name for piece in text.split(";") for name in _split_piece(piece.strip())]
    named = [name for name in people if not _ROLES & set(name.casefold().split())]
    return list({reduce_name(name): name for name in reversed(named or people)}.values())[::-1]


def _split_piece(piece: str) -> list[str]:
    family, comma, given = piece.partition(", ")
    if comma and _is_inverted(family, given):
        return [f"{given} {family}"]
    return [name for name in map(str.strip, _BETWEEN.split(piece)) if _LETTER.search(name)]


def _is_inverted(family: str, given: str) -> bool:
    """Return whether two pieces around a comma are one name; what is in capitals is an agency."""
    first, *others = given.replace(".", "").split() or [""]
    return (
        len(family.split()) == 1
        and first.isalpha()
        and not (first.isupper() and len(first) > 1)
        and all(len(one) == 1 for one in others)
        and not _ROLES & {first.casefold(), family.casefold()}
    )


def first_outlet(candidates: Iterable[str]) -> str:
    """Return the first candidate that names an outlet, or ""."""
    return next(filter(None, map(clean_outlet, candidates)), "")


def first_byline(candidates: Iterable[str], outlet: str) -> str:
    """Return the first candidate that names an author, or ""; what was refused is not taken in another spelling."""
    refused: set[str] = set()
    for one in candidates:
        if (found := clean_byline(one, outlet)) and reduce_name(found) not in refused:
            return found
        refused.add(reduce_name(one))
    return ""


def _is_author(text: str, outlet: str) -> bool:
    if not _LETTER.search(text) or reduce_name(text) in _NOBODY or _is_desk(text, outlet):
        return False
    return not (_ADDRESS.fullmatch(text) and " " not in text and not _is_initials(text))


def _is_desk(text: str, outlet: str) -> bool:
    """Return whether a byline is the outlet, as it is or as its address names it, or a desk of it: "Gazette Online"."""
    outlets = {reduce_name(outlet), reduce_name(outlet.removeprefix("www.").rpartition(".")[0])} - {""}
    if reduce_name(text) in outlets:
        return True
    words = [word for word in _WORD.findall(text.casefold()) if word not in _DESK]
    return not words or "".join(words) in {"".join(_WORD.findall(outlet.casefold())), *outlets}


def _is_initials(text: str) -> bool:
    return all(len(part) <= 2 for part in text.split("."))
