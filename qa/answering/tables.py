"""The tables that passages are from: where a quoted cell is in its table, and the rows around it."""

from __future__ import annotations

from collections.abc import Sequence

from index import TablePart
from qa.reader.cells import without_footnote_mark
from qa.types import TableCell, TableExcerpt

AROUND = 2  # rows shown before and after the row of an answer
SHOWN_COLUMNS = 8  # the most columns shown: the one that names the rows, and those around the answer


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
    first, naming = max(0, row - AROUND), naming_column(part, text)
    shown = _shown_columns(len(part.columns), column, naming)
    rows = part.rows[first : row + AROUND + 1]
    begin = part.rows[row][column].start
    return TableExcerpt(
        columns=tuple(part.columns[k] for k in shown),
        rows=tuple(tuple(text[slice(*one[k])] for k in shown) for one in rows),
        first=part.first + first + 1,
        row=row - first,
        column=shown.index(column),
        naming=shown.index(naming),
        quote=(start - begin, end - begin),
        left_out=len(part.columns) - len(shown),
    )


def _shown_columns(count: int, column: int, naming: int) -> list[int]:
    """The positions of the columns to show, in order."""
    near = sorted(range(count), key=lambda k: (k != naming, abs(k - column)))
    return sorted(near[:SHOWN_COLUMNS])


def _differ(column: Sequence[str]) -> bool:
    """Whether every cell of a column has text of its own."""
    return all(column) and len(set(column)) == len(column)


def _counts_rows(column: Sequence[str], first: int) -> bool:
    """Whether the cells of a column are consecutive numbers, of which a single one must be the row's own number."""
    numbers = [int(cell) for cell in (cell.rstrip(".") for cell in column) if cell.isdecimal()]
    steps = {number - position for position, number in enumerate(numbers)}
    return len(numbers) == len(column) and len(steps) == 1 and (len(numbers) > 1 or steps <= {first, first + 1})
