"""Nearest vectors: a FAISS file made from the catalog, and the few vectors that were added since.

The file is a cache. Its name contains its revision and its sha256, so that no file ever replaces another one. It is
written to a temporary name, synced and moved into place. The catalog keeps the sha256, because FAISS
reads flipped bits without complaint.
"""

from __future__ import annotations

import hashlib
import itertools
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

import faiss
import numpy as np

from index.embedder import Vectors
from index.stores.folder import faiss_index
from index.stores.folder.catalog import Catalog
from index.stores.folder.schema import CATALOG, sync_folder

TAIL_LIMIT = 2_000  # changed vectors after which the file is written again, or a twentieth of the file if that is more


@dataclass(frozen=True, slots=True)
class VectorFile:
    """The catalog's record of its FAISS file."""

    name: str
    sha256: str
    last_id: int  # the greatest vector id that it contains
    count: int

    @staticmethod
    def of(meta: Mapping[str, str]) -> VectorFile | None:
        """The file that a catalog's metadata describes; None when there is none."""
        if "vector_file" not in meta:
            return None
        return VectorFile(
            meta["vector_file"], meta["vector_sha256"], int(meta["vector_last_id"]), int(meta["vector_count"])
        )

    def as_meta(self) -> dict[str, str]:
        """The metadata to store in the catalog."""
        return {
            "vector_file": self.name,
            "vector_sha256": self.sha256,
            "vector_last_id": str(self.last_id),
            "vector_count": str(self.count),
        }


class VectorIndex:
    """The vectors of a catalog at one revision, searchable by their ids in the catalog."""

    def __init__(self, base: faiss.Index, last_id: int) -> None:
        self._base = base
        self._tail = faiss_index.exact(base.d)
        self._dropped = np.empty(0, dtype=np.int64)
        self.last_id = last_id

    def follow(self, catalog: Catalog) -> None:
        """Add the catalog's new vectors, and exclude those that it dropped."""
        for ids, vectors in catalog.vectors_after(self.last_id):
            self._tail.add_with_ids(vectors, np.asarray(ids, dtype=np.int64))
            self.last_id = ids[-1]
        self._dropped = np.asarray(catalog.dropped_vectors(), dtype=np.int64)

    def search(self, vector: Vectors, k: int, only: Collection[int] | None = None) -> list[tuple[int, float]]:
        """The k nearest ids with their cosines, best first; only of the ids in ``only`` when it is given."""
        selector: faiss.IDSelector | None = None
        if only is not None:  # it contains no dropped ids
            selector = faiss.IDSelectorBatch(np.fromiter(only, np.int64, len(only)))
        elif self._dropped.size:
            dropped = faiss.IDSelectorBatch(self._dropped)
            selector = faiss.IDSelectorNot(dropped)
        filtered = only is not None
        nearest = [
            faiss_index.nearest(part, vector, k, selector, filtered=filtered) for part in (self._base, self._tail)
        ]
        return sorted(itertools.chain(*nearest), key=lambda pair: (-pair[1], pair[0]))[:k]


def load_vectors(location: Path, catalog: Catalog) -> VectorIndex:
    """The vectors of a catalog, from its FAISS file if that is intact, else from the catalog itself; writes nothing."""
    meta = catalog.meta()
    described = VectorFile.of(meta)
    base = read_file(location, described) if described else None
    vectors = VectorIndex(base or faiss_index.exact(_dimensions(meta)), described.last_id if described and base else 0)
    vectors.follow(catalog)
    return vectors


def read_file(location: Path, described: VectorFile) -> faiss.Index | None:
    """The index in a FAISS file; None when the file is missing or its sha256 differs."""
    path = location / described.name
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != described.sha256:
                return None
        return faiss_index.read(path)
    except (OSError, RuntimeError):
        return None


def write_file(location: Path, catalog: Catalog, revision: int) -> VectorFile:
    """Write the FAISS file of the catalog's vectors; the caller commits the returned record of it."""
    count = catalog.count("vectors")
    sample = catalog.sample_vectors(faiss_index.sample_size(count))
    base = faiss_index.prepared(_dimensions(catalog.meta()), count, sample)
    last_id = 0
    for ids, vectors in catalog.vectors_after(0):
        base.add_with_ids(vectors, np.asarray(ids, dtype=np.int64))
        last_id = ids[-1]
    partial = location / f"vectors.{revision}.partial"
    try:
        faiss.write_index(base, str(partial))
    except RuntimeError as error:  # FAISS raises it when the disk is full
        raise OSError(f"{partial.name} cannot be written") from error
    with partial.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        os.fsync(file.fileno())
    path = location / f"vectors.{revision}.{digest[:12]}.faiss"
    partial.chmod((location / CATALOG).stat().st_mode & 0o777)  # whoever may read the one may read the other
    partial.replace(path)
    sync_folder(location)
    return VectorFile(path.name, digest, last_id, base.ntotal)


def remove_other_files(location: Path, keep: str) -> None:
    """Remove the FAISS files of other revisions, and incomplete ones; readers that have one open can go on using it."""
    for path in [*location.glob("vectors.*.faiss"), *location.glob("vectors.*.partial")]:
        if path.name != keep:
            path.unlink(missing_ok=True)


def is_behind(location: Path, catalog: Catalog) -> bool:
    """Whether the file should be written again: it is missing, or too many vectors have changed since."""
    described = VectorFile.of(catalog.meta())
    if described is None or not (location / described.name).is_file():
        return True
    changed = catalog.count_after(described.last_id) + catalog.count("dropped")
    return changed > max(TAIL_LIMIT, described.count // 20)


def _dimensions(meta: Mapping[str, str]) -> int:
    return int(meta["dimensions"])
