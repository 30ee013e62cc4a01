"""Finds the tables on a PDF page: which of its lines may be in one, and what their words make."""

from __future__ import annotations

import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pypdfium2 as pdfium

from index.loaders.headers import read_grid
from index.loaders.pdf.layout import PageLayout, RawLine, Word, usual_width
from index.loaders.pdf.prose import is_justified
from index.loaders.pdf.raised import Edit
from index.loaders.pdf.ruled import Lattice, RuledRow, divides_words, lattices, ruled_rows
from index.loaders.pdf.rulings import find_rulings
from index.loaders.pdf.unruled import unruled_columns
from index.loaders.text_builder import Grid

_GAP = 1.0  # letter sizes between two runs of a line that may be two cells
_STRETCHED = 1.28  # a line this many times as wide as usual for its characters may have cells
_WIDEST = 0.63  # letter sizes a character; a wider line may have cells, whatever is usual
_SHORTEST = 8  # characters of a line whose width is compared
_JUMP = 12.0  # letter sizes that a line of the next cell may start above the last one
_PLAIN_LINES = 2  # lines without a gap that may be between two that have one
_DISTANCE = 4.5  # letter sizes between two lines of a table without ruling lines, at most
_LAYOUT_CELL = 400  # characters; a frame with longer cells arranges text and is no table
_EDGE = 2.0  # points between the edges of the lines of justified text, at most
_PITCH = 1.6  # letter sizes between the lines of a paragraph, at most
_PROSE_WORDS = 3  # of a line of justified text that tells it from a cell
_RULED_FILL = 0.3  # share of the cells of a ruled table that have text, at least


@dataclass(frozen=True, slots=True)
class Found:
    """A table, or the lines of columns of prose, and the positions of the lines in whose place it stands."""

    lines: frozenset[int]  # positions among the page's lines
    content: tuple[Grid | str, ...]


def find_tables(
    pdf_page: pdfium.PdfPage, page: PageLayout, edits: Sequence[Edit], extra: Sequence[Word] = ()
) -> tuple[list[Found], set[Word]]:
    """The tables of a page, and which of the ``extra`` words, which are not in its text, are in their cells."""
    found: list[Found] = []
    taken: set[int] = set()
    used: set[Word] = set()
    marked, steps = _marked(page)
    close = any(k + 1 in marked or k + 2 in marked for k in marked)
    if not close and not extra:
        return found, used
    for lattice in lattices(find_rulings(pdf_page, pdf_page.get_width())):
        inside = [k for k, line in enumerate(page.lines) if k not in taken and _is_inside(line, lattice)]
        more = [word for word in extra if lattice.box.left <= word.left and _holds(lattice, word)]
        words = [*page.words((page.lines[k] for k in inside), edits), *more]
        rows = ruled_rows(lattice, words) if divides_words(lattice, words) else []
        if inside and _is_ruled_table([row.cells for row in rows]):
            found.append(Found(frozenset(inside), tuple(_ruled_grids(rows))))
            taken.update(inside)
            used.update(more)
    for band in _bands(page, marked - taken, taken):
        words = page.words((page.lines[k] for k in band), edits)
        columns = unruled_columns(words)
        if columns is None or len(steps.intersection(band)) < max(2, len(columns.rows) / 2):
            continue  # columns of prose are usually written one after the other, with a step at the top of each
        if columns.prose:
            found.append(Found(frozenset(band), tuple(columns.prose)))
        elif columns.is_table and not (_is_in_paragraph(page, band, steps) and is_justified(words)):
            grid = read_grid(columns.rows)
            if any(len(row) > 1 for row in grid.rows):
                found.append(Found(frozenset(band), (grid,)))
    return found, used


def _holds(lattice: Lattice, word: Word) -> bool:
    return word.right <= lattice.box.right + 2 and lattice.box.bottom <= word.y + 0.3 * word.size <= lattice.box.top


def _marked(page: PageLayout) -> tuple[set[int], set[int]]:
    """The positions of the lines that may be in a table, and of those among them that show a step to a next cell.

    A line shows it by a gap in it, or by its start beside the lines before.
    """
    lines = page.lines
    usual = usual_width(lines)
    steps = {k for k, line in enumerate(lines) if _is_stretched(line, usual)} | _with_gaps(page)
    marked = set(steps)
    for k in range(1, len(lines)):
        line, before = lines[k], lines[k - 1]
        size = max(line.size, 1.0)
        if -0.2 * size < line.y - before.y < _JUMP * size and line.x > before.x and line.x - before.right > 0.3 * size:
            steps.add(k)
            marked.update((k, *_lower(lines, k)))
    return marked, steps


def _lower(lines: Sequence[RawLine], last: int) -> Iterator[int]:
    """The positions of the lines before one that do not stand above it, at most a dozen."""
    for k in range(last - 1, max(-1, last - 12), -1):
        if lines[k].y > lines[last].y + 2:
            return
        yield k


def _with_gaps(page: PageLayout) -> set[int]:
    """The positions of the lines with a wide gap between two runs of text, or with a run before the one before."""
    owners = page.owners()
    sizes = np.array([line.size for line in page.lines])[owners]
    left, _, right, _ = page.boxes.T
    apart = (left[1:] - right[:-1] > _GAP * sizes[1:]) | (right[1:] < left[:-1])
    return set(owners[1:][apart & (owners[1:] == owners[:-1])].tolist())


def _is_stretched(line: RawLine, usual: float) -> bool:
    count = line.end - line.start
    most = min(_STRETCHED * usual, _WIDEST) if usual else _WIDEST
    return count >= _SHORTEST and line.right - line.x > most * count * line.size


def _is_inside(line: RawLine, lattice: Lattice) -> bool:
    box = lattice.box
    return box.left - 2 <= line.x <= box.right and box.bottom <= line.y + 0.3 * line.size <= box.top


def _is_ruled_table(rows: Sequence[Sequence[str]]) -> bool:
    if len(rows) < 2:
        return False
    cells = [cell for row in rows for cell in row if cell]
    columns = sum(any(column) for column in zip(*rows, strict=True))
    return (
        columns > 1
        and len(cells) >= _RULED_FILL * columns * len(rows)
        and max(map(len, cells)) <= _LAYOUT_CELL
        and sum(len({cell for cell in row if cell}) > 1 for row in rows) > 1
    )


def _ruled_grids(rows: Sequence[RuledRow]) -> Iterator[Grid]:
    """The table, and one more with the same header after each row of one cell, whose text is the caption."""
    titles = sum(1 for _ in itertools.takewhile(lambda row: row.is_one_cell, rows))
    grid = read_grid([row.cells for k, row in enumerate(rows) if k < titles or not row.is_one_cell])
    head = sum(k < titles or not row.is_one_cell for k, row in enumerate(rows)) - len(grid.rows)
    waiting = iter(grid.rows)
    body: list[Sequence[str]] = []
    for k, row in enumerate(rows):
        if k < titles or not row.is_one_cell:
            head -= 1
            body += [next(waiting)] if head < 0 else []
            continue
        if body:
            yield replace(grid, rows=body)
            body, grid = [], replace(grid, above=())
        grid = replace(grid, caption=row.cells[0], above=(*grid.above, row.cells[0]))
    yield replace(grid, rows=body)


def _bands(page: PageLayout, marked: set[int], taken: set[int]) -> Iterator[list[int]]:
    """Runs of lines with gaps that follow one another closely, with the few lines between them."""
    lines = page.lines
    band: list[int] = []
    for k in sorted(marked):
        between = range(band[-1] + 1, k) if band else range(0)
        if band and (
            len(between) > _PLAIN_LINES
            or not taken.isdisjoint(between)
            or min(abs(lines[j].y - lines[k].y) for j in band[-6:])
            > _DISTANCE * (1 + len(between)) * max(lines[k].size, 1.0)
        ):
            yield _extended(page, band, taken)
            band, between = [], range(0)
        band += [*between, k]
    if band:
        yield _extended(page, band, taken)


def _extended(page: PageLayout, band: list[int], taken: set[int]) -> list[int]:
    """The band with the first lines of its header's cells, and lines after it that go on in others than the first."""
    lines = page.lines
    left = min(lines[k].x for k in band)
    pitch = next((d for a, b in itertools.pairwise(band) if (d := lines[a].y - lines[b].y) > 0.5), 0.0)
    while band[0] - 1 not in taken and _is_above(lines, band[0], pitch, left):
        band.insert(0, band[0] - 1)
    columns = sorted(left for k in band for left in page.boxes[lines[k].boxes.start : lines[k].boxes.stop, 0].tolist())
    for k in range(band[-1] + 1, len(lines)):
        line, before = lines[k], lines[band[-1]]
        size = max(line.size, 1.0)
        beside = bisect_right(columns, line.x + 2) > bisect_left(columns, line.x - 2)
        if k in taken or not beside or line.x < left + 2 * size or not 0 < before.y - line.y < 2.2 * size:
            break
        band.append(k)
    return band


def _is_in_paragraph(page: PageLayout, band: Sequence[int], steps: set[int]) -> bool:
    """Whether a line without wide gaps is as wide as these, among them or right beside them."""
    lines = page.lines
    left, right = min(lines[k].x for k in band), max(lines[k].right for k in band)
    pitch = _PITCH * max(lines[band[0]].size, 1.0)
    return any(
        abs(lines[k].x - left) <= _EDGE
        and abs(lines[k].right - right) <= _EDGE
        and len(page.raw[lines[k].start : lines[k].end].split()) >= _PROSE_WORDS
        and any(abs(lines[k].y - lines[j].y) <= pitch for j in band if j != k)
        for k in range(max(0, band[0] - 2), min(len(lines), band[-1] + 3))
        if k not in steps
    )


def _is_above(lines: Sequence[RawLine], first: int, pitch: float, left: float) -> bool:
    """Whether the line before the first one of a table is nearer to it than rows are, and of one column only."""
    if not first:
        return False
    line, below = lines[first - 1], lines[first]
    near = 0 < line.y - below.y < min(pitch / 1.25, 1.4 * below.size)
    return near and line.size <= below.size and left - 2 <= line.x and line.right < (below.x + 2 * below.right) / 3
