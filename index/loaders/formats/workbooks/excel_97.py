"""Workbooks of Excel 97 to 2003 (.xls), with numbers and dates as shown."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.description.coverage import measured
from index.loaders.formats.workbooks.number_formats import shown_moment, shown_number
from index.loaders.formats.workbooks.spreadsheet import Merge, add_sheet, hidden_sheets
from index.loaders.text_builder import TextBuilder

MEDIA_TYPE = "application/vnd.ms-excel"


def parse_xls(content: bytes) -> Parsed:
    """A workbook: a sheet's name is its heading unless it is a default name; hidden sheets are left out."""
    book = _open(content)
    builder, hidden, texts = TextBuilder(), list[str](), list[str]()
    for sheet in book.sheets():
        if sheet.visibility:
            hidden.append(sheet.name)
            continue
        rows = [[_shown(book, cell) for cell in sheet.row(number)] for number in range(sheet.nrows)]
        add_sheet(builder, sheet.name, rows, _merges(sheet))
        texts += (
            cell.value for number in range(sheet.nrows) for cell in sheet.row(number) if isinstance(cell.value, str)
        )
    parsed = Parsed(
        builder.text,
        MEDIA_TYPE,
        headings=builder.headings,
        tables=builder.tables,
        left_out=(*builder.left_out, *hidden_sheets(hidden)),
    )
    return measured(parsed, "\n".join(texts), builder.encoded)


def _open(content: bytes) -> Any:
    import xlrd

    try:
        return xlrd.open_workbook(file_contents=content, formatting_info=True, logfile=io.StringIO())
    except (xlrd.XLRDError, xlrd.compdoc.CompDocError, zipfile.BadZipFile) as error:
        raise UnreadableFileError(f"damaged, protected by a password, or not what its name says: {error}") from error


def _shown(book: Any, cell: Any) -> str:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_NUMBER:
        return shown_number(int(cell.value) if cell.value.is_integer() else cell.value, _format(book, cell))
    if cell.ctype == xlrd.XL_CELL_DATE:
        with suppress(xlrd.XLDateError, OverflowError):
            moment = xlrd.xldate_as_datetime(cell.value, book.datemode)
            return shown_moment(moment if cell.value >= 1 else moment.time(), _format(book, cell))
        return str(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if cell.value else "FALSE"
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(cell.value, ""))
    return str(cell.value)


def _format(book: Any, cell: Any) -> str:
    form = book.format_map.get(book.xf_list[cell.xf_index].format_key)
    return form.format_str if form else "General"


def _merges(sheet: Any) -> Iterator[Merge]:
    for top, bottom, left, right in sheet.merged_cells:
        yield top, left, bottom - 1, right - 1
