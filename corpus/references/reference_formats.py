"""Write references as RIS, BibTeX and CSL JSON, which programs for literature read; no value can leave its field."""

import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from corpus.references.reference import Reference
from corpus.text.characters import one_line
from corpus.text.days import format_day

ReferenceFormat = Literal["ris", "bibtex", "csl"]

# TeX counts braces even behind a backslash, so none stands in a value but in pairs.
_TEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "$&#%_"},
    }
)


def render_ris(references: Sequence[Reference]) -> str:
    """Return references as RIS: one value a line, so that no text begins a line of its own."""
    return "".join(f"{line}\r\n" for reference in references for line in _list_ris_lines(reference))


def _list_ris_lines(reference: Reference) -> Iterator[str]:
    article = reference.article
    date = article.published_at
    fields = [
        ("TY", "NEWS"),
        ("ID", reference.key),
        ("TI", article.title),
        *(("AU", f"{family}, {given}" if family else given) for family, given in reference.people),
        ("T2", article.source),
        ("PY", f"{date.year:04}" if date else ""),
        ("DA", f"{date:%Y/%m/%d}" if date else ""),
        ("SE", article.category),
        ("LA", article.language),
        ("UR", reference.url),
        ("N1", reference.note),
    ]
    yield from (f"{name}  - {line}" for name, value in fields if (line := one_line(value)))
    yield "ER  - "


def render_bibtex(references: Sequence[Reference]) -> str:
    """Return references as BibTeX, which BibLaTeX reads too."""
    return "\n".join(map(_write_bibtex, references))


def _write_bibtex(reference: Reference) -> str:
    article = reference.article
    date = article.published_at
    names = (
        f"{_to_tex(family)}, {_to_tex(given)}" if family else f"{{{_to_tex(given)}}}"
        for family, given in reference.people
    )
    fields = {
        "title": f"{{{_to_tex(article.title)}}}",  # Braces of its own, or styles would change its capitals.
        "author": " and ".join(names),
        "journal": _to_tex(article.source),
        "year": f"{date.year:04}" if date else "",
        "month": str(date.month) if date else "",
        "day": str(date.day) if date else "",
        "date": format_day(date, "iso", unknown=""),
        "entrysubtype": "newspaper",
        "langid": article.language,
        "url": reference.url,
        "note": _to_tex(reference.note),
    }
    lines = [f"@article{{{reference.key},", *(f"  {name} = {{{value}}}," for name, value in fields.items() if value)]
    return "\n".join([*lines, "}"]) + "\n"


def _to_tex(text: str) -> str:
    return one_line(text).translate(_TEX)


def render_csl(references: Sequence[Reference]) -> str:
    """Return references as CSL JSON, what citation processors and Zotero read."""
    return json.dumps([_make_csl(reference) for reference in references], ensure_ascii=False, indent=2) + "\n"


def _make_csl(reference: Reference) -> dict[str, Any]:
    article = reference.article
    date = article.published_at
    item = {
        "id": reference.key,
        "type": "article-newspaper",
        "title": one_line(article.title),
        "author": [
            {"family": family, "given": given} if family else {"literal": given} for family, given in reference.people
        ],
        "container-title": one_line(article.source),
        "issued": {"date-parts": [[date.year, date.month, date.day]]} if date else {},
        "section": one_line(article.category),
        "language": article.language,
        "URL": reference.url,
        "note": reference.note,
    }
    return {name: value for name, value in item.items() if value}


REFERENCE_FORMATS: dict[str, tuple[str, str, Callable[[Sequence[Reference]], str]]] = {
    "ris": ("ris", "application/x-research-info-systems", render_ris),
    "bibtex": ("bib", "application/x-bibtex", render_bibtex),
    "csl": ("csl.json", "application/vnd.citationstyles.csl+json", render_csl),
}
"""For each format the ending of its files, its media type, and what writes it."""
