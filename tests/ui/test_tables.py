"""Tables as they are shown: spans of headers, and the cell that holds the answer."""

from hypothesis import given
from hypothesis import strategies as st

from tests.support.answers import cell_citation, cell_document, citation
from ui.tables import HeaderCell, header_rows, shown_excerpt, shown_table

PATHS = st.lists(st.lists(st.sampled_from("abc"), max_size=3).map(tuple), min_size=1, max_size=6)


def test_outer_headers_stand_above_their_columns() -> None:
    first, second = header_rows((("Country",), ("Allowance", "Full day"), ("Allowance", "Half day"), ("Limit",)))
    assert first == (HeaderCell("Country", 0, 1, 2), HeaderCell("Allowance", 1, 2, 1), HeaderCell("Limit", 3, 1, 2))
    assert second == (HeaderCell("Full day", 1, 1, 1), HeaderCell("Half day", 2, 1, 1))


@given(PATHS)
def test_header_cells_fill_every_column_of_every_header_row_once(columns: list[tuple[str, ...]]) -> None:
    rows = header_rows(columns)
    filled = [
        (level + down, cell.column + across)
        for level, row in enumerate(rows)
        for cell in row
        for down in range(cell.down)
        for across in range(cell.across)
    ]
    assert sorted(filled) == [(level, column) for level in range(len(rows)) for column in range(len(columns))]


def test_the_rows_around_a_cell_are_shown_with_the_cell_marked() -> None:
    shown = shown_excerpt(cell_citation())
    assert shown is not None and shown.hit is not None
    assert [row.number for row in shown.rows] == [2, 3, 4, 5, 6]
    assert shown.place == "Switzerland › Hotel limit"
    answer = shown.hit.cells[3]
    assert (answer.before, answer.quote, answer.after) == ("", "210", "*")
    assert list(shown.neighbours()) == [("Row above", "Spain", "95"), ("Row below", "Taiwan", "90")]


def test_the_name_of_a_row_is_shown_with_its_header_alone() -> None:
    shown = shown_excerpt(cell_citation("Switzerland"))
    assert shown is not None and shown.place == "Country"


def test_a_quote_outside_tables_has_no_rows() -> None:
    assert shown_excerpt(citation()) is None


def test_of_a_table_the_rows_in_a_part_of_the_document_are_shown() -> None:
    document = cell_document()
    (table,) = document.tables
    marked = document.text.index("210"), document.text.index("210") + 3
    whole = shown_table(document, table, marked, (0, len(document.text)))
    assert (whole.total, len(whole.rows), whole.column) == (7, 7, 3)
    assert whole.hit is not None and whole.hit.number == 4
    later = shown_table(document, table, (0, 0), (document.text.index("210"), document.text.index("Utopia")))
    assert [row.number for row in later.rows] == [4, 5, 6] and later.hit is None
