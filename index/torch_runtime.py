"""Precision, batching and the construction lock, shared by all torch models in this process."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch
    from torch import Tensor

# Held while a model is built, because transformers imports its parts lazily, and building a model changes torch's
# default dtype for all threads.
construction_lock = threading.Lock()


def has_fast_bf16() -> bool:
    """Whether this processor multiplies bfloat16 in hardware; without it bfloat16 is a hundred times slower."""
    import torch

    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))


def precision() -> torch.dtype:
    """The fastest dtype for inference on this processor: bfloat16 where it is native, else float32."""
    import torch

    return torch.bfloat16 if has_fast_bf16() else torch.float32


def length_batches(lengths: Sequence[int], tokens: int, *, multiple: int = 1) -> Iterator[list[int]]:
    """Positions by decreasing length, in batches of at most ``tokens`` with padding; a longer one is its own batch."""
    batch: list[int] = []
    for position in sorted(range(len(lengths)), key=lengths.__getitem__, reverse=True):
        if batch and (len(batch) + 1) * _round_up(lengths[batch[0]], multiple) > tokens:
            yield batch
            batch = []
        batch.append(position)
    if batch:
        yield batch


def pad(rows: Sequence[Sequence[int]], padding: int, *, multiple: int = 1) -> tuple[Tensor, Tensor]:
    """Token ids filled up with ``padding``, and the attention mask: int64 (b, n) each.

    n is the length of the longest row, rounded up to a multiple of ``multiple``. On a CPU, PyTorch keeps
    memory for every shape; a ``multiple`` above 1 bounds it in a long run over inputs of many lengths.
    """
    import torch

    longest = _round_up(max(map(len, rows)), multiple)
    ids = torch.full((len(rows), longest), padding, dtype=torch.int64)
    mask = torch.zeros((len(rows), longest), dtype=torch.int64)
    for number, row in enumerate(rows):
        ids[number, : len(row)] = torch.tensor(row)
        mask[number, : len(row)] = 1
    return ids, mask


def _round_up(length: int, multiple: int) -> int:
    return -(-length // multiple) * multiple
