"""Span decoding: from start and end logits to the best spans of a window, in plain numpy.

The margin of the span from token i to token j is ``start[i] + end[j] - null``, with the null score of the same window
(Devlin et al. 2019, section 4.3). There is no softmax inside a passage, so margins are comparable across passages
(Clark and Gardner 2018).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from qa.reader.windows import BoolArray, IntArray, Window
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
) -> list[Span]:
    """The best spans of one window, best first, each within one segment and of whole words.

    ``start`` and ``end`` (m,) are the logits of the whole input, with the null at position 0. ``segments`` (n,) is the
    sentence number of each passage token; ``interrogative`` tells for each sentence number whether the sentence is a
    question, which cannot be an answer. ``limit`` is the longest span in tokens. Spans without a letter or digit are
    left out.
    """
    null = float(start[0] + end[0])
    inside = slice(window.first, window.first + len(window.offsets))
    left = np.where(window.starts & ~interrogative[segments], start[inside], -np.inf)
    right = np.where(window.ends, end[inside], -np.inf)
    spans = [_span(window, text, i, j, score - null) for i, j, score in best_pairs(left, right, segments, limit, top)]
    return [span for span in spans if any(character.isalnum() for character in span.text)]


def _span(window: Window, text: str, i: int, j: int, margin: float) -> Span:
    first, last = int(window.offsets[i, 0]), int(window.offsets[j, 1])
    return Span(window.passage, first, last, text[first:last], margin)


def merge(spans: Iterable[Span]) -> list[Span]:
    """Distinct spans, best first; of duplicates from overlapping windows the best one stays."""
    best: dict[tuple[int, int, int], Span] = {}
    for span in spans:
        key = (span.passage, span.start, span.end)
        if key not in best or span.margin > best[key].margin:
            best[key] = span
    return sorted(best.values(), key=lambda span: (-span.margin, span.passage, span.start, span.end))
