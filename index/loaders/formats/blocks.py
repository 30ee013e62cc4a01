"""Paragraphs and tables as word processors and slides have them, and how they become canonical text."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from index.loaders.headers import read_grid
from index.loaders.scripts import subscript, superscript
from index.loaders.text_builder import Grid, TextBuilder

_LONGEST_SCRIPT = 30  # characters; a longer raised passage is small print, not a superscript
_LONGEST_REPEATED = 200  # characters of a merged cell that are repeated in each of its places
_MOST_COLUMNS = 1000
_TABLE = "\ufffc"  # stands for tables in a cell without text where a header is looked for
_LONGEST_CELL = 300  # characters; a table with a longer cell and without a header is a layout


class Run(NamedTuple):
    """A piece of a paragraph."""

    text: str
    script: str = ""  # "superscript", "subscript" or nothing


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or a heading."""

    text: str
    level: int = 0  # of a heading: 1 (outermost) to 6; 0 for a paragraph
    listed: bool = False  # an item of a list, which follows the item before it on the next line
    caption: bool = False  # the caption of the table that follows
    notes: tuple[str, ...] = ()  # its footnotes, each with its mark


@dataclass(frozen=True, slots=True)
class TableCell:
    """A cell, which may span several columns or continue the cell above it."""

    blocks: tuple[Block, ...] = ()
    columns: int = 1
    merged: bool = False  # with the cell above it; such a cell has no blocks of its own

    @property
    def text(self) -> str:
        """Its paragraphs as lines, without nested tables."""
        return _texts(self.blocks)

    @property
    def nested(self) -> tuple[TableBlock, ...]:
        """The tables in it."""
        return tuple(block for block in self.blocks if isinstance(block, TableBlock))


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table as a file has it, with merged cells and nested tables."""

    rows: tuple[tuple[TableCell, ...], ...]
    header_rows: int = 0  # rows at the top that the file marks as header
    caption: str = ""


Block = Paragraph | TableBlock


def _texts(blocks: Iterable[Block]) -> str:
    return "\n".join(block.text for block in blocks if isinstance(block, Paragraph))


def joined(runs: Iterable[Run]) -> str:
    """The text of runs, in which adjacent superscripts or subscripts are one."""
    parts: list[str] = []
    for script, group in itertools.groupby(runs, key=lambda run: run.script):
        text = "".join(run.text for run in group)
        if script and len(text.strip()) <= _LONGEST_SCRIPT:
            text = superscript(text) if script == "superscript" else subscript(text)
        parts.append(text)
    return "".join(parts)


def left_out(counts: Mapping[str, int]) -> tuple[str, ...]:
    """What was left out, in words, from its counts: ``{"comment(s)": 3}`` is "3 comments"."""
    return tuple(f"{count} {noun.replace('(s)', 's' * (count > 1))}" for noun, count in sorted(counts.items()))


def write_blocks(builder: TextBuilder, blocks: Iterable[Block], page: int | None = None) -> None:
    """Append blocks to a text; notes follow their paragraph or table, and so do the tables in a table."""
    before: Paragraph | None = None
    for block in blocks:
        if isinstance(block, TableBlock):
            caption = before.text if before and before.caption else block.caption
            _write_table(builder, replace(block, caption=caption), page)
            before = None
        else:
            _write_paragraph(builder, block, before)
            before = block if block.text.strip() else before


def _write_paragraph(builder: TextBuilder, paragraph: Paragraph, before: Paragraph | None) -> None:
    if paragraph.level:
        builder.add_heading(paragraph.level, paragraph.text)
    else:
        follows = paragraph.listed and before is not None and before.listed
        builder.add(paragraph.text, "\n" if follows else "\n\n")
    for note in paragraph.notes:
        builder.add(note, "\n")


class _Place(NamedTuple):
    """One place of a table's grid."""

    text: str
    cell: TableCell
    first: bool  # the leftmost place of a cell


def _write_table(builder: TextBuilder, table: TableBlock, page: int | None) -> None:
    places = _filled(_spread(table.rows))
    if not places or len(places[0]) < 2:
        _write_cells(builder, table.rows, page)
        return
    above = [] if table.header_rows else list(itertools.takewhile(_holds_tables, places))
    _write_cells(builder, _cells(above), page)
    places = places[len(above) :]
    grid = _grid(table, places)
    body = places[len(places) - len(grid.rows) :]
    if not grid.columns and any(len(place.text) > _LONGEST_CELL for row in places for place in row):
        _write_cells(builder, _cells(places), page)
        return
    if grid.columns:
        heads = places[: len(places) - len(body)]
        _write_notes(builder, heads)
        for place, path in ((place, path) for row in heads for place, path in zip(row, grid.columns, strict=True)):
            write_blocks(builder, (_named(nested, "", path) for nested in place.cell.nested if place.first), page)
    _write_parts(builder, body, grid, page)


def _write_parts(builder: TextBuilder, rows: Sequence[Sequence[_Place]], grid: Grid, page: int | None) -> None:
    """Append rows as tables with the columns and the caption of ``grid``, and the notes of each after it.

    A row that is one cell divides them, and is the caption of the rows below it. Without columns, so does a change of
    the number of cells, and rows with nested tables are written cell by cell.
    """
    named = bool(grid.columns)
    names = [" › ".join(path) for path in grid.columns]
    is_used = [any(place.text.strip() or place.cell.nested for place in column) for column in zip(*rows, strict=True)]
    used = set(itertools.compress(names, is_used))
    grid = replace(grid, is_part=True)
    for kind, group in itertools.groupby(rows, key=lambda row: _kind(row, named=named)):
        part = list(group)
        if kind == "cells":
            _write_cells(builder, _cells(part), page)
            continue
        if kind == "row with tables":
            for row in part:
                _write_row(builder, row, grid, page)
                grid = replace(grid, above=())
            continue
        if kind == "line":
            builder.add("\n\n".join(row[0].text for row in part))
            grid = replace(grid, caption=part[-1][0].text if len(part[-1][0].text) <= _LONGEST_REPEATED else "")
        else:
            texts = [[place.text for place in row if place.first or named] for row in part]
            builder.add_table(replace(grid, rows=texts), page)
            grid = replace(grid, above=())
        _write_notes(builder, part)
    builder.add_names(name for name in names if name not in used)


def _write_row(builder: TextBuilder, row: Sequence[_Place], grid: Grid, page: int | None) -> None:
    """Append a row of a table with columns; what its cells hold from their first table on follows it, cell by cell.

    A table without a caption has the name of its row, and each that of its column if the row does not show it.
    """
    shown = [_texts(_divided(place.cell)[0]) if place.cell.nested else place.text for place in row]
    builder.add_table(replace(grid, rows=[shown]), page)
    _add_notes(builder, (block for place in row if place.first for block in _divided(place.cell)[0]))
    name = shown[0] if len(shown[0]) <= _LONGEST_REPEATED else ""
    for place, text, path in zip(row, shown, grid.columns, strict=True):
        rest = _divided(place.cell)[1] if place.first else ()
        names = "" if place is row[0] else name, () if text else path
        write_blocks(builder, (_named(block, *names) for block in rest), page)


def _divided(cell: TableCell) -> tuple[tuple[Block, ...], tuple[Block, ...]]:
    """What stands in a cell above its first table, and the rest."""
    above = tuple(itertools.takewhile(lambda block: isinstance(block, Paragraph), cell.blocks))
    return above, cell.blocks[len(above) :]


def _named(block: Block, row: str, column: Sequence[str]) -> Block:
    """A block of a cell; a table with the names of its row and its column in its caption."""
    if not isinstance(block, TableBlock):
        return block
    names = (*column, block.caption) if block.caption else (row, *column)
    return replace(block, caption=" › ".join(filter(None, names)))


def _write_notes(builder: TextBuilder, rows: Iterable[Iterable[_Place]]) -> None:
    _add_notes(builder, (block for cells in _cells(rows) for cell in cells for block in cell.blocks))


def _add_notes(builder: TextBuilder, blocks: Iterable[Block]) -> None:
    for note in (note for block in blocks if isinstance(block, Paragraph) for note in block.notes):
        builder.add(note, "\n")


def _kind(row: Sequence[_Place], *, named: bool) -> str:
    """What to do with a row.

    It is a "line" of text, "cells" with tables in them, a "row with tables" below names, or one of so many cells.
    """
    is_one_cell = all(place.cell is row[0].cell for place in row)
    if _holds_tables(row):
        return "row with tables" if named and not is_one_cell else "cells"
    if row[0].text and is_one_cell:
        return "line"
    return "row" if named else f"row of {sum(place.first for place in row)}"


def _holds_tables(row: Sequence[_Place]) -> bool:
    return any(place.cell.nested for place in row)


def _grid(table: TableBlock, places: Sequence[Sequence[_Place]]) -> Grid:
    """The header and the body of a table, by what the file marks or else by what the cells look like."""
    texts = [[place.text for place in row] for row in places]
    if 0 < table.header_rows < len(texts):
        columns = [tuple(dict.fromkeys(filter(None, path))) for path in zip(*texts[: table.header_rows], strict=True)]
        return Grid(texts[table.header_rows :], columns, table.caption)
    filled = [[place.text or _TABLE * bool(place.cell.nested) for place in row] for row in places]
    grid = read_grid(filled, table.caption)
    heads = places[: len(places) - len(grid.rows)]
    below = places[len(heads)] if grid.rows else ()
    continues = any(place.cell.merged for place in below)  # a cell of the header reaches down into the body
    return Grid(texts, caption=table.caption) if continues or any(map(_holds_tables, heads)) else grid


def _spread(rows: Iterable[Sequence[TableCell]]) -> list[list[_Place]]:
    """The cells of each row in every place that they take, in rows of equal length; the long ones in one place."""
    spread: list[list[_Place]] = []
    for row in rows:
        places: list[_Place] = []
        for cell in row:
            above = spread[-1][len(places)] if cell.merged and spread and len(places) < len(spread[-1]) else None
            shown = _Place(cell.text if above is None else above.text, cell, first=True)
            repeated = shown.text if len(shown.text) <= _LONGEST_REPEATED else ""
            places.append(shown if above is None else shown._replace(text=repeated))
            places += [_Place(repeated, cell, first=False)] * (min(cell.columns, _MOST_COLUMNS) - 1)
        spread.append(places[:_MOST_COLUMNS])
    width = max(map(len, spread), default=0)
    empty = TableCell()
    return [[*places, *(_Place("", empty, first=True) for _ in range(width - len(places)))] for places in spread]


def _filled(places: Sequence[Sequence[_Place]]) -> list[list[_Place]]:
    """The grid without its blank rows and columns, and without columns that only cells over several fill."""
    rows = [row for row in places if any(place.text.strip() or place.cell.nested for place in row)]
    filled = [
        any(place.first and (place.text.strip() or place.cell.nested) for place in column)
        for column in zip(*rows, strict=True)
    ]
    return [list(itertools.compress(row, filled)) for row in rows]


def _write_cells(builder: TextBuilder, rows: Iterable[Iterable[TableCell]], page: int | None) -> None:
    """Append the content of cells as blocks, cell by cell."""
    for row in rows:
        for cell in row:
            write_blocks(builder, cell.blocks, page)


def _cells(rows: Iterable[Iterable[_Place]]) -> list[list[TableCell]]:
    """The cells of rows, each once."""
    return [[place.cell for place in row if place.first] for row in rows]
