"""Why a claim is not supported, in words for the reader."""

from collections.abc import Sequence

from rag.verification.claim_support import Problem

_LONGEST = 90


def describe_problem(problem: Problem, cited: Sequence[int]) -> str:
    """Return one sentence without its stop.

    Args:
        problem: What was found.
        cited: The numbers of the passages, as the reader sees them.
    """
    where, verb = _name_passages(cited)
    claimed, given = _shorten(problem.claimed), _shorten(problem.given)
    instead = f"; it gives {given}" if given else ""
    return {
        "quotation": f"the quotation “{claimed}” is not in {where} word for word",
        "figure": f"{claimed} is not in {where}{instead}",
        "date": f"“{claimed}” does not occur in {where}{instead}",
        "name": f"“{claimed}” does not occur in {where}",
        "outlet": f"{where} {verb('is', 'are')} not by {claimed}" + (f" but by {given}" if given else ""),
        "elsewhere": f"{where} {verb('gives', 'give')} {claimed} for something else; here: {given}",
        "speaker": f"{where} {verb('says', 'say')} this of {given}, not {claimed}",
        "unnamed": f"{where} {verb('does', 'do')} not say that {claimed} said this: nobody is named there",
        "uncited": "no source is cited",
        "invented": f"it cites {claimed}, and there is no such passage",
        "contradicted": f"{where} {verb('says', 'say')} otherwise: “{given}”" + (f" ({claimed})" if claimed else ""),
        "not_stated": f"{where} {verb('does', 'do')} not say this" + (f": {claimed}" if claimed else ""),
    }[problem.kind]


class _Verb:
    def __init__(self, plural: bool) -> None:
        self.plural = plural

    def __call__(self, one: str, many: str) -> str:
        return many if self.plural else one


def _name_passages(cited: Sequence[int]) -> tuple[str, _Verb]:
    if len(cited) == 1:
        return f"passage {cited[0]}", _Verb(False)
    if not cited:
        return "the cited passage", _Verb(False)
    return f"passages {', '.join(map(str, cited[:-1]))} and {cited[-1]}", _Verb(True)


def _shorten(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
