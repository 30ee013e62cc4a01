"""The builder of canonical texts: blocks, headings and tables at their offsets."""

from __future__ import annotations

import json

import pytest

from index.loaders.document_json import document_from_json, document_to_json
from index.loaders.text_builder import Grid, TextBuilder
from index.types import Document, Heading, Table

LIMITS = Grid(
    columns=[["Country"], ["Limit", "Day (EUR)"], ["Limit", "Night\n(EUR)"]],
    rows=[["France", "54", "150"], ["Switzerland", "", "210"]],
    caption="Limits abroad",
)


def built(grid: Grid) -> tuple[str, Table]:
    builder = TextBuilder()
    builder.add("Receipts are kept.")
    builder.add_table(grid)
    return builder.text, builder.tables[0]


def cells(text: str, table: Table) -> list[list[str]]:
    return [[text[cell.start : cell.end] for cell in row] for row in table.rows]


def test_each_row_is_a_line_with_its_headers() -> None:
    text, table = built(LIMITS)
    assert text[table.start : table.end].split("\n") == [
        "Country: France; Limit › Day (EUR): 54; Limit › Night (EUR): 150.",
        "Country: Switzerland; Limit › Night (EUR): 210.",
    ]


def test_cells_stand_at_their_offsets_and_empty_ones_keep_their_column() -> None:
    assert cells(*built(LIMITS)) == [["France", "54", "150"], ["Switzerland", "", "210"]]


def test_the_caption_is_a_line_before_the_table() -> None:
    text, table = built(LIMITS)
    assert text[: table.start] == "Receipts are kept.\n\nLimits abroad\n\n"


def test_a_caption_that_is_the_heading_above_is_not_repeated() -> None:
    builder = TextBuilder()
    builder.add_heading(2, "Limits abroad")
    builder.add_table(LIMITS)
    assert builder.text.count("Limits abroad") == 1


def test_names_of_columns_without_text_follow_the_table_unless_a_table_showed_them() -> None:
    builder = TextBuilder()
    columns = [("Name",), ("Fax",), ("Post", "Town")]
    builder.add_table(Grid([["Ann", "", ""], ["Bo", " ", ""]], columns))
    builder.add_table(Grid([["Cy", "", "Molde"]], columns))
    builder.add_table(Grid([["", "", ""]], [("Fax",), ("Signature",), ("Day",)]))
    assert builder.text == (
        "Name: Ann.\nName: Bo.\nFax; Post › Town\n\nName: Cy; Post › Town: Molde.\n\nSignature; Day"
    )
    assert [len(table.rows) for table in builder.tables] == [2, 1]


def test_two_columns_without_a_header_are_name_and_value() -> None:
    text, table = built(Grid([["Registered", "1994"], ["Seat", "Bern."]]))
    assert text.endswith("Registered: 1994.\nSeat: Bern.")
    assert table.columns == (("Column 1",), ("Column 2",))


@pytest.mark.parametrize("rows", [[], [["", " "]]])
def test_a_table_without_text_is_only_the_names_of_its_columns(rows: list[list[str]]) -> None:
    builder = TextBuilder()
    builder.add_table(Grid(rows, [["Name"], ["Age"]]))
    assert (builder.text, builder.tables) == ("Name; Age", ())


def test_short_rows_are_filled_and_long_ones_have_columns_without_a_header() -> None:
    text, table = built(Grid([["Rice"], ["Tea", "3", "green"]], [["Item"], ["Price"]]))
    assert text.endswith("Item: Rice.\nItem: Tea; Price: 3; green.")
    assert table.columns == (("Item",), ("Price",), ())


def test_headings_are_lines_at_their_offsets() -> None:
    builder = TextBuilder()
    builder.add("Before")
    builder.add_heading(2, " Two\nlines ")
    assert builder.headings == (Heading(2, "Two lines", 8),)
    assert builder.text[8:] == "Two lines"


def test_a_slice_of_rows_is_rows() -> None:
    _, table = built(LIMITS)
    assert list(table.rows[1:]) == [table.rows[1]] == [table.rows[-1]]


def test_a_document_with_tables_survives_json() -> None:
    text, table = built(LIMITS)
    document = Document("a.csv", "A", text, "text/csv", tables=(table,), left_out=("1 image",))
    assert document_from_json(json.loads(json.dumps(document_to_json(document)))) == document
