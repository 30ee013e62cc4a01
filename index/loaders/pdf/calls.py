"""Functions of pdfium as they are called for many places of a page: without a Python object for each argument.

A call takes half a microsecond; the caller keeps other threads from pdfium.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Callable, Sequence
from itertools import repeat
from typing import Any

import numpy as np
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

_ADDRESS, _INT, _DOUBLE = ctypes.c_void_p, ctypes.c_int, ctypes.c_double


def address_of(handle: Any) -> int:
    """The address of a function of pdfium, or that one of its handles points to."""
    return ctypes.cast(handle, _ADDRESS).value or 0


def _plain(function: Any, result: type[Any], *arguments: type[Any]) -> Callable[..., Any]:
    """A function of pdfium that takes pointers as plain addresses."""
    return ctypes.PYFUNCTYPE(result, *arguments)(address_of(function))


count_boxes = _plain(pdfium_c.FPDFText_CountRects, _INT, _ADDRESS, _INT, _INT)
font_size = _plain(pdfium_c.FPDFText_GetFontSize, _DOUBLE, _ADDRESS, _INT)
_box = _plain(pdfium_c.FPDFText_GetRect, _INT, _ADDRESS, _INT, *[_ADDRESS] * 4)
_loose_box = _plain(pdfium_c.FPDFText_GetLooseCharBox, _INT, _ADDRESS, _INT, _ADDRESS)
_origin = _plain(pdfium_c.FPDFText_GetCharOrigin, _INT, _ADDRESS, _INT, _ADDRESS, _ADDRESS)
_object = _plain(pdfium_c.FPDFPage_GetObject, _ADDRESS, _ADDRESS, _INT)
_bounds = _plain(pdfium_c.FPDFPageObj_GetBounds, _INT, *[_ADDRESS] * 5)
count_segments = _plain(pdfium_c.FPDFPath_CountSegments, _INT, _ADDRESS)
_object_type = _plain(pdfium_c.FPDFPageObj_GetType, _INT, _ADDRESS)


def write_boxes(page: int, count: int, address: int) -> None:
    """Write the first ``count`` boxes of the range last counted to an address: left, bottom, right and top of each."""
    left, bottom, right, top = (range(address + 8 * k, address + 8 * k + 32 * count, 32) for k in range(4))
    deque(map(_box, repeat(page), range(count), left, top, right, bottom), 0)


def origins(page: int, positions: Sequence[int]) -> list[tuple[float, float]]:
    """Where the characters at these positions of a text page are placed on their baselines."""
    places = (_DOUBLE * (2 * len(positions)))()
    first = ctypes.addressof(places)
    end = first + 16 * len(positions)
    deque(map(_origin, repeat(page), positions, range(first, end, 16), range(first + 8, end + 8, 16)), 0)
    return list(zip(places[0::2], places[1::2], strict=True))


def loose_boxes(page: int, positions: Sequence[int]) -> NDArray[np.float32]:
    """The boxes of characters of a text page, as wide as they move the next one on: left, top, right, bottom."""
    boxes = np.zeros((len(positions), 4), np.float32)
    first = boxes.ctypes.data
    deque(map(_loose_box, repeat(page), positions, range(first, first + 16 * len(positions), 16)), 0)
    return boxes


def paths(page: int, count: int) -> list[int]:
    """The addresses of the paths among the first ``count`` objects of a page."""
    objects = list(map(_object, repeat(page), range(count)))
    kinds = map(_object_type, objects)
    return [shape for shape, kind in zip(objects, kinds, strict=True) if kind == pdfium_c.FPDF_PAGEOBJ_PATH]


def bounds(shape: int) -> tuple[float, float, float, float]:
    """The box of a page's object: left, bottom, right, top."""
    numbers = (ctypes.c_float * 4)()
    first = ctypes.addressof(numbers)
    _bounds(shape, first, first + 4, first + 8, first + 12)
    left, bottom, right, top = numbers
    return left, bottom, right, top
