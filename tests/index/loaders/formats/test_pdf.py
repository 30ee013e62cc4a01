"""PDFs are read as a person reads them: scripts, fields, notes, labels, sentences over pages, and tables."""

from __future__ import annotations

import pytest

from index.errors import UnreadableFileError
from index.loaders.dispatch import parse
from index.loaders.pdf import ocr
from index.types import Document
from tests.support.samples.pdf_streams import lines_at, pdf_of_streams, text_at

BODY = 11
IMAGE = "q 595 0 0 842 0 0 cm BI /W 1 /H 1 /CS /G /BPC 8 ID @ EI Q\n"


def read(*pages: str, **parts: str | list[str]) -> Document:
    return parse(pdf_of_streams(pages, **parts), "sample.pdf")  # type: ignore[arg-type]


def rows_of(document: Document, table: int = 0) -> list[list[str]]:
    return [[document.text[c.start : c.end] for c in row] for row in document.tables[table].rows]


def test_a_raised_number_is_a_superscript_and_its_line_stays_whole():
    page = text_at((60, 700, BODY, "Keys have 2"), (121, 704, 7, "64"), (129, 700, BODY, " values in all."))
    assert read(page).text == "Keys have 2⁶⁴ values in all."


def test_the_mark_of_a_note_that_is_drawn_after_its_line_stands_where_it_is_seen():
    line = text_at((60, 700, BODY, "Dues are paid in May.  Boats pay half of them, ships"), (167, 704, 6, "12"))
    page = line + text_at((60, 686, BODY, "pay the whole sum at once."))
    assert read(page).text == "Dues are paid in May.¹² Boats pay half of them, ships\npay the whole sum at once."


def test_a_lowered_number_is_a_subscript():
    page = text_at((60, 700, BODY, "Tanks of H"), (114.3, 697, 7, "2"), (118.3, 700, BODY, "O are refilled."))
    assert read(page).text == "Tanks of H₂O are refilled."


def test_small_letters_on_the_baseline_are_no_script():
    page = text_at((60, 700, BODY, "The T"), (89, 700, 8, "REATY"), (116, 700, BODY, " was signed."))
    assert read(page).text == "The TREATY was signed."


def test_filled_fields_stand_after_their_labels():
    page = text_at((60, 700, BODY, "Berth:"), (60, 670, BODY, "Skipper"), (60, 640, BODY, "Insured"))
    document = read(
        page,
        annotations=[
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(f1)/V(C 17)/Rect[140 695 300 712]>>",
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(f2)/V(Runa Holm)/Rect[140 665 300 682]>>",
            "<</Type/Annot/Subtype/Widget/FT/Btn/T(f3)/V/Yes/AS/Yes/Rect[140 638 150 648]>>",
            "<</Type/Annot/Subtype/Widget/FT/Tx/T(f4)/TU(Remarks)/V(Leaves in May)/Rect[60 500 300 520]>>",
        ],
        catalog="/AcroForm<</Fields[{0} {1} {2} {3}]>>",
    )
    assert document.text == "Berth: C 17\nSkipper: Runa Holm\nInsured ☒\nRemarks: Leaves in May"


def test_free_text_stands_at_its_place_and_a_note_at_the_end_of_its_page():
    document = read(
        text_at((60, 700, BODY, "Approved by:"), (60, 670, BODY, "Copies go to the archive.")),
        annotations=[
            "<</Type/Annot/Subtype/Text/Contents(Ask again in June.)/Rect[400 600 420 620]>>",
            "<</Type/Annot/Subtype/FreeText/Contents(Ines Prado)/DA(/F1 11 Tf)/Rect[140 696 260 712]>>",
        ],
    )
    assert document.text == "Approved by: Ines Prado\nCopies go to the archive.\nNote: Ask again in June."


def test_a_note_on_marked_words_is_a_note_unless_it_repeats_them():
    marked = "/QuadPoints[60 712 100 712 60 698 100 698]/Rect[60 698 100 712]>>"
    document = read(
        text_at((60, 700, BODY, "Dues are paid in May.")),
        annotations=[
            f"<</Type/Annot/Subtype/Highlight/Contents(Or in June?){marked}",
            f"<</Type/Annot/Subtype/Underline/Contents(Dues are paid){marked}",
        ],
    )
    assert document.text == "Dues are paid in May.\nNote: Or in June?"


def test_a_shell_of_an_xfa_form_is_reported_as_such():
    page = text_at((60, 700, BODY, "Please wait... If this message is not replaced, get a newer PDF viewer."))
    with pytest.raises(UnreadableFileError, match="XFA form"):
        read(page, catalog="/AcroForm<</Fields[]/XFA[(template)()]>>/NeedsRendering true")


def test_printed_page_labels_are_kept():
    pages = [text_at((60, 700, BODY, f"Text number {number}.")) for number in range(3)]
    document = read(*pages, catalog="/PageLabels<</Nums[0<</S/r>>1<</S/D/P(A-)/St 12>>]>>")
    assert [page.label for page in document.pages] == ["i", "A-12", "A-13"]


def test_text_outside_the_page_is_left_out_and_told():
    page = text_at((60, 700, BODY, "Inside."), (60, 900, BODY, "Above it."), (700, 600, BODY, "Beside it."))
    document = read(page)
    assert document.text == "Inside."
    assert document.left_out == ("19 characters outside the edges of 1 page",)


def test_a_sentence_goes_on_over_a_page_break_without_the_lines_between():
    first = text_at((60, 800, 9, "Harbour rules"), (60, 100, BODY, "Vessels longer than forty metres pay their dues"))
    second = text_at((60, 800, 9, "Harbour rules"), (60, 700, BODY, "before they leave the inner basin."))
    third = text_at((60, 800, 9, "Harbour rules"), (60, 700, BODY, "Smaller ones pay at the end of the month."))
    footed = [page + text_at((290, 30, 9, str(number))) for number, page in enumerate((first, second, third), 1)]
    document = read(*footed)
    assert document.text == (
        "Harbour rules\nVessels longer than forty metres pay their dues\nbefore they leave the inner basin.\n\n"
        "Smaller ones pay at the end of the month."
    )
    assert document.left_out == ("running heads and page numbers on 3 pages",)
    assert [document.text[page.start :][:6] for page in document.pages] == ["Harbou", "before", "Smalle"]


def test_lines_whose_numbers_do_not_count_the_pages_are_kept():
    readings = (("4411", "May"), ("92", "June"), ("1730", "July"))
    pages = [text_at((60, 800, BODY, f"Meter: {n}"), (60, 700, BODY, f"Read in {month}.")) for n, month in readings]
    document = read(*(page + text_at((60, 30, 9, f"Harbour {n}")) for n, page in enumerate(pages, 7)))
    assert document.text == (
        "Meter: 4411\nRead in May.\nHarbour 7\n\nMeter: 92\nRead in June.\n\nMeter: 1730\nRead in July."
    )


def test_a_sentence_goes_on_over_the_numbers_of_two_short_pages():
    first = text_at((60, 100, BODY, "The fee for a berth in the inner basin is"), (290, 30, 9, "1"))
    second = text_at((60, 780, BODY, "forty crowns a month."), (290, 30, 9, "2"))
    assert read(first, second).text == "The fee for a berth in the inner basin is\nforty crowns a month."


def test_a_field_of_several_lines_stands_after_its_label():
    field = "<</Type/Annot/Subtype/Widget/FT/Tx/Ff 4096/T(t1)/V(4 Slope Road\\rHillside)/Rect[140 640 300 712]>>"
    page = text_at((60, 700, BODY, "Address:"), (60, 600, BODY, "Signed in May."))
    document = read(page, annotations=[field], catalog="/AcroForm<</Fields[{0}]>>")
    assert document.text == "Address: 4 Slope Road Hillside\nSigned in May."


def test_a_word_divided_over_a_page_break_is_joined():
    first = text_at((60, 100, BODY, "The committee decided on the inter-"))
    assert read(first, text_at((60, 700, BODY, "national rules. It met twice."))).text == (
        "The committee decided on the international\nrules. It met twice."
    )


def test_columns_are_read_one_after_the_other():
    left = [
        (60, 700 - 14 * k, BODY, words) for k, words in enumerate(("The mill was built", "in 1811 by two", "brothers."))
    ]
    right = [
        (320, 700 - 14 * k, BODY, words)
        for k, words in enumerate(("Bread is sold on", "Fridays until the", "last loaf."))
    ]
    document = read(text_at(*left, *right))
    assert document.tables == ()
    assert (
        document.text
        == "The mill was built\nin 1811 by two\nbrothers.\nBread is sold on\nFridays until the\nlast loaf."
    )


NEWS = (
    ("The ferry to Learö", "Bread is sold in", "The library lends"),
    ("leaves at nine and", "the old mill until", "tools as well as"),
    ("comes back when", "the last loaf has", "books, and a ladder"),
    ("the tide allows it.", "gone to its owner.", "costs nothing."),
)


def test_columns_that_are_written_line_by_line_are_read_down():
    page = text_at(
        *((60 + 115 * c, 700 - 13 * r, BODY, part) for r, row in enumerate(NEWS) for c, part in enumerate(row))
    )
    document = read(page)
    assert document.tables == ()
    assert document.text == "\n".join(row[column] for column in range(3) for row in NEWS)


def test_rows_of_long_cells_that_are_apart_are_a_table():
    cells = (
        ("The crane lifts up", "Ask the master of", "forty tons when the"),
        ("to nine tons of", "the harbour for", "tide is out."),
    )
    rows = (*cells, *cells, *cells)
    lines = (
        (60 + 115 * c, 700 - 13 * r - 14 * (r // 2), BODY, part)
        for r, row in enumerate(rows)
        for c, part in enumerate(row)
    )
    document = read(
        text_at(*((60 + 115 * c, 730, BODY, name) for c, name in enumerate(("Gear", "Who", "Load"))), *lines)
    )
    assert document.tables[0].columns == (("Gear",), ("Who",), ("Load",))


def test_wide_spaces_of_justified_lines_are_no_columns():
    plain = [(60, y, BODY, "many traders of Antwerp") for y in (713, 661)]
    wide = [
        (x, 700 - 13 * k, BODY, word)
        for k in range(3)
        for x, word in ((60, "came"), (102.2, "from"), (139.5, "Antwerp"))
    ]
    document = read(text_at(plain[0], *wide, plain[1]))
    assert document.tables == ()
    assert document.text.splitlines() == [
        "many traders of Antwerp",
        *["came from Antwerp"] * 3,
        "many traders of Antwerp",
    ]


def test_rules_and_addresses_are_no_headings_and_a_heading_over_two_lines_is_one():
    lines = ("==== Part one ====", "https://harbour.example/rules", "The duties of the", "harbour master", "2. Fees")
    large = [(60, 700 - 18 * k, 16, line) for k, line in enumerate(lines)]
    small = [(60, 590 - 14 * k, BODY, "The harbour master keeps the book of berths and dues.") for k in range(4)]
    document = read(text_at(*large, *small))
    assert [heading.title for heading in document.headings] == ["The duties of the harbour master", "2. Fees"]
    assert document.text.startswith("\n".join(lines).replace("of the\n", "of the "))


CELLS = (
    ("Route", "Ferry", "Fare"),
    ("Skagen to Learö", "Tern", "145"),
    ("Learö to Vik", "Petrel", "90"),
    ("Vik to Skagen", "Tern", ""),
)


def table_page(top: float = 700, cells: tuple[tuple[str, ...], ...] = CELLS) -> str:
    lefts = (64, 224, 344)
    return text_at(*((lefts[c], top - 20 * r, BODY, cell) for r, row in enumerate(cells) for c, cell in enumerate(row)))


def grid(top: float = 700, rows: int = 4) -> str:
    across = [(60, top + 14 - 20 * r, 420, top + 14 - 20 * r) for r in range(rows + 1)]
    down = [(x, top + 14, x, top + 14 - 20 * rows) for x in (60, 220, 340, 420)]
    return lines_at(*across, *down)


@pytest.mark.parametrize("rules", [grid(), ""], ids=["ruled", "unruled"])
def test_a_table_has_its_columns_and_cells(rules: str):
    before = text_at((60, 740, BODY, "Fares apply from the first of April to the end of October."))
    document = read(before + table_page() + rules)
    assert document.tables[0].columns == (("Route",), ("Ferry",), ("Fare",))
    assert rows_of(document) == [list(row) for row in CELLS[1:]]
    assert document.text.endswith("Route: Learö to Vik; Ferry: Petrel; Fare: 90.\nRoute: Vik to Skagen; Ferry: Tern.")


def test_lines_of_a_cell_are_one_cell():
    page = grid(rows=3).replace("640 m", "600 m") + text_at(
        (64, 700, BODY, "Route"), (224, 700, BODY, "Ferry"), (344, 700, BODY, "Fare"),
        (64, 686, 8, "Skagen"), (64, 677, 8, "to Learö"), (224, 682, 8, "Tern"), (344, 682, 8, "145"),
        (64, 660, 8, "Vik"), (224, 660, 8, "Petrel"), (344, 660, 8, "90"),
    )  # fmt: skip
    assert rows_of(read(page)) == [["Skagen to Learö", "Tern", "145"], ["Vik", "Petrel", "90"]]


def test_underlined_words_and_a_coloured_page_are_no_lines_of_a_table():
    underlined = lines_at((64, 678, 92, 678), (224, 658, 252, 658))
    document = read("0 0 595 780 re f\n" + table_page() + grid() + underlined)
    assert rows_of(document) == [list(row) for row in CELLS[1:]]


def test_boxes_around_phrases_are_no_table():
    sentences = ("The guidance of the office replaces", "the older rules of the district, and", "boats pay half.")
    words = text_at(*((60, 700 - 14 * k, BODY, words) for k, words in enumerate(sentences)))
    boxes = "".join(
        f"{x} {y} {w} 13 re S\n" for x, y, w in ((60, 697, 90), (150, 697, 70), (60, 683, 90), (150, 683, 70))
    )
    document = read(words + boxes + table_page(400) + grid(400))
    assert len(document.tables) == 1 and document.text.startswith("\n".join(sentences))


def test_a_table_that_goes_on_keeps_its_header():
    rest = (("Skagen to Moss", "Tern", "210"), ("Moss to Vik", "Petrel", "75"), ("Vik to Hov", "Gull", "60"))
    document = read(table_page(160) + grid(160), table_page(780, rest) + grid(780, 3))
    assert document.tables[1].columns == document.tables[0].columns
    assert document.tables[1].page == 2


def test_an_image_with_few_words_is_a_scan(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ocr, "missing", lambda: "OCR")
    words = text_at((60, 30, 8, "Scanned by a copier"))
    document = read(IMAGE + words, text_at((60, 700, BODY, "This page has a text layer.")))
    assert document.warnings == ("pages that are images with few words of text: 1 (to read scanned ones, install OCR)",)


def test_the_signs_in_a_script_belong_to_it():
    page = text_at((60, 700, BODY, "A growth of b"), (124.8, 697, 7, "t"), (126.8, 697, 7, "-"), (129.2, 697, 7, "1"))
    assert read(page + text_at((133, 700, BODY, " a year."))).text == "A growth of bₜ₋₁ a year."


def test_the_number_of_a_footnote_is_a_superscript():
    page = text_at((60, 700, BODY, "Dues are paid."), (60, 104, 6, "12"), (66.8, 100, 9, " Or waived by the board."))
    assert read(page).text == "Dues are paid.\n¹² Or waived by the board."


def test_a_page_whose_letters_have_no_mapping_is_named_and_its_signs_are_not_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(ocr, "missing", lambda: "OCR")
    words = "The harbour master keeps the book of berths and writes down every ship that comes and goes"
    glyphs = "".join(f"{ord(letter) - 29:04x}" for letter in words)  # as a subset of a font numbers them
    page = f"BT /F2 11 Tf 1 0 0 1 60 700 Tm <{glyphs}> Tj ET\n"
    document = read(
        page,
        text_at((60, 700, BODY, "Dues are paid in May.")),
        annotations=[
            "<</Type/Font/Subtype/Type0/BaseFont/AAAAAA+X/Encoding/Identity-H/DescendantFonts[{1}]>>",
            "<</Type/Font/Subtype/CIDFontType2/BaseFont/AAAAAA+X/DW 600/CIDSystemInfo<</Registry(Adobe)"
            "/Ordering(Identity)/Supplement 0>>/FontDescriptor<</Type/FontDescriptor/FontName/AAAAAA+X/Flags 4>> >>",
        ],
        font="/F2 {0}",
    )
    assert document.text == "Dues are paid in May."
    assert document.warnings == (
        "pages with text in fonts that do not say which letters they draw: 1 (to read scanned ones, install OCR)",
    )
