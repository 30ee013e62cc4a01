"""Tables of HTML: which of them hold data, and their cells with spans, header levels and captions resolved."""

from __future__ import annotations

import itertools
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, takewhile

from lxml import etree

from index.loaders.headers import read_grid
from index.loaders.markup import elements
from index.loaders.markup.elements import Element
from index.loaders.text_builder import Grid

_SECTIONS = ("thead", "tbody", "tfoot")  # in the order in which they are shown
_MOST_CELLS = 2_000_000
_WIDEST = 1_000  # columns
_LONGEST_CELL = 600  # characters; a table with longer cells and without headers only arranges the page
_DATA_ROLES = ("table", "grid", "treegrid")
_CURRENCIES = frozenset(("", "$", "€", "£", "¥"))  # in a column of their own, as financial reports have them
_ENDINGS = frozenset(("", "%", ")", ")%"))


@dataclass(frozen=True, slots=True)
class _Cell:
    text: str
    header: bool


_EMPTY = _Cell("", False)
_Row = list[_Cell]  # a cell that spans several places is the same object in each of them


def holders(root: Element) -> frozenset[Element]:
    """The tables in an element that contain tables."""
    found: set[Element] = set()
    around: list[Element] = []
    for event, table in etree.iterwalk(root, events=("start", "end"), tag="{*}table"):
        if event == "end":
            around.pop()
            continue
        found.update(around[-1:])
        around.append(table)
    return frozenset(found)


def data_table(table: Element, read: Callable[[Element], str], *, holds_tables: bool) -> list[Grid] | None:
    """The table as grids, a new one after each row that spans all columns; None for one that only arranges the page.

    ``read`` gives the text of a cell. Headers are those that ``th`` and ``thead`` mark, else those of ``read_grid``.
    """
    role = (table.get("role") or "").lower()
    if role in ("presentation", "none"):
        return None
    marked = role in _DATA_ROLES or any(elements.name(part) in ("caption", "thead", "th") for part in _own_parts(table))
    if holds_tables and not marked:
        return None
    head, rows = _rows(table, read)
    if holds_tables and any(len(cell.text) > _LONGEST_CELL for row in rows for cell in row):
        return None
    if not marked and not _looks_like_data(table, rows):
        return None
    head = head or sum(1 for _ in takewhile(_is_header, rows))
    if head == len(rows):  # headers of nothing
        head = int(len(rows) > 1)
    caption = next((read(child) for child in table if elements.name(child) == "caption"), "")
    return list(_parts(_with_whole_amounts(_narrowed(rows), head), head, caption))


def _own_parts(table: Element) -> Iterator[Element]:
    """The caption, sections, rows and cells of a table, without those of tables in it."""
    for child in table:
        yield child
        if elements.name(child) in _SECTIONS:
            yield from child
            yield from chain.from_iterable(child)
        elif elements.name(child) == "tr":
            yield from child


def _rows(table: Element, read: Callable[[Element], str]) -> tuple[int, list[_Row]]:
    """How many rows the head has, and all rows in the order shown, filled to the same width."""
    sections: dict[str, list[_Row]] = {name: [] for name in _SECTIONS}
    for name, rows in _row_elements(table):
        sections[name].extend(_spread(rows, read))
    ordered = [row for section in sections.values() for row in section]
    width = max(map(_reach, ordered), default=0)
    return len(sections["thead"]), [row[:width] + [_EMPTY] * (width - len(row)) for row in ordered]


def _row_elements(table: Element) -> Iterator[tuple[str, list[Element]]]:
    """The rows of each section; rows outside of sections are parts of the body."""
    loose: list[Element] = []
    for child in table:
        tag = elements.name(child)
        if tag == "tr":
            loose.append(child)
        elif tag in _SECTIONS:
            if loose:
                yield "tbody", loose
                loose = []
            yield tag, [row for row in child if elements.name(row) == "tr"]
    if loose:
        yield "tbody", loose


def _spread(rows: Sequence[Element], read: Callable[[Element], str]) -> Iterator[_Row]:
    """The rows of one section, with each cell in all places that it spans."""
    above: dict[int, tuple[_Cell, int]] = {}  # by column: a cell of the row above, and how many rows it still spans
    remaining = _MOST_CELLS
    for row in rows:
        if elements.omission("tr", row):
            continue
        placed = _Places(above)
        for element in row:
            tag = elements.name(element)
            if tag in ("td", "th") and not elements.omission(tag, element):
                across = max(1, elements.integer(element.get("colspan"), 1)) if remaining > 0 else 1
                down = elements.integer(element.get("rowspan"), 1) or len(rows)
                placed.add(_Cell(read(element), tag == "th"), min(across, _WIDEST), down)
        placed.add_rest()
        remaining -= len(placed.row)
        above = placed.below if remaining > 0 else {}
        yield placed.row


class _Places:
    """The places of one row, filled from the left around the cells of the row above that reach into it."""

    def __init__(self, above: dict[int, tuple[_Cell, int]]) -> None:
        self.row: _Row = []
        self.below: dict[int, tuple[_Cell, int]] = {}
        self._above = above

    def add(self, cell: _Cell, across: int, down: int) -> None:
        """Put a cell into the next free places."""
        while carried := self._above.get(len(self.row)):
            self._put(*carried)
        for _ in range(across):
            self._put(cell, down)

    def add_rest(self) -> None:
        """Put the cells of the row above that reach into the rest of this one."""
        for column in sorted(column for column in self._above if column >= len(self.row)):
            self.row.extend([_EMPTY] * (column - len(self.row)))
            self._put(*self._above[column])

    def _put(self, cell: _Cell, down: int) -> None:
        if down > 1:
            self.below[len(self.row)] = (cell, down - 1)
        self.row.append(cell)


def _reach(row: _Row) -> int:
    """How many places a row fills if its last cell fills only one."""
    return len(row) - sum(1 for _ in takewhile(lambda cell: cell is row[-1], reversed(row))) + 1 if row else 0


def _looks_like_data(table: Element, rows: Sequence[_Row]) -> bool:
    """Whether a table without any headers has rows and columns of short cells, and no headings in them."""
    filled = [{id(cell) for cell in row if cell.text} for row in rows]
    if sum(1 for cells in filled if len(cells) > 1) < 2:
        return False
    if any(elements.name(part) in elements.HEADINGS for part in table.iter(etree.Element)):
        return False
    return all(len(cell.text) <= _LONGEST_CELL for row in rows for cell in row)


def _is_header(row: _Row) -> bool:
    """Whether a row has only header cells; a single one before empty cells names its row."""
    if not row or any(cell.text and not cell.header for cell in row):
        return False
    return len({id(cell) for cell in row if cell.header}) > 1 or row[-1].header


def _narrowed(rows: Sequence[_Row]) -> list[_Row]:
    """The rows without empty columns and those that only cells over several columns fill."""
    columns: list[tuple[_Cell, ...]] = []
    for column in zip(*rows, strict=True):
        spanned = columns and all(map(operator.is_, column, columns[-1]))
        if not spanned and any(cell.text for cell in column):
            columns.append(column)
    return [list(row) for row in zip(*columns, strict=True)]


def _with_whole_amounts(rows: Sequence[_Row], head: int) -> list[_Row]:
    """The rows, the columns of currency signs and closing brackets joined with the amounts beside them."""
    columns: list[tuple[_Cell, ...]] = []
    sign: tuple[_Cell, ...] | None = None
    for column in zip(*rows, strict=True):
        if sign is not None:
            if _share_headers(sign, column, head):
                column = _joined(sign, column, head)
            else:
                columns.append(sign)
            sign = None
        texts = {cell.text for cell in column[head:]}
        if texts <= _CURRENCIES:
            sign = column
        elif columns and texts <= _ENDINGS and _share_headers(columns[-1], column, head):
            columns[-1] = _joined(columns[-1], column, head)
        else:
            columns.append(column)
    if sign is not None:
        columns.append(sign)
    return [list(row) for row in zip(*columns, strict=True)]


def _share_headers(left: Sequence[_Cell], right: Sequence[_Cell], head: int) -> bool:
    """Whether two columns have no names of their own, so that both can be one; an empty one has only its name."""
    is_filled = all(any(cell.text for cell in column[head:]) for column in (left, right))
    pairs = zip(left[:head], right[:head], strict=True)
    return all(before.text == after.text or (is_filled and not (before.text and after.text)) for before, after in pairs)


def _joined(left: Sequence[_Cell], right: Sequence[_Cell], head: int) -> tuple[_Cell, ...]:
    """Two columns as one, whose headers are those of the column that has them."""
    headers = [after if after.text else before for before, after in zip(left[:head], right[:head], strict=True)]
    body = [
        _Cell(before.text + after.text, before.header) for before, after in zip(left[head:], right[head:], strict=True)
    ]
    return (*headers, *body)


def _parts(rows: Sequence[_Row], head: int, caption: str) -> Iterator[Grid]:
    """The table, and one more after each row that spans all columns, with its text as the caption."""
    headers = [row for row in rows[:head] if not _spans_all(row)]
    above = [row[0].text for row in rows[:head] if _spans_all(row)]
    caption = caption or (above[0] if above else "")
    columns = [_path(column) for column in zip(*headers, strict=True)]
    names = [[cell.text for cell in row] for row in headers]
    body: list[_Row] = []
    for row in rows[head:]:
        if not _spans_all(row):
            if [cell.text for cell in row] not in names:
                body.append(row)
            continue
        if body:
            yield _grid(body, columns, caption, above)
            body, above = [], []
        above.append(row[0].text)
        caption = row[0].text
    yield _grid(body, columns, caption, above)


def _spans_all(row: _Row) -> bool:
    return len(row) > 1 and bool(row[0].text) and all(cell is row[0] for cell in row)


def _path(column: Sequence[_Cell]) -> tuple[str, ...]:
    """The names above a column, each cell once."""
    return tuple(text for text, _ in itertools.groupby(cell.text for cell in column) if text)


def _grid(rows: Sequence[_Row], columns: Sequence[tuple[str, ...]], caption: str, above: Sequence[str]) -> Grid:
    texts = [[cell.text for cell in row] for row in rows]
    if columns or (texts and len(texts[0]) == 2 and all(row[0].header for row in rows)):
        return Grid(texts, columns if any(columns) else (), caption, above)
    grid = read_grid(texts, caption)
    return replace(grid, above=(*above, *grid.above))
