"""Words that a question and an article use for the same thing: "hack" and "breach", "hit" and "affected"."""

from collections.abc import Iterable, Mapping, Set

from rag.text.question_words import ASKING, FRAME
from rag.text.terms import stem

_GROUPS = (
    "hack breach attack intrusion theft steal stole stolen hacker cyberattack break-in",
    "hit affect affected compromise expose impact involve touch lose lost catch caught",
    "fine penalty fined sanction pay",
    "ban block prohibit forbid outlaw bar kick shut",
    "buy bought acquire acquisition purchase takeover",
    "sell sold sale divest divestiture",
    "charge head chief boss lead led leader run ran boss chair chairman chairwoman director president chief-executive ceo",
    "found founder founded co-founder create creator start launch establish",
    "die dead death kill killed toll fatal",
    "hurt injure injury wound",
    "pay paid payment cost price worth charge sum budget estimate",
    "salary wage earn paid",
    "scandal affair misuse row",
    "outage crash disruption failure fail faulty down disable knock",
    "transition handover transfer",
    "approve adopt pass back clear endorse accept uphold upheld",
    "reject refuse deny denied snub",
    "quit resign step leave left depart departure exit stop end",
    "fire fired dismiss oust sack remove exit departure",
    "win won victory beat defeat",
    "sue lawsuit suit litigation",
    "arrest detain custody",
    "investigate investigation probe inquiry examine",
    "law act bill legislation statute regulation rule",
    "leak disclose disclosure reveal publish source",
    "discover find found detect uncover spot notice",
    "sign agree signature",
    "begin begun began start open effect apply enter",
    "end close finish expire lapse",
    "rise rose grow grew increase raise raised up",
    "fall fell drop decrease decline cut lower reduce",
    "danger dangerous risk severe serious critical safe",
    "flee fled fly flew escape",
    "convict conviction guilty",
    "critic criticism criticise criticize condemn oppose opponent warn object accuse",
    "join sign member",
    "behind responsible blame",
    "hold held take place host meet met",
    "lay off layoff laid cut job",
    "movie film",
    "decide decision rule ruling judgment judgement verdict declare find strike struck uphold upheld overturn",
    "pull withdraw withdrew remove recall retract",
    "apologise apologize apology sorry responsibility",
    "phone telephone mobile smartphone device",
    "kid child children teen pupil",
    "separate separation split divorce apart",
    "spread infect reach",
    "fix repair patch update correct",
    "program software tool app",
    "choose pick name appoint replace replacement successor succeed",
    "car vehicle",
    "company firm business corporation",
    "country nation state government",
)
_LIGHT = frozenset(
    stem(word)
    for word in "get got go went gone come came make made take took put let keep kept use used become became turn need want "
    "people ppl person user firm company country city town place official member part role line point end thing case exactly "
    "currently today really ever yet still else happen big large long old far great recent new another earlier later once "
    "compare differ difference mean meant called held deadline count total tally figure quote wording word story summary".split()
)


def _index(groups: Iterable[str]) -> Mapping[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for group in groups:
        stems = {stem(word) for word in group.split()}
        for one in stems:
            found.setdefault(one, set()).update(stems)
    return {one: frozenset(stems) for one, stems in found.items()}


_EQUAL = _index(_GROUPS)
_NONE: frozenset[str] = frozenset()


def find_equal_terms(term: str) -> frozenset[str]:
    """Return the stems that say the same as a stem in the news, itself included."""
    return _EQUAL.get(term, _NONE) | {term}


def holds_equal(held: Set[str], term: str) -> bool:
    """Return whether stems hold one, or one that says the same in the news."""
    return term in held or not _EQUAL.get(term, _NONE).isdisjoint(held)


def says_little(term: str) -> bool:
    """Return whether a stem of a question only asks, or goes with any topic, so that no article need hold it."""
    return term in _LIGHT or term in ASKING or term in FRAME
