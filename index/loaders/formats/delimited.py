"""CSV and its relatives: tables with any common separator, with or without a header."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.decoding import decode
from index.loaders.description.coverage import measured
from index.loaders.headers import read_grids
from index.loaders.text_builder import TextBuilder

_SEPARATORS = ",;\t|^"
_SAMPLE = 100_000  # characters
_SAMPLE_ROWS = 500
_CELL_LIMIT = 10_000_000  # characters
_MOST_LINES = 100  # of a cell; a longer one is a quotation mark that is never closed
_NAMED_SEPARATOR = re.compile(r"sep=(.)\n", re.IGNORECASE)  # the first line that Excel writes
_ESCAPED = re.compile(r'\\"(?!\s*(?:[,;\t|^\n]|$))')
_DECIMAL_COMMA = re.compile(r"-?\d+,\d+")
_UNCLOSED = "a quotation mark is never closed: quotation marks are read as text"


@dataclass(frozen=True, slots=True)
class _Format:
    """How the cells of a file are separated and quoted."""

    separator: str
    escape: str | None = None
    quoted: bool = True

    def rows(self, text: str) -> list[list[str]]:
        """The rows of a text. Raises UnreadableFileError."""
        csv.field_size_limit(_CELL_LIMIT)
        quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if self.quoted else csv.QUOTE_NONE
        lines = io.StringIO(text, newline="")
        reader = csv.reader(lines, delimiter=self.separator, escapechar=self.escape, quoting=quoting)
        try:
            return list(reader)
        except csv.Error as error:
            raise UnreadableFileError(f"not a table: {error}") from error


def parse_csv(content: bytes) -> Parsed:
    """The tables of a file, with the lines of text above and below them."""
    decoded = decode(content)
    text = decoded.text
    named = _NAMED_SEPARATOR.match(text)
    if named:
        text = text[named.end() :]
    escape = "\\" if '""' not in text and _ESCAPED.search(text) else None
    rows, warnings = _rows(text, _Format(named[1] if named else _separator(text, escape), escape))
    builder = TextBuilder()
    for grid in read_grids(rows):
        builder.add_table(grid)
    parsed = Parsed(
        builder.text,
        "text/csv",
        encoding=decoded.encoding,
        tables=builder.tables,
        warnings=warnings,
        left_out=builder.left_out,
    )
    return measured(parsed, decoded.text, builder.encoded)


def _rows(text: str, form: _Format) -> tuple[list[list[str]], tuple[str, ...]]:
    """The rows, and warnings."""
    rows = form.rows(text)
    if text.count('"') % 2 and any(cell.count("\n") > _MOST_LINES for cell in (rows or [[]])[-1]):
        return _Format(form.separator, form.escape, quoted=False).rows(text), (_UNCLOSED,)
    return rows, ()


def _separator(text: str, escape: str | None) -> str:
    """The separator by which most rows of the text's start have equally many cells; of several the one with most."""
    sample = text[:_SAMPLE]
    if len(text) > _SAMPLE:
        sample = sample.rpartition("\n")[0] or sample
    lines = {separator: _Format(separator, escape).rows(sample)[:_SAMPLE_ROWS] for separator in _SEPARATORS}
    return max(_SEPARATORS, key=lambda separator: _fitness(lines[separator], separator))


def _fitness(rows: list[list[str]], separator: str) -> tuple[float, int]:
    """How well a separator fits: the share of rows with the usual number of cells, and that number."""
    counts = Counter(len(row) for row in rows if any(row))
    if not counts:
        return 0.0, 0
    cells, count = max(counts.items(), key=lambda item: (item[1] * min(item[0] - 1, 1), item[0]))
    if cells < 2:
        return 0.0, 0
    share = count / counts.total()
    if separator != "," and any(_DECIMAL_COMMA.fullmatch(cell.strip()) for row in rows for cell in row):
        return share, 2 * cells  # by commas such numbers would be two cells
    return share, cells
