"""Render the text of an answer: paragraphs, bold, lists, quotations, our links, and nothing else.

A model's images, links and HTML are shown as the characters that they are.
"""

import re
from collections.abc import Sequence

from rag.model import Answer, Claim
from web.markup.escaping import escape, format_day, isolate_direction, render_byline

# Characters that no font draws and no article needs stand for the tags while the text is taken apart.
_OPEN, _CLOSE, _UNCHECKED = "\ue000", "\ue001", "\ue002"
_MARK = re.compile(r"\[(\d{1,4})\]")
# Marks stay on the line of the word before them, and what ends the sentence stays with the marks.
_MARKS = re.compile(r"(?<![ \u00a0])[ \u00a0]*+((?:\[\d{1,4}\] ?)*\[\d{1,4}\])([.,;:!?]?)")
_SKIPPED = re.compile(r"\[\d{1,4}\]|[\s*]+")
_BOLD = re.compile(r"\*\*(?=\S)([^*\ue000\ue001]+?)(?<=\S)\*\*")
# What `rag.answer.verbatim_answer` writes above the sentences of an article: outlet and date, a dash, the headline.
_LABEL = re.compile(r"\*\*([^*\ue000\ue001\n]+?) – ([^*\ue000\ue001\n]+)\*\*(?:\n|$)")
_NOT_CHECKED = (
    '<span class="unchecked" role="note" aria-label="Not checked" title="Not checked: nothing in it is certainly wrong, '
    'and it does not stand word for word in what it cites">?</span>'
)
_BULLET = re.compile(r"\s{0,3}[-*•]\s+")
_NUMBER = re.compile(r"\s{0,3}\d{1,3}[.)]\s+")
_QUOTE = re.compile(r"\s{0,3}>\s?")


def render_prose(answer: Answer, turn: int) -> str:
    """Render a finished answer: its citations as links, flagged claims underlined, each with its reason below.

    A claim that was not checked bears a quiet mark that says so.

    Args:
        answer: The answer.
        turn: Number of the exchange; the links lead to this exchange's cards.
    """
    tips = render_citation_tips(answer)
    text, unplaced = _marked(_bare(answer.text), answer.claims)
    flagged = [claim for claim in answer.claims if claim.verdict == "flagged"]
    flags = iter([claim for claim in flagged if claim not in unplaced])
    parts = []
    for block in _render_blocks(text):
        below = "".join(_render_flag(next(flags)) for _ in range(block.count(_OPEN)))
        parts.append(_render_block(block, tips, turn) + below)
    return "".join(parts) + "".join(_render_flag(claim, named=True) for claim in flagged if claim in unplaced)


def render_growing(text: str) -> str:
    """Render the text of an answer that is still being written; its marks are no links yet."""
    return "".join(_render_block(block, {}, 0) for block in _render_blocks(_bare(text)))


def render_citation_tips(answer: Answer) -> dict[int, str]:
    """Return headline, outlet and date of every citation, by its number."""
    articles = {citation.n: citation.passage.article for citation in answer.citations}
    return {n: render_byline(a.title, a.source, format_day(a.published_at)) for n, a in articles.items()}


def _bare(text: str) -> str:
    return text.replace(_OPEN, "").replace(_CLOSE, "").replace(_UNCHECKED, "")


def _marked(text: str, claims: Sequence[Claim]) -> tuple[str, list[Claim]]:
    """Put two characters around each flagged claim, one behind each unchecked one; return the text and what is not in it."""
    squeezed, offsets = _squeeze(text)
    places: list[tuple[int, int, Claim]] = []
    unplaced: list[Claim] = []
    at = 0
    for claim in (claim for claim in claims if claim.verdict in {"flagged", "unchecked"}):
        wanted = _squeeze(claim.text)[0]
        found = squeezed.find(wanted, at) if wanted else -1
        if found < 0 or "\n\n" in text[offsets[found] : offsets[found + len(wanted) - 1]]:
            unplaced.append(claim)
            continue
        at = found + len(wanted)
        places.append((offsets[found], offsets[at - 1] + 1, claim))
    for start, end, claim in reversed(places):
        said = text[start:end]
        text = (
            text[:start] + (f"{_OPEN}{said}{_CLOSE}" if claim.verdict == "flagged" else said + _UNCHECKED) + text[end:]
        )
    return text, unplaced


def _squeeze(text: str) -> tuple[str, list[int]]:
    """Return the text without marks, white space and asterisks, and where each of its characters stood."""
    skipped = {i for match in _SKIPPED.finditer(text) for i in range(*match.span())}
    offsets = [i for i in range(len(text)) if i not in skipped]
    return "".join(text[i] for i in offsets), offsets


def _render_blocks(text: str) -> list[str]:
    return [block.strip("\n") for block in re.split(r"\n\s*\n", text) if block.strip()]


def _render_block(block: str, tips: dict[int, str], turn: int) -> str:
    lines = block.split("\n")
    bare = [line.lstrip(_OPEN) for line in lines]
    for pattern, tag in ((_BULLET, "ul"), (_NUMBER, "ol")):
        if all(pattern.match(line) for line in bare):
            items = "".join(
                f"<li>{_render_inline(_strip_claim_marks(pattern, line), tips, turn)}</li>" for line in lines
            )
            return f"<{tag}>{items}</{tag}>"
    if all(_QUOTE.match(line) for line in bare):
        return f"<blockquote>{_render_lines([_strip_claim_marks(_QUOTE, line) for line in lines], tips, turn)}</blockquote>"
    return f"<p>{_render_lines(lines, tips, turn)}</p>"


def _strip_claim_marks(pattern: re.Pattern[str], line: str) -> str:
    """Drop the sign at the start of a line, also where an underline begins before it."""
    opening = line[: len(line) - len(line.lstrip(_OPEN))]
    return opening + pattern.sub("", line[len(opening) :], count=1)


def _render_lines(lines: Sequence[str], tips: dict[int, str], turn: int) -> str:
    return _render_inline("\n".join(lines), tips, turn).replace("\n", "<br>")


def _render_inline(text: str, tips: dict[int, str], turn: int) -> str:
    label = _LABEL.match(text)
    safe = _BOLD.sub(_render_bold, escape(text[label.end() :] if label else text))
    safe = _render_label(label) + safe if label else safe
    safe = _MARKS.sub(lambda marks: _render_citations(marks, tips, turn), safe)
    # A list may end inside an underline; then each item closes what it opened.
    safe = safe.replace(_OPEN, '<span class="un">').replace(_CLOSE, "</span>").replace(_UNCHECKED, _NOT_CHECKED)
    missing = safe.count('<span class="un">') - safe.count("</span>")
    return safe + "</span>" * missing if missing > 0 else safe


def _render_label(found: re.Match[str]) -> str:
    """Render the label of an article: what we say of it, then its headline."""
    return f'<strong class="label"><span>{_set_apart(escape(found[1]))}<i> – </i></span>{escape(found[2])}</strong>'


def _render_bold(found: re.Match[str]) -> str:
    """Render what is bold."""
    return f"<strong>{_set_apart(found[1])}</strong>"


def _set_apart(said: str) -> str:
    """Keep an outlet and a date apart where one of them is written from right to left."""
    return ", ".join(map(isolate_direction, said.split(", ")))


def _render_citations(marks: re.Match[str], tips: dict[int, str], turn: int) -> str:
    if not any(int(n) in tips for n in _MARK.findall(marks[1])):
        return marks[0]
    links = _MARK.sub(lambda mark: _render_citation(mark, tips, turn), marks[1])
    return f'<span class="nb">&nbsp;{links}{marks[2]}</span>'


def _render_citation(mark: re.Match[str], tips: dict[int, str], turn: int) -> str:
    n = int(mark[1])
    if n not in tips:
        return mark[0]
    tip = escape(tips[n])
    return (
        f'<a class="n" href="#card-{turn}-{n}" data-turn="{turn}" data-n="{n}" data-tip="{tip}" '
        f'aria-label="Source {n}: {tip}">{n}</a>'
    )


def _render_flag(claim: Claim, named: bool = False) -> str:
    what = f"“{escape(claim.text)}” " if named else ""
    reason = escape(claim.reason or "the cited passages do not hold it")
    return f'<div class="flag" role="note"><b>Not supported:</b> {what}{reason}</div>'
