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
_MOST_CELLS = 20_000


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


def ruled_rows(lattice: Lattice, words: Sequence[Word]) -> list[list[str]]:
    """The text of each cell, in each of its places where it is merged; rows without text are left out."""
    cells = _sorted_words(lattice, words)
    rows: list[list[str]] = []
    below: list[list[Word]] = [[] for _ in lattice.xs[1:]]
    for row, (top, bottom) in enumerate(itertools.pairwise(lattice.ys)):
        middle = (top + bottom) / 2
        merged = _spread(lattice, cells[row], middle)
        for column, (left, right) in enumerate(itertools.pairwise(lattice.xs)):
            if row and not merged[column] and not _crosses(lattice.rules.horizontal, top, (left + right) / 2):
                merged[column] = below[column]
        below = merged
        rows += _lines_of(merged) if len(lattice.ys) <= 3 else [[_text(cell) for cell in merged]]
    return [row for row in rows if any(row)]


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
    """The cells of a row, with the words of columns that no line divides in each of these columns."""
    spread: list[list[Word]] = []
    first = 0
    for column in range(1, len(cells) + 1):
        if column < len(cells) and not _crosses(lattice.rules.vertical, lattice.xs[column], middle):
            continue
        together = [word for cell in cells[first:column] for word in cell]
        spread += [list(together) for _ in range(first, column)]
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
