"""The evidence column: a card for every source of an answer, and what was retrieved and not used."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from rag.answer.answer_export import group_by_number
from rag.model import Answer, Citation, Passage
from web.conversations.conversation import Conversation, Exchange
from web.markup.escaping import Span, format_day, render_byline
from web.markup.templating import render


@dataclass(frozen=True, slots=True)
class _Card:
    """Hold one card: a passage, and what of it is cited.

    Attributes:
        passage: The passage.
        n: The number of its citations, or 0 where it is not cited.
        spans: What is cited, as offsets in the body of the article.
    """

    passage: Passage
    n: int = 0
    spans: tuple[Span, ...] = ()

    @property
    def marks(self) -> str:
        """Return the spans as "12-40,50-61"."""
        return ",".join(f"{start}-{end}" for start, end in self.spans)


@dataclass(frozen=True, slots=True)
class _Section:
    """Hold the cards of one exchange.

    Attributes:
        cards: What is cited.
        unused: What was retrieved and is not cited.
        found: What was retrieved for an answer that is still being written.
        refused: Whether nothing was found that answers.
        pending: Whether the answer is still being written.
    """

    cards: list[_Card] = field(default_factory=list)
    unused: list[_Card] = field(default_factory=list)
    found: list[_Card] = field(default_factory=list)
    refused: bool = False
    pending: bool = False


def render_evidence(conversation: Conversation) -> str:
    """Render the cards of every exchange; those of the last are visible until a mark of an earlier one is clicked."""
    return render("evidence", sections=[_make_section(exchange) for exchange in conversation.exchanges])


def _make_section(exchange: Exchange) -> _Section:
    answer = exchange.answer
    if answer is None:
        return _Section(found=[_Card(passage) for passage in exchange.passages], pending=True)
    if answer.status == "not_found":
        return _Section(unused=[_Card(passage) for passage in answer.passages], refused=True)
    cited = {citation.passage.chunk.id for citation in answer.citations}
    return _Section(
        cards=[_make_card(citations) for citations in group_by_number(answer.citations)],
        unused=[_Card(passage) for passage in answer.passages if passage.chunk.id not in cited],
    )


def _make_card(citations: Sequence[Citation]) -> _Card:
    return _Card(citations[0].passage, citations[0].n, tuple((c.start, c.end) for c in citations))


def group_sources(answer: Answer) -> str:
    """Return an answer as plain text with its flags and its numbered sources, to be pasted elsewhere.

    What is not supported must not travel as if it were fact.
    """
    flagged = [
        f"NOT SUPPORTED: “{claim.text}” – {claim.reason}" for claim in answer.claims if claim.verdict == "flagged"
    ]
    unchecked = [f"NOT CHECKED: “{claim.text}”" for claim in answer.claims if claim.verdict == "unchecked"]
    lines = [answer.text, "", *flagged, *unchecked, *([""] if flagged or unchecked else [])]
    for citations in group_by_number(answer.citations):
        article = citations[0].passage.article
        lines.append(
            f"[{citations[0].n}] {render_byline(article.title, article.source, format_day(article.published_at), article.url)}"
        )
    return "\n".join(lines).strip()
