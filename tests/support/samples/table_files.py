"""One table, written in each format that has tables."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tests.support.samples.files import pdf_of


@dataclass(frozen=True, slots=True)
class PlainTable:
    """A table with its title and the lines of text above and below it."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    above: tuple[str, ...] = ()
    below: tuple[str, ...] = ()


def csv_table(table: PlainTable) -> bytes:
    """The lines above and below are rows of one cell, with blank rows between them and the table."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerows([[line] for line in table.above] + [[] for _ in table.above[:1]])
    writer.writerows([table.columns, *table.rows])
    writer.writerows([[] for _ in table.below[:1]] + [[line] for line in table.below])
    return file.getvalue().encode()


def html_table(table: PlainTable) -> bytes:
    """A page with a heading; the names of the columns are header cells."""

    def row(cells: Sequence[str], tag: str) -> str:
        return "<tr>" + "".join(f"<{tag}>{html.escape(cell)}</{tag}>" for cell in cells) + "</tr>"

    def lines(texts: Sequence[str]) -> str:
        return "".join(f"<p>{html.escape(text)}</p>" for text in texts)

    title = html.escape(table.title)
    body = "".join(row(cells, "td") for cells in table.rows)
    return (
        f'<!doctype html><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>{lines(table.above)}'
        f"<table><thead>{row(table.columns, 'th')}</thead><tbody>{body}</tbody></table>{lines(table.below)}"
    ).encode()


def markdown_table(table: PlainTable) -> bytes:
    """A heading and a table of pipes."""

    def row(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    lines = [row(table.columns), "|" + "---|" * len(table.columns), *map(row, table.rows)]
    return "\n\n".join([f"# {table.title}", *table.above, "\n".join(lines), *table.below]).encode()


def docx_table(table: PlainTable) -> bytes:
    """A heading and a table whose first row is not marked as a header."""
    from docx import Document

    document = Document()
    document.add_heading(table.title, 1)
    for line in table.above:
        document.add_paragraph(line)
    grid = document.add_table(0, len(table.columns))
    for cells in (table.columns, *table.rows):
        for cell, text in zip(grid.add_row().cells, cells, strict=True):
            cell.text = text
    for line in table.below:
        document.add_paragraph(line)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def xlsx_table(table: PlainTable) -> bytes:
    """One sheet with texts only, like ``csv_table``."""
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    sheet.title = "".join(letter for letter in table.title if letter not in "[]:*?/\\")[-31:]
    rows = [[line] for line in table.above] + [[] for _ in table.above[:1]] + [table.columns, *table.rows]
    rows += [[] for _ in table.below[:1]] + [[line] for line in table.below]
    for number, cells in enumerate(rows, start=1):
        for column, text in enumerate(cells, start=1):
            cell = sheet.cell(number, column, text or None)
            cell.data_type = "s" if text else cell.data_type  # also what looks like a formula
    file = io.BytesIO()
    workbook.save(file)
    return file.getvalue()


def pdf_table(table: PlainTable) -> bytes:
    """One page as wide as the table, without rules; raises UnicodeEncodeError for letters that Helvetica lacks."""
    size, step = 10, 16
    grid = (table.columns, *table.rows)
    widths = [max(len(row[column]) for row in grid) * size * 0.56 + 18 for column in range(len(table.columns))]
    lefts = [60 + sum(widths[:column]) for column in range(len(widths))]
    height = 120 + step * (len(grid) + len(table.above) + len(table.below))
    y = height - 60
    drawn: list[tuple[float, float, int, str]] = [(60, y, 16, table.title)]
    for line in table.above:
        y -= step
        drawn.append((60, y, size, line))
    y -= step
    for cells in grid:
        y -= step
        drawn += [(left, y, size, cell) for left, cell in zip(lefts, cells, strict=True) if cell]
    y -= step
    for line in table.below:
        y -= step
        drawn.append((60, y, size, line))
    return pdf_of(drawn, round(max(sum(widths) + 120, 595)), height)


TABLE_FORMATS: Mapping[str, Callable[[PlainTable], bytes]] = {
    ".csv": csv_table,
    ".html": html_table,
    ".docx": docx_table,
    ".xlsx": xlsx_table,
    ".md": markdown_table,
    ".pdf": pdf_table,
}
