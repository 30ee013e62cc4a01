"""The tables that passages are from: where a quoted cell is in its table, and the rows around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index import TablePart
from qa.reader.cells import without_footnote_mark
from qa.types import TableCell

AROUND = 2  # rows shown before and after the row of an answer


@dataclass(frozen=True, slots=True)
class TableExcerpt:
    """A few consecutive rows of a table, one of which holds an answer."""

    columns: tuple[tuple[str, ...], ...]  # header path of each column, outermost first
    rows: tuple[tuple[str, ...], ...]  # the text of each cell
    first: int  # number of the first of these rows in the table, from 1
    row: int  # position in ``rows`` of the row with the answer
    column: int  # position of the answer's column
    naming: int  # position of the column that names the rows
    quote: tuple[int, int]  # range of the quote in the text of its cell


def place_of(part: TablePart, start: int) -> tuple[int, int] | None:
    """The positions of row (in ``part.rows``) and column of the cell that begins at ``start`` in the document."""
    for position, row in enumerate(part.rows):
        for column, cell in enumerate(row):
            if cell.start <= start < cell.end:
                return position, column
    return None


def naming_column(part: TablePart, text: str) -> int:
    """The position of the column that names the rows of a table.

    It is the first column, unless that only counts the rows or its cells do not differ; then it is the first column of
    different words, if there is one. ``text`` is the document's text.
    """
    cells = [[text[slice(*cell)] for cell in row] for row in part.rows]
    columns = list(zip(*cells, strict=True))
    names = [position for position, column in enumerate(columns) if _differ(column)]
    worded = [position for position in names if any(map(str.isalpha, "".join(columns[position])))]
    if names[:1] == [0] and not _counts_rows(columns[0], part.first):
        return 0
    return next(iter(worded), 0)


def table_cell(part: TablePart, text: str, start: int) -> TableCell | None:
    """The place of the cell that begins at ``start`` in a document with this ``text``; None if no cell does."""
    place = place_of(part, start)
    if place is None:
        return None
    row, column = place
    name = text[slice(*part.rows[row][naming_column(part, text)])]
    return TableCell(
        table=part.table,
        caption=part.caption,
        row=part.first + row + 1,
        rows=part.length,
        row_name=without_footnote_mark(name),
        column=part.columns[column],
    )


def table_excerpt(part: TablePart, text: str, start: int, end: int) -> TableExcerpt | None:
    """The rows of ``part``, up to ``AROUND`` on either side of the cell that holds ``text[start:end]``."""
    place = place_of(part, start)
    if place is None:
        return None
    row, column = place
    first = max(0, row - AROUND)
    rows = tuple(tuple(text[slice(*cell)] for cell in one) for one in part.rows[first : row + AROUND + 1])
    begin = part.rows[row][column].start
    quote = (start - begin, end - begin)
    return TableExcerpt(
        part.columns, rows, part.first + first + 1, row - first, column, naming_column(part, text), quote
    )


def _differ(column: Sequence[str]) -> bool:
    """Whether every cell of a column has text of its own."""
    return all(column) and len(set(column)) == len(column)


def _counts_rows(column: Sequence[str], first: int) -> bool:
    """Whether the cells of a column are consecutive numbers, of which a single one must be the row's own number."""
    numbers = [int(cell) for cell in (cell.rstrip(".") for cell in column) if cell.isdecimal()]
    steps = {number - position for position, number in enumerate(numbers)}
    return len(numbers) == len(column) and len(steps) == 1 and (len(numbers) > 1 or steps <= {first, first + 1})
