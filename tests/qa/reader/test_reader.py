"""The reader's forward pass does not depend on padding."""

from __future__ import annotations

import pytest
import torch

from qa.answerer import load_reader
from qa.reader.reader import Reader, forward
from qa.reader.windows import Passage
from qa.settings import ReaderSettings


@pytest.fixture(scope="module")
def reader() -> Reader:
    return load_reader(ReaderSettings())


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
