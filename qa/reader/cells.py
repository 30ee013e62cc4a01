"""The cells of a table as answers: what of a cell is quoted, and where the cells of a passage are."""

from __future__ import annotations

import re
from collections.abc import Iterable

from index.types import Cell
from qa.reader.windows import CellRange

# A mark at the end of a cell that refers to a note: asterisks and daggers, a superscript number or letter, "[3]".
_MARK = re.compile(r"\s?(?:[*†‡§¶]+|[¹²³⁴-⁹⁰]+|[ᵃᵇᶜᵈᵉᶠ]|\^\(\w{1,2}\)|\[\d{1,2}\])+$")
_EXPONENT = re.compile(r"(?:(?<![\d.,])(?:10|2|[x×·]\s?10)|(?<![^\W\d_])(?:[kcdmµn]?m|ft|in|yd|mi|s|[a-z]))[¹²³⁴-⁹⁰]+$")


def without_footnote_mark(text: str) -> str:
    """The text of a cell without the footnote marks at its end: "210" for "210*" and "210¹"; "m²" and "10⁶" stay."""
    mark = _MARK.search(text)
    if mark is None or _EXPONENT.search(text) or not any(map(str.isalnum, text[: mark.start()])):
        return text
    return text[: mark.start()]


def cell_ranges(text: str, cells: Iterable[Cell], start: int = 0) -> tuple[CellRange, ...]:
    """The cells of a passage that have text, as its possible answers.

    ``cells`` are places in a document, ``text`` is the passage that begins at its position ``start``; cells outside the
    passage are left out.
    """
    places = (Cell(cell.start - start, cell.end - start) for cell in cells)
    inside = (cell for cell in places if 0 <= cell.start < cell.end <= len(text))
    return tuple(CellRange(cell.start, cell.start + len(without_footnote_mark(text[slice(*cell)]))) for cell in inside)
