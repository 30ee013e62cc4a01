"""A PDF's pages in the viewer: the picture, the words over it, and where they stand in the document's text."""

from __future__ import annotations

import io
from base64 import b64decode
from pathlib import Path

import pytest
from PIL import Image

from index import load
from tests.support.samples.files import pdf_file, pdf_pages
from ui.web.reading.alignment import places_of_words
from ui.web.reading.drawing import MAX_PIXELS
from ui.web.reading.pdf_page import PagePicture, PlacedWord, bookmarks_of, picture_of
from ui.web.reading.viewer import render_page


def _words(picture: PagePicture, text: str, quote: str) -> list[PlacedWord]:
    start = text.index(quote)
    return [word for word in picture.words if start <= word.start < start + len(quote)]


def test_each_word_of_a_page_lies_over_its_printed_one(tmp_path: Path) -> None:
    file = tmp_path / "flight.pdf"
    file.write_bytes(pdf_file([("Launch", "Kim flew on Tuesday with two others."), ("Landing", "They came back.")]))
    read = load(file)
    page = read.pages[0]
    text = read.text[page.start : page.end]
    drawn = picture_of(file.read_bytes(), 1, text)
    assert drawn is not None
    assert all(text[word.start : word.end] == word.text for word in drawn.words)
    (word,) = _words(drawn, text, "Tuesday")
    picture = Image.open(io.BytesIO(b64decode(drawn.png))).convert("L")
    across, down = drawn.width / 100, drawn.height / 100
    corner = (word.left * across, word.top * down)
    inside = picture.crop((*corner, corner[0] + word.width * across, corner[1] + word.height * down))
    line = picture.crop((0, corner[1], drawn.width, corner[1] + word.height * down))
    assert inside.getextrema()[0] < 100  # it is not blank
    assert _ink(inside) / _ink(line) == pytest.approx(7 / 31, abs=0.06)  # letters of the word to those of its line


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_the_words_of_a_turned_page_lie_over_their_printed_ones(turn: int) -> None:
    page = pdf_pages([[(11, "Alone.")]]).replace(b"/MediaBox", b"/Rotate %d /MediaBox" % turn)
    drawn = picture_of(page, 1, "Alone.")
    assert drawn is not None
    (word,) = drawn.words
    picture = Image.open(io.BytesIO(b64decode(drawn.png))).convert("L")
    across, down = drawn.width / 100, drawn.height / 100
    corner = (word.left * across - 1, word.top * down - 1)
    inside = picture.crop((*corner, corner[0] + word.width * across + 2, corner[1] + word.height * down + 2))
    assert _ink(inside) == _ink(picture) > 0


def test_words_that_a_hyphen_divides_or_that_stand_elsewhere_are_found() -> None:
    assert places_of_words(["cosmo-", "drome", "at"], "cosmodrome at") == [(0, 5), (5, 10), (11, 13)]
    text = "The left column.\nThe right one.\nFoot"
    drawn = "Foot The right one. The left column.".split()
    found = places_of_words(drawn, text)
    assert [text[slice(*place)] for place in found if place] == drawn


def test_words_that_the_text_does_not_have_are_found_nowhere() -> None:
    assert places_of_words(["page", "12", "noon"], "at noon") == [None, None, (3, 7)]
    assert places_of_words([], "noon") == [] and places_of_words(["noon"], "") == [None]


def test_a_damaged_file_is_not_drawn_and_does_no_harm(tmp_path: Path) -> None:
    broken = b"%PDF-1.7 and then nothing of use"
    assert picture_of(broken, 1, "words") is None
    assert bookmarks_of(broken) == ()
    file = tmp_path / "flight.pdf"
    file.write_bytes(pdf_file([("Launch", "Kim flew on Tuesday with two others.")]))
    read = load(file, tmp_path)
    file.write_bytes(broken)
    assert "cannot be drawn" in render_page(read, 1)
    assert render_page(read, 2) == ""


@pytest.mark.parametrize("size", [(595, 45_000), (45_000, 10)])
def test_a_page_of_any_size_is_drawn_within_limits(size: tuple[int, int]) -> None:
    page = pdf_pages([[(11, "A line of text.")]]).replace(b"[0 0 595 842]", b"[0 0 %d %d]" % size)
    drawn = picture_of(page, 1, "", fine=True)
    assert drawn is not None
    assert drawn.width * drawn.height <= 1.01 * MAX_PIXELS


def _ink(picture: Image.Image) -> int:
    return sum(1 for shade in picture.get_flattened_data() if shade < 128)
