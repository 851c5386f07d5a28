"""What a model wrote to questions about the starter corpus, to be said again by a `ModelServer`."""

import re

from tests.model_server import Body

EQUIFAX = (
    "Equifax first said that about **143 million** US consumers were affected [as former chief faces Congress]. In March"
    " 2018 it added 2.4 million [Equifax finds another]. It agreed to pay at least $575 million [Equifax to pay].\n\n"
    "The company had known since 9 May 2016 [as former chief faces Congress]."
)
"""An answer in which three articles are cited; its last claim is wrong."""

_BLOCK = re.compile(r"^\[(\d+)\] (.*?)(?=^\[\d+\] |\Z)", re.MULTILINE | re.DOTALL)


def number_citations(body: Body, text: str) -> str:
    """Return a recorded reply that cites passages of this request: words in brackets become the first number of a passage that holds them."""
    passages = _BLOCK.findall(body["messages"][-1]["content"])

    def number(mark: re.Match[str]) -> str:
        return next((f"[{n}]" for n, block in passages if mark[1] in block), "")

    return re.sub(r"\[([^\]]+)\]", number, text)


def reply_as_recorded(body: Body) -> str:
    """Answer each question as that about Equifax was."""
    return number_citations(body, EQUIFAX)
