"""The source viewer: a document's text and the picture of a page."""

from __future__ import annotations

import io
import re
from base64 import b64decode
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from index import Document, Page, load
from index.types import Heading
from tests.support.answers import COUNTRIES, cell_document
from tests.support.html_outline import ALLOWED_TAGS, Outline, plain
from tests.support.samples.files import pdf_file, pdf_pages
from tests.support.samples.hostile_text import HOSTILE
from ui.web.reading.anchor import Anchor
from ui.web.reading.paragraphs import split_paragraphs
from ui.web.reading.pdf_page import MAX_PIXELS, align, picture_of
from ui.web.reading.viewer import VIEWED, original, render_document

WORDS = "Kim flew on Tuesday. The Soyuz rocket blasted off.\n\nIt docked three hours later."


def document(text: str = WORDS, **changes: object) -> Document:
    return Document(**({"path": "a.txt", "title": "A flight", "text": text, "media_type": "text/plain"} | changes))


@given(st.text(alphabet="ab \n.\t"), st.integers(0, 60), st.integers(0, 60))
def test_paragraphs_cover_the_text_in_order(text: str, first: int, second: int) -> None:
    cut = document(text, body_start=min(first, len(text)), pages=(Page(1, 0, min(second, len(text))),))
    assert "".join(text[start:end] for start, end in split_paragraphs(cut)) == text


def test_the_answer_is_marked_and_its_sentence_tinted() -> None:
    start = WORDS.index("Soyuz")
    shown = render_document(document(), Anchor.of(1, start, "Soyuz"))
    assert '<span class="sentence">The <mark>Soyuz</mark> rocket blasted off.</span>' in shown


@pytest.mark.parametrize(("start", "end"), [(0, 0), (5, 3), (10, 10_000)])
def test_offsets_outside_the_text_mark_nothing(start: int, end: int) -> None:
    assert "<mark>" not in render_document(document(), Anchor(1, start, end))


def test_a_document_that_changed_since_it_was_quoted_says_so_and_marks_nothing() -> None:
    quoted = Anchor.of(1, WORDS.index("Soyuz"), "Soyuz")
    shown = render_document(document("Now " + WORDS), quoted)
    assert "<mark>" not in shown and "has changed since it was quoted" in shown


def test_text_before_the_body_has_its_own_style() -> None:
    shown = render_document(document("date 2025-04-08 " + WORDS, body_start=16), Anchor(1, 0, 0))
    assert '<p dir="auto" class="front">date 2025-04-08</p>' in shown


def test_markdown_headings_lose_their_marks_and_text_headings_stay() -> None:
    words = "# The crew\n\nKim flew."
    for kind, shown in (("text/markdown", "The crew"), ("text/plain", "# The crew")):
        headed = document(words, media_type=kind, headings=(Heading(1, "The crew", 0),))
        assert f'<h3 dir="auto">{shown}</h3>' in render_document(headed, Anchor(1, 0, 0))
    headed = document(words, media_type="text/markdown", headings=(Heading(1, "The crew", 0),))
    marked = render_document(headed, Anchor(1, 0, 10))
    assert "<mark>The crew</mark>" in marked


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_documents_are_shown_as_text(words: str) -> None:
    hostile = document(f"Before. {words} after.", title=words, path=words, date=words)
    shown = render_document(hostile, Anchor.of(1, 8, words))
    outline = Outline(shown)
    assert not outline.open
    assert outline.tags <= ALLOWED_TAGS | {"header", "input", "h4", "h5", "h6"}
    assert not [name for name, _ in outline.attributes if name.startswith("on") or name in ("src", "href")]


def test_a_page_is_drawn_with_boxes_around_exactly_the_quote(tmp_path: Path) -> None:
    file = tmp_path / "flight.pdf"
    file.write_bytes(pdf_file([("Launch", "Kim flew on Tuesday with two others."), ("Landing", "They came back.")]))
    read = load(file)
    page = read.pages[0]
    words = read.text[page.start : page.end]
    start = words.index("Tuesday")
    drawn = picture_of(file.read_bytes(), 1, words, start, start + len("Tuesday"))
    assert drawn is not None and len(drawn.boxes) == 1
    picture = Image.open(io.BytesIO(b64decode(drawn.png))).convert("L")
    (box,) = drawn.boxes
    corner = (box.left * drawn.width, box.top * drawn.height)
    inside = picture.crop((*corner, corner[0] + box.width * drawn.width, corner[1] + box.height * drawn.height))
    assert inside.getextrema()[0] < 100  # it is not blank
    line = picture.crop((0, corner[1], drawn.width, corner[1] + box.height * drawn.height))
    assert _ink(inside) / _ink(line) == pytest.approx(7 / 31, abs=0.06)  # letters of the word to those of its line


def test_a_quote_over_two_lines_has_two_boxes(tmp_path: Path) -> None:
    file = tmp_path / "two.pdf"
    file.write_bytes(pdf_pages([[(11, "It blasted off from the"), (11, "cosmodrome at noon.")]]))
    words = load(file).text
    start = words.index("the")
    drawn = picture_of(file.read_bytes(), 1, words, start, words.index("at noon"))
    assert drawn is not None and len(drawn.boxes) == 2
    assert drawn.boxes[0].left > drawn.boxes[1].left and drawn.boxes[0].top < drawn.boxes[1].top


def test_words_hyphenated_at_the_end_of_a_line_are_found() -> None:
    assert align("cosmo\x02\r\ndrome at", "cosmodrome at", 0, 10) == [0, 1, 2, 3, 4, 8, 9, 10, 11, 12]


def test_no_boxes_are_drawn_where_the_texts_differ() -> None:
    assert align("cosmodrome at", "cosmodrome in", 0, 10) == []


def test_a_damaged_file_is_not_drawn_and_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "broken.pdf"
    file.write_bytes(b"%PDF-1.7 and then nothing of use")
    assert picture_of(file.read_bytes(), 1, "words", 0, 5) is None


@pytest.mark.parametrize("size", [(595, 842), (595, 45_000), (45_000, 45_000), (45_000, 10)])
def test_a_page_of_any_size_is_drawn_within_limits(size: tuple[int, int]) -> None:
    page = pdf_pages([[(11, "A line of text.")]]).replace(b"[0 0 595 842]", b"[0 0 %d %d]" % size)
    drawn = picture_of(page, 1, "", 0, 0)
    assert drawn is not None
    assert drawn.width * drawn.height <= 1.01 * MAX_PIXELS


def test_a_file_that_changed_or_lies_outside_its_folder_is_not_shown(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    file = folder / "a.txt"
    file.write_text(WORDS)
    read = load(file, folder)
    assert original(read) == file.read_bytes()
    file.write_text("other words")
    assert original(read) is None
    (tmp_path / "secret.txt").write_text(WORDS)
    assert original(document(path="../secret.txt", source=str(folder), sha256=read.sha256)) is None


def _ink(picture: Image.Image) -> int:
    return sum(1 for shade in picture.get_flattened_data() if shade < 128)


def test_the_viewer_names_the_document() -> None:
    shown = render_document(document(date="2025-04-08"), Anchor(1, 0, 0))
    assert "8 April 2025 · a.txt" in plain(shown).replace("  ", " ")


def test_a_table_is_shown_whole_with_the_cell_marked_and_its_rows_numbered() -> None:
    written = cell_document()
    shown = render_document(written, Anchor.of(1, written.text.index("210"), "210"))
    table = shown.partition("<table")[2].partition("</table>")[0]
    assert "<span><mark>210</mark>*</span>" in table and table.count("<mark>") == 1
    assert table.count("<tr") == 2 + len(COUNTRIES.rows)
    assert re.findall(r'class="number">(\d+)<', table) == [str(k) for k in range(1, 8)]
    assert "Cyprus" not in shown.replace(table, "") and "Amounts above need approval." in shown
    assert "&lt;i&gt;Utopia" in table


def test_a_long_document_is_shown_in_parts_that_link_to_each_other() -> None:
    words = "".join(f"Line {number:07}.\n\n" for number in range(100_000))
    long = document(words)
    offset = words.index("Line 0050000.")
    shown = render_document(long, Anchor.of(1, offset, "Line 0050000."))
    assert len(shown) < 3 * VIEWED
    assert "<mark" in shown
    reached, links = set(), [re.search(r'href="([^"]*)">Later', shown), re.search(r'href="([^"]*)">Earlier', shown)]
    assert all(links)
    at = 0
    while True:
        part = render_document(long, Anchor(1, at, at))
        reached |= set(re.findall(r"Line (\d{7})", part))
        later = re.search(r'href="#source/1/(\d+)-\d+">Later', part)
        if later is None:
            break
        at = int(later[1])
    assert len(reached) == 100_000
    assert "Earlier" not in render_document(document("Short."), Anchor(1, 0, 0))
