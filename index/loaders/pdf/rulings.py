"""The ruling lines of a PDF page: its straight horizontal and vertical strokes, thin bars, and edges of rectangles."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pypdfium2.raw as pdfium_c

from index.loaders.pdf.calls import address_of, bounds, count_segments, paths
from index.loaders.pdf.layout import Box

_THIN = 2.5  # points; the greatest width of a line
_SHORTEST = 4.0  # points
_MOST_OBJECTS = 20_000  # of a page
_MOST_SEGMENTS = 400  # of a path; one with more is a drawing
_MOST_RULES = 4_000  # of a page; one with more is a drawing


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal or vertical line: its place across (y, or x) and its extent."""

    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Rulings:
    """The horizontal and vertical ruling lines of a page."""

    horizontal: Sequence[Rule] = ()
    vertical: Sequence[Rule] = ()


def find_rulings(page: pdfium_c.FPDF_PAGE, width: float) -> Rulings:
    """The ruling lines of a page of this width; none where there are so many that it is a drawing."""
    horizontal: list[Rule] = []
    vertical: list[Rule] = []
    for box in _boxes(page):
        wide, tall = box.right - box.left, box.top - box.bottom
        if wide > 0.95 * width and tall > _THIN:
            continue  # the page's background, or a part of it
        if tall <= _THIN and wide >= _SHORTEST:
            horizontal.append(Rule((box.top + box.bottom) / 2, box.left, box.right))
        elif wide <= _THIN and tall >= _SHORTEST:
            vertical.append(Rule((box.left + box.right) / 2, box.bottom, box.top))
        elif wide >= _SHORTEST and tall >= _SHORTEST:
            horizontal += (Rule(y, box.left, box.right) for y in (box.bottom, box.top))
            vertical += (Rule(x, box.bottom, box.top) for x in (box.left, box.right))
    if len(horizontal) + len(vertical) > _MOST_RULES:
        return Rulings()
    return Rulings(horizontal, vertical)


def _boxes(page: pdfium_c.FPDF_PAGE) -> Iterator[Box]:
    """The boxes of the strokes and rectangles of a page's paths."""
    for shape in paths(address_of(page), min(pdfium_c.FPDFPage_CountObjects(page), _MOST_OBJECTS)):
        count = count_segments(shape)
        if count <= 5:
            yield Box(*bounds(shape))
        elif count <= _MOST_SEGMENTS:
            yield from _segments(ctypes.cast(shape, pdfium_c.FPDF_PAGEOBJECT), count)


def _segments(shape: pdfium_c.FPDF_PAGEOBJECT, count: int) -> Iterator[Box]:
    """The boxes of the straight strokes of a path; nothing for one with curves."""
    matrix = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFPageObj_GetMatrix(shape, matrix)
    points = []
    for position in range(count):
        segment = pdfium_c.FPDFPath_GetPathSegment(shape, position)
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if kind == pdfium_c.FPDF_SEGMENT_BEZIERTO:
            return
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium_c.FPDFPathSegment_GetPoint(segment, x, y)
        place = (
            matrix.a * x.value + matrix.c * y.value + matrix.e,
            matrix.b * x.value + matrix.d * y.value + matrix.f,
        )
        points.append((kind == pdfium_c.FPDF_SEGMENT_MOVETO, *place))
    for (_, x0, y0), (moved, x1, y1) in itertools.pairwise(points):
        if not moved and (abs(x1 - x0) <= _THIN or abs(y1 - y0) <= _THIN):
            yield Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
