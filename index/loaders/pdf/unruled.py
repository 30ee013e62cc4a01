"""Tables without ruling lines, out of the words of consecutive lines: columns are where white space runs down."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from index.loaders.pdf.layout import Word
from index.loaders.pdf.prose import Row, column_lines, flows_down, rows_of

_SPACE = 0.5  # letter sizes; a wider gap divides two cells, where it runs down all rows
_FIXED_SPACE = 0.9  # the same where all letters are equally wide
_USUAL_GAP = 0.8  # letter sizes; the least usual width of the gaps between the cells of two columns
_WIDE_GAP = 1.6  # letter sizes; wider gaps are no spaces of justified text
_SPARSE = 0.3  # share of the rows in which a column has text, at most, if it may be part of the one before
_ALIGNED = 0.7  # share of a column's cells that begin, end or have their middle at one place, at least
_NEAR = 2.0  # points; nearer places are one
_HEADER_ROWS = 2  # rows at the top whose cells may stand over several columns
_APART = 1.25  # rows of lines of text are at least this many times as far apart as the lines of a cell
_FILLED = 0.5  # share of the cells that have text, at least
_LONG_CELL = 60  # characters; columns of longer cells are prose
_MARK = re.compile(r"[•●◦▪■–—\-*·➢✓]|\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]|\d+(?:\.\d+)+\.?|\[\d+\]", re.IGNORECASE)
_LEADER = re.compile(r"(?:\.\s?){4,}|…{2,}")
_DRAWN = re.compile(r"[-=_*~+|]{4,}")  # a line made of letters
_CODE = re.compile(r"[{}=<>\\]|[;(]$|^(?:\$|#|//)|\(\)|->|::")

_Chunk = tuple[float, float, str]  # left, right, text


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of text in columns."""

    rows: list[list[str]]
    is_table: bool
    prose: Sequence[str] = ()  # the lines of columns of prose in the order in which they are read


def unruled_columns(words: Sequence[Word]) -> Columns | None:
    """The columns of text in these words; None when white space does not divide them into any."""
    rows = rows_of([word for word in words if not _DRAWN.fullmatch(word.text)])
    if len(rows) < 2:
        return None
    size = median(word.size for row in rows for word in row)
    space = (_FIXED_SPACE if _is_fixed([word for row in rows for word in row]) else _SPACE) * size
    chunks = [list(_chunks(row, space)) for row in rows]
    gutters, header = _gutters(chunks, space)
    body = chunks[header:]
    gutters = [gutter for gutter in gutters if _usual_gap(body, gutter) >= _USUAL_GAP * size]
    gutters = _without_gaps_in_cells(body, gutters, size)
    if not gutters:
        return None
    divided = [_cells(row, gutters, spans=number < header) for number, row in enumerate(chunks)]
    texts = [[" ".join(chunk[2] for chunk in cell) for cell in row] for row in divided]
    if flows_down(divided[header:], [row[0].y for row in rows[header:]]):
        above = [" ".join(chunk[2] for chunk in row) for row in chunks[:header]]
        return Columns(texts, is_table=False, prose=[*above, *column_lines(divided[header:])])
    cells = _whole_rows(texts, [row[0].y for row in rows], size)
    return Columns(cells, _are_aligned(divided[header:]) and _is_table(cells))


def _is_fixed(words: Sequence[Word]) -> bool:
    """Whether all letters are equally wide."""
    widths = sorted((word.right - word.left) / len(word.text) for word in words if len(word.text) > 4)
    return len(widths) > 4 and widths[-1] < 1.12 * widths[0]


def _chunks(row: Row, gap: float) -> Iterator[_Chunk]:
    """The parts of a row between which there are wide gaps."""
    left, right, parts = row[0].left, row[0].right, [row[0].text]
    for word in row[1:]:
        if word.left - right > gap:
            yield left, right, " ".join(parts)
            left, parts = word.left, []
        right = max(right, word.right)
        parts.append(word.text)
    yield left, right, " ".join(parts)


def _gutters(rows: Sequence[Sequence[_Chunk]], width: float) -> tuple[list[float], int]:
    """The middles of the white spaces between columns, and how many rows at the top may span them."""
    best: list[float] = []
    header = 0
    for skipped in range(min(_HEADER_ROWS, len(rows) - 3) + 1 if len(rows) > 3 else 1):
        found = _white_spaces(rows[skipped:], width)
        if len(found) > len(best):
            best, header = found, skipped
    return best, header


def _white_spaces(rows: Sequence[Sequence[_Chunk]], width: float) -> list[float]:
    """The middles of intervals in which no row of several parts has text, and that enough rows have text around."""
    several = [row for row in rows if len(row) > 1]
    lone = [row[0] for row in rows if len(row) == 1]
    events = sorted(
        itertools.chain.from_iterable(((left, 1), (right, -1)) for row in several for left, right, _ in row)
    )
    found, covering, start = [], 0, None
    for place, step in events:
        if (
            not covering
            and start is not None
            and place - start >= width
            and _divides(several, lone, (start + place) / 2)
        ):
            found.append((start + place) / 2)
        covering += step
        start = place
    return found


def _divides(rows: Sequence[Sequence[_Chunk]], lone: Sequence[_Chunk], place: float) -> bool:
    """Whether at least two rows, and two fifths of them, have text on both sides of a place, and few others at it."""
    both = sum(row[0][1] <= place <= row[-1][0] for row in rows)
    over = sum(left < place < right for left, right, _ in lone)
    return both >= max(2, 0.4 * len(rows)) and over <= (len(rows) + len(lone)) / 6


def _without_gaps_in_cells(rows: Sequence[Sequence[_Chunk]], gutters: list[float], size: float) -> list[float]:
    """The gutters without those that are narrow and have few cells on their right: wide spaces of justified text."""
    kept: list[float] = []
    for gutter, after in itertools.pairwise((*gutters, float("inf"))):
        filled = sum(any(gutter < left < after for left, _, _ in row) for row in rows)
        if filled > _SPARSE * len(rows) or (filled > 1 and _usual_gap(rows, gutter) > _WIDE_GAP * size):
            kept.append(gutter)
    return kept


def _usual_gap(rows: Sequence[Sequence[_Chunk]], gutter: float) -> float:
    """The usual width of the gaps between cells at a gutter, in points."""
    gaps = [b[0] - a[1] for row in rows for a, b in itertools.pairwise(row) if a[1] <= gutter <= b[0]]
    return median(gaps) if gaps else 0.0


def _cells(row: Sequence[_Chunk], gutters: Sequence[float], *, spans: bool) -> list[list[_Chunk]]:
    """The parts in each column; a part over several is in each if it ``spans``, else in the first."""
    cells: list[list[_Chunk]] = [[] for _ in range(len(gutters) + 1)]
    bounds = list(itertools.pairwise((float("-inf"), *gutters, float("inf"))))
    for chunk in row:
        over = [column for column, (a, b) in enumerate(bounds) if chunk[0] < b and chunk[1] > a]
        for column in over if spans else over[:1]:
            cells[column].append(chunk)
    return cells


def _are_aligned(rows: Sequence[Sequence[Sequence[_Chunk]]]) -> bool:
    """Whether in each column most cells begin, end, or have their middle at one place."""
    for column in zip(*rows, strict=True):
        extents = [(cell[0][0], cell[-1][1]) for cell in column if cell]
        places = ([a for a, _ in extents], [b for _, b in extents], [(a + b) / 2 for a, b in extents])
        if extents and max(map(_most_near, places)) < _ALIGNED * len(extents):
            return False
    return True


def _most_near(places: Sequence[float]) -> int:
    """How many places are near the one that most are near."""
    ordered = sorted(places)
    most = first = 0
    for last, place in enumerate(ordered):
        while place - ordered[first] > _NEAR:
            first += 1
        most = max(most, last - first + 1)
    return most


def _whole_rows(cells: list[list[str]], baselines: Sequence[float], size: float) -> list[list[str]]:
    """The rows, with those joined whose lines are nearer to each other than rows are."""
    gaps = [above - below for above, below in itertools.pairwise(baselines)]
    best, most = _joined(cells, [_goes_on(row) for row in cells[1:]]), 0.0
    for limit in _limits(gaps, size):
        near = [gap < limit for gap in gaps]
        if _joins_rows(cells, near):
            break
        rows = _joined(cells, near)
        filled = sum(bool(cell) for row in rows for cell in row) / (len(rows) * len(rows[0]))
        if len(rows) > 1 and filled > most:
            best, most = rows, filled
    return best


def _limits(gaps: Sequence[float], size: float) -> Iterator[float]:
    """Distances, ascending, that may divide those between lines of a row from those between rows."""
    distinct = sorted(gaps)
    for less, more in itertools.pairwise(distinct):
        if more > _APART * less or more - less > size / 2:
            yield (less + more) / 2


def _joins_rows(cells: Sequence[Sequence[str]], near: Sequence[bool]) -> bool:
    """Whether lines would be joined of which several have text in most columns, as rows have."""
    full = [sum(map(bool, row)) > 0.6 * len(row) for row in cells]
    rows = lines = 0
    block_full = full[0]
    for close, line_full in zip(near, full[1:], strict=True):
        lines += close
        rows += close and line_full and block_full
        block_full = line_full or (close and block_full)
    return rows > lines / 4


def _joined(cells: Sequence[Sequence[str]], near: Sequence[bool]) -> list[list[str]]:
    whole = [list(cells[0])]
    for close, row in zip(near, cells[1:], strict=True):
        if close:
            whole[-1] = [f"{above} {below}".strip() for above, below in zip(whole[-1], row, strict=True)]
        else:
            whole.append(list(row))
    return whole


def _goes_on(row: Sequence[str]) -> bool:
    """Whether the line of a table has text only in other columns than the first, and begins in small letters."""
    return not row[0] and all(cell[0].islower() for cell in row if cell)


def _is_table(rows: Sequence[Sequence[str]]) -> bool:
    """Whether columns of text are a table: not a list, code, a table of contents, or prose."""
    width = len(rows[0])
    cells = [cell for row in rows for cell in row if cell]
    if len(rows) < (3 if width == 2 else 2) or len(cells) < _FILLED * width * len(rows):
        return False
    firsts = [row[0] for row in rows if row[0]]
    if not firsts or (width == 2 and sum(bool(_MARK.fullmatch(cell)) for cell in firsts) > len(firsts) / 3):
        return False
    if (
        sum(bool(_LEADER.search(cell)) for cell in cells) > 1
        or sum(map(bool, map(_CODE.search, cells))) > len(cells) / 8
    ):
        return False
    columns = [[cell for cell in column if cell] for column in zip(*rows, strict=True)]
    means = [sum(map(len, column)) / len(column) if column else 0 for column in columns]
    return max(means) <= _LONG_CELL and min(means) <= _LONG_CELL / 3
