"""What a model has written so far; apart from the writer, so that LangChain is loaded only where a model is set."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Reply:
    """Collect what a model writes.

    Attributes:
        text: The reply so far.
        usage: Tokens by kind, once the model reported them.
        whole: True once the model said that it had finished.
    """

    text: str = ""
    usage: dict[str, int] = field(default_factory=dict)
    whole: bool = False
