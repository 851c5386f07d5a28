"""What the words of a statement say apart from names and figures: its content, its verbs of speech, its negations."""

import re
from functools import lru_cache

from rag.terms import STOPWORDS, stem, words

# Irregular English forms, each line from one verb: a stemmer leaves "sold" and "sell" apart.
_IRREGULAR = (
    "say said,tell told,think thought,give gave given,take took taken,make made,sell sold,buy bought,steal stole "
    "stolen,break broke broken,write wrote written,speak spoke spoken,begin began begun,know knew known,see saw "
    "seen,go went gone,come came,get got gotten,find found,hold held,keep kept,leave left,lose lost,meet met,pay "
    "paid,put,read,rise rose risen,fall fell fallen,run ran,send sent,set,sit sat,spend spent,stand stood,win "
    "won,withdraw withdrew withdrawn,become became,bring brought,build built,catch caught,choose chose chosen,"
    "cut,deal dealt,draw drew drawn,drive drove driven,fight fought,fly flew flown,forbid forbade forbidden,grow "
    "grew grown,hear heard,hide hid hidden,hit,hurt,lay laid,lead led,mean meant,overturn overturned,seek sought,"
    "shake shook shaken,show showed shown,shut,sign signed,strike struck,swear swore sworn,teach taught,throw "
    "threw thrown,understand understood,wear wore worn,undergo underwent undergone"
)
_LEMMAS = {form: group.split()[0] for group in _IRREGULAR.split(",") for form in group.split()[1:]}

# Words that stand for one another in news; the first of a line is the one that is compared.
_SYNONYMS = (
    "buy purchase acquire buyer acquisition,person people individual user consumer customer,law act bill statute "
    "legislation,company firm business corporation,country nation state,reduce lower cut decrease,raise increase "
    "lift,adopt approve pass back endorse,filter censor,steal take,hacker intruder attacker criminal,fine "
    "penalty,refuse deny reject decline,begin start launch,end finish conclude,rule ruling decision judgment "
    "verdict,attack breach hack,affect hit impact,employee work worker staff employ,leave resign quit step,sue "
    "lawsuit suit,ask request demand seek,show reveal disclose publish,stop halt cease quit,plan intend,chief "
    "head lead leader,meet speak talk,boss executive,sell divest,repeal overturn scrap,children kid,film movie,"
    "car vehicle,big large,size scale,use employ"
)
_SPEECH = (
    "say said says saying tell told tells telling write wrote writes written add added adds state stated states "
    "according report reported reports reporting announce announced announces claim claimed claims note noted notes "
    "argue argued argues explain explained explains declare declared describe described describes call called calls "
    "mention mentioned remark remarked warn warned warns comment commented tweet tweeted insist insisted insists "
    "stress stressed emphasize emphasized emphasise emphasised acknowledge acknowledged concede conceded respond "
    "responded reply replied answer answered ask asked testify testified observe observed"
).split()
SPEECH = frozenset(_SPEECH)
"""Verbs that report speech; one may stand for another in a paraphrase."""

_LIGHT = frozenset(
    "also article archive outlet news story newspaper site however meanwhile additionally furthermore moreover later "
    "earlier then time per via among including included include involve involved thing things way made make around "
    "approximately nearly roughly almost over least most exactly one first new would could may might shall".split()
)
_NEGATION = re.compile(
    r"\b(?:not(?!\s+(?:only|least|just)\b)|never|no(?!\s+(?:longer\s+than|fewer|less|more\s+than)\b)|none|nobody|nothing|nor|"
    r"neither|without|cannot|\w+n['’]t|un(?:able|willing|likely))\b",
    re.IGNORECASE,
)
REFUSAL = re.compile(
    r"\b(?:den(?:y|ie[sd]|ying)|refus(?:e[sd]?|ing|al)|declin(?:e[sd]?|ing)\s+to|fail(?:s|ed|ing|ure)?|reject(?:s|ed|ing)?|"
    r"lack(?:s|ed|ing)?|hardly|barely|stop(?:s|ped)?|quits?|end(?:s|ed)|turn(?:s|ed)\s+down|out\s+of|against|unlike|dismiss\w*|rule[sd]?\s+out|"
    r"except|instead|prevent\w*|avoid\w*|unanimous\w*)\b",
    re.IGNORECASE,
)
"""Words that say no without a negation: they may stand for one in a paraphrase."""

_CLAUSE = re.compile(
    r"[,;:.!?()“”\"–—]|\b(?:but|and|because|while|that|which|who|if|without|not|no|never|nor)\b", re.IGNORECASE
)


@lru_cache(maxsize=65_536)
def lemma(word: str, language: str = "en") -> str:
    """Return the form under which a folded word is compared: its base form where irregular, then its stem."""
    if language != "en":
        return stem(word, language)
    base = stem(_LEMMAS.get(word, word), language)
    return _synonyms().get(base, base)


@lru_cache(maxsize=1)
def _synonyms() -> dict[str, str]:
    """Return the stem that is compared for each stem of the lines above; a word of two lines belongs to the first."""
    found: dict[str, str] = {}
    for line in _SYNONYMS.split(","):
        first, *others = (stem(word) for word in line.split())
        for word in others:
            found.setdefault(word, first)
    return found


@lru_cache(maxsize=8192)
def lemmas(text: str, language: str = "en") -> frozenset[str]:
    """Return all words of a text as lemmas; the parts of a word with an apostrophe or hyphen are words too."""
    return frozenset(lemma(word, language) for word in words(text))


def content(text: str, language: str = "en") -> list[str]:
    """Return the distinct lemmas that carry what a text states: no stop words, verbs of speech, numbers, fillers."""
    spoken = [
        word
        for word in words(text)
        if word not in STOPWORDS and word not in SPEECH and word not in _LIGHT and not word[0].isdigit()
    ]
    return list(dict.fromkeys(lemma(word, language) for word in spoken if len(word) > 1 and "'" not in word))


@lru_cache(maxsize=8192)
def negations(text: str, language: str = "en") -> tuple[frozenset[str], ...]:
    """Return for each negation of a text the lemmas in its reach: up to three content words of its clause."""
    found = []
    for match in _NEGATION.finditer(text):
        clause = _CLAUSE.split(text[match.end() :], maxsplit=1)[0]
        reach = [w for w in words(clause) if w not in STOPWORDS][:3]
        found.append(frozenset(lemma(word, language) for word in reach))
    return tuple(found)


def negated(text: str) -> bool:
    """Tell whether a text negates anything by a negation proper."""
    return bool(_NEGATION.search(text))
