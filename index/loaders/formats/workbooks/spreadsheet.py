"""Excel workbooks: each sheet's tables, with numbers and dates as shown; hidden sheets are left out and reported."""

from __future__ import annotations

import datetime
import io
import re
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.description.coverage import measured
from index.loaders.formats.open_xml.package import Package, open_archive, qualified
from index.loaders.formats.workbooks.number_formats import shown_moment, shown_number
from index.loaders.formats.workbooks.shared_texts import cell_texts, shared_strings
from index.loaders.headers import read_grids
from index.loaders.text_builder import TextBuilder, counted

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DEFAULT_NAME = re.compile(
    r"(?:Sheet|Table|Tabelle|Feuil|Feuille|Hoja|Foglio|Blad|Planilha|Ark|Arkusz|List|Munka|Лист|工作表)[ _]?\d*",
    re.IGNORECASE,
)
_LARGEST_MERGE = 10_000  # cells that are filled from a merged one
_BLANK_ROWS = 1_000  # after which a sheet ends; some have a million
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_UNCOMPUTED = re.compile(rb"</?(?:\w+:)?f(?:/>|>)(?:<(?:\w+:)?v(?:/>|></(?:\w+:)?v>))?</(?:\w+:)?c>")
_COMMENT = re.compile(rb"<(?:\w+:)?comment ")

Merge = tuple[int, int, int, int]  # first row and column, last row and column, from 0


def parse_xlsx(content: bytes) -> Parsed:
    """A workbook: a sheet's name is its heading unless it is a default name."""
    package = Package(content, "an Excel workbook", ".xls")
    archive = open_archive(content, "an Excel workbook")
    builder = TextBuilder()
    hidden: list[str] = []
    uncomputed = 0
    parts, strings, texts = _parts(package), shared_strings(archive), list[str]()
    for sheet in _open(content).worksheets:
        if sheet.sheet_state != "visible":
            hidden.append(sheet.title)
            continue
        xml = archive.read(parts[sheet.title]) if sheet.title in parts else b""
        uncomputed += len(_UNCOMPUTED.findall(xml))
        texts += cell_texts(xml, strings)
        add_sheet(builder, sheet.title, [[_shown(cell) for cell in row] for row in _cells(sheet)], _merges(xml))
    properties = package.properties
    parsed = Parsed(
        builder.text,
        MEDIA_TYPE,
        title=properties.title or None,
        date=properties.date,
        headings=builder.headings,
        tables=builder.tables,
        left_out=(*builder.left_out, *hidden_sheets(hidden), *_left_out(archive)),
        warnings=_uncomputed(uncomputed),
    )
    return measured(parsed, "\n".join(texts), builder.encoded)


def add_sheet(builder: TextBuilder, name: str, rows: list[list[str]], merges: Iterable[Merge] = ()) -> None:
    """Append a sheet's heading and tables; every place of a merged cell gets its text."""
    for top, left, bottom, right in merges:
        area = (bottom - top + 1) * (right - left + 1)
        if area > _LARGEST_MERGE or top >= len(rows) or left >= len(rows[top]):
            continue
        for row in rows[top : bottom + 1]:
            row += [""] * (right + 1 - len(row))
            row[left : right + 1] = [rows[top][left]] * (right + 1 - left)
    if not any(map(any, rows)):
        return
    if not DEFAULT_NAME.fullmatch(name.strip()):
        builder.add_heading(1, name)
    for grid in read_grids(rows):
        builder.add_table(grid)


def hidden_sheets(names: Sequence[str]) -> tuple[str, ...]:
    """What is left out when sheets with these names are hidden."""
    return tuple(f"{what} ({', '.join(names)})" for what in counted(len(names), "hidden sheet", "hidden sheets"))


def _open(content: bytes) -> Any:
    """The workbook with the values of its formulas as they were last computed."""
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about extensions that are not read
            return load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
    except (InvalidFileException, zipfile.BadZipFile, KeyError, OSError) as error:
        raise UnreadableFileError(f"damaged, or not what its name says: {error}") from error


def _cells(sheet: Any) -> Iterator[Sequence[Any]]:
    """The rows of a sheet up to the last one that is near others."""
    sheet.reset_dimensions()  # which some programs write wrong
    blank = 0
    for row in sheet.iter_rows():
        blank = 0 if any(cell.value is not None for cell in row) else blank + 1
        if blank > _BLANK_ROWS:
            return
        yield row


def _shown(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float):
        return shown_number(value, cell.number_format or "General")
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return shown_moment(value, cell.number_format or "")
    if isinstance(value, datetime.timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return str(value)


def _parts(package: Package) -> dict[str, str]:
    """The name of each sheet's part, by the sheet's name."""
    relations = package.relations(package.main)
    sheets = package.root(package.main).iter("{*}sheet")
    found = {sheet.get("name", ""): relations.get(sheet.get(qualified("r:id"), "")) for sheet in sheets}
    return {name: relation.target for name, relation in found.items() if relation}


def _merges(xml: bytes) -> Iterator[Merge]:
    from openpyxl.utils import column_index_from_string

    for left, top, right, bottom in _MERGE.findall(xml):
        first, last = (column_index_from_string(column.decode()) for column in (left, right))
        yield int(top) - 1, first - 1, int(bottom) - 1, last - 1


def _uncomputed(number: int) -> tuple[str, ...]:
    """A warning if formulas have no value, because the program that wrote the file computed none."""
    counts = counted(number, "formula has no stored value", "formulas have no stored value")
    return tuple(f"{count}: open and save the file in a spreadsheet program" for count in counts)


def _left_out(archive: zipfile.ZipFile) -> Iterator[str]:
    """Comments and images, counted by the parts of the file."""
    names = archive.namelist()
    comments = sum(
        len(_COMMENT.findall(archive.read(name))) for name in names if re.match(r"xl/comments.*\.xml$", name)
    )
    yield from counted(comments, "comment", "comments")
    yield from counted(sum(name.startswith("xl/media/") for name in names), "image", "images")
