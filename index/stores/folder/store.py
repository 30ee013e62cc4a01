"""An index in a folder: the catalog and its FAISS file, for a machine's own documents."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import numpy as np

from index.embedder import Embedder, Vectors
from index.errors import IndexDamagedError, IndexNotFoundError
from index.ranking.terms import Terms
from index.settings import IndexSettings
from index.stores.base import OnProgress
from index.stores.folder.catalog import Catalog
from index.stores.folder.repair import RepairReport, repair_folder
from index.stores.folder.schema import CATALOG, connect_to_nothing, connect_to_read, storage
from index.stores.folder.swap import FolderReplacement, renewal
from index.stores.folder.vectors import VectorFile, VectorIndex, load_vectors
from index.stores.folder.verify import VerifyReport, verify_folder
from index.stores.folder.writer import FolderWriter, writer
from index.types import DocumentRecord, Filters

_COMPARED_ONE_BY_ONE = 5_000  # vectors that filters leave
_COMMON = 500  # passages; terms in more are few, and take longest to count


class FolderStore:
    """A folder that keeps an index."""

    def __init__(self, location: Path) -> None:
        self.location = location

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.location)

    def exists(self) -> bool:
        """Whether the folder holds a catalog."""
        return (self.location / CATALOG).is_file()

    @contextmanager
    def reading(self) -> Iterator[Catalog]:
        """The catalog for reading; an empty one in memory where there is none yet."""
        with (
            storage(self.location),
            closing(connect_to_read(self.location) if self.exists() else connect_to_nothing()) as connection,
        ):
            yield Catalog(connection)

    def writing(self, wait_seconds: float = 0.0) -> AbstractContextManager[FolderWriter]:
        """The catalog for its one writer, made when there is none."""
        return writer(self.location, wait_seconds)

    def session(self) -> FolderSession:
        """The index for searching."""
        if not self.exists():
            raise IndexNotFoundError(f"there is no index at {self.location}: run `quoth index FOLDER` to make one")
        try:
            return FolderSession(self.location)
        except sqlite3.DatabaseError as error:
            raise IndexDamagedError(f"the catalog in {self.location} cannot be read: {error}") from error

    def renewal(self, wait_seconds: float = 0.0) -> AbstractContextManager[FolderReplacement]:
        """The right to replace the index."""
        return renewal(self.location, wait_seconds)

    def verify(self) -> VerifyReport:
        """Every promise of the catalog and its FAISS file checked."""
        return verify_folder(self.location)

    def repair(
        self, settings: IndexSettings, progress: OnProgress, wait_seconds: float, embedder: Embedder | None
    ) -> RepairReport:
        """Mend what can be mended from the catalog."""
        return repair_folder(self.location, settings, progress, wait_seconds, embedder)


class FolderSession(Catalog):
    """A catalog open for searching, with its vectors at the revision of the snapshot; opening never writes."""

    def __init__(self, location: Path) -> None:
        super().__init__(connect_to_read(location))
        self._location = location
        self._lock = threading.RLock()
        self._vectors: VectorIndex | None = None
        self._vectors_at = (-1, "")
        self._counted_at, self._passages = -1, 0
        self._records: list[DocumentRecord] | None = None
        self._common: dict[str, int] = {}  # in how many passages common terms stand
        self.meta()  # raises sqlite3.DatabaseError when the file is none

    @contextmanager
    def snapshot(self) -> Iterator[FolderSession]:
        """The catalog at one revision, for this thread alone."""
        with self._lock:
            nested = self.connection.in_transaction
            if not nested:
                self.connection.execute("BEGIN")
            try:
                yield self
            finally:
                if not nested:
                    self.connection.execute("COMMIT")

    def bytes_on_disk(self) -> int:
        """The sizes of the folder's files."""
        return sum(file.stat().st_size for file in self._location.glob("*") if file.is_file())

    def close(self) -> None:
        """Let go of the files."""
        with self._lock:
            self.connection.close()

    def passages(self) -> int:
        """How many passages there are, counted once a revision."""
        revision = self.revision()
        if self._counted_at != revision:
            self._counted_at, self._passages, self._records = revision, self.count("chunks"), None
            self._common.clear()
        return self._passages

    def document_frequency(self, terms: Collection[str]) -> dict[str, int]:
        """In how many passages each term stands; counting takes the longer the more it are, and is done once then."""
        self.passages()
        known = {term: self._common[term] for term in terms if term in self._common}
        counted = super().document_frequency([term for term in terms if term not in known])
        self._common |= {term: count for term, count in counted.items() if count >= _COMMON}
        return known | counted

    def candidates(
        self, vector: Vectors, terms: Terms, limit: int, filters: Filters | None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Of the chunks that the filters admit some by meaning and some by words: cosines, and BM25 scores."""
        admitted = self._admitted(filters)
        dense = self._by_meaning(vector, limit, admitted)
        query = terms.query()
        keyword = self.matching(query, limit, admitted) if query else {}
        unseen = self.vectors_of_chunks(keyword.keys() - dense.keys())
        return dense | {chunk_id: float(vector @ other) for chunk_id, other in unseen.items()}, keyword

    def _by_meaning(self, vector: Vectors, limit: int, only: set[int] | None) -> dict[int, float]:
        """Cosines of the nearest chunks of some documents (None for all), by chunk id."""
        held = self._current_vectors()
        nearest = (
            dict(held.search(vector, limit))
            if only is None
            else self._among(held, vector, limit, self.vector_ids_of(only))
        )
        rows = self.chunks_with_vectors(nearest)
        return {chunk: nearest[v] for chunk, document, v in rows if only is None or document in only}

    def _admitted(self, filters: Filters | None) -> set[int] | None:
        """Ids of the documents that the filters admit; None for all."""
        if filters is None:
            return None
        self.passages()
        if self._records is None:
            self._records = self.records()
        return {record.id for record in self._records if filters.admit(record)}

    def _among(self, held: VectorIndex, vector: Vectors, limit: int, vector_ids: list[int]) -> dict[int, float]:
        """Cosines of the nearest of some vectors; few enough are compared one by one."""
        if len(vector_ids) > _COMPARED_ONE_BY_ONE:
            return dict(held.search(vector, limit, vector_ids))
        ids, vectors = self.vectors_of(vector_ids)
        cosines = vectors @ vector
        best = np.argsort(-cosines, kind="stable")[:limit]
        return {ids[place]: float(cosines[place]) for place in best}

    def _current_vectors(self) -> VectorIndex:
        """The vectors at the revision of the snapshot, read again or extended when a writer has committed since."""
        described = VectorFile.of(self.meta())
        at = (self.revision(), described.name if described else "")
        if self._vectors is None or at[1] != self._vectors_at[1]:
            self._vectors = load_vectors(self._location, self)
        elif at[0] != self._vectors_at[0]:
            self._vectors.follow(self)
        self._vectors_at = at
        return self._vectors
