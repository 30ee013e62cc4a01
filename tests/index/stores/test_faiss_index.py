"""Nearest vectors: the inverted lists agree with the exact search, keep ids, and leave out what was dropped."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import faiss
import numpy as np
import pytest

from index.embedder import Vectors
from index.stores.folder import faiss_index


@pytest.fixture(scope="module")
def vectors() -> Vectors:
    """Vectors in clusters, as meanings are."""
    dice = np.random.default_rng(0)
    centres = dice.normal(size=(300, 32))
    made = centres[dice.integers(0, 300, 6000)] + dice.normal(scale=0.4, size=(6000, 32))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), dtype=np.float32)


@pytest.fixture(params=["exact", "lists"])
def filled(request: pytest.FixtureRequest, vectors: Vectors, monkeypatch: pytest.MonkeyPatch) -> faiss.Index:
    """An index of each kind over the vectors, whose ids are ten times their places."""
    if request.param == "lists":
        monkeypatch.setattr(faiss_index, "EXACT_UP_TO", 1000)
    made = faiss_index.prepared(32, len(vectors), vectors[: faiss_index.sample_size(len(vectors))])
    made.add_with_ids(vectors, np.arange(len(vectors), dtype=np.int64) * 10)
    return made


def truth(vectors: Vectors, question: Vectors, k: int) -> list[int]:
    return [int(place) * 10 for place in np.argsort(-(vectors @ question), kind="stable")[:k]]


def test_the_nearest_are_found(filled: faiss.Index, vectors: Vectors) -> None:
    found = wanted = 0
    for question in vectors[::200] + 0.05:
        nearest = faiss_index.nearest(filled, question, 10, None, filtered=False)
        assert [score for _, score in nearest] == sorted((score for _, score in nearest), reverse=True)
        found += len({i for i, _ in nearest} & set(truth(vectors, question, 10)))
        wanted += 10
    assert found / wanted >= 0.97


def test_a_selector_is_kept_to(filled: faiss.Index, vectors: Vectors) -> None:
    best = truth(vectors, vectors[0], 3)
    dropped = faiss.IDSelectorBatch(np.asarray(best[:2], dtype=np.int64))
    left = faiss_index.nearest(filled, vectors[0], 5, faiss.IDSelectorNot(dropped), filtered=False)
    assert left[0][0] == best[2]
    only = faiss_index.nearest(filled, vectors[0], 5, dropped, filtered=True)
    assert [i for i, _ in only] == best[:2]


def test_ids_survive_the_file(filled: faiss.Index, vectors: Vectors, tmp_path: Path) -> None:
    faiss.write_index(filled, str(tmp_path / "file"))
    read = faiss_index.read(tmp_path / "file")
    assert sorted(faiss_index.ids_in(read)) == [10 * place for place in range(len(vectors))]
    (tmp_path / "file").unlink()
    before = faiss_index.nearest(filled, vectors[7], 5, None, filtered=False)
    assert faiss_index.nearest(read, vectors[7], 5, None, filtered=False) == before


def test_a_search_leaves_torch_its_threads_where_torch_was_imported_first() -> None:
    """Then both count on one number, and a reader would go on with one thread after the first search."""
    searching = """if True:
        import torch
        torch.set_num_threads(2)
        assert torch.get_num_threads() == 2  # looked at once, it sets them no more by itself
        import numpy as np
        from index.stores.folder import faiss_index
        made = faiss_index.exact(8)
        made.add_with_ids(np.eye(8, dtype=np.float32), np.arange(8))
        assert faiss_index.nearest(made, np.eye(8, dtype=np.float32)[3], 1, None, filtered=False) == [(3, 1.0)]
        print(torch.get_num_threads())
    """
    assert subprocess.check_output([sys.executable, "-c", searching], text=True).strip() == "2"
