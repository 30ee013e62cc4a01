"""Tables in question files: texts whose lines are the rows of a table, in the form that the index gives them.

A row is a line ``Country: Switzerland; Hotel limit (EUR): 210.``, as ``index.loaders.text_builder`` writes it. Lines
around the rows are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from index.types import Cell, Rows, Table

_FEWEST_ROWS = 2
_LEAST_SHARE = 0.4  # of the characters of a text that has a table
_PAIR = re.compile(r"(?P<header>(?:(?!: |; ).)+): (?P<cell>.+?)(?:; (?=(?:(?!: |; ).)+: )|$)")


def tables_in_rows(text: str) -> tuple[Table, ...]:
    """The tables of a text in the form ``rows``; empty for any other text.

    A table is a run of lines of at least two named cells with the same first name. The columns are all names of its
    rows, in the order of their first use.
    """
    lines = [(line.start(), line[0]) for line in re.finditer(r"[^\n]+", text)]
    runs = [run for run in _runs(lines) if len(run) >= _FEWEST_ROWS]
    covered = sum(len(line) for run in runs for _, line in run)
    return tuple(map(_table, runs)) if covered >= _LEAST_SHARE * len(text) else ()


def _runs(lines: list[tuple[int, str]]) -> Iterator[list[tuple[int, str]]]:
    """The runs of neighbouring lines that are rows with one first name."""
    run: list[tuple[int, str]] = []
    first = ""
    for start, line in lines:
        name = line.partition(": ")[0] if line.endswith(".") and len(_pairs(start, line)) > 1 else ""
        name = "" if " — " in name else name  # a line of text that lists some facts
        if run and name != first:
            yield run
            run = []
        run, first = ([*run, (start, line)] if name else []), name
    yield run


def _pairs(start: int, line: str) -> list[tuple[str, Cell]]:
    """The name and the place of each cell in a row that begins at ``start``; empty for a line that is no row."""
    row = line.removesuffix(".")
    found = list(_PAIR.finditer(row))
    whole = bool(found) and found[0].start() == 0 and found[-1].end() == len(row)
    places = [(one["header"], one.start("cell"), one.end("cell")) for one in found]
    return [(name, Cell(start + first, start + end)) for name, first, end in places] if whole else []


def _table(run: list[tuple[int, str]]) -> Table:
    rows = [dict(_pairs(start, line)) for start, line in run]
    names = tuple(dict.fromkeys(name for row in rows for name in row))
    ends = [start + len(line) for start, line in run]
    cells = [[row.get(name, Cell(end, end)) for name in names] for row, end in zip(rows, ends, strict=True)]
    columns = tuple(tuple(name.split(" › ")) for name in names)
    return Table(columns, Rows.pack(len(names), cells), run[0][0], ends[-1])
