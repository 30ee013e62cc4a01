"""Columns of prose on a PDF page: read down, not across, and no table."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from statistics import median

from index.loaders.pdf.layout import Word

Row = list[Word]
Part = tuple[float, float, str]  # left, right, text

_SAME_ROW = 0.35  # letter sizes between the baselines of one row, at most
_LEAST_LINES = 4  # of a column
_LEAST_WORDS = 2  # of a line of a column, in the mean
_FULL = 0.7  # share of the lines of prose, at least, that the next line's first word does not fit into
_APART, _MOST_APART = 1.25, 0.125  # times the usual distance between lines; share of the lines that are so far apart
_RAGGED = 0.1  # share of a column's width by which lines may end short beside that
_CUT = 0.4  # share of the lines of prose, at least, after which a sentence goes on in small letters
_MOST = 0.7  # share of the lines of justified text, at least
_EDGE = 2.0  # points
_EVEN = 1.6  # times the narrowest space of a justified line
_SENTENCE_END = re.compile(r"[.!?:;…][\"'”’»)\]]*$")
_HYPHEN = re.compile(r"(?<=[^\W\d_])[-\u2010]$")


def rows_of(words: Sequence[Word]) -> list[Row]:
    """The words by baseline, from the top down, each row from left to right."""
    rows: list[Row] = []
    for word in sorted(words, key=lambda word: -word.y):
        if rows and abs(rows[-1][0].y - word.y) <= _SAME_ROW * word.size:
            rows[-1].append(word)
        else:
            rows.append([word])
    return [sorted(row, key=lambda word: word.left) for row in rows]


def flows_down(rows: Sequence[Sequence[Sequence[Part]]], baselines: Sequence[float]) -> bool:
    """Whether the columns of these rows, whose cells are parts of lines, read on from line to line, as prose does.

    A line of prose is full, and its sentence goes on in the next one. Cells of a table end where they end, and its rows
    are often further apart than the lines of a cell.
    """
    gaps = [above - below for above, below in itertools.pairwise(baselines)]
    if not gaps or sum(gap > _APART * median(gaps) for gap in gaps) > _MOST_APART * len(gaps):
        return False
    columns = [[_joined(cell) for cell in column if cell] for column in zip(*rows, strict=True)]
    long = [column for column in columns if len(column) >= _LEAST_LINES]
    return len(long) > 1 and len(long) >= len(columns) - 1 and all(map(_is_prose, long))


def is_justified(words: Sequence[Word]) -> bool:
    """Whether most lines of these words end at one edge, and the spaces in a line are equally wide."""
    rows = rows_of(words)
    right = max(row[-1].right for row in rows)
    ends = sum(right - row[-1].right <= _EDGE for row in rows)
    gaps = [[after.left - word.right for word, after in itertools.pairwise(row)] for row in rows if len(row) > 2]
    even = sum(max(spaces) <= _EVEN * max(min(spaces), 0.1) for spaces in gaps)
    return ends >= _MOST * len(rows) and even >= _MOST * len(gaps)


def column_lines(rows: Sequence[Sequence[Sequence[Part]]]) -> list[str]:
    """The lines of columns, one column after the other; a hyphen at the end of a line is pdfium's mark for one."""
    columns = ([_joined(cell)[2] for cell in column if cell] for column in zip(*rows, strict=True))
    return [
        _HYPHEN.sub("\ufffe", line) if after[:1].islower() else line
        for column in columns
        for line, after in itertools.pairwise((*column, ""))
    ]


def _is_prose(lines: Sequence[Part]) -> bool:
    edge = max(right for _, right, _ in lines)
    slack = _RAGGED * (edge - min(left for left, _, _ in lines))
    pairs = list(itertools.pairwise(lines))
    full = sum(edge - before[1] < _first_word(after) + slack for before, after in pairs)
    cut = sum(after[2][0].islower() and not _SENTENCE_END.search(before[2]) for before, after in pairs)
    words = sum(len(text.split()) for _, _, text in lines)
    return full >= _FULL * len(pairs) and cut >= _CUT * len(pairs) and words >= _LEAST_WORDS * len(lines)


def _first_word(line: Part) -> float:
    """The width of a line's first word and the space before it."""
    left, right, text = line
    return (right - left) * (len(text.split()[0]) + 1) / len(text)


def _joined(cell: Sequence[Part]) -> Part:
    return cell[0][0], cell[-1][1], " ".join(text for _, _, text in cell)
