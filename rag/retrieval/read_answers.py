"""What reading sentences together with the question says of them: which one surely answers, and whether none is likely to."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from rag.question.query import Query
from rag.question.question_kind import Kind
from rag.question.question_syntax import ASKING as INTERROGATIVE
from rag.retrieval.demanded_kinds import CURRENCY, asks_money, counts_asked
from rag.retrieval.headline_answers import FACTS, WHO_IS_NAME
from rag.retrieval.held_words import YEAR, find_own_names, list_about, list_telling, list_wanted, read_own
from rag.retrieval.sentence_ranking import CERTAIN, LIKELY, Sentence, measure_sentence_shape, split_carried
from rag.retrieval.told_times import may_answer
from rag.text.equal_words import holds_equal
from rag.text.names import find_names
from rag.text.terms import list_held_terms, question_language, stem, words

SURE = 0.93
"""Probability from which on it stands before others that answer by their words too, and without what answers less."""

BESIDE = 4
"""How many times as likely as a certain answer another sentence may be no answer, to be told beside it."""

UNDOING = frozenset(
    map(
        stem,
        "deny refuse lift unban unblock undo cancel reverse repeal revoke withdraw resume restore relaunch reopen overturn legalise legalize".split(),
    )
)
"""Stems of words for what undoes a deed, which is read much like the deed: an article must hold them, or the answer is none."""

MEASURES = frozenset({"when", "how_many"})
"""Kinds of question that want one number or date."""

DOUBTFUL = 0.3
"""Probability below which, if no sentence reaches it, an answer stands behind a caution, whatever its words."""

UNLIKELY = 0.05
"""Probability below which, if no sentence reaches it, what does not clearly answer is not worth showing."""


FEW = 0.34
"""Share of the articles read up to which a word of the question tells them apart."""

_RELATION = re.compile(r"\b\w+(?= (?:of|to|for|on|about|behind|against|between) )")
_SHORTENED = 3  # Letters of the shortest word that is cut short.
_SHARE = re.compile(r"(?:\bper ?cent|%) of (?:[\w’'-]+ ){0,3}(?:turnover|revenues?|sales)\b", re.IGNORECASE)
"""A sum that is told as a share, as a fine may be."""


def find_certain(query: Query, sentences: Sequence[Sentence]) -> Sentence | None:
    """Return the sentence that surely answers a question in one piece, None where there is none.

    It must be read as the answer and hold the kind of thing asked for, its article all names and years: what is asked of somebody
    else, or of another time, is often told in the same words. A word for undoing must stand there too, and where an article
    numbers what is asked, no other number of it answers.
    """
    if query.parts:
        return None
    own = read_own(query.standalone)
    likely = _list_certain(own, query.kind, sentences)
    counting = {s.place for s in sentences if query.kind == "how_many" and counts_asked(own, s.text)}
    better = {s.passage.article.id for s in sentences if s.place in counting and s.answers >= LIKELY}
    # "52,050 passengers" is no number of vehicles, where the article gives that too.
    likely = [s for s in likely if s.place in counting or s.passage.article.id not in better]
    likely = [s for s in likely if may_answer(s, query.hints)]
    return max(list_about(query, likely), key=lambda s: s.answers, default=None)


def is_about_unknown(query: Query, sentences: Sequence[Sentence]) -> bool:
    """Return whether a word that no article read for a question holds may be the name of what it asks about: "the mgm breach".

    It is not taken for one beside a name, or a word that few of the articles hold: what is asked of that may well be said in other
    words there. Nor is "status" in "the status of the rules".
    """
    own, carried = split_carried(query.standalone)
    if carried or query.parts or find_names(own, mid_sentence=True) or any(s.holds_quotation for s in sentences):
        return False
    articles = {s.passage.article.id: s.passage.article for s in sentences}.values()
    if {question_language(own), *(a.language or "en" for a in articles)} != {"en"}:
        return False
    held = [list_held_terms(f"{a.title} {a.body}") for a in articles]
    asked = _RELATION.sub(" ", read_own(own))
    counts = [sum(_is_held_or_cut(term, one) for one in held) for term in list_wanted(asked, ())]
    return 0 in counts and not any(0 < count <= FEW * len(held) for count in counts)


def _is_held_or_cut(term: str, held: AbstractSet[str]) -> bool:
    """Return whether terms hold one, an equal one, or one that it cuts short ("tech", "dev")."""
    return holds_equal(held, term) or (len(term) >= _SHORTENED and any(other.startswith(term) for other in held))


def list_certain_for_part(text: str, kind: Kind, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences that surely answer a part of a question, the likeliest first.

    The first of all stands before it, if it is one of them and not much less likely.

    Args:
        text: The part, which makes sense by itself.
        kind: What it asks for.
        sentences: Those read for it, the best first.
    """
    certain = list_telling(find_own_names(text), YEAR.findall(text), _list_certain(text, kind, sentences))
    certain.sort(key=lambda s: -s.answers)
    if certain and sentences[0] in certain and not is_behind(sentences[0], certain[0]):
        certain.sort(key=lambda s: s is not sentences[0])
    return certain


def is_behind(sentence: Sentence, certain: Sentence) -> bool:
    """Return whether a sentence is much less likely to answer than a certain one."""
    return sentence.answers < 1 - BESIDE * (1 - certain.answers)


def _list_certain(own: str, kind: Kind, sentences: Sequence[Sentence]) -> list[Sentence]:
    """Return the sentences that were read as answers and hold the kind of thing asked for, and whose articles tell of an undoing."""
    undone = {stem(word) for word in words(own)} & UNDOING
    return [s for s in sentences if s.answers >= CERTAIN and _holds_kind(kind, own, s) and _tells_all(undone, s)]


def _tells_all(terms: AbstractSet[str], sentence: Sentence) -> bool:
    """Return whether the article of a sentence holds all of some terms, or equal ones."""
    article = sentence.passage.article
    held = list_held_terms(f"{article.title} {article.body}", article.language or "en") if terms else frozenset[str]()
    return all(holds_equal(held, term) for term in terms)


def _holds_kind(kind: Kind, own: str, sentence: Sentence) -> bool:
    """Return whether a sentence holds the kind of thing that a question asks for: a sum of money, a date, a name."""
    if asks_money(own):
        return bool(CURRENCY.search(sentence.text) or _SHARE.search(sentence.text))
    # "Which three countries abstained" wants names.
    kind = "who" if words(own)[:1] == ["which"] and kind not in FACTS else kind
    if kind not in FACTS or WHO_IS_NAME.match(own):
        return True
    shape = measure_sentence_shape(sentence.text, kind, set(words(own)))
    return shape == 1 if kind == "how_many" else bool(shape)  # "8,000 of them" are a part.


def is_doubtful(query: Query, sentences: Sequence[Sentence]) -> bool:
    """Return whether sentences were read together with a question in one piece and none is at all sure to answer it.

    One that holds the words that the question quotes needs no reading.
    """
    read = [s for s in sentences if s.answers]
    return _asks(query) and bool(read) and all(s.answers < DOUBTFUL and not s.holds_quotation for s in read)


def is_unlikely(query: Query, sentences: Sequence[Sentence]) -> bool:
    """Return whether sentences were read together with a question in one piece and none is likely to answer it."""
    best = max((s.answers for s in sentences), default=0.0)
    return _asks(query) and 0 < best < UNLIKELY


def _asks(query: Query) -> bool:
    """Return whether a question in one piece asks with a word for that: low readings of "price of the sale" say little."""
    return not query.parts and not INTERROGATIVE.isdisjoint(words(query.standalone))
