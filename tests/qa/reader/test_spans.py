"""Decoding finds the same spans as brute force."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.spans import best_pairs, merge, whole_cells, window_spans
from qa.reader.windows import CellRange, Window
from qa.types import Span

LOGITS = st.integers(-5, 5).map(float) | st.just(-np.inf) | st.just(np.nan)


@st.composite
def logits(draw):
    count = draw(st.integers(0, 12))
    column = st.lists(LOGITS, min_size=count, max_size=count)
    segments = np.cumsum(draw(st.lists(st.booleans(), min_size=count, max_size=count)), dtype=np.int64)
    start, end = (np.array(draw(column), dtype=np.float32) for _ in range(2))
    return start, end, segments, draw(st.integers(1, 13)), draw(st.integers(1, 20))


def brute_force(start, end, segments, limit, top):
    found = [
        (i, j, float(start[i]) + float(end[j]))
        for i in range(len(start))
        for j in range(i, min(i + limit, len(start)))
        if segments[i] == segments[j] and np.isfinite(start[i] + end[j])
    ]
    return sorted(found, key=lambda pair: (-pair[2], pair[0], pair[1]))[:top]


@given(logits())
def test_the_best_pairs_are_those_of_brute_force(case):
    assert best_pairs(*case) == brute_force(*case)


def window(first=2, count=4, passage=0, starts=None, ends=None):
    offsets = np.array([(2 * k, 2 * k + 1) for k in range(count)], dtype=np.int64)
    allowed = np.ones(count, dtype=np.bool_)
    return Window(
        passage=passage,
        input_ids=[0] * (first + count + 1),
        first=first,
        offsets=offsets,
        starts=allowed if starts is None else np.array(starts),
        ends=allowed if ends is None else np.array(ends),
    )


def decode(window, start, end, segments=(0, 0, 0, 0), asking=(False, False), text="a b c d", limit=10, cells=()):
    rows = (np.array(side, dtype=np.float32) for side in (start, end))
    return window_spans(window, text, np.array(segments), np.array(asking), *rows, limit=limit, top=4, cells=cells)


def test_a_margin_is_the_spans_logits_over_the_null_of_its_window():
    best = decode(window(), [1, 9, 0, 5, 0, 0, 9], [2, 9, 0, 0, 4, 0, 9])[0]
    assert (best.text, best.start, best.end, best.margin) == ("b c", 2, 5, 5 + 4 - 1 - 2)


def test_the_question_is_never_part_of_an_answer():
    best = decode(window(), [0, 99, 1, 0, 0, 0, 99], [0, 99, 1, 0, 0, 0, 99])[0]
    assert best.text == "a"


def test_an_answer_keeps_within_words():
    inside = window(starts=[True, False, True, True], ends=[False, True, True, True])
    best = decode(inside, [0, 0, 0, 9, 0, 0, 0], [0, 0, 0, 9, 0, 0, 0])[0]
    assert best.text == "a b"


def test_an_answer_keeps_within_a_sentence():
    best = decode(window(), [0, 0, 9, 0, 0, 0, 0], [0, 0, 0, 0, 0, 9, 0], segments=(0, 0, 1, 1))[0]
    assert best.text in {"a", "a b", "d", "c d"}


def test_a_question_is_no_answer():
    found = decode(window(), *[[0, 0, 9, 9, 0, 0, 0]] * 2, segments=(1, 1, 2, 2), asking=(False, True, False))
    assert {span.text for span in found} == {"c", "d", "c d"}


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.integers(-9, 9)), max_size=30))
def test_merging_keeps_every_place_once_with_its_best_margin(rows):
    spans = [Span(passage, start, start + 1, "x", float(margin)) for passage, start, margin in rows]
    merged = merge(spans)
    assert {(s.passage, s.start): s.margin for s in merged} == {
        (s.passage, s.start): max(o.margin for o in spans if (o.passage, o.start) == (s.passage, s.start))
        for s in spans
    }
    assert [s.margin for s in merged] == sorted((s.margin for s in merged), reverse=True)


def test_punctuation_alone_is_no_answer():
    found = decode(window(), *[[0, 0, 9, 0, 0, 0, 0]] * 2, text=". b c d", limit=1)
    assert [span.text for span in found] == ["b", "c", "d"]


@st.composite
def cells_of_tokens(draw):
    """Logits, token offsets and cells whose bounds are those of tokens, some of them outside the window."""
    count = draw(st.integers(1, 12))
    column = st.lists(LOGITS, min_size=count, max_size=count)
    start, end = (np.array(draw(column), dtype=np.float32) for _ in range(2))
    first = draw(st.integers(0, 3))
    offsets = np.array([(2 * k, 2 * k + 1) for k in range(first, first + count)], dtype=np.int64)
    edges = sorted(draw(st.sets(st.integers(0, first + count + 3), max_size=10)))
    cells = [CellRange(2 * a, 2 * b - 1, draw(st.integers(-3, 3))) for a, b in pairwise(edges)]
    return start, end, offsets, cells[:: draw(st.integers(1, 2))], draw(st.integers(1, 5))


@given(cells_of_tokens())
def test_whole_cells_are_those_of_brute_force(case):
    start, end, offsets, cells, limit = case
    expected = [
        (cell.start, cell.end, float(start[i]) + float(end[j]) + cell.prior)
        for cell in cells
        for i in range(len(offsets))
        for j in range(i, min(i + limit, len(offsets)))
        if offsets[i, 0] == cell.start and offsets[j, 1] == cell.end and np.isfinite(start[i] + end[j])
    ]
    whole, long = whole_cells(*case)
    assert whole == expected
    inside = [(k, n) for k, cell in enumerate(cells) for n, (a, b) in enumerate(offsets) if cell.start <= a < cell.end]
    sizes = Counter(k for k, _ in inside)
    expected_long = {n: k for k, n in inside if sizes[k] > limit}
    assert long.tolist() == [expected_long.get(n, -1) for n in range(len(offsets))]


CELLS = (CellRange(0, 3), CellRange(4, 5), CellRange(6, 7))


def test_in_the_rows_of_a_table_only_whole_cells_are_answers():
    found = decode(window(), [0, 0, 1, 9, 0, 2, 0], [0, 0, 9, 3, 0, 1, 0], text="a b 4 d", cells=CELLS)
    assert [(span.text, span.margin) for span in found] == [("a b", 1 + 3), ("d", 2 + 1), ("4", 0)]


def test_the_prior_of_a_cell_is_part_of_its_margin():
    cells = (*CELLS[:2], CELLS[2]._replace(prior=7.0))
    best = decode(window(), [0, 0, 1, 9, 0, 2, 0], [0, 0, 9, 3, 0, 1, 0], cells=cells)[0]
    assert (best.text, best.margin) == ("d", 2 + 1 + 7)


def test_in_a_cell_longer_than_an_answer_a_part_is_the_answer():
    long = (CellRange(0, 5), CellRange(6, 7))
    found = decode(window(), [0, 0, 0, 5, 0, 1, 0], [0, 0, 0, 0, 4, 0, 0], cells=long, limit=2)
    assert (found[0].text, found[0].margin) == ("b c", 9)
    assert all("d" not in span.text or span.text == "d" for span in found)


def test_a_mark_that_the_tokenizer_joins_to_a_cell_is_not_quoted():
    cells = (CellRange(0, 2),)
    joined = replace(window(count=1), offsets=np.array([(0, 3)]))
    found = decode(joined, [0, 0, 1], [0, 0, 1], segments=(0,), text="21¹", cells=cells)
    assert [span.text for span in found] == ["21"]
