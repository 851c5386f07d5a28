"""Parse and render the Markdown of an answer: no HTML, no image and no link but the citations of the answer itself."""

import re
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from web.markup.escaping import escape, isolate_direction

# The rules for links, images, HTML, entities and escapes stay off: what they match is shown as it was written, because
# an answer may quote an article word for word. So do indented code and underlined headings, which prose is taken for.
_RULES = (
    *("table", "fence", "blockquote", "hr", "list", "heading"),
    *("newline", "backticks", "emphasis", "balance_pairs", "fragments_join", "text_join"),
)
# Sentences quoted from articles are no Markdown: of them only our own headlines and lists are read.
_RULES_FOR_QUOTED = ("list", "newline", "fragments_join", "text_join")
_HEADLINE = re.compile(r"\*\*([^\n]+)\*\*$", re.MULTILINE)
_MARK = re.compile(r"\[(\d{1,4})\]")
_MARKS = re.compile(r"((?:\[\d{1,4}\] ?)*\[\d{1,4}\])([.,;:!?]?)")
_NOT_CHECKED = (
    '<span class="unchecked" role="note" aria-label="Not checked" title="Not checked: nothing in it is certainly wrong, '
    'and it does not stand word for word in what it cites">?</span>'
)
_HIGHEST_HEADING = 3  # The page has its own headings above those of an answer.


def parse_markdown(text: str, tips: Mapping[int, str], turn: int = 0, quoted: bool = False) -> list[Token]:
    """Return the tokens of an answer; a run of citation marks is one token of type "citations".

    Args:
        text: The answer as Markdown.
        tips: What each citation leads to, by its number; other numbers stay text.
        turn: Number of the exchange, whose cards the citations lead to.
        quoted: The answer is made of sentences of articles, which are shown as they were written.
    """
    tokens = (_QUOTED_PARSER if quoted else _PARSER).parse(text, {"tips": tips, "turn": turn})
    for token in tokens:
        if token.type.startswith("heading"):
            token.tag = f"h{max(int(token.tag[1:]), _HIGHEST_HEADING)}"
        if token.children:
            # The parser leaves empty texts between delimiters.
            token.children = [child for child in token.children if child.type != "text" or child.content]
            _set_labels(token.children)
            _isolate_bold(token.children)
    return tokens


def render_tokens(tokens: Sequence[Token]) -> str:
    """Return tokens as HTML."""
    return "".join(map(_render_token, tokens))


def _parse_citations(state: StateInline, silent: bool) -> bool:
    """Read the citation marks at the position of the parser: a rule of the inline parser."""
    found = _MARKS.match(state.src, state.pos, state.posMax)
    if not found:
        return False
    if not silent:
        tips: Mapping[int, str] = state.env["tips"]
        known = any(int(n) in tips for n in _MARK.findall(found[1]))
        if known:
            # The marks stay on the line of the word before them.
            state.pending = state.pending.rstrip(" \u00a0")
        token = state.push("citations", "", 0)
        token.content, token.markup = found[2], found[1]
        token.meta = {"tips": tips, "turn": state.env["turn"], "known": known}
    state.pos = found.end()
    return True


def _parse_headline(state: StateInline, silent: bool) -> bool:
    """Read a line in bold that stands above quoted sentences: a rule of the inline parser."""
    found = (
        None if state.pos and state.src[state.pos - 1] != "\n" else _HEADLINE.match(state.src, state.pos, state.posMax)
    )
    if not found:
        return False
    if not silent:
        state.push("strong_open", "strong", 1)
        state.push("text", "", 0).content = found[1]
        state.push("strong_close", "strong", -1)
    state.pos = found.end()
    return True


def _set_labels(children: list[Token]) -> None:
    """Set apart outlet, date and headline where bold type has a line of its own, as verbatim answers begin."""
    if len(children) < 3 or [t.type for t in children[:3]] != ["strong_open", "text", "strong_close"]:
        return
    origin, dash, headline = children[1].content.partition(" – ")
    last = len(children) == 3
    if not dash or not headline or not (last or children[3].type == "softbreak"):
        return
    children[0].attrSet("class", "label")
    source = Token("source", "", 0, content=_isolate_parts(origin))
    children[1].content = headline
    children[1:4] = [source, children[1], children[2]]


def _render_token(token: Token) -> str:
    """Render one token without white space between blocks; every text goes through `escape`."""
    if token.type == "inline":
        return render_tokens(token.children or [])
    if rule := _RENDERERS.get(token.type):
        return rule(token)
    attributes = "".join(f' {name}="{escape(value)}"' for name, value in token.attrs.items())
    return "" if token.hidden else f"<{'/' if token.nesting < 0 else ''}{token.tag}{attributes}>"


def _render_flag(token: Token) -> str:
    number, turn = token.meta["number"], token.meta["turn"]
    claim = f"“{escape(token.info)}” " if token.info else ""
    kind, name = ("But see", "note") if token.meta["note"] else ("Not supported", "flag")
    return (
        f'<div class="{name}" role="note" id="flag-{turn}-{number}"><b>⚑{number} {kind}:</b> '
        f"{claim}{escape(token.content)}</div>"
    )


def _render_flag_sign(token: Token) -> str:
    number, turn = token.meta["number"], token.meta["turn"]
    tip = escape(token.content)
    kind = "See" if token.meta["note"] else "Not supported"
    return f'<a class="flagged" href="#flag-{turn}-{number}" title="{tip}" aria-label="{kind}, {number}: {tip}">⚑{number}</a>'


def _render_citations(token: Token) -> str:
    if not token.meta["known"]:
        return escape(token.markup + token.content)
    links = _MARK.sub(lambda mark: _render_citation(mark, token.meta), token.markup)
    return f'<span class="nb">&nbsp;{links}{escape(token.content)}</span>'


def _isolate_bold(children: Sequence[Token]) -> None:
    for opening, token in pairwise(children):
        if opening.type == "strong_open" and token.type == "text":
            token.content = _isolate_parts(token.content)


def _isolate_parts(text: str) -> str:
    """Keep an outlet and a date apart where one of them is written from right to left."""
    return ", ".join(map(isolate_direction, text.split(", ")))


def _render_citation(mark: re.Match[str], meta: Mapping[str, Any]) -> str:
    n, turn = int(mark[1]), int(meta["turn"])
    if n not in meta["tips"]:
        return mark[0]
    tip = escape(meta["tips"][n])
    return (
        f'<a class="n" href="#card-{turn}-{n}" data-turn="{turn}" data-n="{n}" data-tip="{tip}" '
        f'aria-label="Source {n}: {tip}">{n}</a>'
    )


def _make_parser(rules: Sequence[str], quoted: bool = False) -> MarkdownIt:
    parser = MarkdownIt("zero").enable(rules)
    parser.inline.ruler.before("backticks", "citations", _parse_citations)
    if quoted:
        parser.inline.ruler.before("citations", "headline", _parse_headline)
    return parser


_PARSER, _QUOTED_PARSER = _make_parser(_RULES), _make_parser(_RULES_FOR_QUOTED, quoted=True)
_RENDERERS: dict[str, Callable[[Token], str]] = {
    "text": lambda token: escape(token.content),
    "code_inline": lambda token: f"<code>{escape(token.content)}</code>",
    "fence": lambda token: f"<pre><code>{escape(token.content)}</code></pre>",
    "softbreak": lambda _: "<br>",
    "hardbreak": lambda _: "<br>",
    "source": lambda token: f"<span>{escape(token.content)}<i> – </i></span>",
    "unchecked": lambda _: _NOT_CHECKED,
    "flag": _render_flag,
    "flag_sign": _render_flag_sign,
    "citations": _render_citations,
}
