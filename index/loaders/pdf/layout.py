"""The text of a PDF page with the places of its lines, words and ruling lines, as pdfium gives them.

Lengths are points of the page's own space, in which y grows upward. Most pages need only a call or two a line and the
boxes of the runs of text; the boxes of words are asked for where a table may stand.
"""

from __future__ import annotations

import ctypes
import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

_BREAK = "\r\n"  # pdfium's line end
_NO_LETTER = re.compile("[\x00-\x01\x03-\x1f\x7f-\x9f\ue000-\uf8ff\ufffd]")
_WORD = re.compile(r"[^\s\x00-\x1f]+")
_TALL, _FLAT = 1.6, 0.2  # a run's height in letter sizes beyond which the size must be scaled by the text matrix
_PROBES = 32  # characters of a page that are asked for their mapping to Unicode
_MOST_BOXES = 20_000  # of a page; one with more is read without places


class Box(NamedTuple):
    """A rectangle on a page."""

    left: float
    bottom: float
    right: float
    top: float


class Word(NamedTuple):
    """A word, its horizontal extent, and the baseline of its line."""

    text: str
    left: float
    right: float
    y: float
    size: float


@dataclass(slots=True)
class RawLine:
    """A line of a page's text, as pdfium divides it: ``raw[start:end]``."""

    start: int
    end: int
    x: float = 0.0  # the origin of the first letter
    y: float = 0.0
    size: float = 0.0  # of the first letter; 0 when unknown
    right: float = 0.0  # the right end of its runs; its start when they are unknown
    boxes: list[Box] = field(default_factory=list)  # of its runs of text, in order


class PageLayout:
    """The text of one page; valid while its text page is open."""

    def __init__(self, textpage: pdfium.PdfTextPage) -> None:
        self._owner = textpage  # closes the text page when it is collected
        self._textpage = textpage.raw
        self._numbers = (ctypes.c_double * 4)()
        start, pointer = ctypes.addressof(self._numbers), ctypes.POINTER(ctypes.c_double)
        self._pointers = tuple(ctypes.cast(start + 8 * k, pointer) for k in range(4))
        self.raw = _aligned_text(textpage)
        self.boxes = self._boxes()
        self.lines = self._lines()

    def _boxes(self) -> list[Box]:
        """The boxes of all runs of text, in the order of the text."""
        count = pdfium_c.FPDFText_CountRects(self._textpage, 0, -1)
        if not 0 < count <= _MOST_BOXES:
            return []
        get, page, numbers = pdfium_c.FPDFText_GetRect, self._textpage, self._numbers
        left, top, right, bottom = self._pointers
        boxes = []
        for position in range(count):
            get(page, position, left, top, right, bottom)
            x0, y1, x1, y0 = numbers
            boxes.append(Box(x0, y0, x1, y1))
        return boxes

    def _lines(self) -> list[RawLine]:
        lines, position = [], 0
        for words in self.raw.split(_BREAK):
            stripped = words.lstrip()
            if stripped:
                first = position + len(words) - len(stripped)
                line = RawLine(position, position + len(words))
                line.x, line.y = self.origin(first)
                line.size = pdfium_c.FPDFText_GetFontSize(self._textpage, first)
                lines.append(line)
            position += len(words) + len(_BREAK)
        self._assign_boxes(lines)
        for line in lines:
            if line.boxes and line.size > 0:
                height = line.boxes[0].top - line.boxes[0].bottom
                if not _FLAT < height / line.size < _TALL:
                    line.size = self.size(line.start + _indent(self.raw[line.start : line.end]))
            line.size = round(line.size, 1)
            line.right = max([box.right for box in line.boxes]) if line.boxes else line.x
        return lines

    def _assign_boxes(self, lines: Sequence[RawLine]) -> None:
        """Give each line the boxes from the one in which it starts up to the next line's first."""
        current = -1
        for box in self.boxes:
            for position in range(current + 1, min(current + 4, len(lines))):
                line = lines[position]
                if box.left - 2 <= line.x <= box.right and box.bottom - line.size <= line.y <= box.top + 1:
                    current = position
                    break
            if current >= 0:
                lines[current].boxes.append(box)

    def origin(self, position: int) -> tuple[float, float]:
        """Where the character at a position of the text is placed, on its baseline."""
        x, y, *_ = self._pointers
        if not pdfium_c.FPDFText_GetCharOrigin(self._textpage, position, x, y):
            return 0.0, 0.0
        return self._numbers[0], self._numbers[1]

    def size(self, position: int) -> float:
        """The size of the letter at a position, as it is drawn."""
        matrix = pdfium_c.FS_MATRIX()
        points: float = pdfium_c.FPDFText_GetFontSize(self._textpage, position)
        if pdfium_c.FPDFText_GetMatrix(self._textpage, position, matrix):
            points *= math.hypot(matrix.c, matrix.d)
        return points

    def box(self, position: int) -> Box:
        """The box of the character at a position, as wide as it moves the next one on."""
        rectangle = pdfium_c.FS_RECTF()
        pdfium_c.FPDFText_GetLooseCharBox(self._textpage, position, rectangle)
        return Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)

    def position_at(self, x: float, y: float) -> int:
        """The position of the character at a point, or -1."""
        found: int = pdfium_c.FPDFText_GetCharIndexAtPos(self._textpage, x, y, 0.5, 0.5)
        return found

    def run(self, position: int, limit: int) -> tuple[int, int]:
        """The range of the text that one operator of the file shows, around a position; at most ``limit`` each way."""
        same = self._object(position)
        start = end = position
        while start > 0 and position - start < limit and self._object(start - 1) == same:
            start -= 1
        while end < len(self.raw) and end - position < limit and self._object(end) == same:
            end += 1
        return start, end

    def _object(self, position: int) -> int | None:
        text_object = pdfium_c.FPDFText_GetTextObject(self._textpage, position)
        return ctypes.cast(text_object, ctypes.c_void_p).value if text_object else None

    def words(self, line: RawLine, edits: Sequence[tuple[int, int, str]] = ()) -> Iterator[Word]:
        """The words of a line, with ``edits`` as of ``edited``."""
        for match in _WORD.finditer(self.raw, line.start, line.end):
            text = edited(self.raw, match.start(), match.end(), edits)
            yield Word(text, self.box(match.start()).left, self.box(match.end() - 1).right, line.y, line.size)

    def unmapped(self) -> tuple[float, float]:
        """Shares, 0 to 1, of the page's characters: without a mapping to Unicode in the file, and of no script."""
        step = max(1, len(self.raw) // _PROBES)
        probes = [position for position in range(0, len(self.raw), step) if not self.raw[position].isspace()]
        wrong = sum(pdfium_c.FPDFText_HasUnicodeMapError(self._textpage, position) == 1 for position in probes)
        symbols = sum(_NO_LETTER.match(self.raw[position]) is not None for position in probes)
        count = max(1, len(probes))
        return wrong / count, symbols / count


def edited(raw: str, start: int, end: int, edits: Sequence[tuple[int, int, str]]) -> str:
    """``raw[start:end]`` with the parts replaced that ``edits`` name: (start, end, replacement), in order."""
    position = start
    parts: list[str] = []
    for first, last, replacement in edits[bisect_left(edits, (start,)) :]:
        if last > end:
            break
        parts += (raw[position:first], replacement)
        position = last
    return "".join((*parts, raw[position:end]))


def usual_width(lines: Sequence[RawLine], least: int = 30) -> float:
    """The usual width of a character of a page's longer lines, in letter sizes; 0 when there are none."""
    widths = [
        (line.right - line.x) / ((line.end - line.start) * line.size)
        for line in lines
        if line.end - line.start >= least and line.size > 0 and line.boxes
    ]
    return median(widths) if widths else 0.0


def _indent(words: str) -> int:
    return len(words) - len(words.lstrip())


def _aligned_text(textpage: pdfium.PdfTextPage) -> str:
    """The page's text with one code point for each character that pdfium counts."""
    text: str = textpage.get_text_range()
    count = textpage.count_chars()
    if len(text) == count:
        return text
    codes = (pdfium_c.FPDFText_GetUnicode(textpage.raw, position) for position in range(count))
    return "".join(chr(code) if 0 < code < 0x110000 else " " for code in codes)
