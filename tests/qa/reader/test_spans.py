"""Decoding finds the same spans as brute force."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from qa.reader.spans import best_pairs, merge, window_spans
from qa.reader.windows import Window
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


def decode(window, start, end, segments=(0, 0, 0, 0), asking=(False, False), text="a b c d", limit=10):
    rows = (np.array(side, dtype=np.float32) for side in (start, end))
    return window_spans(window, text, np.array(segments), np.array(asking), *rows, limit=limit, top=4)


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
