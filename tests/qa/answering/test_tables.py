"""A quoted cell knows its table, its row and its column."""

import pytest

from index import TablePart
from index.loaders.text_builder import Grid, TextBuilder
from qa.answering.citations import cite, list_items, supporting_citations
from qa.answering.tables import naming_column, table_cell, table_excerpt
from qa.types import TableCell
from tests.support.retrieved import proposals, retrieve_rows, span

COUNTRIES = Grid(
    rows=[["Japan", "52", "190*"], ["Switzerland", "64", "210"], ["Poland", "46", ""], ["Chad", "64", "210"]],
    columns=[["Country"], ["Daily allowance (EUR)"], ["Hotel limit", "per night (EUR)"]],
    caption="Table 2. Limits",
)


def cell(passage, words, margin=9.0, number=0):
    return span(passage, words, margin, number)


def test_a_citation_names_the_row_and_the_column_of_its_cell():
    passage = retrieve_rows(COUNTRIES, "hotel limit in Switzerland?", first=1, last=2)
    citation = cite(proposals([passage], cell(passage, "210"))[0])
    text = passage.document_text
    assert text[citation.start : citation.end] == citation.quote == "210"
    assert citation.table == TableCell(
        table=0,
        caption="Table 2. Limits",
        row=2,
        rows=4,
        row_name="Switzerland",
        column=("Hotel limit", "per night (EUR)"),
    )
    assert citation.sentence.startswith("Country: Switzerland; ") and citation.sentence.endswith(": 210.")
    assert text[citation.sentence_start :].startswith(citation.sentence)


def test_the_passage_gives_the_reader_whole_cells_without_footnote_marks():
    passage = retrieve_rows(COUNTRIES, "hotel limit in Japan?", last=1).passage
    assert [passage.text[one.start : one.end] for one in passage.cells] == [
        *("Japan", "52", "190"),
        *("Switzerland", "64", "210"),
    ]
    assert passage.context == "Limits by country."
    best = max(passage.cells, key=lambda one: one.prior)
    assert passage.text[best.start : best.end] == "190"


def test_an_equal_cell_of_the_same_table_says_something_else():
    passage = retrieve_rows(COUNTRIES, "hotel limit in Switzerland?")
    first, last = passage.passage.text.index("210"), passage.passage.text.rindex("210")
    spans = [cell(passage, "210"), cell(passage, "210", 8.0)]
    spans[1] = spans[1].__class__(0, last, last + 3, "210", 8.0)
    found = proposals([passage], *spans)
    assert first < last and len(found) == 2
    assert [citation.start for citation in supporting_citations(found[0], found, 0.5)] == [found[0].start]


def test_a_cell_of_another_document_that_says_the_same_supports_the_answer():
    here = retrieve_rows(COUNTRIES, "hotel limit in Switzerland?")
    there = retrieve_rows(COUNTRIES, "hotel limit in Switzerland?", document=2, rank=2)
    found = proposals([here, there], cell(here, "210"), cell(there, "210", 8.0, 1))
    assert [one.path for one in supporting_citations(found[0], found, 0.5)] == ["1.txt", "2.txt"]


def test_another_column_of_the_table_is_evidence_against_its_cells():
    passage = retrieve_rows(COUNTRIES, "What is the hotel limit in Switzerland?")
    named, other = proposals([passage], cell(passage, "210"), cell(passage, "64", 8.0))
    assert named.evidence.header == 0.0 > other.evidence.header


@pytest.mark.parametrize(
    ("question", "answer", "items"),
    [
        ("List the daily allowances", "52", ("52", "64", "46", "64")),
        ("Which countries have a limit of 210?", "Switzerland", ("Switzerland", "Chad")),
        ("What are the allowances in Poland?", "46", ()),
        ("What is the daily allowance?", "52", ()),
        ("Name all hotel limits", "210", ("190", "210", "210")),
    ],
)
def test_a_list_is_the_column_in_the_rows_that_the_question_names(question, answer, items):
    passage = retrieve_rows(COUNTRIES, question, last=2)
    found = cell(passage, answer)
    assert list_items(question, proposals([passage], found)[0], [found]) == items


def part_of(grid):
    builder = TextBuilder()
    builder.add_table(grid)
    (table,) = builder.tables
    return TablePart.of(table, 0, 0, len(table.rows) - 1), builder.text


@pytest.mark.parametrize(
    ("rows", "naming"),
    [
        ([["Japan", "52"], ["Poland", "46"]], 0),
        ([["1", "Kirchblick"], ["2", "Am Bach"]], 1),
        ([["0", "B-17"], ["1", "B-18"]], 1),
        ([["2023", "40"], ["2025", "38"]], 0),
        ([["Mon", "Dal"], ["Mon", "Soup"]], 1),
        ([["yes", "yes"], ["yes", "yes"]], 0),
        ([["7", "-"]], 0),
    ],
)
def test_rows_are_named_by_the_first_column_that_tells_them_apart(rows, naming):
    assert naming_column(*part_of(Grid(rows, [["A"], ["B"]]))) == naming


def test_an_excerpt_has_up_to_two_rows_on_either_side():
    part, text = part_of(Grid([[f"Row {k}", str(100 + k)] for k in range(9)], [["Name"], ["Value"]]))
    start = text.index("107")
    excerpt = table_excerpt(part, text, start, start + 3)
    assert [row[0] for row in excerpt.rows] == ["Row 5", "Row 6", "Row 7", "Row 8"]
    assert (excerpt.first, excerpt.row, excerpt.column, excerpt.naming, excerpt.quote) == (6, 2, 1, 0, (0, 3))


def test_a_place_outside_the_cells_has_no_row():
    part, text = part_of(COUNTRIES)
    assert table_cell(part, text, 0) is None
    assert table_excerpt(part, text, 0, 1) is None


def test_of_a_wide_table_the_name_and_the_columns_around_the_answer_are_shown():
    columns = [[f"Column {k}"] for k in range(40)]
    part, text = part_of(Grid([[f"{row}.{k}" for k in range(40)] for row in ("a", "b")], columns))
    start = text.index("b.30")
    excerpt = table_excerpt(part, text, start, start + 4)
    assert len(excerpt.columns) == 8 and excerpt.left_out == 32
    assert excerpt.rows[1][excerpt.column] == "b.30" and excerpt.columns[excerpt.naming] == ("Column 0",)
