"""Whether sentences hold the kind of thing that a question demands: a count, an amount of money, a quotation."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from rag.retrieval.sentence_ranking import OF_THEM, SAYING, Sentence, measure_matched_share
from rag.text.equal_words import holds_equal
from rag.text.question_words import FRAME
from rag.text.speech_verbs import SAY
from rag.text.terms import list_held_terms, stem, words

_ANYBODY = frozenset({stem(word) for word in ("people", "persons", "individuals", "humans", "men", "women", "victims")})
_USERS = _ANYBODY | {stem(word) for word in ("users", "customers", "members", "consumers", "subscribers")}
_THEM = "of them"
_SETTING = frozenset({"in", "at"})  # Before where somebody spoke, which the words spoken need not hold.
_MOVED = 6  # Sentences of which those that hold what is demanded are put first.
_TOP = 4  # Sentences in which a number is looked for.
_AFTER = 4  # Words after a number in which what it counts is looked for.
_VERBS = "did|does|do|had|has|have|was|were|is|are|will|would|could|can|in|on|of|signed|joined|voted|attended|took|lost"
_COUNTED = re.compile(
    rf"\bhow (?:many|much)\s+(?:of\s+)?(?:the\s+)?(?!(?:{_VERBS})\b)((?:[a-z'-]+\s+){{0,3}}?[a-z'-]+)\s+(?:{_VERBS})\b",
    re.IGNORECASE,
)
_NUMBER = re.compile(
    r"\b\d[\d.,]*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens?|hundreds?|thousands?"
    r"|millions?|billions?)\b",
    re.IGNORECASE,
)
_MONEY = re.compile(
    r"\b(?:fined?|pay|paid|cost|price|salary|sum|damages|worth|spen[dt]|money|fees?|debt|raised?|sell|sold)\b",
    re.IGNORECASE,
)
CURRENCY = re.compile(
    r"[$€£¥₹₽₩₺₪₫₦₴]|\b(?:dollars?|cents?|euros?|pounds?|pence|yuan|renminbi|yen|won|rou?bles?|rupees?|rupiah|rand|crowns?"
    r"|kron[aeo]r?|koruny?|francs?|pesos?|reais|lira|zlot(?:y|ych)|forints?|hryvnias?|dinars?|dirhams?|riyals?|shekels?"
    r"|naira|shillings?|baht|dong|ringgit|usd|eur|gbp|cny|jpy|chf|inr)\b",
    re.IGNORECASE,
)
_SAID = re.compile(
    rf"\b(?:did|does|do|has|have|had) (?P<speaker>.{{2,60}}?) (?:{SAY}|put|react)\b(?P<topic>.*)", re.IGNORECASE
)


_PRICE = re.compile(
    r"^\W*(?:and\s+)?how much\s+(?:is|was|are|were|does|do|did)\b(?!.*\b(?:more|less|of|time|data|water|energy|oil|gas)\b)",
    re.IGNORECASE,
)


def asks_money(question: str) -> bool:
    """Return whether a question asks for a sum of money: "How much was it?", "How much ransom did it pay?"."""
    return bool(
        _PRICE.search(question)
        or (re.match(r"\W*(?:and\s+)?how much\b", question, re.IGNORECASE) and _MONEY.search(question))
    )


def put_demanded_first(
    question: str, kind: str, weights: Mapping[str, float], sentences: Sequence[Sentence]
) -> list[Sentence]:
    """Return sentences with those of the first few that hold the sum or the count that is asked for before the others."""
    if kind != "how_many":
        return list(sentences)
    first = [s for s in sentences[:_MOVED] if _holds_sum(question, kind, weights, s)]
    return [*first, *(s for s in sentences if s not in first)]


def _holds_sum(question: str, kind: str, weights: Mapping[str, float], sentence: Sentence) -> bool:
    if asks_money(question):
        return bool(CURRENCY.search(sentence.text))
    return (
        bool(_COUNTED.search(question))
        and bool(_NUMBER.search(sentence.text))
        and not lacks_count(question, kind, weights, [sentence])
    )


def lacks_count(question: str, kind: str, weights: Mapping[str, float], sentences: Sequence[Sentence]) -> float:
    """Return 1 if a question asks for a count or an amount of money and the best sentences give none, else 0.

    Args:
        question: The stand-alone question.
        kind: What it asks for (`rag.question.question_kind`).
        weights: Its terms.
        sentences: The most relevant first.
    """
    if kind != "how_many":
        return 0.0
    match = _COUNTED.search(question)
    things = {stem(word) for word in words(match[1])} & set(weights) if match else set()
    texts = [sentence.text for sentence in sentences[:_TOP]]
    if _MONEY.search(question) and any(CURRENCY.search(text) for text in texts):
        return 0.0  # "How much ransom did it pay?"
    if things & _ANYBODY:  # Articles count them as users, guests, workers.
        return float(not any(_NUMBER.search(text) for text in texts))
    if things & _USERS:
        things = things | _USERS
    if things:
        return float(not any((things | {_THEM}) & counted for text in texts for counted in _has_count(text)))
    return float(bool(_MONEY.search(question)) and not any(CURRENCY.search(text) for text in texts))


def counts_asked(question: str, text: str) -> bool:
    """Return whether a text has the very thing that a question counts right behind a number: not "1 million of the records"."""
    match = _COUNTED.search(question)
    things = {stem(word) for word in words(match[1])} if match else set()
    return any(things & counted and stem("of") not in counted for counted in _has_count(text))


def _has_count(text: str) -> list[set[str]]:
    """Return for each number of a text the stems of the words after it, `_THEM` for "8,000 of them"."""
    places = [match.end() for match in _NUMBER.finditer(text)]
    return [
        {_THEM} if OF_THEM.match(text, place) else {stem(word) for word in words(text[place : place + 45])[:_AFTER]}
        for place in places
    ]


def lacks_quotation(question: str, kind: str, weights: Mapping[str, float], sentences: Sequence[Sentence]) -> float:
    """Return the share, by rarity, of the topic in "What did SPEAKER say about TOPIC?" of which they do not speak.

    They speak in a sentence with a quotation or with a verb of saying, which counts with the one before and the one
    after it. 0 for any other question.
    """
    match = _SAID.search(" ".join(question.split())) if kind == "quotation" else None
    if match is None:
        return 0.0
    topical = {term: weight for term, weight in weights.items() if term not in FRAME}
    called = [stem(word) for word in words(match["speaker"])]
    said = words(match["topic"])
    topic = {
        term: topical[term]
        for before, word in pairwise(["", *said])
        if (term := stem(word)) in topical and term not in called and before not in _SETTING
    }
    if not topic:
        return 0.0
    around = _list_windows(sentences)
    spoken = [
        around[i]
        for i, sentence in enumerate(sentences)
        if (sentence.shape > 0 or SAYING.search(sentence.text))
        and (not set(called) & set(topical) or called[-1] in around[i])
    ]
    return 1 - max((measure_matched_share(topic, _add_equal(topic, held)) for held in spoken), default=0.0)


def _add_equal(topic: Mapping[str, float], held: set[str]) -> set[str]:
    """Return the terms that are held with those of a topic that say the same as one of them."""
    return held | {term for term in topic if holds_equal(held, term)}


def _list_windows(sentences: Sequence[Sentence]) -> list[set[str]]:
    """Return for each sentence its terms with those of its neighbours in the passage."""
    terms = [list_held_terms(sentence.text, sentence.passage.article.language or "en") for sentence in sentences]
    order = sorted(range(len(sentences)), key=lambda i: (sentences[i].passage.rank, sentences[i].start))
    found = [set(held) for held in terms]
    for one, other in pairwise(order):
        if sentences[one].passage.chunk.id == sentences[other].passage.chunk.id:
            found[one] |= terms[other]
            found[other] |= terms[one]
    return found
