"""Span decoding: from start and end logits to the best spans of a window, in plain numpy.

The margin of the span from token i to token j is ``start[i] + end[j] - null``, with the null score of the same window
(Devlin et al. 2019, section 4.3). There is no softmax inside a passage, so margins are comparable across passages
(Clark and Gardner 2018). In the rows of a table only whole cells are spans.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from qa.reader.windows import BoolArray, CellRange, IntArray, Window
from qa.types import Span

FloatArray = npt.NDArray[np.float32]


def best_pairs(
    start: FloatArray, end: FloatArray, segments: IntArray, limit: int, top: int
) -> list[tuple[int, int, float]]:
    """The ``top`` best (i, j, start[i] + end[j]) with i <= j < i + limit and segments[i] == segments[j]; best first.

    All arrays are (n,). Ties go to the smaller i, then the smaller j. Only finite sums count.
    """
    count = len(start)
    if count == 0:
        return []
    rows, columns = np.arange(count)[:, None], np.arange(min(limit, count))[None, :]
    ends = np.minimum(rows + columns, count - 1)  # a band of the (n, n) matrix; column w has spans of w + 1 tokens
    scores = start[:, None].astype(np.float64) + end[ends]
    scores[(rows + columns >= count) | (segments[ends] != segments[:, None]) | ~np.isfinite(scores)] = -np.inf
    flat = scores.ravel()
    worst = np.partition(flat, -top)[-top] if flat.size > top else -np.inf
    kept = np.flatnonzero(flat >= worst)  # with all ties for the last place, which the sort below breaks
    order = kept[np.argsort(-flat[kept], kind="stable")][:top]
    width = columns.size
    return [(int(k // width), int(k // width + k % width), float(flat[k])) for k in order if np.isfinite(flat[k])]


def window_spans(
    window: Window,
    text: str,
    segments: IntArray,
    interrogative: BoolArray,
    start: FloatArray,
    end: FloatArray,
    *,
    limit: int,
    top: int,
    cells: Sequence[CellRange] = (),
) -> list[Span]:
    """The best spans of one window, best first, each within one segment and of whole words.

    If there are ``cells``, each span is one of them, or a part of one that is longer than ``limit``.

    ``start`` and ``end`` (m,) are the logits of the whole input, with the null at position 0. ``segments`` (n,) is the
    sentence number of each passage token; ``interrogative`` tells for each sentence number whether the sentence is a
    question, which cannot be an answer. ``limit`` is the longest span in tokens. Spans without a letter or digit are
    left out.
    """
    null = float(start[0] + end[0])
    inside = slice(window.first, window.first + len(window.offsets))
    starts, ends = start[inside], end[inside]
    startable = window.starts & ~interrogative[segments]
    spans: list[Span] = []
    if cells:
        whole, long = whole_cells(starts, ends, window.offsets, cells, limit)
        spans.extend(_span(window, text, first, last, score - null) for first, last, score in whole)
        segments = np.where(long >= 0, long * len(interrogative) + segments, -1)
    left = np.where(startable & (segments >= 0), starts, -np.inf)
    right = np.where(window.ends, ends, -np.inf)
    for i, j, score in best_pairs(left, right, segments, limit, top):
        spans.append(_span(window, text, int(window.offsets[i, 0]), int(window.offsets[j, 1]), score - null))
    quotable = (span for span in spans if any(character.isalnum() for character in span.text))
    answers = (span for span in quotable if not (cells and span.text.endswith("?")))
    return sorted(answers, key=lambda span: -span.margin)[:top]


def whole_cells(
    start: FloatArray, end: FloatArray, offsets: IntArray, cells: Sequence[CellRange], limit: int
) -> tuple[list[tuple[int, int, float]], IntArray]:
    """The cells of at most ``limit`` tokens that a window contains, and which tokens are in longer cells.

    A cell is returned as its range and its score: the start logit of its first token, the end logit of its last token
    and its prior. ``start`` and ``end`` (n,) are the logits of the window's n passage tokens, and ``offsets`` (n, 2)
    their ranges in the passage. The second result, (n,), is the position of the longer cell around each token, or -1.
    Scores that are not finite do not count.
    """
    found: list[tuple[int, int, float]] = []
    long = np.full(len(offsets), -1, dtype=np.int64)
    firsts = np.searchsorted(offsets[:, 1], [cell.start for cell in cells], side="right")
    afters = np.searchsorted(offsets[:, 0], [cell.end for cell in cells], side="left")
    for position, (cell, first, after) in enumerate(zip(cells, firsts.tolist(), afters.tolist(), strict=True)):
        if after - first > limit:
            long[first:after] = position
        elif first < after and offsets[0, 0] <= cell.start and cell.end <= offsets[-1, 1]:
            score = float(start[first]) + float(end[after - 1]) + cell.prior
            found.extend([(cell.start, cell.end, score)] if np.isfinite(score) else [])
    return found, long


def _span(window: Window, text: str, first: int, last: int, margin: float) -> Span:
    return Span(window.passage, first, last, text[first:last], margin)


def merge(spans: Iterable[Span]) -> list[Span]:
    """Distinct spans, best first; of duplicates from overlapping windows the best one stays."""
    best: dict[tuple[int, int, int], Span] = {}
    for span in spans:
        key = (span.passage, span.start, span.end)
        if key not in best or span.margin > best[key].margin:
            best[key] = span
    return sorted(best.values(), key=lambda span: (-span.margin, span.passage, span.start, span.end))
