"""Tables as the page, its viewer and the terminal show them: header rows with spans, rows with a marked cell. Pure."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import takewhile

from index import Document, Table
from qa import Citation, TableExcerpt


@dataclass(frozen=True, slots=True)
class HeaderCell:
    """A cell of a header row, over ``across`` columns from ``column`` on and ``down`` header rows."""

    text: str
    column: int
    across: int
    down: int


@dataclass(frozen=True, slots=True)
class BodyCell:
    """A cell with its column's header path in one line; ``quote`` is the marked part of its text, if any."""

    header: str
    before: str
    quote: str = ""
    after: str = ""
    at: int | None = None  # where its text starts in the document's, in a whole table

    @property
    def text(self) -> str:
        """The whole text."""
        return self.before + self.quote + self.after


@dataclass(frozen=True, slots=True)
class BodyRow:
    """A row with its number in the table, from 1; ``hit`` says that it holds the answer."""

    number: int
    cells: tuple[BodyCell, ...]
    hit: bool


@dataclass(frozen=True, slots=True)
class ShownTable:
    """Rows of a table as they are shown."""

    header: tuple[tuple[HeaderCell, ...], ...]
    rows: tuple[BodyRow, ...]
    column: int | None  # position of the answer's column
    naming: int  # position of the column that names the rows
    total: int  # rows of the whole table
    caption: str = ""
    left_out: int = 0  # columns of the table that are not shown

    @property
    def hit(self) -> BodyRow | None:
        """The row that holds the answer."""
        return next((row for row in self.rows if row.hit), None)

    @property
    def place(self) -> str:
        """Row and column of the answer: "Switzerland › Hotel limit"; without the row if it is the row's name."""
        if self.hit is None or self.column is None:
            return ""
        name, answer = self.hit.cells[self.naming], self.hit.cells[self.column]
        return " › ".join(filter(None, ("" if self.naming == self.column else name.text, answer.header)))

    def neighbours(self) -> Iterator[tuple[str, str, str]]:
        """Of the rows directly above and below the answer: "Row above" or "Row below", the name, the answer's cell."""
        if self.hit is not None and self.column is not None:
            for step, words in ((-1, "Row above"), (1, "Row below")):
                for row in self.rows:
                    if row.number == self.hit.number + step:
                        name = "" if self.naming == self.column else row.cells[self.naming].text
                        yield words, name, row.cells[self.column].text


def header_label(path: Sequence[str]) -> str:
    """A header path in one line."""
    return " › ".join(path)


def header_rows(columns: Sequence[Sequence[str]]) -> tuple[tuple[HeaderCell, ...], ...]:
    """The header rows of columns with these paths; neighbours with the same outer headers share a cell."""
    depth = max((len(path) for path in columns), default=0)
    return tuple(tuple(_header_row(columns, level, depth)) for level in range(max(depth, 1)))


def _header_row(columns: Sequence[Sequence[str]], level: int, depth: int) -> Iterator[HeaderCell]:
    column = 0
    while column < len(columns):
        path = columns[column]
        across = 1
        if level < len(path) - 1:
            groups = [other[: level + 1] if len(other) > level + 1 else () for other in columns[column:]]
            across = sum(1 for _ in takewhile(groups[0].__eq__, groups))
            yield HeaderCell(path[level], column, across, 1)
        elif level == max(len(path) - 1, 0):
            yield HeaderCell(path[level] if path else "", column, 1, max(depth - level, 1))
        column += across


def shown_excerpt(citation: Citation) -> ShownTable | None:
    """The rows around a cited cell; None for a citation outside tables."""
    excerpt, place = citation.excerpt, citation.table
    if excerpt is None or place is None:
        return None
    rows = tuple(_excerpt_row(excerpt, position) for position in range(len(excerpt.rows)))
    return ShownTable(
        header=header_rows(excerpt.columns),
        rows=rows,
        column=excerpt.column,
        naming=excerpt.naming,
        total=place.rows,
        caption=place.caption,
        left_out=excerpt.left_out,
    )


def _excerpt_row(excerpt: TableExcerpt, position: int) -> BodyRow:
    hit = position == excerpt.row
    labels = map(header_label, excerpt.columns)
    cells = [BodyCell(label, text) for label, text in zip(labels, excerpt.rows[position], strict=True)]
    if hit:
        answer, (start, end) = cells[excerpt.column], excerpt.quote
        text = answer.before
        cells[excerpt.column] = BodyCell(answer.header, text[:start], text[start:end], text[end:])
    return BodyRow(excerpt.first + position, tuple(cells), hit)


def shown_table(document: Document, table: Table, marked: tuple[int, int], part: tuple[int, int]) -> ShownTable:
    """The rows of a table in the range ``part`` of its document, with the range ``marked`` marked."""
    first = bisect_right(table.rows, part[0], key=lambda row: row[-1].end)
    after = bisect_left(table.rows, part[1], key=lambda row: row[0].start)
    labels = [header_label(path) for path in table.columns]
    rows = []
    for number, row in enumerate(table.rows[first:after], first + 1):
        cells = tuple(_cell(document.text, label, *cell, *marked) for label, cell in zip(labels, row, strict=True))
        rows.append(BodyRow(number, cells, any(cell.quote for cell in cells)))
    column = next((k for row in rows if row.hit for k, cell in enumerate(row.cells) if cell.quote), None)
    return ShownTable(header_rows(table.columns), tuple(rows), column, 0, len(table.rows), table.caption)


def _cell(text: str, label: str, start: int, end: int, first: int, last: int) -> BodyCell:
    """The cell ``text[start:end]`` with the part of ``text[first:last]`` in it marked."""
    first, last = max(start, first), min(end, last)
    if first >= last:
        return BodyCell(label, text[start:end], at=start)
    return BodyCell(label, text[start:first], text[first:last], text[last:end], start)
