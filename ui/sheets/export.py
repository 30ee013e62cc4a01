"""A question sheet as a file: .xlsx, .csv, .html or .json."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

from index import DocumentRecord, InputError, on_disk
from qa import Citation, Position, Sheet
from ui.sheets.lines import Line, Link, cell_lines
from ui.sheets.workbook import HEADINGS, excel_file, values

KINDS = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv",
    ".html": "text/html",
    ".json": "application/json",
}
# What spreadsheets may take for a formula. A negative number is none.
FORMULA = re.compile(r"[=+@\t\r＝＋＠]|[-－](?!\d[\d.,]*$)")


def exported(sheet: Sheet, kind: str, link: Link) -> bytes:
    """The content of a file of this kind (".xlsx" and so on). Raises ``InputError`` for an unknown one."""
    if kind == ".json":
        return (json.dumps(sheet.as_dict(), ensure_ascii=False, indent=2) + "\n").encode("utf-8", "replace")
    shown = list(cell_lines(sheet, link))
    if kind == ".xlsx":
        return excel_file(sheet, shown)
    if kind == ".csv":
        return _csv(shown)
    if kind == ".html":
        return _html(sheet, shown)
    raise InputError(f"a sheet is written as {', '.join(KINDS)}, not as {kind or 'a file without an ending'}")


def file_links(records: list[DocumentRecord]) -> Link:
    """Links to the documents' files, and to the page in a PDF."""
    known = {record.id: record for record in records}

    def link(cited: Citation) -> str:
        record = known.get(cited.document_id)
        if record is None or not record.source:
            return ""
        page = f"#page={cited.page}" if cited.page and record.media_type == "application/pdf" else ""
        return Path(on_disk(record.source, record.path)).absolute().as_uri() + page

    return link


def _csv(shown: list[Line]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(HEADINGS)
    writer.writerows([_harmless(value) for value in values(line)] for line in shown)
    return text.getvalue().encode("utf-8-sig", "replace")  # the mark tells spreadsheets the encoding


def _harmless(value: object) -> str:
    """The text of a value; an apostrophe before one that could be a formula makes spreadsheets take it for text."""
    text = "" if value is None else str(value)
    return f"'{text}" if FORMULA.match(text) else text


def _html(sheet: Sheet, shown: list[Line]) -> bytes:
    from ui.web.html import render

    cells: dict[Position, Line] = {line.place: line for line in shown}
    return render("sheet/export.html", sheet=sheet, lines=shown, cells=cells, position=Position).encode(
        "utf-8", "replace"
    )
