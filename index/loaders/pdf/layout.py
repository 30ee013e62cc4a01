"""The text of a PDF page with the places of its lines, words and ruling lines, as pdfium gives them.

Lengths are points of the page's own space, in which y grows upward. Most pages need only a call or two a line and the
boxes of the runs of text; the boxes of words are asked for where a table may stand.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import NamedTuple

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from index.loaders.pdf.calls import address_of, count_boxes, font_size, loose_boxes, origins, write_boxes

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
    boxes: range = range(0)  # rows of its runs of text in the page's boxes, in order


class PageLayout:
    """The text of one page; valid while its text page is open."""

    def __init__(self, textpage: pdfium.PdfTextPage) -> None:
        self._owner = textpage  # closes the text page when it is collected
        self._textpage = address_of(textpage.raw)
        self.raw = _aligned_text(textpage)
        self.lines = self._lines()
        self.boxes = self._boxes()  # of the runs of text: left, bottom, right and top in each row
        self._complete_lines()

    def _lines(self) -> list[RawLine]:
        """The lines that have text, with where they start."""
        lines, position = [], 0
        for words in self.raw.split(_BREAK):
            stripped = words.lstrip()
            if stripped:
                first = position + len(words) - len(stripped)
                lines.append(RawLine(first, position + len(words)))
            position += len(words) + len(_BREAK)
        places = origins(self._textpage, [line.start for line in lines])
        for line, (x, y) in zip(lines, places, strict=True):
            line.x = line.right = x
            line.y = y
        return lines

    def _boxes(self) -> NDArray[np.float64]:
        """The boxes of all runs of text, line by line; none if there are too many."""
        page = self._textpage
        total = count_boxes(page, 0, -1)
        if not 0 < total <= _MOST_BOXES:
            return np.empty((0, 4))
        boxes = np.zeros((total + len(self.lines), 4))  # a run over two lines has a box in each
        address, first = boxes.ctypes.data, 0
        for line in self.lines:
            count = min(count_boxes(page, line.start, line.end - line.start), len(boxes) - first)
            write_boxes(page, count, address + 32 * first)
            line.boxes = range(first, first + count)
            first += count
        return boxes[:first]

    def _complete_lines(self) -> None:
        boxes = self.boxes.tolist()
        for line in self.lines:
            line.size = font_size(self._textpage, line.start)
            if line.boxes:
                _, bottom, _, top = boxes[line.boxes.start]
                if line.size > 0 and not _FLAT < (top - bottom) / line.size < _TALL:
                    line.size = self.size(line.start)
                line.right = max([box[2] for box in boxes[line.boxes.start : line.boxes.stop]])
            line.size = round(line.size, 1)

    def keep(self, lines: Sequence[RawLine]) -> None:
        """Keep only some of the lines."""
        rows = [row for line in lines for row in line.boxes]
        first = 0
        for line in lines:
            line.boxes = range(first, first + len(line.boxes))
            first = line.boxes.stop
        self.lines, self.boxes = list(lines), self.boxes[rows]

    def owners(self) -> NDArray[np.intp]:
        """The position of the line of each box."""
        return np.repeat(np.arange(len(self.lines)), [len(line.boxes) for line in self.lines])

    def baseline(self, position: int) -> float:
        """The baseline of the character at a position of the text."""
        return origins(self._textpage, (position,))[0][1]

    def size(self, position: int) -> float:
        """The size of the letter at a position, as it is drawn."""
        matrix = pdfium_c.FS_MATRIX()
        points: float = font_size(self._textpage, position)
        if pdfium_c.FPDFText_GetMatrix(self._owner.raw, position, matrix):
            points *= math.hypot(matrix.c, matrix.d)
        return points

    def letter_before(self, start: int, end: int, left: float, most: float) -> int | None:
        """The position after the letter of ``raw[start:end]`` that ends at most so far from ``left``; None for none."""
        positions = [position for position in range(start, end) if not self.raw[position].isspace()]
        gaps = np.abs(loose_boxes(self._textpage, positions)[:, 2] - left)
        nearest = int(gaps.argmin()) if len(gaps) else -1
        return positions[nearest] + 1 if nearest >= 0 and gaps[nearest] <= most else None

    def run(self, line: RawLine, box: int) -> tuple[int, int]:
        """The range of the text that stands in a box of a line, with the white space that follows it."""
        after = box + 1
        return self._start(line, box), self._start(line, after) if after in line.boxes else line.end

    def _start(self, line: RawLine, box: int) -> int:
        """The position of the first letter in a box of a line."""
        before = box - line.boxes.start
        low, high = line.start, line.end - 1
        while low < high:
            middle = (low + high) // 2
            if count_boxes(self._textpage, line.start, middle + 1 - line.start) > before:
                high = middle
            else:
                low = middle + 1
        return low

    def words(self, lines: Iterable[RawLine], edits: Sequence[tuple[int, int, str]] = ()) -> list[Word]:
        """The words of lines, with ``edits`` as of ``edited``."""
        found = [(line, match.span()) for line in lines for match in _WORD.finditer(self.raw, line.start, line.end)]
        ends = [position for _, (start, end) in found for position in (start, end - 1)]
        boxes = loose_boxes(self._textpage, ends)
        lefts, rights = boxes[0::2, 0].tolist(), boxes[1::2, 2].tolist()
        return [
            Word(text, left, right, line.y, line.size)
            for (line, (start, end)), left, right in zip(found, lefts, rights, strict=True)
            if (text := edited(self.raw, start, end, edits))
        ]

    def unmapped(self) -> tuple[float, float]:
        """Shares, 0 to 1, of the page's characters: without a mapping to Unicode in the file, and of no script."""
        step = max(1, len(self.raw) // _PROBES)
        probes = [position for position in range(0, len(self.raw), step) if not self.raw[position].isspace()]
        wrong = sum(pdfium_c.FPDFText_HasUnicodeMapError(self._owner.raw, position) == 1 for position in probes)
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


def _aligned_text(textpage: pdfium.PdfTextPage) -> str:
    """The page's text with one code point for each character that pdfium counts."""
    text: str = textpage.get_text_range()
    count = textpage.count_chars()
    if len(text) == count:
        return text
    codes = (pdfium_c.FPDFText_GetUnicode(textpage.raw, position) for position in range(count))
    return "".join(chr(code) if 0 < code < 0x110000 else " " for code in codes)
