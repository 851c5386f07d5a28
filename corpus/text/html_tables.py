"""Write the rows of tables so that each says by itself what its figures are: "Pool: Lakeside; Adults: 8.00 euros"."""

from collections.abc import Iterator, Sequence
from itertools import islice

import lxml.html

_MOST_CELLS = 5_000
_WIDEST = 40
_LONGEST_CELL = 400
Rows = Sequence[Sequence[str]]


def spell_out_tables(root: lxml.html.HtmlElement) -> None:
    """Replace, in place, each table of data by a paragraph a row, and the cells of one that lays a page out by blocks."""
    for table in list(root.iter("table")):
        if table.getparent() is None:
            continue
        if _is_layout(table):
            _make_blocks(table)
            continue
        lines = _write_table(table)
        if lines:
            caption = next((_text(one) for one in table.iter("caption")), "")
            _replace(table, [line for line in (caption, *lines) if line])


def write_rows(heads: Sequence[str], rows: Rows) -> list[str]:
    """Return a line for each row in which every cell has the head of its column; a row of one cell is that cell."""
    return [line for row in rows if (line := _write_row(heads, row))]


def find_heads(rows: Rows) -> bool:
    """Return whether the first row of a table that marks no heads names columns: words above columns of figures."""
    if len(rows) < 2 or len(rows[0]) < 3 or len(set(rows[0])) < len(rows[0]):
        return False
    named = all(cell and not _has_digit(cell) for cell in rows[0][1:])
    columns = zip(*(row[1:] for row in rows[1:] if len(row) == len(rows[0])), strict=True)
    return named and any(column and all(map(_has_digit, column)) for column in columns)


def _is_layout(table: lxml.html.HtmlElement) -> bool:
    return (
        any(
            len(list(islice(cell.iter("p", "h1", "h2", "table", "ul", "article"), 2))) == 2
            or len(_text(cell)) > _LONGEST_CELL
            for cell in table.iter("td", "th")
        )
        or next(table.iterdescendants("table"), None) is not None
    )


def _make_blocks(table: lxml.html.HtmlElement) -> None:
    for element in [table, *table.iter("caption", "thead", "tbody", "tfoot", "tr", "td", "th")]:
        if next(element.iterancestors("table"), table) is table:
            element.tag = "div"


def _write_table(table: lxml.html.HtmlElement) -> list[str]:
    rows = [row for row in table.iter("tr") if len(row)]
    grid = _expand(rows)
    if len(grid) < 1 or max(map(len, grid)) < 2 or any(len(cell) > _LONGEST_CELL for row in grid for cell in row):
        return []
    headed = 0
    while headed < len(rows) and _is_head(rows[headed]):
        headed += 1
    if headed == len(rows):
        return []
    headed = headed or int(find_heads(grid))
    if headed:
        heads = [" ".join(dict.fromkeys(filter(None, column))) for column in zip(*_pad(grid[:headed]), strict=True)]
        return write_rows(heads, grid[headed:])
    if all(row[0].tag == "th" and len(row) > 1 for row in rows):
        return [f"{cells[0]}: {', '.join(filter(None, cells[1:]))}" for cells in grid if any(cells[1:])]
    return []


def _write_row(heads: Sequence[str], row: Sequence[str]) -> str:
    if len(set(row)) == 1:
        return row[0]
    names = [*heads, *[""] * len(row)]
    return "; ".join(f"{name}: {cell}" if name else cell for name, cell in zip(names, row, strict=False) if cell)


def _is_head(row: lxml.html.HtmlElement) -> bool:
    cells = [cell for cell in row if cell.tag in ("td", "th")]
    parent = row.getparent()
    return bool(cells) and (
        (parent is not None and parent.tag == "thead") or all(cell.tag == "th" or not _text(cell) for cell in cells)
    )


def _expand(rows: Sequence[lxml.html.HtmlElement]) -> list[list[str]]:
    """Return the texts of the cells; one that spans columns or rows stands in each of them."""
    grid: list[list[str]] = []
    pending: dict[int, tuple[int, str]] = {}  # Column: for how many more rows which text.
    left = _MOST_CELLS
    for row in rows:
        cells: list[str] = []
        given = _cells(row)
        while len(cells) < _WIDEST:
            if len(cells) in pending:
                more, text = pending.pop(len(cells))
                if more > 1:
                    pending[len(cells)] = more - 1, text
                cells.append(text)
            elif (cell := next(given, None)) is not None:
                text, wide, high = cell
                for _ in range(wide):
                    if high > 1:
                        pending[len(cells)] = high - 1, text
                    cells.append(text)
            else:
                break
        left -= len(cells)
        if left < 0:
            return []
        grid.append(cells)
    return grid if any(grid) else []


def _cells(row: lxml.html.HtmlElement) -> Iterator[tuple[str, int, int]]:
    for cell in islice((one for one in row if one.tag in ("td", "th")), _WIDEST):
        yield _text(cell), _span(cell, "colspan"), _span(cell, "rowspan")


def _span(cell: lxml.html.HtmlElement, name: str) -> int:
    given = cell.get(name, "").strip()
    return min(max(int(given), 1), _WIDEST) if given.isascii() and given.isdecimal() and len(given) < 5 else 1


def _pad(rows: Rows) -> list[list[str]]:
    width = max(map(len, rows))
    return [[*row, *[""] * (width - len(row))] for row in rows]


def _replace(table: lxml.html.HtmlElement, lines: Sequence[str]) -> None:
    for child in list(table):
        table.remove(child)
    table.tag, table.text = "div", None
    table.attrib.clear()
    for line in lines:
        paragraph = lxml.html.Element("p")
        paragraph.text = line
        table.append(paragraph)


def _text(cell: lxml.html.HtmlElement) -> str:
    return " ".join(" ".join(cell.itertext()).split())


def _has_digit(text: str) -> bool:
    return any(letter.isdecimal() for letter in text)
