"""Batches of the reader: windows of similar length together, padded to few lengths where memory must stay bounded."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from qa.answerer import load_reader
from qa.reader.reader import Reader, forward, length_batches, pad
from qa.reader.windows import Passage
from qa.settings import ReaderSettings

LENGTHS = st.lists(st.integers(1, 400), max_size=40)


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(ReaderSettings())


@given(LENGTHS, st.integers(1, 4000), st.sampled_from([1, 8, 32]))
def test_every_position_is_in_one_batch_that_stays_within_the_token_budget(lengths, tokens, multiple):
    batches = list(length_batches(lengths, tokens, multiple=multiple))
    assert sorted(position for batch in batches for position in batch) == list(range(len(lengths)))
    for batch in batches:
        ids, _ = pad([[1] * lengths[position] for position in batch], 0, multiple=multiple)
        assert len(batch) == 1 or ids.numel() <= tokens


@given(st.lists(st.lists(st.integers(1, 9), min_size=1, max_size=99), min_size=1, max_size=9))
def test_rows_are_padded_to_a_multiple_and_the_padding_is_masked_out(rows):
    ids, mask = pad(rows, 7, multiple=32)
    assert ids.shape[1] % 32 == 0 and ids.shape[1] - 32 < max(map(len, rows)) <= ids.shape[1]
    assert [ids[k][mask[k].bool()].tolist() for k in range(len(rows))] == rows
    assert (ids[~mask.bool()] == 7).all()


def test_padding_to_a_multiple_gives_the_model_few_shapes_and_the_same_logits(reader):
    windows = reader._featurizer.windows("Who flew?", [Passage("Kim flew. " * number) for number in range(1, 30)])
    widths: set[int] = set()
    met = reader._model.register_forward_pre_hook(
        lambda _, __, given: widths.add(given["input_ids"].shape[1]), with_kwargs=True
    )
    try:
        with torch.inference_mode():
            padded = forward(reader._model, windows, 1, 500, multiple=32)
    finally:
        met.remove()
    assert len(widths) > 1 and {width % 32 for width in widths} == {0}
    with torch.inference_mode():
        exact = forward(reader._model, windows, 1, 500)
    for (start, _), (other, _) in zip(exact, padded, strict=True):
        assert start.shape == other.shape
        assert torch.allclose(start, other, atol=0.5)  # the reader computes in bf16
