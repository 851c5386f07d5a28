"""Why a claim is not supported, in words for the reader."""

from collections.abc import Sequence

from rag.verification.claim_support import Problem

_LONGEST = 90


def reason(problem: Problem, cited: Sequence[int]) -> str:
    """Return one sentence without its stop.

    Args:
        problem: What was found.
        cited: The numbers of the passages, as the reader sees them.
    """
    where, verb = _passages(cited)
    said, given = _short(problem.said), _short(problem.given)
    instead = f"; it gives {given}" if given else ""
    return {
        "quotation": f"the quotation “{said}” is not in {where} word for word",
        "figure": f"{said} is not in {where}{instead}",
        "date": f"“{said}” does not occur in {where}{instead}",
        "name": f"“{said}” does not occur in {where}",
        "outlet": f"{where} {verb('is', 'are')} not by {said}" + (f" but by {given}" if given else ""),
        "elsewhere": f"{where} {verb('gives', 'give')} {said} for something else; here: {given}",
        "speaker": f"{where} {verb('says', 'say')} this of {given}, not {said}",
        "unnamed": f"{where} {verb('does', 'do')} not say that {said} said this: nobody is named there",
        "uncited": "no source is cited",
    }[problem.kind]


class _Verb:
    def __init__(self, plural: bool) -> None:
        self.plural = plural

    def __call__(self, one: str, many: str) -> str:
        return many if self.plural else one


def _passages(cited: Sequence[int]) -> tuple[str, _Verb]:
    if len(cited) == 1:
        return f"passage {cited[0]}", _Verb(False)
    if not cited:
        return "the cited passage", _Verb(False)
    return f"passages {', '.join(map(str, cited[:-1]))} and {cited[-1]}", _Verb(True)


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rsplit(" ", 1)[0] + "…"
