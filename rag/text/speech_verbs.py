"""Verbs of saying: all their forms, and as patterns of those that report and those that a question asks with."""

_IRREGULAR = {"say": "said", "tell": "told", "write": "wrote", "speak": "spoke", "think": "thought"}
_DOUBLED = frozenset({"admit"})  # "Admitted", unlike "commented".
_VERBS = (
    "say tell write add state report announce claim note argue explain declare describe call mention remark warn "
    "comment tweet insist stress emphasize emphasise acknowledge concede respond reply answer ask testify observe "
    "promise think believe deny admit accuse predict complain compare dismiss praise criticise criticize"
).split()


def _make_third_person(verb: str) -> str:
    if verb.endswith("y") and verb[-2] not in "aeo":
        return f"{verb[:-1]}ies"
    return f"{verb}es" if verb.endswith("s") else f"{verb}s"


def _make_past(verb: str) -> str:
    if verb in _IRREGULAR:
        return _IRREGULAR[verb]
    if verb.endswith("y"):
        return f"{verb[:-1]}ied"
    return f"{verb.removesuffix('e')}{verb[-1] if verb in _DOUBLED else ''}ed"


def _make_participle(verb: str) -> str:
    return f"{verb.removesuffix('e')}{verb[-1] if verb in _DOUBLED else ''}ing"


_THIRD_PERSON = [_make_third_person(verb) for verb in _VERBS]
_PAST = [_make_past(verb) for verb in _VERBS]

SPEECH = frozenset({*_VERBS, *_THIRD_PERSON, *_PAST, *map(_make_participle, _VERBS), "written", "according"})
"""Every form of a verb of saying, and what opens "according to"."""

SAID = rf"(?:saying|put it|{'|'.join([*_PAST, *_THIRD_PERSON])})"
"""Pattern of the forms in which an article reports what somebody said."""

SAY = rf"(?:{'|'.join([*_VERBS, *_PAST, 'written'])})"
"""Pattern of the forms in which a question asks what somebody said: "what did she say", "what has she said"."""
