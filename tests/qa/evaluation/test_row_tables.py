"""Tables are found in texts that are written in rows, and nowhere else."""

import pytest

from index.loaders.text_builder import Grid, TextBuilder
from qa.evaluation.row_tables import tables_in_rows

GRID = Grid(
    rows=[["Japan", "190", "15:30"], ["Côte d'Ivoire", "", "9; then 10"], ["Chad", "see above.", "–"]],
    columns=[["Country"], ["Budget", "2025"], ["Open from 8:00"]],
)


def test_the_table_of_a_text_is_the_one_it_was_written_from():
    builder = TextBuilder()
    builder.add("Limits. All amounts: EUR.")
    builder.add_table(GRID)
    builder.add("* Prior approval is needed.")
    (written,) = builder.tables
    (found,) = tables_in_rows(builder.text)
    assert found.columns == written.columns and (found.start, found.end) == (written.start, written.end)

    def cells(table):
        return [[builder.text[a:b].removesuffix(".") for a, b in row] for row in table.rows]

    assert cells(found) == cells(written)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Note: this is prose; it goes on: there is no row here.",
        "Country: Japan; Limit: 190.",
        "Monday: a talk was given; it was long.\nTuesday: nothing happened; it rained: all day.",
        "Country: Japan\nLimit: 190\n\nCountry: Poland\nLimit: 95",
        "Country | Limit\nJapan | 190\nPoland | 95",
    ],
)
def test_other_texts_have_no_table(text):
    assert tables_in_rows(text) == ()


def test_a_few_rows_in_a_long_text_are_no_table():
    rows = "Name: Ann; Role: chair.\nName: Bo; Role: clerk.\n"
    assert len(tables_in_rows(rows)) == 1
    assert tables_in_rows("The meeting took place as planned. " * 20 + "\n" + rows) == ()
