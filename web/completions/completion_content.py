"""An answer as the content of a chat message: its text, what the check found, its sources, and annotations."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from corpus.article import Article
from corpus.text.days import format_day
from corpus.text.urls import parse_url
from rag.answer.answer_export import group_by_number
from rag.answer.verbatim_answer import neutralise_markup, strip_emphasis
from rag.model import Answer, Citation, Claim

_LINE = "\n\n---\n\n"
_FLAGGED, _UNCHECKED, _NOTES = "Not supported by what is cited", "Not checked", "Notes"
_SOURCES, _NEAREST = "Sources", "Nearest in the archive"
_ADDED = tuple(f"{_LINE}**{heading}**" for heading in (_FLAGGED, _UNCHECKED, _NOTES, _SOURCES, _NEAREST))
_MARK = re.compile(r"\[(\d{1,6})\]")
_IGNORED = frozenset("*_`#~\u2068\u2069")  # As a claim may stand in bold type.
_LONGEST_QUOTE = 300

Annotation = dict[str, Any]


def compose_content(answer: Answer, notes: Sequence[str] = ()) -> str:
    """Return the text of an answer, and below a line what the check found, notes, and the sources by number.

    Args:
        answer: The answer; its text holds no link, image or markup of an article's.
        notes: More sentences for the reader.
    """
    blocks = [block for block in _list_additions(answer, (*answer.notes, *notes)) if block]
    return answer.text + (_LINE + "\n\n".join(blocks) if blocks else "")


def cut_additions(content: str) -> str:
    """Return the text of an answer from a message that `compose_content` made."""
    # From the end, where the lists stand: an answer may quote such a line.
    starts = [start for heading in _ADDED if (start := content.rfind(heading)) >= 0]
    return content[: min(starts)] if starts else content


def annotate(answer: Answer) -> list[Annotation]:
    """Return an annotation for each mark `[n]` in the text of an answer, in OpenAI's form `url_citation`.

    `start_index` and `end_index` are those of the mark, as offsets in characters of the content; `title` and `url` those of
    the article. Beside them stand the number, the outlet, the day, the words cited, verbatim, with their place in the
    article, and the verdicts on the claims that the mark supports.
    """
    cited = {group[0].n: group for group in group_by_number(answer.citations)}
    places = list(_place_claims(answer))
    return [
        _make_annotation(mark, cited[int(mark[1])], places)
        for mark in _MARK.finditer(answer.text)
        if int(mark[1]) in cited
    ]


def _list_additions(answer: Answer, notes: Sequence[str]) -> Iterator[str]:
    flagged = [claim for claim in answer.claims if claim.verdict == "flagged"]
    yield _write_block(_FLAGGED, [_write_claim(claim) for claim in flagged])
    unchecked = [claim for claim in answer.claims if claim.verdict == "unchecked"]
    yield _write_block(_UNCHECKED, [_write_claim(claim) for claim in unchecked])
    yield _write_block(_NOTES, [neutralise_markup(note) for note in notes])
    yield _write_block(_SOURCES, [_write_source(group) for group in group_by_number(answer.citations)])
    yield _write_block(_NEAREST, [_name_article(article) for article in answer.nearest])


def _write_block(heading: str, lines: Sequence[str]) -> str:
    return "\n".join([f"**{heading}**", "", *(f"- {line}" for line in lines)]) if lines else ""


def _write_claim(claim: Claim) -> str:
    reason = neutralise_markup(claim.reason)
    return f"{neutralise_markup(claim.text)} ({reason})" if reason else neutralise_markup(claim.text)


def _write_source(citations: Sequence[Citation]) -> str:
    article = citations[0].passage.article
    quote = strip_emphasis(" … ".join(citation.quote for citation in citations))
    shown = quote if len(quote) <= _LONGEST_QUOTE else f"{quote[:_LONGEST_QUOTE]}…"
    return f"[{citations[0].n}] {_name_article(article)}: “{shown}” {parse_url(article.url) or ''}".rstrip()


def _name_article(article: Article) -> str:
    outlet = strip_emphasis(article.source) or "Unknown outlet"
    return f"{strip_emphasis(article.title)} – {outlet}, {format_day(article.published_at)}"


def _make_annotation(
    mark: re.Match[str], citations: Sequence[Citation], places: Sequence[tuple[int, Claim]]
) -> Annotation:
    article, n = citations[0].passage.article, citations[0].n
    before = [claim for start, claim in places if start < mark.start() and n in claim.citations]
    return {
        "type": "url_citation",
        "url_citation": {
            "start_index": mark.start(),
            "end_index": mark.end(),
            "title": article.title,
            "url": parse_url(article.url) or "",
            "number": n,
            "article_id": article.id,
            "outlet": article.source,
            "published_at": article.published_at.isoformat() if article.published_at else None,
            "quotes": [{"text": c.quote, "start": c.start, "end": c.end} for c in citations],
            "claim": before[-1].to_record() if before else None,
        },
    }


def _place_claims(answer: Answer) -> Iterator[tuple[int, Claim]]:
    """Yield where each claim begins in the text of an answer, whatever marks and Markdown stand in it."""
    marks = {at for mark in _MARK.finditer(answer.text) for at in range(*mark.span())}
    positions = [i for i, letter in enumerate(answer.text) if i not in marks and not _is_ignored(letter)]
    letters = "".join(answer.text[i] for i in positions)
    at = 0
    for claim in answer.claims:
        wanted = "".join(letter for letter in claim.text if not _is_ignored(letter))
        found = letters.find(wanted, at) if wanted else -1
        if found >= 0:
            yield positions[found], claim
            at = found + len(wanted)


def _is_ignored(letter: str) -> bool:
    return letter.isspace() or letter in _IGNORED
