"""Fusing two rankings: checked against a plain reading of the formula, and for what a ranking must not do."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from index.ranking.fusion import fuse, ranks

scores = st.dictionaries(st.integers(1, 30), st.floats(-1, 1, allow_nan=False), max_size=20)
bm25 = st.dictionaries(st.integers(1, 30), st.floats(0.01, 30, allow_nan=False), max_size=20)
weights = st.floats(0, 1)


def z_score(value: float, values: list[float], least: float) -> float:
    mean = sum(values) / len(values)
    spread = math.sqrt(sum((other - mean) ** 2 for other in values) / len(values))
    return (value - mean) / max(spread, least)


@given(scores, bm25, weights)
def test_the_fused_score_is_the_weighted_sum_of_z_scores(
    dense: dict[int, float], keyword: dict[int, float], weight: float
) -> None:
    everyone = sorted({*dense, *keyword})
    meanings = [dense.get(candidate, min(dense.values(), default=0.0)) for candidate in everyone]
    words = [keyword.get(candidate, 0.0) for candidate in everyone]
    fused = dict(fuse(dense, keyword, weight))
    assert set(fused) == set(everyone)
    for meaning, word, candidate in zip(meanings, words, everyone, strict=True):
        expected = weight * max(-3.0, z_score(meaning, meanings, 0.08))
        expected += (1 - weight) * z_score(word, words, 1e-3)
        assert math.isclose(fused[candidate], expected, abs_tol=1e-6)


@given(scores, bm25, weights)
def test_what_leads_on_both_sides_leads(dense: dict[int, float], keyword: dict[int, float], weight: float) -> None:
    fused = fuse(dense | {99: 2.0}, keyword | {99: 40.0}, weight)
    assert fused[0][1] == dict(fused)[99]


@given(scores, bm25, weights)
def test_the_order_is_by_score_and_then_by_id(
    dense: dict[int, float], keyword: dict[int, float], weight: float
) -> None:
    fused = fuse(dense, keyword, weight)
    assert fused == sorted(fused, key=lambda pair: (-pair[1], pair[0]))


def test_differences_of_millionths_say_nothing() -> None:
    assert [candidate for candidate, _ in fuse({1: 0.9, 2: 0.5}, {1: 1e-6, 2: 3e-6}, 0.1)] == [1, 2]


@given(scores)
def test_ranks_count_from_one(dense: dict[int, float]) -> None:
    placed = ranks(dense)
    assert sorted(placed.values()) == list(range(1, len(dense) + 1))
    assert all(dense[one] >= dense[two] for one in dense for two in dense if placed[one] < placed[two])


def test_the_only_passage_with_a_code_leads_though_the_nearest_ones_are_all_alike() -> None:
    dense = {candidate: 0.8 + candidate / 10_000 for candidate in range(1, 101)} | {999: 0.3}
    assert fuse(dense, {999: 9.0}, 0.6)[0][0] == 999


def test_where_all_passages_are_nearly_equally_near_the_words_decide() -> None:
    rows = {candidate: 0.40 + candidate / 1000 for candidate in range(1, 61)}
    words = dict.fromkeys(range(40, 61), 2.0) | {7: 6.0}
    assert fuse(rows, words, 0.6)[0][0] == 7
