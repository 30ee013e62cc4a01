"""Spreadsheets of OpenDocument and of Excel 97: sheets, merged cells, and cells as they are shown."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from index.errors import UnreadableFileError
from index.loaders.formats.open_document.sheets import parse_ods
from index.loaders.formats.workbooks.excel_97 import parse_xls

# Made with xlwt: a sheet "Limits" with a merged title, dates, numbers in #,##0.00, shares in 0%; and a hidden sheet.
XLS = Path(__file__).parents[1] / "files" / "limits.xls"
_NAMESPACES = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for prefix, name in {"office": "office", "style": "style", "table": "table", "text": "text"}.items()
)


def ods(sheets: str, styles: str = "") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(
            "content.xml",
            f"<office:document-content {_NAMESPACES}><office:automatic-styles>{styles}</office:automatic-styles>"
            f"<office:body><office:spreadsheet>{sheets}</office:spreadsheet></office:body></office:document-content>",
        )
    return file.getvalue()


def row(*cells: str, times: int = 1) -> str:
    shown = "".join(
        cell if cell.startswith("<") else f"<table:table-cell><text:p>{cell}</text:p></table:table-cell>"
        for cell in cells
    )
    return f'<table:table-row table:number-rows-repeated="{times}">{shown}</table:table-row>'


def sheet(name: str, *rows: str, style: str = "shown") -> str:
    return f'<table:table table:name="{name}" table:style-name="{style}">{"".join(rows)}</table:table>'


def test_the_cells_of_an_open_document_are_as_shown():
    price = (
        '<table:table-cell office:value-type="currency" office:value="12.5"><text:p>€12.50</text:p></table:table-cell>'
    )
    stored = '<table:table-cell office:value-type="float" office:value="14"/>'
    parsed = parse_ods(ods(sheet("Prices", row("Item", "Price", "Pieces"), row("Tea", price, stored))))
    assert parsed.text == "Prices\n\nItem: Tea; Price: €12.50; Pieces: 14."


def test_hidden_sheets_and_comments_are_reported():
    hidden = (
        '<style:style style:name="gone" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
    )
    commented = (
        "<table:table-cell><office:annotation><text:p>too much</text:p></office:annotation><text:p>3</text:p>"
        "</table:table-cell>"
    )
    table = (row("Item", "Price"), row("Tea", commented))
    parsed = parse_ods(ods(sheet("Sheet1", *table) + sheet("Old", *table, style="gone"), hidden))
    assert parsed.text == "Item: Tea; Price: 3."
    assert parsed.left_out == ("1 hidden sheet (Old)", "2 comments")


def test_merged_and_repeated_cells_are_in_each_of_their_places():
    title = '<table:table-cell table:number-columns-spanned="3"><text:p>Rates of 2025</text:p></table:table-cell>'
    covered = '<table:covered-table-cell table:number-columns-repeated="2"/>'
    same = '<table:table-cell table:number-columns-repeated="2"><text:p>n/a</text:p></table:table-cell>'
    rest = '<table:table-cell table:number-columns-repeated="16000"/>'
    parsed = parse_ods(
        ods(
            sheet(
                "Sheet1",
                row(title, covered),
                row("Town", "Budget", "Sum"),
                row("Lyon", same),
                row("Nice", "4", "5", rest),
                row(rest, times=1_000_000),
            )
        )
    )
    assert parsed.text == "Rates of 2025\n\nTown: Lyon; Budget: n/a; Sum: n/a.\nTown: Nice; Budget: 4; Sum: 5."


def test_a_workbook_of_excel_97_is_read_as_shown():
    parsed = parse_xls(XLS.read_bytes())
    assert parsed.text == (
        "Limits\n\nLimits abroad\n\nCountry: France; Since: 2024-02-28; Night: 1,150.00; Share: 26%.\n"
        "Country: Malta; Since: 2023-12-05; Night: 130.50; Share: 74%."
    )
    assert parsed.left_out == ("1 hidden sheet (Old)",)


@pytest.mark.parametrize("parse", [parse_ods, parse_xls])
@pytest.mark.parametrize("content", [b"no workbook", b"PK\x03\x04 broken", b"\xd0\xcf\x11\xe0 broken"])
def test_what_is_no_spreadsheet_is_reported(parse, content: bytes):
    with pytest.raises(UnreadableFileError):
        parse(content)
