"""Render the text of an answer with its citations as links and its claims flagged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it.token import Token

from rag.model import Answer, Claim
from web.markup.answer_markdown import parse_markdown, render_tokens
from web.markup.escaping import format_day, render_byline

# A claim is found in an answer whatever Markdown and white space stand in it.
_IGNORED = frozenset("*_`#~\u2068\u2069")
_LEAVES = {"text", "code_inline", "citations"}
_SPANS = {"flagged": "un", "note": "about"}
"""The class of the words of a claim, by its verdict."""


@dataclass(frozen=True, slots=True)
class _Position:
    """Hold where a visible character of an answer stands: block, inline token, its child, and offset in its content."""

    block: int
    inline: int
    child: int
    offset: int


@dataclass(frozen=True, slots=True)
class _Place:
    """Hold where a claim stands: its first and its last character."""

    claim: Claim
    first: _Position
    last: _Position


def render_prose(answer: Answer, turn: int) -> str:
    """Render a finished answer: its citations as links, its claims marked by what the check found.

    A flagged claim is underlined and bears a numbered sign that leads to its reason below the answer, so that the text keeps
    its place when the verdicts arrive. A claim that was not checked bears a quiet sign, one about the passages is toned down.

    Args:
        answer: The answer.
        turn: Number of the exchange; the links lead to this exchange's cards.
    """
    tokens = parse_markdown(answer.text, render_citation_tips(answer), turn, quoted=answer.model == "none")
    claims = [claim for claim in answer.claims if claim.verdict != "supported"]
    places = _place_claims(tokens, claims)
    told = [claim for claim in claims if claim.verdict == "flagged" or claim.reason]
    flags = {id(claim): _make_flag(claim, number, turn) for number, claim in enumerate(told, 1)}
    # From the last to the first, so that the positions of the others stay valid.
    for place in reversed(places):
        _mark_claim(tokens, place, flags.get(id(place.claim)))
    found = {id(place.claim) for place in places}
    for claim in told:
        if id(claim) not in found:
            flags[id(claim)].info = claim.text
    return render_tokens([*tokens, *flags.values()])


def render_growing(text: str) -> str:
    """Render the text of an answer that is still being written; its marks are no links yet."""
    return render_tokens(parse_markdown(text, {}))


def render_citation_tips(answer: Answer) -> dict[int, str]:
    """Return headline, outlet and date of every citation, by its number."""
    articles = {citation.n: citation.passage.article for citation in answer.citations}
    return {n: render_byline(a.title, a.source, format_day(a.published_at)) for n, a in articles.items()}


def _place_claims(tokens: Sequence[Token], claims: Sequence[Claim]) -> list[_Place]:
    """Return where the claims stand, in order; one that is not there or overlaps the one before is left out."""
    letters, positions = _read_characters(tokens)
    places: list[_Place] = []
    at = 0
    for claim in claims:
        wanted = _read_characters(parse_markdown(claim.text, {}))[0]
        found = letters.find(wanted, at) if wanted else -1
        if found < 0:
            continue
        place = _Place(claim, positions[found], positions[found + len(wanted) - 1])
        # A claim is a sentence: what matches across two blocks is another.
        if place.first.block == place.last.block:
            places.append(place)
            at = found + len(wanted)
    return places


def _read_characters(tokens: Sequence[Token]) -> tuple[str, list[_Position]]:
    """Return the characters that tell claims apart, and the position of each."""
    letters: list[str] = []
    positions: list[_Position] = []
    block = 0
    for inline, token in enumerate(tokens):
        block += token.level == 0 and token.nesting >= 0 and token.type != "inline"
        for child, leaf in enumerate(token.children or ()):
            content = leaf.content if leaf.type in _LEAVES else ""
            for offset, letter in enumerate(content):
                if not letter.isspace() and letter not in _IGNORED:
                    letters.append(letter)
                    positions.append(_Position(block, inline, child, offset))
    return "".join(letters), positions


def _mark_claim(tokens: Sequence[Token], place: _Place, flag: Token | None) -> None:
    """Mark the words of a claim, which may stand in several inline tokens, and put a sign after them."""
    claim = place.claim
    first, last = place.first, place.last
    for inline in range(last.inline, first.inline - 1, -1):
        children = tokens[inline].children
        if not children:
            continue
        start = (first.child, first.offset) if inline == first.inline else (0, 0)
        end = (last.child, last.offset + 1) if inline == last.inline else (len(children), 0)
        before, inside, after = _cut(children, start, end)
        if claim.verdict in _SPANS:
            inside = list(_wrap(inside, _SPANS[claim.verdict], claim.reason))
        if inline == last.inline and (flag or claim.verdict == "unchecked"):
            inside.append(
                Token("flag_sign", "", 0, content=claim.reason, meta=flag.meta) if flag else Token("unchecked", "", 0)
            )
        tokens[inline].children = [*before, *inside, *after]


def _cut(
    children: Sequence[Token], start: tuple[int, int], end: tuple[int, int]
) -> tuple[list[Token], list[Token], list[Token]]:
    """Return the tokens before, between and after two places, each given as (token, offset in a text)."""
    before, inside, after = (
        list(children[: start[0]]),
        list(children[start[0] : end[0] + 1]),
        list(children[end[0] + 1 :]),
    )
    if end[0] < len(children) and inside[-1].type == "text":
        text = inside[-1].content
        inside[-1] = _copy_text(text[: end[1]])
        after.insert(0, _copy_text(text[end[1] :]))
    if inside[0].type == "text" and start[1]:
        text = inside[0].content
        before.append(_copy_text(text[: start[1]]))
        inside[0] = _copy_text(text[start[1] :])
    return before, inside, [token for token in after if token.type != "text" or token.content]


def _copy_text(content: str) -> Token:
    return Token("text", "", 0, content=content)


def _wrap(children: Sequence[Token], name: str, tip: str) -> Iterator[Token]:
    """Yield tokens with spans around them; a span ends before bold type begins or ends, so that tags never cross."""
    is_open = False
    attributes: dict[str, str | int | float] = {"class": name, **({"title": tip} if tip else {})}
    for token in children:
        if is_open != (token.nesting == 0):
            yield Token("span_close", "span", -1) if is_open else Token("span_open", "span", 1, attrs=attributes)
            is_open = not is_open
        yield token
    if is_open:
        yield Token("span_close", "span", -1)


def _make_flag(claim: Claim, number: int, turn: int) -> Token:
    reason = claim.reason or "the cited passages do not hold it"
    meta = {"number": number, "turn": turn, "note": claim.verdict == "note"}
    return Token("flag", "", 0, content=reason, meta=meta)
