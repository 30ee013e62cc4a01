"""The canonical text of a file, built block by block, with the offsets of its headings and tables."""

from __future__ import annotations

import re
from array import array
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from index.loaders.decoding import canonical
from index.types import Heading, Rows, Table

BLANK_LINE = "\n\n"
_LEADING_LINES = re.compile(r"\A(?:[^\S\n]*\n)+")
_SENTENCE_ENDS = (".", "!", "?", "…")
_SHORTEST_ENCODED = 120  # characters; keys, checksums and identifiers are shorter
_ENCODED_LINE = 40  # mean characters between white space; Base64 has lines of 64 or 76, words are shorter
_ENCODED = re.compile(r"(?:data:[\w.+-]+/[\w.+-]+(?:;[\w=.+-]+)*,)?[A-Za-z0-9+/_-]{100,}={0,2}")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as a file has it: the text of its cells, without offsets."""

    rows: Sequence[Sequence[str]]  # without header rows
    columns: Sequence[Sequence[str]] = ()  # header path of each column, outermost first; () when there is no header
    caption: str = ""
    above: Sequence[str] = ()  # lines of text directly above the table
    is_part: bool = False  # of a table whose other rows follow, so that a column without text may have some there


class TextBuilder:
    """Appends blocks to a text and remembers where headings and tables stand in it."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._headings: list[Heading] = []
        self._tables: list[Table] = []
        self._encoded: list[str] = []  # cells
        self._names: set[str] = set()  # of columns, that are in the text
        self.length = 0  # of the text so far, in code points

    @property
    def text(self) -> str:
        """The text so far."""
        return "".join(self._parts)

    @property
    def headings(self) -> tuple[Heading, ...]:
        """The headings so far, in order."""
        return tuple(self._headings)

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables so far, in order."""
        return tuple(self._tables)

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is left out of the tables so far: cells of encoded data."""
        return counted(len(self._encoded), "cell of encoded data", "cells of encoded data")

    @property
    def encoded(self) -> str:
        """The encoded data that is left out so far."""
        return "\n".join(self._encoded)

    def readable(self, text: str) -> str:
        """A text; nothing in the place of encoded data, which is left out and counted."""
        if len(text) >= _SHORTEST_ENCODED and is_encoded(text):
            self._encoded.append(text)
            return ""
        return text

    def add(self, block: str, separator: str = BLANK_LINE, *, indented: bool = False) -> int:
        """Append a block, after ``separator`` unless it is the first; returns where it starts.

        The block is made canonical and loses white space at its ends, but not before its first word when it is
        ``indented``, as code is; a blank one is not appended.
        """
        block = canonical(block).rstrip()
        block = _LEADING_LINES.sub("", block) if indented else block.lstrip()
        if not block:
            return self.length
        if self.length:
            self._append(separator)
        start = self.length
        self._append(block)
        return start

    def complete_word(self, rest: str, hyphenated: Collection[str]) -> bool:
        """Append ``rest`` to the last word if that ends in a hyphen after a letter; says whether it does.

        The hyphen is removed unless the word is among the ``hyphenated`` ones, which are in small letters.
        """
        last = self._parts[-1] if self._parts else ""
        stem = last[:-1]
        if not (last.endswith("-") and stem[-1:].isalpha()):
            return False
        word = f"{stem.split()[-1]}-{rest.rstrip('.,;:!?)')}"
        if word.lower() not in hyphenated:
            self._parts[-1] = stem
            self.length -= 1
        self._append(rest)
        return True

    def add_heading(self, level: int, title: str, separator: str = BLANK_LINE) -> None:
        """Append a heading of level 1 (outermost) to 6 on a line of its own; a blank one is not appended."""
        line = _one_line(title)
        if line:
            self._headings.append(Heading(level, line, self.add(line, separator)))

    def extend_heading(self, level: int, rest: str, limit: int) -> bool:
        """Add a line to the last heading if that has this level and nothing follows it; says whether it does.

        Both together have at most ``limit`` characters.
        """
        last = self._headings[-1] if self._headings else None
        line = _one_line(rest)
        if last is None or last.level != level or last.start + len(last.title) != self.length:
            return False
        if len(last.title) + len(line) >= limit:
            return False
        self._headings[-1] = replace(last, title=f"{last.title} {line}")
        self.add(line, " ")
        return True

    def add_table(self, grid: Grid, page: int | None = None, separator: str = BLANK_LINE) -> None:
        """Append a table, a row a line; first the lines above it, and its caption unless it is one of them.

        A caption that is the heading or the line before is not repeated.

        A line is ``Header: cell; Header: cell.`` with the names of a header path joined by " › ", and without empty
        cells and encoded data; the names of columns without text follow, once in a text. Columns without a header are
        numbered in ``Table.columns`` and unnamed in the text; two of them are name and value. Rows without text are
        left out; of a table without rows only the names are appended.
        """
        width = max(len(grid.columns), *map(len, grid.rows), 0, 0)
        rows = [[self._cell(cell) for cell in row] + [""] * (width - len(row)) for row in grid.rows]
        rows = [row for row in rows if any(row)]
        above = [_one_line(line) for line in grid.above]
        self.add("\n".join(above), separator)
        columns = column_paths(grid.columns, width)
        labels = [" › ".join(path) for path in columns] if grid.columns else []
        unused = [] if grid.is_part else _unused(labels, grid.rows)
        if not rows:
            self.add_names(unused, separator)
            return
        caption = _one_line(grid.caption)
        if caption and caption not in above and not self._ends_with(caption):
            self.add(caption, separator)
        names = [f"{label}: " if label else "" for label in labels] or [""] * width
        joint = ": " if width == 2 and not any(labels) else "; "
        if self.length:
            self._append(separator)
        start = self.length
        cells = array("i")  # a table can have millions of cells
        for row in rows:
            self._add_row(row, names, joint, cells, last=row is rows[-1])
        self._tables.append(Table(columns, Rows(width, cells.tobytes()), start, self.length, caption, page))
        if not grid.is_part:
            self._names.update(label for label in labels if label not in unused)
            self.add_names(unused)

    def add_names(self, names: Iterable[str], separator: str = "\n") -> None:
        """Append the names of columns without any text, but not those that stand in the rows of another table."""
        self.add("; ".join(name for name in names if name not in self._names), separator)
        self._names.update(names)

    def add_text(self, text: str, headings: Sequence[Heading] = (), tables: Sequence[Table] = ()) -> None:
        """Append a text that another builder made, with its headings and tables."""
        moved = self.add(text) - (len(text) - len(text.lstrip()))
        self._headings += (replace(heading, start=heading.start + moved) for heading in headings)
        for table in tables:
            rows = Rows.pack(table.rows.columns, ([(a + moved, b + moved) for a, b in row] for row in table.rows))
            start, end = table.start + moved, table.end + moved
            self._tables.append(replace(table, rows=rows, start=start, end=end, page=None))

    def _add_row(self, row: Sequence[str], names: Sequence[str], joint: str, cells: array[int], *, last: bool) -> None:
        """Append a row, and the start and end of each of its cells to ``cells``."""
        parts: list[str] = []
        place = self.length
        ending = ""
        for cell, name in zip(row, names, strict=True):
            if cell:
                before = f"{joint}{name}" if parts else name
                parts += (before, cell)
                place += len(before)
                ending = cell
            cells.extend((place, place + len(cell)))
            place += len(cell)
        self._append("".join(parts))
        end = "" if ending.endswith(_SENTENCE_ENDS) else "."
        self._append(end if last else f"{end}\n")

    def _cell(self, text: str) -> str:
        return _one_line(self.readable(text))

    def _append(self, part: str) -> None:
        self._parts.append(part)
        self.length += len(part)

    def _ends_with(self, line: str) -> bool:
        """Whether the last block is this line."""
        return bool(self._parts) and self._parts[-1].rpartition("\n")[2].rstrip(" :.") == line.rstrip(" :.")


def _unused(labels: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """The names under which no row has text."""
    columns = [column for column, label in enumerate(labels) if label]
    for row in rows:
        if not columns:
            return []
        columns = [column for column in columns if column >= len(row) or not row[column].strip()]
    used = {label for column, label in enumerate(labels) if column not in columns}
    return [label for label in dict.fromkeys(labels[column] for column in columns) if label not in used]


def is_encoded(value: str) -> bool:
    """Whether a value is an image or a file in Base64 or hexadecimal digits, which nobody reads."""
    lines = value.split()
    if len(value) < _SHORTEST_ENCODED or sum(map(len, lines)) < _ENCODED_LINE * len(lines):
        return False
    return _ENCODED.fullmatch("".join(lines)) is not None


def counted(number: int, one: str, many: str) -> tuple[str, ...]:
    """What is left out, for ``Document.left_out``: ("1 comment",), or nothing for 0."""
    return (f"{number} {one if number == 1 else many}",) if number else ()


def column_paths(columns: Sequence[Sequence[str]], width: int) -> tuple[tuple[str, ...], ...]:
    """``width`` header paths: the given ones as single lines, and ("Column 3",) where there is no header at all."""
    if not columns:
        return tuple((f"Column {number}",) for number in range(1, width + 1))
    given = [tuple(filter(None, map(_one_line, path))) for path in columns]
    return (*given, *((),) * (width - len(given)))


def _one_line(text: str) -> str:
    if text.isascii() and text.isprintable():  # nothing that is not canonical
        line = " ".join(text.split())
        return text if line == text else line  # the same string, of which a large table has millions
    return " ".join(canonical(text).split())
