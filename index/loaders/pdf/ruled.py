"""Tables whose cells ruling lines divide, out of the words and rulings of a PDF page."""

from __future__ import annotations

import itertools
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from index.loaders.pdf.layout import Box, Word
from index.loaders.pdf.prose import rows_of
from index.loaders.pdf.rulings import Rule, Rulings

_NEAR = 3.0  # points; lines that are nearer to each other are one
_RISE = 0.3  # letter sizes from a baseline to the middle of a word
_SPACE = 0.45  # letter sizes; spaces between words are usually narrower, and gaps between cells wider
_LONGEST_REPEATED = 200  # characters of a merged cell that are repeated in each of its places
_MOST_CELLS = 20_000


Cell = list[Word]


@dataclass(frozen=True, slots=True)
class Lattice:
    """The columns and rows that ruling lines make, from left to right and from the top down."""

    box: Box
    xs: tuple[float, ...]  # ascending; one more than columns
    ys: tuple[float, ...]  # descending; one more than rows
    rules: Rulings


def lattices(rules: Rulings) -> Iterator[Lattice]:
    """The lattices of at least two columns on a page, from the top down."""
    for group in _touching(rules):
        xs = _merged([rule.at for rule in group.vertical])
        ys = _merged([rule.at for rule in group.horizontal])
        left = min((rule.start for rule in group.horizontal), default=0.0)
        right = max((rule.end for rule in group.horizontal), default=0.0)
        bottom = min((rule.start for rule in group.vertical), default=0.0)
        top = max((rule.end for rule in group.vertical), default=0.0)
        if not xs or not ys:
            continue
        xs = [*([left] if left < xs[0] - 2 * _NEAR else []), *xs, *([right] if right > xs[-1] + 2 * _NEAR else [])]
        ys = [*([bottom] if bottom < ys[0] - 2 * _NEAR else []), *ys, *([top] if top > ys[-1] + 2 * _NEAR else [])]
        horizontal = [rule for rule in group.horizontal if _ends_at(xs, rule.start) and _ends_at(xs, rule.end)]
        ys = [y for y in ys if any(abs(y - rule.at) <= _NEAR for rule in horizontal) or y in (ys[0], ys[-1])]
        if len(xs) > 2 and len(ys) > 1 and len(xs) * len(ys) <= _MOST_CELLS:
            rules = Rulings(horizontal, group.vertical)
            yield Lattice(Box(xs[0], ys[0], xs[-1], ys[-1]), tuple(xs), tuple(reversed(ys)), rules)


def _ends_at(xs: Sequence[float], place: float) -> bool:
    """Whether a horizontal line ends at a vertical one; an underlined word does not."""
    return any(abs(x - place) <= _NEAR for x in xs)


def divides_words(lattice: Lattice, words: Sequence[Word]) -> bool:
    """Whether wider gaps than spaces are at the vertical lines; otherwise they are edges of marked words.

    Links, highlights and boxes around phrases make lattices too.
    """
    gaps: list[float] = []
    for row in rows_of(words):
        for word, after in itertools.pairwise(row):
            middle = word.y + _RISE * word.size
            lines = lattice.xs[bisect_right(lattice.xs, word.left + 1) : bisect_right(lattice.xs, after.left + 1)]
            if any(_crosses(lattice.rules.vertical, x, middle) for x in lines):
                gaps.append((after.left - word.right) / word.size)
    return not gaps or median(gaps) > _SPACE


@dataclass(frozen=True, slots=True)
class RuledRow:
    """The text of the cells of a row; whether it is one cell over all columns."""

    cells: list[str]
    is_one_cell: bool = False


def ruled_rows(lattice: Lattice, words: Sequence[Word]) -> list[RuledRow]:
    """The rows that have text; a merged cell stands in each of its places, a long one only in the first."""
    if len(lattice.ys) <= 3:
        divided = [_spread(lattice, row, sum(ys) / 2) for row, ys in _with_heights(lattice, words)]
        return [RuledRow(row) for cells in divided for row in _lines_of(cells) if any(row)]
    rows: list[RuledRow] = []
    above: list[Cell] = [[] for _ in lattice.xs[1:]]
    for cells in _merged_cells(lattice, words):
        if not all(cell is cells[0] and cell is before for cell, before in zip(cells, above, strict=True)):
            shown = (
                _shown(cell, before, over) for cell, before, over in zip(cells, [None, *cells], above, strict=False)
            )
            rows.append(RuledRow(list(shown), all(cell is cells[0] for cell in cells)))
        above = cells
    return [row for row in rows if any(row.cells)]


def _merged_cells(lattice: Lattice, words: Sequence[Word]) -> list[list[Cell]]:
    """The cells of all rows; one over several rows or columns is the same list in each of its places."""
    rows: list[list[Cell]] = []
    for cells, (top, bottom) in _with_heights(lattice, words):
        row = _spread(lattice, cells, (top + bottom) / 2)
        if rows:
            _join_above(lattice, rows[-1], row, top)
        rows.append(row)
    return rows


def _join_above(lattice: Lattice, above: Sequence[Cell], row: list[Cell], top: float) -> None:
    """Replace the cells of a row that no line divides from the ones above by these, with the words of both.

    Where most columns have no line, the words tell the rows apart.
    """
    middles = [(left + right) / 2 for left, right in itertools.pairwise(lattice.xs)]
    open_columns = [k for k, middle in enumerate(middles) if not _crosses(lattice.rules.horizontal, top, middle)]
    few = 2 * len(open_columns) <= len(row)
    own = list(row)
    for column in open_columns:
        cell, over = own[column], above[column]
        if cell and not (few and _places(own, cell) == _places(above, over)):
            continue
        if cell and column == _places(own, cell)[0]:
            over += cell
        row[column] = over


def _places(row: Sequence[Cell], cell: Cell) -> list[int]:
    return [column for column, other in enumerate(row) if other is cell]


def _shown(cell: list[Word], *neighbours: list[Word] | None) -> str:
    """The text of a cell; nothing if it is long and goes on from one of its neighbours."""
    text = _text(cell)
    return "" if len(text) > _LONGEST_REPEATED and any(cell is other for other in neighbours) else text


def _with_heights(lattice: Lattice, words: Sequence[Word]) -> Iterator[tuple[list[Cell], tuple[float, float]]]:
    """The words of each row and column, with the upper and lower end of the row."""
    return zip(_sorted_words(lattice, words), itertools.pairwise(lattice.ys), strict=True)


def _sorted_words(lattice: Lattice, words: Sequence[Word]) -> list[list[list[Word]]]:
    """The words of each row and column."""
    cells: list[list[list[Word]]] = [[[] for _ in lattice.xs[1:]] for _ in lattice.ys[1:]]
    down = [-y for y in lattice.ys]
    for word in words:
        column = bisect_right(lattice.xs, (word.left + word.right) / 2) - 1
        row = bisect_right(down, -(word.y + _RISE * word.size)) - 1
        if 0 <= column < len(lattice.xs) - 1 and 0 <= row < len(lattice.ys) - 1:
            cells[row][column].append(word)
    return cells


def _spread(lattice: Lattice, cells: Sequence[list[Word]], middle: float) -> list[list[Word]]:
    """The cells of a row; one over several columns, which no line divides, is the same list in each of them."""
    spread: list[list[Word]] = []
    first = 0
    for column in range(1, len(cells) + 1):
        if column < len(cells) and not _crosses(lattice.rules.vertical, lattice.xs[column], middle):
            continue
        together = [word for cell in cells[first:column] for word in cell]
        spread += [together] * (column - first)
        first = column
    return spread


def _crosses(rules: Sequence[Rule], at: float, place: float) -> bool:
    return any(abs(rule.at - at) <= _NEAR and rule.start - _NEAR <= place <= rule.end + _NEAR for rule in rules)


def _lines_of(cells: Sequence[Sequence[Word]]) -> list[list[str]]:
    """The rows of a table without lines between them: one for each baseline, if most have several cells."""
    baselines = _merged([word.y for cell in cells for word in cell])
    rows = [[_text([w for w in cell if abs(w.y - y) <= _NEAR]) for cell in cells] for y in reversed(baselines)]
    filled = sum(sum(map(bool, row)) > 1 for row in rows)
    starts = [cell[0] for row in rows[1:] for cell in row if cell]
    goes_on = sum(map(str.islower, starts)) > len(starts) / 2  # the lines of sentences
    return rows if len(rows) > 2 and filled >= 0.7 * len(rows) and not goes_on else [[_text(cell) for cell in cells]]


def _text(words: Sequence[Word]) -> str:
    lines = sorted(words, key=lambda word: (-round(word.y / _NEAR), word.left))
    return " ".join(word.text for word in lines)


def _merged(places: Sequence[float]) -> list[float]:
    """The places in ascending order, without those that are near the one before."""
    merged: list[float] = []
    for place in sorted(places):
        if not merged or place - merged[-1] > _NEAR:
            merged.append(place)
    return merged


def _touching(rules: Rulings) -> Iterator[Rulings]:
    """Groups of rules whose extents touch, from the top down; first by height, then by breadth."""
    for band in _overlapping([*_placed(rules)], bottom=True):
        for group in _overlapping(band, bottom=False):
            yield Rulings(
                [rule for rule, _, horizontal in group if horizontal],
                [rule for rule, _, horizontal in group if not horizontal],
            )


_Placed = tuple[Rule, Box, bool]  # a rule, its box, and whether it is horizontal


def _placed(rules: Rulings) -> Iterator[_Placed]:
    for rule in rules.horizontal:
        yield rule, Box(rule.start, rule.at, rule.end, rule.at), True
    for rule in rules.vertical:
        yield rule, Box(rule.at, rule.start, rule.at, rule.end), False


def _overlapping(placed: Sequence[_Placed], *, bottom: bool) -> Iterator[list[_Placed]]:
    """Groups whose extents overlap, from the top down or from left to right."""
    extents = [((-p[1].top, -p[1].bottom) if bottom else (p[1].left, p[1].right), p) for p in placed]
    group: list[_Placed] = []
    end = 0.0
    for (first, last), rule in sorted(extents, key=lambda extent: extent[0]):
        if group and first > end + _NEAR:
            yield group
            group = []
        end = max(end, last) if group else last
        group.append(rule)
    if group:
        yield group
