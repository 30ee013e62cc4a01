"""A question sheet as an Excel workbook: every value is text or a number, never a formula."""

from __future__ import annotations

import io
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from qa import Position, Sheet
from ui.sheets.lines import Line

HEADINGS = (
    "Document",
    "Title",
    "Question",
    "Answer",
    "In its words",
    "Certainty",
    "Probability",
    "Page",
    "Section",
    "Date",
    "What the date is",
    "Change",
    "Before",
    "Verdict",
    "SHA-256 of the document",
    "Link",
)
WIDTHS = (28, 28, 36, 40, 70, 11, 11, 10, 24, 12, 18, 15, 30, 9, 20, 20)  # in characters
ANSWER, PROBABILITY = HEADINGS.index("Answer"), HEADINGS.index("Probability")
LONGEST_LINK = 2000  # characters; Excel calls a workbook with longer ones damaged
WRAPPED = Alignment(wrap_text=True, vertical="top")
LINKED = Font(color="0D5C63", underline="single")
DOUBTFUL = PatternFill("solid", fgColor="FFF8E0")  # unsure or changed


def excel_file(sheet: Sheet, shown: list[Line]) -> bytes:
    """The file: a sheet with the table, if each document has a row, and one with everything about each answer."""
    book = Workbook()
    first = book.active
    if sheet.each:
        _table(first, sheet, {line.place: line for line in shown})
        first = book.create_sheet()
    _answers(first, shown)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def values(line: Line) -> tuple[str | float | None, ...]:
    """What is known of a cell, in the order of ``HEADINGS``."""
    return (
        line.document,
        line.title,
        line.question,
        line.answer,
        line.words,
        line.certainty,
        line.probability,
        line.page,
        line.heading,
        line.date,
        line.dated,
        line.change,
        line.before,
        line.verdict,
        line.sha256,
        line.link,
    )


def _table(into: Worksheet, sheet: Sheet, cells: dict[Position, Line]) -> None:
    into.title = "Table"
    _head(into, ("Document", *sheet.questions), (28, *(36 for _ in sheet.questions)))
    for number, row in enumerate(sheet.rows):
        _put(into.cell(number + 2, 1), row.document)
        for column in range(len(sheet.questions)):
            line = cells[Position(number, column)]
            cell = into.cell(number + 2, column + 2)
            _put(cell, line.answer if not line.change else f"{line.answer} ({line.change}, was: {line.before})")
            _link(cell, line)
            _mark(cell, line)


def _answers(into: Worksheet, shown: list[Line]) -> None:
    into.title = "Answers"
    _head(into, HEADINGS, WIDTHS)
    for number, line in enumerate(shown, 2):
        for column, value in enumerate(values(line), 1):
            _put(into.cell(number, column), value)
        into.cell(number, PROBABILITY + 1).number_format = "0%"
        _link(into.cell(number, ANSWER + 1), line)
        _mark(into.cell(number, ANSWER + 1), line)
    into.auto_filter.ref = into.dimensions


def _head(into: Worksheet, names: tuple[str, ...], widths: tuple[int, ...]) -> None:
    for column, (name, width) in enumerate(zip(names, widths, strict=True), 1):
        cell = into.cell(1, column)
        _put(cell, name)
        cell.font = Font(bold=True)
        into.column_dimensions[get_column_letter(column)].width = width
    into.freeze_panes = "B2"


def _put(cell: Any, value: str | float | None) -> None:
    """Set a value as a number or as text, which stays text when a person edits it."""
    cell.value = value
    cell.alignment = WRAPPED
    if isinstance(value, str):
        cell.data_type = "s"
        cell.quotePrefix = value[:1] in "=+-@" and value != ""


def _link(cell: Any, line: Line) -> None:
    if line.link and len(line.link) <= LONGEST_LINK:
        cell.hyperlink = line.link
        cell.font = LINKED


def _mark(cell: Any, line: Line) -> None:
    if line.change or line.certainty == "Unsure":
        cell.fill = DOUBTFUL
