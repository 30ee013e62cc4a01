"""Excel workbooks: sheets, tables, merged cells, and numbers and dates as they are shown."""

from __future__ import annotations

import datetime
import io
import zipfile
from collections.abc import Callable

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment
from openpyxl.worksheet.worksheet import Worksheet

from index.errors import UnreadableFileError
from index.loaders.base import Parsed
from index.loaders.formats.workbooks.number_formats import shown_moment, shown_number
from index.loaders.formats.workbooks.spreadsheet import parse_xlsx


def parsed(fill: Callable[[Worksheet], object], *, values: dict[str, str] | None = None) -> Parsed:
    """The workbook that ``fill`` makes; ``values`` are written as the stored values of formulas."""
    workbook = Workbook()
    fill(workbook.active)
    file = io.BytesIO()
    workbook.save(file)
    if not values:
        return parse_xlsx(file.getvalue())
    stored = io.BytesIO()
    with zipfile.ZipFile(file) as before, zipfile.ZipFile(stored, "w") as after:
        for name in before.namelist():
            content = before.read(name).decode() if name.endswith(".xml") else ""
            for formula, value in values.items():
                content = content.replace(f"<f>{formula}</f><v></v>", f"<f>{formula}</f><v>{value}</v>")
                content = content.replace(f"<f>{formula}</f><v />", f"<f>{formula}</f><v>{value}</v>")
            after.writestr(name, content if name.endswith(".xml") else before.read(name))
    return parse_xlsx(stored.getvalue())


def filled(*rows: list[object]) -> Callable[[Worksheet], None]:
    def fill(sheet: Worksheet) -> None:
        for row in rows:
            sheet.append(row)

    return fill


def test_a_sheet_is_a_table_under_its_name():
    def fill(sheet: Worksheet) -> None:
        sheet.title = "Limits"
        filled(["Country", "Night"], ["France", 150], ["Malta", 130.5])(sheet)

    result = parsed(fill)
    assert result.text == "Limits\n\nCountry: France; Night: 150.\nCountry: Malta; Night: 130.5."
    assert [heading.title for heading in result.headings] == ["Limits"]


def test_a_default_name_is_no_heading():
    assert parsed(filled(["Country", "Night"], ["France", 150])).headings == ()


def test_every_visible_sheet_is_read_and_hidden_ones_are_reported():
    def fill(sheet: Worksheet) -> None:
        filled(["Country", "Night"], ["France", 150])(sheet)
        filled(["Town", "Night"], ["Lyon", 170])(sheet.parent.create_sheet("Towns"))
        for name, state in (("Old", "hidden"), ("Rates", "veryHidden")):
            other = sheet.parent.create_sheet(name)
            filled(["Secret", "Night"], ["Rome", 1])(other)
            other.sheet_state = state

    result = parsed(fill)
    assert result.text == "Country: France; Night: 150.\n\nTowns\n\nTown: Lyon; Night: 170."
    assert result.left_out == ("2 hidden sheets (Old, Rates)",)


def test_a_formula_is_its_stored_value():
    result = parsed(filled(["Item", "Sum"], ["Tea", "=1+2"], ["Rice", "=2*2"]), values={"1+2": "3", "2*2": "4"})
    assert result.text == "Item: Tea; Sum: 3.\nItem: Rice; Sum: 4."
    assert result.warnings == ()


def test_formulas_without_a_stored_value_are_reported():
    result = parsed(filled(["Item", "Sum"], ["Tea", "=1+2"]))
    assert result.warnings == ("1 formula has no stored value: open and save the file in a spreadsheet program",)


def test_merged_cells_are_in_each_of_their_places():
    def fill(sheet: Worksheet) -> None:
        rows = [["Rates of 2025", None, None, None], ["Group", "Budget", None, "Actual"], [None, "May", "June", "May"],
                ["North", 1, 2, 3], [None, 4, 5, 6]]  # fmt: skip
        filled(*rows)(sheet)
        for area in ("A1:D1", "A2:A3", "B2:C2", "A4:A5"):
            sheet.merge_cells(area)

    result = parsed(fill)
    assert result.text.split("\n") == [
        "Rates of 2025",
        "",
        "Group: North; Budget › May: 1; Budget › June: 2; Actual › May: 3.",
        "Group: North; Budget › May: 4; Budget › June: 5; Actual › May: 6.",
    ]
    assert result.tables[0].columns == (("Group",), ("Budget", "May"), ("Budget", "June"), ("Actual", "May"))


def test_blank_rows_separate_tables():
    rows: list[list[object]] = [
        ["Item", "Price"],
        ["Tea", 3],
        [],
        ["Clerk", "Room", "Phone"],
        ["Ida", "12", 551],
        ["Jo", "14", 552],
    ]
    result = parsed(filled(*rows))
    assert [table.columns[0] for table in result.tables] == [("Item",), ("Clerk",)]


def test_notes_beside_tables_are_text():
    result = parsed(filled(["Prices of the canteen"], [], ["Item", "Price"], ["Tea", 3], [], ["Ask Ida for more."]))
    assert result.text == "Prices of the canteen\n\nItem: Tea; Price: 3.\n\nAsk Ida for more."
    assert result.tables[0].caption == "Prices of the canteen"


def test_comments_are_reported():
    def fill(sheet: Worksheet) -> None:
        filled(["Item", "Price"], ["Tea", 3])(sheet)
        sheet["B2"].comment = Comment("too much", "Ida")

    assert parsed(fill).left_out == ("1 comment",)


def test_numbers_and_dates_are_as_shown():
    def fill(sheet: Worksheet) -> None:
        filled(["What", "Value"], ["share", 0.256], ["price", 1234.5], ["day", datetime.datetime(2024, 2, 28)])(sheet)
        for place, form in (("B2", "0%"), ("B3", "#,##0.00"), ("B4", "d-mmm-yy")):
            sheet[place].number_format = form

    assert parsed(fill).text == "What: share; Value: 26%.\nWhat: price; Value: 1,234.50.\nWhat: day; Value: 28-Feb-24."


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (12.5, "General", "12.5"),
        (0.1 + 0.2, "General", "0.3"),
        (14.0, "General", "14"),
        (2, "0.00", "2.00"),
        (2.675, "0.00", "2.68"),
        (1234567, "#,##0", "1,234,567"),
        (-1234, "#,##0 ;(#,##0)", "(1,234)"),
        (-3, "0", "-3"),
        (0.5, "0.00%", "50.00%"),
        (12500, "0.00E+00", "1.25E+04"),
        (12, '#,##0.00 "EUR"', "12.00 EUR"),
        (12, "[$€-407] #,##0.00", "€ 12.00"),
        (1.5, "0.0##", "1.5"),
        (0.25, "# ?/?", "0.25"),
        (7, "000-00", "7"),
    ],
)
def test_numbers_in_their_format(value: float, form: str, shown: str):
    assert shown_number(value, form) == shown


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("yyyy-mm-dd", "2024-03-09"),
        ("mm-dd-yy", "2024-03-09 14:05:30"),
        ("dd.mm.yyyy", "09.03.2024"),
        ("d mmmm yyyy", "9 March 2024"),
        ("mmm-yy", "Mar-24"),
        ("h:mm", "14:05"),
        ("h:mm AM/PM", "2:05 PM"),
        ("mm:ss", "05:30"),
        ("[$-409]d/m/yy h:mm", "9/3/24 14:05"),
    ],
)
def test_dates_in_their_format(form: str, shown: str):
    assert shown_moment(datetime.datetime(2024, 3, 9, 14, 5, 30), form) == shown


@pytest.mark.parametrize("content", [b"no workbook", b"PK\x03\x04 broken"])
def test_what_is_no_workbook_is_reported(content: bytes):
    with pytest.raises(UnreadableFileError):
        parse_xlsx(content)
