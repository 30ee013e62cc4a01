"""The program of the child process that opens a PDF for the viewer: draws a page with its words, or lists bookmarks.

It reads a request as a line of JSON and the file's bytes on standard input, and writes its answer as JSON on standard
output, within limits of memory, time and size. It imports little, because it is started for every page.
"""

from __future__ import annotations

import base64
import io
import json
import math
import resource
import sys
from collections.abc import Iterator
from contextlib import closing
from ctypes import byref, c_int
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from ui.web.reading.alignment import places_of_words

WIDTHS = (1100, 1650)  # pixels of the picture
MAX_PIXELS = 4_000_000  # of the picture; an A4 page has 1.7 million, or 3.9 million
MAX_SCALE = 4.0  # pixels per point, so that a small page is not enlarged to the full width
MAX_CHARACTERS = 60_000  # of a page of which the words are listed
MAX_BOOKMARKS = 2000
MAX_DEPTH = 6
SECONDS = 15
UNIT = 1_000_000  # pixels of an imagined picture on which places are computed
REACH = 500.0  # points
BREAK = "\r\n"
AT_LINE_END = "\x02\ufffe"  # a hyphen there
Box = tuple[float, float, float, float]  # left, top, right, bottom in fractions of the picture from its upper left


@dataclass(slots=True)
class Word:
    """A word with its box in fractions of the page from the upper left corner; ``last`` says that its line ends."""

    text: str
    left: float
    top: float
    right: float
    bottom: float
    last: bool = False


def draw(content: bytes, number: int, text: str, width: int) -> dict[str, object]:
    """Page ``number`` (from 1) as a PNG in base64 about ``width`` pixels wide, and its words.

    ``text`` is the document's text of the page. Each word is ``[text, left, top, width, height, start, end, last]``,
    with offsets into ``text``, or -1 where it is not found there.
    """
    with pdfium.PdfDocument(content) as document, closing(document[number - 1]) as page:
        across, down = (max(side, 1) for side in page.get_size())
        scale = min(MAX_SCALE, width / across, math.sqrt(MAX_PIXELS / (across * down)))
        image = page.render(scale=scale).to_pil()
        stream = io.BytesIO()
        image.save(stream, "PNG", optimize=False, compress_level=3)
        words = list(words_of(page))
        places = places_of_words([word.text for word in words], text)
        return {
            "png": base64.b64encode(stream.getvalue()).decode(),
            "width": image.width,
            "height": image.height,
            "points": [across, down],
            "words": [_listed(word, *(place or (-1, -1))) for word, place in zip(words, places, strict=True)],
        }


def _listed(word: Word, start: int, end: int) -> list[object]:
    box = (word.left, word.top, word.right - word.left, word.bottom - word.top)
    return [word.text, *(round(side, 5) for side in box), start, end, word.last]


def words_of(page: pdfium.PdfPage) -> Iterator[Word]:
    """The words of a page in the order of its content; none of a page with too many characters."""
    with closing(page.get_textpage()) as textpage:
        count = textpage.count_chars()
        grid = _Grid.of(page)
        word: Word | None = None
        for offset in range(count if count <= MAX_CHARACTERS else 0):
            character = chr(pdfium_c.FPDFText_GetUnicode(textpage, offset))
            if character.isspace() or character == "\0":
                if word is not None:
                    word.last = character in BREAK
                    yield word
                word = None
                continue
            hyphen = character in AT_LINE_END
            box = grid.box_of(textpage, offset)
            word = _longer(word, "-" if hyphen else character, box)
            if hyphen:
                word.last = True
                yield word
                word = None
        if word is not None:
            yield word


def _longer(word: Word | None, character: str, box: Box) -> Word:
    """``word`` with one character more; None is the empty word."""
    if word is None:
        return Word(character, *box)
    left, top, right, bottom = box
    word.text += character
    word.left, word.top = min(word.left, left), min(word.top, top)
    word.right, word.bottom = max(word.right, right), max(word.bottom, bottom)
    return word


@dataclass(frozen=True, slots=True)
class _Grid:
    """How a point of a page's own coordinates comes to stand on its picture, which may be turned and cut."""

    origin: tuple[float, float]
    across: tuple[float, float]  # what one point to the right adds
    up: tuple[float, float]
    corners: pdfium_c.FS_RECTF  # reused, because there are thousands of characters

    @classmethod
    def of(cls, page: pdfium.PdfPage) -> _Grid:
        """The grid of a page."""
        (x, y), (x1, y1), (x2, y2) = (_on_picture(page, *point) for point in ((0, 0), (REACH, 0), (0, REACH)))
        return cls(
            (x, y), ((x1 - x) / REACH, (y1 - y) / REACH), ((x2 - x) / REACH, (y2 - y) / REACH), pdfium_c.FS_RECTF()
        )

    def box_of(self, textpage: pdfium.PdfTextPage, offset: int) -> Box:
        """The box of a character, in fractions of the picture."""
        corners = self.corners
        if not pdfium_c.FPDFText_GetLooseCharBox(textpage, offset, corners):
            return (0.0, 0.0, 0.0, 0.0)
        x, y = self._place(corners.left, corners.bottom)
        other_x, other_y = self._place(corners.right, corners.top)
        return min(x, other_x), min(y, other_y), max(x, other_x), max(y, other_y)

    def _place(self, right: float, up: float) -> tuple[float, float]:
        x = self.origin[0] + right * self.across[0] + up * self.up[0]
        y = self.origin[1] + right * self.across[1] + up * self.up[1]
        return min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)


def _on_picture(page: pdfium.PdfPage, right: float, up: float) -> tuple[float, float]:
    x, y = c_int(), c_int()
    pdfium_c.FPDF_PageToDevice(page, 0, 0, UNIT, UNIT, 0, right, up, byref(x), byref(y))
    return x.value / UNIT, y.value / UNIT


def bookmarks(content: bytes) -> list[list[object]]:
    """The document's own outline as ``[level from 1, title, page number]``; none that leads to no page."""
    listed: list[list[object]] = []
    with pdfium.PdfDocument(content) as document:
        for entry in document.get_toc(max_depth=MAX_DEPTH):
            target = entry.get_dest()
            page_index = target.get_index() if target else None
            if page_index is not None and len(listed) < MAX_BOOKMARKS:
                listed.append([entry.level + 1, entry.get_title(), page_index + 1])
    return listed


def main() -> None:
    """Read the request from standard input and write the answer to standard output."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    request = json.loads(sys.stdin.buffer.readline())
    content = sys.stdin.buffer.read()
    if request["what"] == "bookmarks":
        answer: dict[str, object] = {"entries": bookmarks(content)}
    else:
        answer = draw(content, request["number"], request["text"], request["width"])
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
