"""Words of a question that frame what it is about: those that ask, and those about saying, telling and naming."""

from rag.text.terms import stem

ASKING = frozenset(
    stem(word)
    for word in "happen tell know news story summarise summarize explain describe say said told latest update "
    "information anything something thing".split()
)
"""Stems of the words that only ask for something."""

FRAME = frozenset(
    stem(word)
    for word in "many much say said says tell told date day name named exact exactly call called word words first year "
    "time kind amount number share figure long give gave get got happen happened according article articles report "
    "reported archive know describe described put".split()
)
"""Stems of what a question for a number or somebody's words says besides its topic."""
