"""What stands at the top and the foot of PDF pages: running lines, and notes."""

from __future__ import annotations

import pytest

from index.chunking.chunker import Chunker
from index.loaders.dispatch import parse
from index.types import Document
from tests.support.samples.pdf_streams import lines_at, pdf_of_streams, text_at

BODY = 11


def read(*pages: str) -> Document:
    return parse(pdf_of_streams(pages), "sample.pdf")


def pages_with(heads: list[str], *, size: float = BODY, gap: float = 0.0) -> Document:
    """Pages of a sentence each, with a line at the top whose last word stands ``gap`` points apart if that is given."""
    sentences = ("It has six desks.", "The lamp is broken.", "Keys are at the gate.")
    drawn = []
    for head, sentence in zip(heads, sentences, strict=True):
        words, _, number = head.rpartition(" ")
        top = ((60, 800, size, words), (60 + gap, 800, size, number)) if gap else ((60, 800, size, head),)
        drawn.append(text_at(*top, (60, 700, BODY, sentence)))
    return read(*drawn)


def test_numbers_that_rise_from_page_to_page_stay_unless_they_are_page_numbers():
    document = pages_with(["Room 101", "Room 102", "Room 103"])
    assert [part.split("\n")[0] for part in document.text.split("\n\n")] == ["Room 101", "Room 102", "Room 103"]
    assert not document.left_out


@pytest.mark.parametrize(
    ("head", "size", "gap"),
    [
        ("Harbour rules, page {}", BODY, 0),
        ("Harbour rules | {}", BODY, 0),
        ("Reglas, página {}", BODY, 0),
        ("Regler, side {} av 3", BODY, 0),
        ("{} Harbour rules", BODY, 0),
        ("Harbour rules {}", BODY, 300),
        ("Harbour rules {}", 8, 0),
        ("Rules of the harbour {}", BODY, 0),
        ("Harbour rules {}/3", BODY, 0),
    ],
)
def test_running_heads_with_page_numbers_are_left_out_but_for_the_first(head: str, size: float, gap: float):
    document = pages_with([head.format(number) for number in (1, 2, 3)], size=size, gap=gap)
    assert document.text.endswith("It has six desks.\n\nThe lamp is broken.\n\nKeys are at the gate.")
    assert document.left_out == ("running heads and page numbers on 2 pages",)


def test_a_word_with_the_number_of_the_page_is_a_running_foot_but_not_a_running_head():
    pages = [
        text_at((60, 700, BODY, f"Desk of {name}."), (60, 30, BODY, f"Draft {n}")) for n, name in enumerate("ABC", 1)
    ]
    assert read(*pages).text == "Desk of A.\nDraft 1\n\nDesk of B.\n\nDesk of C."
    assert pages_with(["Room 1", "Room 2", "Room 3"]).text.count("Room") == 3


def merged_table(cells: list[tuple[int, int, str]], *, across: set[tuple[int, int]], down: set[tuple[int, int]]) -> str:
    """A ruled table of three columns with text in its cells.

    Some lines are missing: those ``across`` above a cell and those going ``down`` left of one.
    """
    xs, rows = (50, 150, 250, 350), 1 + max(row for row, _, _ in cells)
    ys = [700 - 40 * row for row in range(rows + 1)]
    lines = [
        (xs[column], y, xs[column + 1], y)
        for row, y in enumerate(ys)
        for column in range(3)
        if (row, column) not in across
    ]
    lines += [
        (x, ys[row], x, ys[row + 1]) for column, x in enumerate(xs) for row in range(rows) if (row, column) not in down
    ]
    words = (
        (xs[column] + 4, ys[row] - 12 - 8 * k, 7, line)
        for row, column, text in cells
        for k, line in enumerate(text.split("\n"))
    )
    return lines_at(*lines) + text_at(*words)


HEAD = [(0, 0, "Region"), (0, 1, "Quay"), (0, 2, "Depth")]


def test_a_merged_cell_is_in_each_row_and_one_over_all_columns_is_a_line():
    cells = [(1, 0, "North side"), (1, 1, "Alpha"), (1, 2, "4 metres"), (2, 1, "Beta"), (2, 2, "5 metres")]
    cells += [(3, 0, "Closed in winter"), (4, 0, "South side"), (4, 1, "Gamma"), (4, 2, "6 metres")]
    document = read(merged_table(HEAD + cells, across={(2, 0)}, down={(3, 1), (3, 2)}))
    assert document.text == (
        "Region: North side; Quay: Alpha; Depth: 4 metres.\nRegion: North side; Quay: Beta; Depth: 5 metres.\n"
        "Closed in winter\nRegion: South side; Quay: Gamma; Depth: 6 metres."
    )
    assert [len(table.rows) for table in document.tables] == [2, 1]


def test_a_merged_cell_with_lines_in_several_rows_is_one_and_a_long_one_is_read_once():
    remark = "\n".join(f"Class {letter} may lie here in May" for letter in "ABCDEFGH")
    cells = [(1, 0, remark), (1, 1, "Alpha"), (1, 2, "4 metres"), (2, 1, "Beta"), (2, 2, "5 metres")]
    cells += [(3, 0, "Closed in\nwinter and\nspring and\nwhenever\nit snows"), (3, 1, "Gamma"), (3, 2, "6 metres")]
    cells += [(4, 1, "Delta"), (4, 2, "7 metres")]
    text = read(merged_table(HEAD + cells, across={(2, 0), (4, 0)}, down=set())).text
    closed = "Region: Closed in winter and spring and whenever it snows"
    assert text.split("\n") == [
        f"Region: {' '.join(remark.split())}; Quay: Alpha; Depth: 4 metres.",
        "Quay: Beta; Depth: 5 metres.",
        f"{closed}; Quay: Gamma; Depth: 6 metres.",
        f"{closed}; Quay: Delta; Depth: 7 metres.",
    ]


FIRST = (
    (60, 300, BODY, "The harbour opens in March. Vessels longer than forty metres"),
    (60, 286, BODY, "pay their dues"),
    (129, 291, 6, "1"),
    (132.4, 286, BODY, " to Capt. Holm, the master of the harbour"),
)
DUES = ((60, 90, 6, "1"), (64, 86, 8, "Set each year by the council;"), (60, 76, 8, "see the table of dues."))
SECOND = (60, 700, BODY, "before they leave the inner basin. Others pay later.")
VESSELS = (
    "Vessels longer than forty metres pay their dues¹ to Capt. Holm, the master of the harbour\n"
    "before they leave the inner basin."
)


def test_a_sentence_over_a_page_break_is_not_interrupted_by_a_footnote(chunker: Chunker):
    document = read(text_at(*FIRST, *DUES), text_at(SECOND))
    assert document.text == (
        "The harbour opens in March.\n\n¹Set each year by the council;\nsee the table of dues.\n\n"
        f"{VESSELS} Others pay later."
    )
    assert [document.text[page.start : page.end].split()[0] for page in document.pages] == ["The", "before"]
    (passage,) = (chunk for chunk in chunker.chunk(document) if "Vessels" in chunk.text)
    assert VESSELS in passage.text


def test_a_sentence_goes_on_over_a_footnote_from_column_to_column():
    left = (
        (60, 300 - 14 * k, BODY, line)
        for k, line in enumerate(("We sell bread, cakes", "and rye of the mill* in", "the"))
    )
    document = read(text_at(*left, (60, 90, 8, "* Since 1811."), (320, 300, BODY, "old house on Fridays.")))
    assert (
        document.text == "We sell bread, cakes\nand rye of the mill* in\nthe\n\n* Since 1811.\n\nold house on Fridays."
    )


def test_a_footnote_that_goes_on_at_the_next_foot_interrupts_nothing_either():
    second = text_at(
        (60, 700, BODY, "before they leave the basin. Others wait for"), (60, 80, 8, "of dues for the inner basin.")
    )
    document = read(text_at(*FIRST, *DUES[:2]), second, text_at((60, 700, BODY, "the morning.")))
    assert document.text.endswith("leave the basin.\n\nof dues for the inner basin.\n\nOthers wait for\nthe morning.")


def test_a_sentence_before_an_interrupted_one_may_end_in_a_short_word():
    first = text_at((60, 300, BODY, "They grind rye. It comes from the farms* near"), (60, 90, 8, "* Since 1811."))
    document = read(first, text_at((60, 700, BODY, "the river.")))
    assert document.text == "They grind rye.\n\n* Since 1811.\n\nIt comes from the farms* near\nthe river."


def test_a_footnote_that_interrupts_nothing_stays_and_small_lists_are_no_notes():
    page = text_at((60, 300, BODY, "Dues are paid in May."), (167, 305, 6, "1"), *DUES)
    ended = read(page, text_at((60, 700, BODY, "Others pay later.")))
    assert ended.text.startswith("Dues are paid in May.¹\n\n¹Set each year by the council;\nsee the table of dues.\n\n")
    listed = read(
        text_at((60, 300, BODY, "Bring these to the quay and wait for"), (60, 90, 8, "1 rope"), (60, 80, 8, "2 bags"))
    )
    assert listed.text == "Bring these to the quay and wait for\n1 rope\n2 bags"
