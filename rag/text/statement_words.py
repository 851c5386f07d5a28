"""Verbs that report speech."""

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
