"""FAISS indexes of the right kind for their size: exact while that is fast, inverted lists above.

Measured over 100,000 vectors on one core, a search takes 13 ms exactly and less than 1 ms by inverted lists of float16,
with the same first ten in 99.9% of cases.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from index.embedder import Vectors

EXACT_UP_TO = 50_000  # vectors
_POINTS_PER_LIST = 32  # sampled to find the centres of the lists
_ROUNDS = 5
_LEAST_PROBES = 32
_PROBED_SHARE = 16  # one list in so many is searched
_PROBED_SHARE_FILTERED = 4


def sample_size(count: int) -> int:
    """How many sample vectors are needed to prepare an index for ``count``; 0 for an exact one."""
    return 0 if count <= EXACT_UP_TO else _lists(count) * _POINTS_PER_LIST


def prepared(dimensions: int, count: int, sample: Vectors) -> faiss.Index:
    """An empty index for ``count`` vectors by inner product that keeps ids; ``sample``: (sample_size, dimensions)."""
    if count <= EXACT_UP_TO:
        return exact(dimensions)
    lists = min(_lists(count), len(sample))
    centres = faiss.IndexFlatIP(dimensions)
    built = faiss.IndexIVFScalarQuantizer(
        centres, dimensions, lists, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    built.cp.niter, built.cp.max_points_per_centroid, built.cp.min_points_per_centroid = _ROUNDS, _POINTS_PER_LIST, 1
    with _threads(os.cpu_count() or 1):
        built.train(sample)
    return built


def exact(dimensions: int) -> faiss.Index:
    """An empty index that compares with every vector."""
    return faiss.IndexIDMap2(faiss.IndexFlatIP(dimensions))


def nearest(
    searched: faiss.Index, vector: Vectors, k: int, selector: faiss.IDSelector | None, *, filtered: bool
) -> list[tuple[int, float]]:
    """Up to k (id, inner product) of what the selector admits, best first.

    ``filtered`` says that it admits only some of them, so that more lists must be searched.
    """
    if not searched.ntotal:
        return []
    parameters: Any = None
    if isinstance(searched, faiss.IndexIVF):
        probes = max(_LEAST_PROBES, searched.nlist // (_PROBED_SHARE_FILTERED if filtered else _PROBED_SHARE))
        parameters = faiss.SearchParametersIVF(sel=selector, nprobe=probes)  # type: ignore[call-arg]
    elif selector is not None:
        parameters = faiss.SearchParameters(sel=selector)  # type: ignore[call-arg]
    with _threads(1):  # more do not speed up one question, and waiting for them is slow on a busy machine
        scores, ids = searched.search(vector.reshape(1, -1), min(k, searched.ntotal), params=parameters)
    return [(int(i), float(score)) for i, score in zip(ids[0], scores[0], strict=True) if i >= 0]


def ids_in(stored: faiss.Index) -> npt.NDArray[np.int64]:
    """The ids that an index holds."""
    if not isinstance(stored, faiss.IndexIVF):
        return np.asarray(faiss.vector_to_array(stored.id_map), dtype=np.int64)  # type: ignore[attr-defined]
    lists: Any = stored.invlists
    sizes = [lists.list_size(number) for number in range(stored.nlist)]
    parts = [faiss.rev_swig_ptr(lists.get_ids(number), size).copy() for number, size in enumerate(sizes) if size]
    return np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)


def read(path: Path) -> faiss.Index:
    """The index in a file, memory-mapped."""
    return faiss.read_index(str(path), faiss.IO_FLAG_MMAP)


@contextmanager
def _threads(count: int) -> Iterator[None]:
    """Let FAISS use so many threads; then restore the number, which torch shares."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(count)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)


def _lists(count: int) -> int:
    return 2 * math.isqrt(count)
