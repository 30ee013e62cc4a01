"""Finding words in a document, and its outline. Pure."""

from __future__ import annotations

import pytest

from index import Document, Page
from index.types import Heading
from tests.support.answers import cell_document
from ui.web.reading.contents import outline, page_at
from ui.web.reading.finding import MOST, occurrences
from ui.web.reading.pdf_page import Bookmark


def document(text: str, **changes: object) -> Document:
    return Document(**({"path": "a.txt", "title": "A", "text": text, "media_type": "text/plain"} | changes))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("the data\nprocessing terms", "data processing"),
        ("the cosmo-\ndrome at noon", "cosmodrome"),
        ("the cosmo\u00addrome at noon", "Cosmodrome"),
        ("the client\u2019s \u201cown\u201d copy", 'client\'s "own"'),
        ("from 9\u201317 o\u2019clock", "9-17"),
        ("STRASSE und Straße", "straße"),
        ("a (b) [c] \\d+ .*", "(b) [c] \\d+ .*"),
    ],
)
def test_words_are_found_over_line_ends_hyphens_and_kinds_of_signs(text: str, words: str) -> None:
    assert len(occurrences(document(text), words)) == 1


def test_words_are_found_in_their_order_and_not_inside_out() -> None:
    assert occurrences(document("aa noon aa noon"), "NOON") == [(3, 7), (11, 15)]
    assert occurrences(document("the data are processing"), "data processing") == []
    assert occurrences(document("anything"), "  ") == []
    assert len(occurrences(document("a " * 3000), "a")) == MOST


def test_of_a_table_the_cells_are_searched() -> None:
    written = cell_document()
    (found,) = occurrences(written, "210")
    assert written.text[slice(*found)] == "210"
    assert occurrences(written, "Country: ") == []  # the headers are not shown in each row


def test_the_outline_is_of_bookmarks_or_of_headings() -> None:
    text = "Term\nOne year.\nNotice\nSixty days."
    pages = (Page(1, 0, 15, "i"), Page(2, 15, len(text)))
    headed = document(text, headings=(Heading(2, "Term", 0), Heading(3, "Notice", 15)), pages=pages)
    entries = [(entry.level, entry.title, entry.at, entry.page) for entry in outline(headed)]
    assert entries == [(1, "Term", 0, pages[0]), (2, "Notice", 15, pages[1])]
    (marked,) = outline(headed, (Bookmark(1, "Notice", 2), Bookmark(1, "Lost", 9))[:1])
    assert (marked.at, marked.page) == (15, pages[1])
    assert page_at(document("text"), 0) is None and page_at(headed, 999) == pages[1]
