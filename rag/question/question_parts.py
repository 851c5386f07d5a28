"""Split a question that compares, orders or joins several things, and merge what its parts find."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

from rag.model import Passage
from rag.question.outlet_mentions import Mention
from rag.text.dates.question_period import find_dates
from rag.text.names import find_names
from rag.text.quotations import find_quotations
from rag.text.terms import STOPWORDS, words

_VERB = r"\w+ing|\w+ed|\w+s|is|was|has|had|are|were|have|will|can|could|does|did"
# A question reaches these rules on one line, its words one space apart (`rag.question.query.parse_question`).
_CONTRAST = re.compile(
    r",? (?:while|whereas|in contrast (?:to|with)|as opposed to|unlike|(?:as )?compared (?:to|with)"
    r"|rather than|but)\b"
    r"|[.;:?!] ",
    re.IGNORECASE,
)
_JOINED = re.compile(
    r",? (?:and|as well as|before|after) (?=(?:(?:then|also|both|who|which|whose|what|when|where|why|how"
    r"|that|from|by|with) )*"
    rf"(?:(?:the|an?|another|its|their|later|subsequent)\b|(?:{_VERB})\s))"
    r"|,? (?:and|but) (?=(?:who|what|when|where|why|how)\s)",
    re.IGNORECASE,
)
_LISTED = re.compile(
    rf", (?=(?:(?:and|or|but|also|then) )*(?:{_VERB}|known|who|which|whose|that)\b)|, (?=(?:when|where|why"
    rf"|how|what)\b)",
    re.IGNORECASE,
)
_ASKING = re.compile(  # "When did ..., where was ..., and how many ...?"
    r", (?=(?:and )?(?:when|where|why|how|what) (?:did|does|do|was|were|is|are|has|have|had|will|would|can|could|many"
    r"|much|long|often|far|big|large)\b)",
    re.IGNORECASE,
)
_GAPPED = re.compile(  # "Who ran it in 2015, and who in 2017?"
    r"^(?P<stem>\W*(?P<asked>who|what|when|where|how many|how much|which \w+)\b.{4,120}?) "
    r"(?P<how>during|in|at|under|after|before|for|on|from|to|with|by|against) (?P<one>[^,;?]{2,60}?)"
    r"[,;]? (?:and|but) (?P=asked) (?P=how) (?P<other>[^,;?]{2,60})$",
    re.IGNORECASE,
)
_LEANING = re.compile(r"\b(?:he|she|it|they|him|her|them|his|its|their|those)\b", re.IGNORECASE)
_IDENTIFYING = re.compile(r"^\W*(?:who|which|what|whose)\b|, (?:who|which|what)\b[^,]*$", re.IGNORECASE)
_ASKED = re.compile(
    r"^\W*(?:(?:and|but) (?:who|whom|whose|what|when|where|why|how|which)|(?:what|when|where|why|how) \w+)\b",
    re.IGNORECASE,
)
_SEVERAL = re.compile(
    r"\? (?:\w+\W+){0,4}?(?:who|whom|whose|what|when|where|why|how|which|did|do|does|is|are|was|were|has|have)\b"
    r"|[,;]? (?:and|but) (?:(?:in|on|at|by|for|from|to|with|of) )?(?:who|whom|whose|what|when|where|why|how|which)\b",
    re.IGNORECASE,
)
_RELATIVE = re.compile(r"(?<!\?) (?:and|but) (?:who|which|whose)\b", re.IGNORECASE)
_APART = re.compile(r", (?:and|but) (?:who|which)\b", re.IGNORECASE)
_INDIVIDUAL = re.compile(  # "Who is the man that ..., and who ...?" asks for one man.
    r"^\W*(?:who|which|what) (?:is|was|are|were) the (?:\w+ ){0,2}?(?:individual|person|man|woman|people|figure"
    r"|company|firm|organi[sz]ation|one)\b",
    re.IGNORECASE,
)
_QUESTION = re.compile(r"^\W*(?:[^,;?]{0,60}: )?(?:who|whom|whose|what|when|where|why|how|which)\b", re.IGNORECASE)
_REMARK = re.compile(  # "I am writing on harbours. Who ...?"
    r"^\W*(?:(?:i|we)(?:[’']m|[’']re|[’']ve)? (?:am|are|was|were|have|had|read|heard|saw|think|know|believe|write|writing|work"
    r"|working|seen)|i[’']m|we[’']re|my|our|it is|this is|here is)\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"\((?:[^()]|\([^()]*\))*\)")  # What a follow-up is about.
_ALTERNATIVES = re.compile(r"^(?P<stem>.{12,}?)[,:] (?P<one>[^,:]{3,60}?) or (?P<other>[^,:]{3,60})$", re.IGNORECASE)
_COMPARED = re.compile(r"^compare (?P<one>.{3,80}?) (?:and|with|to) (?P<other>.{3,80})$", re.IGNORECASE)
_REPORTING = re.compile(
    r"(?:compare )?(?P<asked>(?:what|how) (?:(?:do|does|did|have|has) )?)?(?:both )?(?:the )?", re.IGNORECASE
)
_IN_A_ROW = re.compile(r" ?,? ?(?:(?:and|or|with|versus|vs\.?|to) )?(?:the )?", re.IGNORECASE)
_OF_NAME = re.compile(r"^([^a-z]*[a-z].*\b(?:of|for|in|by|from|against|at|on|to)) (?:the )?[A-Z]\S*(?: [A-Z]\S*)*$")
_CHANGING = re.compile(
    r"\b(?:change[ds]?|changing|differ\w*|compare[ds]?|grow|grew|grown|rise|rose|fall|fell|increase[ds]?"
    r"|decrease[ds]?|evolve[ds]?|develop\w*"
    r"|shift\w*|higher|lower|larger|smaller|more|fewer|less|both|each|or|vote[ds]?)\b",
    re.IGNORECASE,
)
_LEADING = re.compile(r"^(?:(?:and|but|or|while|whereas|then|also|that|as well as)\b[ ,]*)+", re.IGNORECASE)
_FRAME = frozenset(
    "report reports reported article articles suggest suggests claim claims claimed according discussed covered "
    "published company individual individuals known described mentioned accused respectively sources source "
    "portrayal portrayed change consistent inconsistency consistency indicate indicates focus focuses imply implies "
    "describe describes also later subsequent another including exactly tell give please want".split()
)
_FEWEST = 4
"""Content words that a part must have of its own; a shorter piece stays with its neighbour (docs/questions.md)."""

_FEWEST_ASKED = 1
"""The same for a piece that asks a question of its own: "and when was it renewed"."""

_MOST = 6

_PART_WEIGHT = 0.3
"""How much a part's score counts beside the whole question's; tuned in docs/questions.md."""

_NOW = datetime(2100, 1, 1, tzinfo=UTC)  # Only the places of dates are needed here.


@dataclass(frozen=True, slots=True)
class Piece:
    """Hold one of several things that a question asks for.

    Attributes:
        text: What to search for; makes sense without the question.
        said: The same in the words of the question.
    """

    text: str
    said: str


def split_question(question: str, mentions: Sequence[Mention] = ()) -> list[Piece]:
    """Return the things that a question asks for one by one, or nothing for a simple one.

    Args:
        question: The stand-alone question.
        mentions: Where it names outlets: it is not cut there, nor in quotations and brackets, and an outlet is not what a part is about.
    """
    text = question.strip()
    split = _split_by_outlet(text, mentions) or _split_alternatives(text) or _split_by_date(text)
    found = [Piece(part, part) for part in split] or _split_clauses(text, mentions)
    kept = {(plain := " ".join(piece.text.split())): Piece(plain, " ".join(piece.said.split())) for piece in found}
    return list(kept.values())[:_MOST] if len(kept) >= 2 else []


def has_several_questions(question: str) -> bool:
    """Return whether a question asks several questions that each want an answer: "When ..., and who ...?"."""
    if _GAPPED.match(_strip_end(question)) or (_APART.search(question) and not _INDIVIDUAL.match(question)):
        return True
    return bool(_SEVERAL.search(question)) and not (_RELATIVE.search(question) and _IDENTIFYING.match(question))


def is_remark(piece: str) -> bool:
    """Return whether a piece of a question is a remark of the user about their own work, which asks for nothing."""
    return bool(_REMARK.match(piece))


def _strip_end(text: str) -> str:
    """Return a question without the punctuation at its end."""
    return text.rstrip(" ?!.\"'”’»)]")


def _split_alternatives(text: str) -> list[str]:
    """Split "Which ..., A or B?", "Compare A and B" and "Who ... in A, and who in B?" apart."""
    text = _strip_end(text)
    if match := _GAPPED.match(text):
        return [f"{match['stem']} {match['how']} {match[side]}" for side in ("one", "other")]
    if match := _ALTERNATIVES.match(text):
        proper = all(re.search(r"[A-Z0-9]", match[side]) for side in ("one", "other"))
        if (
            proper
            and len(_list_content_words(match["one"])) <= 6
            and re.match(r"\W*(?:which|who|what|did|does|was|is|were|do)\b", text, re.IGNORECASE)
        ):
            return [f"{match['stem']}, {match[side]}" for side in ("one", "other")]
    elif match := _COMPARED.match(text):
        one, other = match["one"], match["other"]
        if len(one.split()) == 1 and (tail := other.split()[1:]) and not find_names(" ".join(tail), mid_sentence=True):
            one = " ".join([one, *tail])  # "Compare Meta and Didi fines": both fines.
        named = all(find_names(piece, mid_sentence=True) for piece in (one, other))
        typed_small = text[1:].islower()
        if typed_small and len(other.split()) == 1 and " of " in one:
            return [one, f"{one.rpartition(' of ')[0]} of {other}"]
        if named or typed_small:
            shared = _OF_NAME.match(one)
            bare = all(word[:1].isupper() or word[:1].isdigit() for word in other.split())
            return [one, f"{shared[1]} {other}" if shared and bare else other]
    return []


def _split_by_outlet(text: str, mentions: Sequence[Mention]) -> list[str]:
    """Ask once for each outlet where two or more are listed: "What do A, B and C say about ...?"."""
    row = sorted(mentions, key=lambda mention: mention.start)
    if not 2 <= len(row) <= _MOST:
        return []
    if not all(_IN_A_ROW.fullmatch(text[one.end : other.start]) for one, other in pairwise(row)):
        return []
    before, after = _REPORTING.fullmatch(text[: row[0].start]), text[row[-1].end :]
    if not before or len(_list_content_words(after)) < _FEWEST_ASKED:
        return []
    return [f"{before['asked'] or ''}{text[mention.start : mention.end]}{after}" for mention in row]


def _split_by_date(text: str) -> list[str]:
    """Ask once for each date: "... between 2016 and 2017", "... of 2015, 2017 and 2024"."""
    named = find_dates(text, _NOW)
    if not 2 <= len(named) <= 4 or len({d.span for d in named}) < 2 or not _CHANGING.search(text):
        return []
    gaps = [text[a.end : b.start] for a, b in pairwise(named)]
    if any(len(_list_content_words(gap)) > 3 for gap in gaps):
        return []
    head, tail = text[: named[0].start], text[named[-1].end :].rstrip("?!. ")
    head = re.sub(r"\b(?:between|from)\s+$", "in ", head, flags=re.IGNORECASE)
    return [f"{head}{text[d.start : d.end]}{tail}" for d in named]


def _split_clauses(text: str, mentions: Sequence[Mention]) -> list[Piece]:
    joints = [
        _CONTRAST,
        _JOINED,
        *([_ASKING] if _QUESTION.match(text) else []),
        *([_LISTED] if _IDENTIFYING.search(text) else []),
    ]
    pieces = _merge_short_pieces(
        _cut_at_joints(text, joints, mentions), {w for m in mentions for w in words(text[m.start : m.end])}
    )
    if len(pieces) < 2:
        return []
    subject = " ".join(_find_subjects(pieces[0], mentions))
    return [
        Piece(_make_search_text(piece, subject if i else "", mentions), _strip_punctuation(piece))
        for i, piece in enumerate(pieces)
    ]


def _cut_at_joints(text: str, joints: Iterable[re.Pattern[str]], mentions: Sequence[Mention]) -> list[str]:
    places = {0, len(text)}
    for joint in joints:
        places.update(m.start() for m in joint.finditer(text))
    whole = [
        *((m.start, m.end) for m in mentions),
        *find_quotations(text),
        *(m.span() for m in _BRACKETED.finditer(text)),
    ]
    inner = {place for place in places if any(start < place < end for start, end in whole)}
    return [text[a:b] for a, b in pairwise(sorted(places - inner))]


def _merge_short_pieces(pieces: Sequence[str], frame: set[str]) -> list[str]:
    """Join pieces that are too short to be searched for themselves with their neighbour."""
    grown: list[str] = []
    for piece in pieces:
        asked = bool(_ASKED.match(piece))
        enough = _FEWEST_ASKED if asked else _FEWEST
        before = _FEWEST_ASKED if asked and grown and _QUESTION.match(grown[-1]) else _FEWEST
        if grown and (
            len(_list_content_words(piece, frame)) < enough or len(_list_content_words(grown[-1], frame)) < before
        ):
            grown[-1] += piece
        else:
            grown.append(piece)
    return grown


def _list_content_words(text: str, frame: Iterable[str] = ()) -> list[str]:
    return [w for w in words(text) if w not in STOPWORDS and w not in _FRAME and w not in frame]


def _find_subjects(piece: str, mentions: Sequence[Mention]) -> list[str]:
    """Return the names in a piece that are not those of outlets."""
    outlets = {word for mention in mentions for name in mention.names for word in words(name)}
    called = [piece[name.start : name.end] for name in find_names(piece)]
    return [name for name in called if not set(words(name)) <= outlets]


def _strip_punctuation(piece: str) -> str:
    return _LEADING.sub("", piece.strip(" ,;:?.")).strip()


def _make_search_text(piece: str, subject: str, mentions: Sequence[Mention]) -> str:
    bare = _strip_punctuation(piece)
    return f"{subject} {bare}" if subject and (not _find_subjects(bare, mentions) or _LEANING.search(bare)) else bare


def merge_parts(whole: Sequence[Passage], parts: Sequence[Sequence[Passage]]) -> list[Passage]:
    """Merge what the whole question found with what each part found, best first.

    A passage scores what the whole gave it (or the whole's least) plus a share of the most that a part gave it; the
    passage that the whole puts first stays first. `Passage.score` becomes that sum.

    Args:
        whole: The passages for the whole question, best first.
        parts: The passages for each part.
    """
    if not any(parts):
        return list(whole)
    floor = min((p.score for p in whole), default=0.0)
    passages = {p.chunk.id: p for p in (*(p for found in parts for p in found), *whole)}
    scores = {p.chunk.id: p.score for p in whole}
    best = dict(_list_part_scores(parts))
    total = {i: scores.get(i, floor) + _PART_WEIGHT * best.get(i, 0.0) for i in passages}
    order = sorted(passages, key=lambda i: (bool(whole) and i != whole[0].chunk.id, -total[i], i))
    return [replace(passages[i], rank=rank, score=total[i]) for rank, i in enumerate(order, 1)]


def _list_part_scores(parts: Sequence[Sequence[Passage]]) -> Iterator[tuple[str, float]]:
    """Yield each chunk with its score in a part, worst first, so that the best stays in a dict."""
    for passage in sorted((p for found in parts for p in found), key=lambda p: p.score):
        yield passage.chunk.id, passage.score
