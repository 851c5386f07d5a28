"""Find the things that a question compares or orders, each with the words that they share."""

from collections.abc import Iterator, Sequence

from rag.question.question_syntax import (
    ARTICLES,
    ASKING,
    AUXILIARY,
    OWNING,
    POSSESSIVE,
    PREPOSITIONS,
    REFERRING,
    Word,
    asks,
    complete,
    list_content_words,
    write,
)

_COMPARATIVES = frozenset(
    "first earlier later before older newer younger sooner larger bigger greater smaller higher lower longer shorter "
    "stricter weaker stronger closer worse better more fewer less faster slower cheaper harder deeper wider costlier "
    "dearer earliest last".split()
)
_JOINING = frozenset("and or nor".split())
_AGAINST = (
    ("versus",),
    ("vs",),
    ("as", "opposed", "to"),
    ("as", "against"),
    ("compared", "to"),
    ("compared", "with"),
    ("in", "comparison", "to"),
    ("in", "comparison", "with"),
)
"""What stands between two things of which either may be asked."""

_UNEQUAL = (
    ("differ", "from"),
    ("differs", "from"),
    ("differed", "from"),
    ("different", "from"),
    ("compare", "to"),
    ("compare", "with"),
    ("compares", "to"),
    ("compares", "with"),
    ("square", "with"),
    ("exceed",),
    ("exceeded",),
)
"""What follows the one thing of a question and stands before the other."""

_SAME = (("the", "same", "as"), ("as", "high", "as"), ("as", "large", "as"), ("as", "many", "as"), ("as", "much", "as"))
_ORDERED = (("before", "or", "after"), ("before",), ("after",), ("by", "the", "time"), ("when",))
_COMPARING = frozenset(
    "compare compares compared contrast comparison rank arrange differ differs differed different difference differences common agree "
    "agreed disagree disagreed alike similar each respectively neither both".split()
)
"""Words that make two names joined by "and" two things."""

_UNNAMED = _COMPARING - {"both", "neither", "agree", "agreed", "order"}
"""Those with which one of two things need have no name."""

_HARD = _COMPARING | {"between", "order"}
"""Words right after which the first of some things may begin."""

_LISTING = frozenset("put these arrange rank order".split())
_SPANS = frozenset("time long days weeks months years".split())
_CHOOSING = (
    ASKING | AUXILIARY | ARTICLES | _COMPARATIVES | frozenset("came come happened took place of one two".split())
)
"""What asks which of two things, and not what of them."""

_ON_BOTH = frozenset("they them their each both".split())
_LONG = 30  # Words; a longer question tells several facts, which the joints of its clauses set apart.
_MOST_LEFT = 14  # Words of one thing.


def find_compared(found: Sequence[Word]) -> list[str]:
    """Return the things that a sentence compares or orders, one text each, or nothing.

    Args:
        found: The words of one sentence.
    """
    found = _drop_leaning_end(found)
    if len(found) > _LONG:
        return []
    # From the most particular form to the loosest.
    for way in (_split_sequence, _split_pair, _split_order, _split_against, _split_unequal, _split_span, _split_listed):
        if (texts := way(found)) and len(set(texts)) > 1:
            return texts
    return []


def _drop_leaning_end(found: Sequence[Word]) -> Sequence[Word]:
    """Return a sentence without a last question on both things: ", and by how much do they differ"."""
    for n in range(len(found) - 1, 2, -1):
        if found[n].low == "and" and asks(found, n + 1):
            rest = found[n:]
            leans = any(word.low in _ON_BOTH for word in rest) or len(list_content_words(write(rest))) < 2
            return found[:n] if leans and not any(word.kind for word in rest) else found
    return found


def _find_phrases(found: Sequence[Word], phrases: Sequence[tuple[str, ...]]) -> Iterator[tuple[int, int]]:
    """Yield where phrases begin and end, none of them inside a quotation or an outlet."""
    for start, word in enumerate(found):
        for phrase in phrases:
            end = start + len(phrase)
            if not word.inside and tuple(w.low for w in found[start:end]) == phrase:
                yield start, end
                break


def _split_order(found: Sequence[Word]) -> list[str]:
    """Split "Did X happen before (or after) Y?"."""
    if len(found) > 2 and found[-1].low in {"after", "before", "earlier", "later"} and found[-2].low == "or":
        found = found[:-2]  # "before it ended, or after?"
    if not found or found[0].low not in AUXILIARY:
        return []
    for start, end in _find_phrases(found, _ORDERED):
        left, right = found[1:start], found[end:]
        sure = end - start == 3 and found[start].low == "before"
        told = len(list_content_words(write(right)))
        if _has_kind(left) and told >= (2 if _has_kind(right) or sure else 3):
            if found[start].low == "when" and found[0].low not in {"had", "was", "were"}:
                continue
            return [write(left), write(complete(left, right))]
    return []


def _split_sequence(found: Sequence[Word]) -> list[str]:
    """Split "Put in order: X happens, Y happens and Z"."""
    colon = next((n for n, word in enumerate(found) if word.stop == ":"), None)
    if colon is None or found[0].low not in _LISTING:
        return []
    items: list[list[Word]] = [[]]
    for word in found[colon + 1 :]:
        if word.low == "and" and not word.inside:
            items.append([])
        else:
            items[-1].append(word)
        if word.stop == ",":
            items.append([])
    return [write(item) for item in items if item]


def _split_pair(found: Sequence[Word]) -> list[str]:
    """Split "Which came first, X or Y?": two phrases that a question with a comparative puts behind a comma or colon."""
    stop = next((n for n, word in enumerate(found) if word.stop in {",", ":"}), None)
    if stop is None or found[0].low not in ASKING or not any(word.low in _COMPARATIVES for word in found[: stop + 1]):
        return []
    head, rest = found[: stop + 1], found[stop + 1 :]
    joints = [n for n, word in enumerate(rest) if word.low == "or" and not word.inside]
    if len(joints) != 1 or any(word.stop for word in rest[:-1]):
        return []
    left, right = rest[: joints[0]], rest[joints[0] + 1 :]
    if not left or not right or not (_has_kind(left) or _has_kind(right)):
        return []
    said = [word for word in head if word.low not in _CHOOSING and word.low not in PREPOSITIONS]
    head = [word for word in head if word.low not in ASKING | _COMPARATIVES] if said else []
    right = complete(left, right) if len(right) == 1 and not _has_kind(right) else right
    return [write([*head, *left]), write([*head, *right])]


def _split_against(found: Sequence[Word]) -> list[str]:
    """Split "X versus Y: ...?"; "Who won X vs Y?" asks of one match."""
    for start, end in _find_phrases(found, _AGAINST):
        left, right = found[:start], found[end:]
        if not left or not right or (asks(found, 0) and found[start].low in {"vs", "versus"} and not asks(right, 0)):
            continue
        if found[start - 1].low == "how":
            continue
        stop = next((n for n, word in enumerate(right) if word.stop in {":", ";"}), None)
        if stop is None:
            stop = next((n for n, word in enumerate(right[:-1]) if word.stop == "," and asks(right, n + 1)), None)
        right, tail = _cut_tail(right) if stop is None else (right[: stop + 1], right[stop + 1 :])
        if not _has_kind([*left, *right]) and not _is_typed_small(found):
            continue
        return [write([*left, *tail]), write([*complete(left, right), *tail])]
    return []


def _split_unequal(found: Sequence[Word]) -> list[str]:
    """Split "How does X differ from Y?" and "Is X larger than Y?"."""
    pivots = [*_find_phrases(found, (*_UNEQUAL, *_SAME))]
    if any(word.low in _COMPARATIVES or _is_comparative(word.low) for word in found):
        pivots += _find_phrases(found, (("than",),))
    for start, end in pivots:
        left, right = found[:start], found[end:]
        if not left or not right or left[-1].low in {"rather", "other"} or right[0].text[:1].isdigit():
            continue
        if (_has_kind(left) and _has_kind(right)) or _is_typed_small(found):
            left = [word for word in left if word.low not in _COMPARATIVES]
            right, tail = _cut_tail(right)
            return [write([*left, *tail]), write([*complete(left, right), *tail])]
    return []


def _is_comparative(word: str) -> bool:
    return len(word) > 4 and word.endswith("er") and word not in {"other", "either", "after", "over", "under", "number"}


def _cut_tail(right: Sequence[Word]) -> tuple[Sequence[Word], Sequence[Word]]:
    """Return what is compared with, without a verb that only ends it, and in what respect: "than Marriott did in size"."""
    for n in range(1, len(right)):
        if (
            right[n].low in PREPOSITIONS
            and right[n - 1].kind
            and not _has_kind(right[n:])
            and right[0].low not in PREPOSITIONS
        ):
            return right[:n], right[n:]
    return (right[:-1] if right[-1].low in AUXILIARY and len(right) > 1 else right), ()


def _split_span(found: Sequence[Word]) -> list[str]:
    """Split "How long was it from X to Y?"."""
    if not found or found[0].low != "how" or not any(word.low in _SPANS for word in found[:3]):
        return []
    for start, _ in _find_phrases(found, (("from",), ("between",))):
        joint = {"from": {"to", "until"}, "between": {"and"}}[found[start].low]
        middle = next((n for n in range(len(found) - 2, start + 1, -1) if found[n].low in joint), None)
        if middle is not None and found[middle - 1].kind != "date" and found[start + 1].kind != "date":
            return [write(found[start + 1 : middle]), write(found[middle + 1 :])]
    return []


def _split_listed(found: Sequence[Word]) -> list[str]:
    """Split "Which is larger, X or Y?", "Compare X and Y", "both X and Y" and lists of three names."""
    comparative = any(word.low in _COMPARATIVES or _is_comparative(word.low) for word in found)
    comparing = any(word.low in _COMPARING for word in found) or _asks_of_both(found)
    for pivot in _sort_pivots(found):
        joint = found[pivot].low
        if texts := _expand_prepositions(found, pivot):
            return texts
        allowed = comparing or (joint == "or" and comparative) or (joint == "and" and _is_list(found, pivot))
        near = {found[pivot - 1].low, found[pivot + 1].low}
        if not allowed or near & (_COMPARATIVES - {"first"}) or near & AUXILIARY:
            continue
        texts = _expand_names(found, pivot) or (_expand_phrases(found, pivot) if comparing or comparative else [])
        if texts:
            return texts
    return []


def _expand_prepositions(found: Sequence[Word], pivot: int) -> list[str]:
    """Split what a repeated preposition sets apart: "the risks of X and of Y"."""
    low = found[pivot + 1].low
    start = next((n for n in range(pivot - 2, 0, -1) if found[n].low == low), 0)
    one, other = found[start:pivot], found[pivot + 1 :]
    if low not in PREPOSITIONS or not start or len(other) < 2 or not (one[-1].kind or other[1].kind):
        return []
    return [write([*found[:start], *one]), write([*found[:start], *other])]


def _asks_of_both(found: Sequence[Word]) -> bool:
    """Return whether a question is put to "between X and Y" or orders what follows a colon."""
    lows = [word.low for word in found]
    between = "between" in lows and (lows[0] == "between" and any(low in ASKING for low in lows))
    return between or (lows[0] in _LISTING and any(word.stop == ":" for word in found))


def _sort_pivots(found: Sequence[Word]) -> list[int]:
    """Return the places of the words that join two things, the likeliest first."""
    places = [n for n in range(1, len(found) - 1) if found[n].low in _JOINING and not found[n].inside]
    lows = [word.low for word in found]
    compared = next((n for n, low in enumerate(lows) if low in {"compare", "contrast"}), None)
    if compared is not None and compared < 4:
        for joint in ("with", "to"):
            later = [n for n in range(compared + 2, len(found) - 1) if lows[n] == joint]
            if later and (joint == "with" or not places):
                return [*later, *places]
    # Of three things the last joint is followed by the last one.
    return sorted(places, key=lambda n: (not (_is_name_near(found, n - 1) and _is_name_near(found, n + 1)), -n))


def _is_name_near(found: Sequence[Word], place: int) -> bool:
    place += place + 1 < len(found) and found[place].low in ARTICLES
    return bool(found[place].kind)


def _is_list(found: Sequence[Word], pivot: int) -> bool:
    """Return whether names stand in a row before a joint: "X, Y and Z"."""
    return len(_list_names_before(found, pivot)) > 1 and _is_name_near(found, pivot + 1)


def _list_names_before(found: Sequence[Word], pivot: int) -> list[tuple[int, int]]:
    """Return the names that stand in a row before a joint, with their articles, in order."""
    row: list[tuple[int, int]] = []
    end = pivot
    while end > 0 and found[end - 1].kind not in {"", "outlet"} and (not row or found[end - 1].stop == ","):
        kind, start = found[end - 1].kind, end - 1
        while start > 0 and (found[start - 1].kind == kind and not found[start - 1].stop):
            start -= 1
        start -= start > 0 and found[start - 1].low in ARTICLES and not found[start - 1].stop
        if row and (
            kind != found[row[0][1] - 1].kind or kind == "date" or (start > 0 and found[start - 1].low in PREPOSITIONS)
        ):
            break
        row.insert(0, (start, end))
        end = start
    return row


def _expand_names(found: Sequence[Word], pivot: int) -> list[str]:
    """Give each of some names that stand in a row what stands before and after the row."""
    row = _list_names_before(found, pivot)
    start = pivot + 1
    end = start + (found[start].low in ARTICLES)
    if not row or end >= len(found) or found[end].kind in {"", "outlet"}:
        return []
    kind = found[end].kind
    while end < len(found) and found[end].kind == kind and not found[end - 1].stop:
        end += 1
    last = found[row[-1][1] - 1]
    if (kind == "date") != (last.kind == "date"):
        return []
    if found[end - 1].low.endswith(OWNING) and not last.low.endswith(OWNING):
        return []  # "Durov and Google's chief": two phrases.
    following = found[end].low if end < len(found) and not found[end - 1].stop else ""
    lone = found[start].low in ARTICLES and found[row[-1][0]].low not in ARTICLES
    if lone and (following in PREPOSITIONS or (following and found[pivot].low not in _JOINING)):
        return []  # "Meta with the Didi ruling": what follows belongs to the second alone.
    head, tail = _drop_order(found[: row[0][0]]), found[end:]
    return [write([*head, *found[a:b], *tail]) for a, b in [*row, (start, end)]]


def _expand_phrases(found: Sequence[Word], pivot: int) -> list[str]:
    """Give each of two or more phrases between words that compare what stands before and after them."""
    small = _is_typed_small(found)
    start = _find_beginning(found, pivot)
    end = _find_end(found, pivot + 1)
    if not start <= pivot - 1 or pivot - start > _MOST_LEFT:
        return []
    items, begin = [], start
    for n in range(start, pivot):
        if found[n].stop == "," and n < pivot - 1:
            items.append((begin, n + 1))
            begin = n + 1
    items = [*items, (begin, pivot), (pivot + 1, end)]
    needed = any if _UNNAMED & {word.low for word in found} else all
    between = found[start - 1].low == "between" and needed is any
    if not (small or between or needed(_has_kind(found[a:b]) for a, b in items)):
        return []
    head = [word for word in _drop_order(found[:start]) if word.low not in _HARD | _LISTING]
    tail = [word for word in found[end:] if word.low not in _COMPARING]
    head = head if list_content_words(write(head)) else []
    phrases = [found[a:b] for a, b in items]
    if len(phrases) == 2 and _leans(phrases[1]):
        phrases[1] = complete(phrases[0], phrases[1])
    return [write([*head, *phrase, *tail]) for phrase in phrases]


def _drop_order(head: Sequence[Word]) -> Sequence[Word]:
    """Return what stands before some things without "Can you compare"."""
    last = max((n for n, word in enumerate(head) if word.low in {"compare", "contrast", "comparison"}), default=-1)
    return head[last + 1 :]


def _find_beginning(found: Sequence[Word], pivot: int) -> int:
    """Return where the first of some things begins that a joint ends."""
    for n in range(pivot - 1, -1, -1):
        low, stop = found[n].low, found[n].stop
        if low in _HARD or stop in {":", ";", "-", "–", "—"} or (low in _COMPARATIVES and n + 1 < pivot):
            skipped = n + 1
            while skipped < pivot - 1 and found[skipped].low in {"of", "between", "both", "in", "to"}:
                skipped += 1
            return skipped
        if low in AUXILIARY and not found[n].kind:
            return n + 1
    return 0


def _find_end(found: Sequence[Word], start: int) -> int:
    """Return where the last of some things ends."""
    for n in range(start, len(found)):
        if n > start and (found[n].low in AUXILIARY or found[n].low in _COMPARING):
            return n
        if found[n].stop in {",", ":", ";", "-", "–"}:
            return n + 1
    return len(found)


def _leans(found: Sequence[Word]) -> bool:
    return bool((REFERRING | POSSESSIVE) & {word.low for word in found}) or found[-1].low.endswith(OWNING)


def _has_kind(found: Sequence[Word]) -> bool:
    return any(word.kind for word in found)


def _is_typed_small(found: Sequence[Word]) -> bool:
    """Return whether a question is typed without capitals, so that its names are not known."""
    text = "".join(word.text for word in found)
    return text == text.lower()
