"""Whatever stands in a cell beside, above or below a nested table is kept, in order."""

from __future__ import annotations

import pytest

from index.loaders.dispatch import parse
from index.types import Document
from tests.support.samples.word_files import cell, paragraph, row, table, word_file

HOURS = table(row("Desk", "8 to 17"), row("Crane", "6 to 14"))
HOURS_READ = "Desk: 8 to 17.\nCrane: 6 to 14."
FEES = table(row("Skiff", "11 euros"), row("Barge", "90 euros"))
FEES_READ = "Skiff: 11 euros.\nBarge: 90 euros."


def read(body: str) -> Document:
    return parse(word_file(body), "a.docx")


def span(content: str, columns: int) -> str:
    return cell(content, f'<w:gridSpan w:val="{columns}"/>')


TABLES = {
    "columns of nothing but tables": (
        table(row("Opening", "Dues", header=True), row(cell(HOURS), cell(FEES))),
        f"Opening\n\n{HOURS_READ}\n\nDues\n\n{FEES_READ}",
    ),
    "the same without a mark on the header": (
        table(row("Opening", "Dues"), row(cell(HOURS), cell(FEES))),
        f"Opening\n\n{HOURS_READ}\n\nDues\n\n{FEES_READ}",
    ),
    "a column of tables beside names": (
        table(row("Quay", "Opening"), row("North", cell(HOURS)), row("South", cell(FEES))),
        f"Quay: North.\n\nNorth › Opening\n\n{HOURS_READ}\n\nQuay: South.\n\nSouth › Opening\n\n{FEES_READ}",
    ),
    "a row of tables below rows of text": (
        table(row("Quay", "Depth"), row("North", "4 metres"), row(cell(HOURS), "9 metres"), row("West", "2 metres")),
        f"Quay: North; Depth: 4 metres.\n\nDepth: 9 metres.\n\nQuay\n\n{HOURS_READ}\n\nQuay: West; Depth: 2 metres.",
    ),
    "a column of tables without a name": (
        table(row("Quay", "", "Depth"), row("North", cell(HOURS), "4 metres"), row("South", cell(FEES), "7 metres")),
        f"Quay: North; Depth: 4 metres.\n\nNorth\n\n{HOURS_READ}\n\nQuay: South; Depth: 7 metres.\n\nSouth\n\n"
        f"{FEES_READ}",
    ),
    "text before and after a table in a cell": (
        table(
            row("Quay", "Opening", header=True),
            row("North", cell(paragraph("In May:") + HOURS + paragraph("Closed in June."))),
        ),
        f"Quay: North; Opening: In May:.\n\nNorth\n\n{HOURS_READ}\n\nClosed in June.",
    ),
    "a cell over all columns with a table": (
        table(row("Quay", "Depth"), row("North", "4 metres"), row(span(paragraph("Hours:") + HOURS, 2))),
        f"Quay: North; Depth: 4 metres.\n\nHours:\n\n{HOURS_READ}",
    ),
    "a table above the first row of text": (
        table(row(span(HOURS, 2)), row("Quay", "Depth"), row("North", "4 metres")),
        f"{HOURS_READ}\n\nQuay: North; Depth: 4 metres.",
    ),
    "a table in a header": (
        table(row("Quay", cell(paragraph("Depth") + HOURS), header=True), row("North", "4 metres")),
        f"Depth\n\n{HOURS_READ}\n\nQuay: North; Depth: 4 metres.",
    ),
}  # fmt: skip


def test_what_only_says_what_to_fill_in_is_left_out_of_a_table() -> None:
    hint = f"<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>{cell('Tap to enter.')}</w:sdtContent></w:sdt>"
    rows = row("Entry", "Value", header=True), row("Owner", "Ida Holm"), f"<w:tr>{cell('Berth')}{hint}</w:tr>"
    document = read(table(*rows))
    assert document.text == "Entry: Owner; Value: Ida Holm.\nEntry: Berth."
    assert (document.left_out, document.coverage) == (("1 unfilled field",), 1)


@pytest.mark.parametrize("kind", TABLES)
def test_what_stands_around_a_nested_table_is_kept_in_order(kind: str) -> None:
    body, text = TABLES[kind]
    document = read(body)
    assert document.text == text
    assert document.coverage == 1
