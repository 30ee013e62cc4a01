"""Batches hold rows of similar length, within a token budget, padded to few lengths where memory must stay bounded."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.torch_runtime import length_batches, pad

LENGTHS = st.lists(st.integers(1, 400), max_size=40)


@given(LENGTHS, st.integers(1, 4000), st.sampled_from([1, 8, 32]))
def test_every_position_is_in_one_batch_that_stays_within_the_token_budget(
    lengths: list[int], tokens: int, multiple: int
) -> None:
    batches = list(length_batches(lengths, tokens, multiple=multiple))
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    for batch in batches:
        ids, _ = pad([[1] * lengths[position] for position in batch], 0, multiple=multiple)
        assert len(batch) == 1 or ids.numel() <= tokens


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=99), min_size=1, max_size=9))
def test_rows_are_padded_to_a_multiple_and_the_padding_is_masked_out(rows: list[list[int]]) -> None:
    ids, mask = pad(rows, 7, multiple=32)
    assert ids.shape[1] % 32 == 0 and ids.shape[1] - 32 < max(map(len, rows)) <= ids.shape[1]
    assert [ids[k][mask[k].bool()].tolist() for k in range(len(rows))] == rows
    assert (ids[~mask.bool()] == 7).all()
