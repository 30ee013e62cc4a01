"""CSV: each row becomes lines of ``column: value``, so that it can be read as prose."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import decode

_SAMPLE = 4_096  # characters
_CELL_LIMIT = 10_000_000  # characters
_NUMBER = re.compile(r"[-+]?[\d.,\s%$€£]+")


def parse_csv(content: bytes) -> Parsed:
    """A table with any common separator; its first row is taken as column names if it looks like names."""
    decoded = decode(content)
    rows = [[cell.strip() for cell in row] for row in _rows(decoded.text) if any(cell.strip() for cell in row)]
    names = rows[0] if rows and _are_names(rows) else []
    blocks = (_block(row, names) for row in rows[1 if names else 0 :])
    return Parsed("\n\n".join(block for block in blocks if block), "text/csv", encoding=decoded.encoding)


def _rows(text: str) -> Iterator[list[str]]:
    csv.field_size_limit(_CELL_LIMIT)
    try:
        yield from csv.reader(text.split("\n"), _dialect(text[:_SAMPLE]), strict=False)
    except csv.Error as error:
        raise UnreadableFileError(f"not a table: {error}") from error


def _dialect(sample: str) -> type[csv.Dialect]:
    try:
        return csv.Sniffer().sniff(sample, delimiters=",;\t|")
    except csv.Error:
        return csv.excel


def _are_names(rows: list[list[str]]) -> bool:
    first = rows[0]
    short = all(cell and len(cell) <= 80 and not _NUMBER.fullmatch(cell) for cell in first)
    return len(rows) > 1 and len(first) > 1 and short and len(set(first)) == len(first)


def _block(row: list[str], names: list[str]) -> str:
    if not names:
        return " | ".join(cell for cell in row if cell)
    named = [f"{name}: {cell}" for name, cell in zip(names, row, strict=False) if cell]
    return "\n".join([*named, *(cell for cell in row[len(names) :] if cell)])
