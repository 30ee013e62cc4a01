"""Cells as answers: their places in a passage, and what of them is quoted."""

import pytest

from index.loaders.text_builder import Grid, TextBuilder
from index.types import Cell
from qa.reader.cells import cell_ranges, without_footnote_mark


@pytest.mark.parametrize(
    ("cell", "quoted"),
    [
        ("190*", "190"),
        ("64.00†", "64.00"),
        ("210¹", "210"),
        ("210 ¹²", "210"),
        ("Komfort Online*", "Komfort Online"),
        ("3.65% **", "3.65%"),
        ("Switzerland³", "Switzerland"),
        ("85^(b)", "85"),
        ("155 [3]", "155"),
        ("12 m²", "12 m²"),
        ("4 kg/m³", "4 kg/m³"),
        ("6 × 10⁶", "6 × 10⁶"),
        ("2⁶⁴", "2⁶⁴"),
        ("210", "210"),
        ("*", "*"),
        ("", ""),
    ],
)
def test_a_footnote_mark_is_not_quoted_and_an_exponent_is(cell, quoted):
    assert without_footnote_mark(cell) == quoted


def test_the_ranges_are_the_cells_with_text_without_their_marks():
    builder = TextBuilder()
    builder.add("Limits by country.")
    builder.add_table(Grid([["Japan", "190*"], ["Poland", ""]], [["Country"], ["Hotel limit (EUR)"]]))
    (table,) = builder.tables
    text = builder.text[table.start : table.end]
    ranges = cell_ranges(text, [cell for row in table.rows for cell in row], table.start)
    assert [text[cell.start : cell.end] for cell in ranges] == ["Japan", "190", "Poland"]


def test_cells_outside_the_passage_are_left_out():
    cells = [Cell(2, 5), Cell(10, 15), Cell(17, 23), Cell(23, 30)]
    assert cell_ranges("Japan; Poland", cells, 10) == ((0, 5, 0.0), (7, 13, 0.0))
