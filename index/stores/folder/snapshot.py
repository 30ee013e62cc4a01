"""Reading and searching the index in a folder: each snapshot is one SQLite read transaction on its own connection."""

from __future__ import annotations

import sqlite3
import threading
from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from heapq import nlargest
from itertools import pairwise
from pathlib import Path

import numpy as np

from index.embedder import Vectors
from index.ranking.terms import Terms
from index.ranking.unspaced import is_unspaced
from index.stores.base import Inputs
from index.stores.folder.reader import FolderReader
from index.stores.folder.schema import connect_to_read, frozen_state, is_made
from index.stores.folder.vectors import VectorIndex, load_vectors
from index.types import DocumentRecord, Filters

_COMPARED_ONE_BY_ONE = 5_000  # at most so many filtered vectors are compared without FAISS
_COMMON = 500  # passages; terms in at least so many are slow to count
_PHRASE_WORDS = 8  # at most, of a text, that are looked for in a row
_PHRASES = 40  # at most, of a text
_COUNTED = 5_000  # chunks with one phrase or word that are looked at
_IDLE = 4  # connections that are kept open for later snapshots


class FolderSession:
    """The connections and the vectors that the snapshots of one index share; opening never writes."""

    def __init__(self, location: Path, identity: tuple[int, int]) -> None:
        self.location, self.identity = location, identity
        self._lock = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._vectors: VectorIndex | None = None
        self._vectors_at = (-1, "")
        self._cached = RevisionCache(-1)
        self.frozen = frozen_state(location)
        with closing(connect_to_read(location)) as connection:  # raises DatabaseError when the file is no catalog
            self.has_catalog = is_made(connection)

    @contextmanager
    def snapshot(self) -> Iterator[FolderSnapshot]:
        """The catalog at its last revision, which stays the same inside; for one thread."""
        connection = self._connection()
        try:
            connection.execute("BEGIN")
            yield FolderSnapshot(connection, self)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            self._give_back(connection)

    def cached(self, revision: int) -> RevisionCache:
        """The cache of a revision; that of the latest one is shared."""
        with self._lock:
            if self._cached.revision < revision:
                self._cached = RevisionCache(revision)
            return self._cached if self._cached.revision == revision else RevisionCache(revision)

    def nearest(
        self, catalog: FolderSnapshot, vector: Vectors, limit: int, only: Collection[int] | None
    ) -> dict[int, float]:
        """Cosines of the nearest vectors by vector id; only of those with the ids in ``only`` when it is given."""
        at = (catalog.revision(), catalog.meta().get("vector_file", ""))
        with self._lock:
            if at[0] >= self._vectors_at[0]:
                if self._vectors is None or at[1] != self._vectors_at[1]:
                    self._vectors = load_vectors(self.location, catalog)
                elif at[0] != self._vectors_at[0]:
                    self._vectors.follow(catalog)
                self._vectors_at = at
                return dict(self._vectors.search(vector, limit, only))
        # The snapshot is older than the shared vectors.
        return dict(load_vectors(self.location, catalog).search(vector, limit, only))

    def close(self) -> None:
        """Close all connections; those of open snapshots are closed when these end."""
        with self._lock:
            self._closed = True
            while self._idle:
                self._idle.pop().close()

    def _connection(self) -> sqlite3.Connection:
        with self._lock:
            return self._idle.pop() if self._idle else connect_to_read(self.location)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        with self._lock:
            if self._closed or len(self._idle) >= _IDLE:
                connection.close()
            else:
                self._idle.append(connection)


class RevisionCache:
    """Counts, inputs and records that the snapshots of one revision share."""

    def __init__(self, revision: int) -> None:
        self.revision = revision
        self.counts: dict[str, int] = {}  # rows by table
        self.inputs: Inputs | None = None
        self.records: list[DocumentRecord] | None = None
        self.common: dict[str, int] = {}  # document frequency of frequent terms


class FolderSnapshot(FolderReader):
    """A catalog at one revision, open for searching."""

    def __init__(self, connection: sqlite3.Connection, session: FolderSession) -> None:
        super().__init__(connection, session.location)
        self._session = session
        self._revision = super().revision()
        self._cached = session.cached(self._revision)

    def revision(self) -> int:
        """The number of the last commit before the snapshot."""
        return self._revision

    def count(self, table: str) -> int:
        """How many rows a table has, counted once per revision."""
        counts = self._cached.counts
        if table not in counts:
            counts[table] = super().count(table)
        return counts[table]

    def inputs(self) -> Inputs:
        """The inputs of builds, read once per revision."""
        if self._cached.inputs is None:
            self._cached.inputs = super().inputs()
        return self._cached.inputs

    def document_frequency(self, terms: Collection[str]) -> dict[str, int]:
        """How many passages contain each term; terms in none are left out.

        Frequent terms are slow to count, so their counts are cached per revision.
        """
        common = self._cached.common
        known = {term: common[term] for term in terms if term in common}
        counted = super().document_frequency([term for term in terms if term not in known])
        common.update({term: count for term, count in counted.items() if count >= _COMMON})
        return known | counted

    def candidates(
        self, vector: Vectors, terms: Terms, limit: int, filters: Filters | None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """The best chunks by meaning and by words, of admitted documents: cosines and BM25 scores, each by chunk id."""
        admitted = self._admitted(filters)
        dense = self._nearest_chunks(vector, limit, admitted)
        query = terms.query()
        keyword = self.matching(query, limit, admitted) if query else {}
        others = self.vectors_of_chunks(keyword.keys() - dense.keys())
        return dense | {chunk_id: float(vector @ other) for chunk_id, other in others.items()}, keyword

    def by_words(self, text: str, terms: Terms, limit: int) -> list[int]:
        """Ids of chunks by which of the text's phrases and rarest words they have, of which rare ones count more.

        So a text with a changed word, or over two chunks, is found too. Ranking by BM25 takes three times as long.
        """
        select = "SELECT rowid FROM passages WHERE passages MATCH ? LIMIT ?"
        votes: dict[int, float] = defaultdict(float)
        for words in (*_phrases(text), *terms.chosen()):
            column = "" if is_unspaced(words) else "text : "  # pairs of characters are kept beside the title
            rows = self.connection.execute(select, (f'{column}"{words}"', _COUNTED)).fetchall()
            weight = 1 / max(1, len(rows))
            for (chunk_id,) in rows:
                votes[chunk_id] += weight
        return nlargest(limit, votes, key=lambda chunk_id: (votes[chunk_id], -chunk_id))

    def _nearest_chunks(self, vector: Vectors, limit: int, only: set[int] | None) -> dict[int, float]:
        """Cosines of the nearest chunks of some documents (None for all), by chunk id."""
        if only is None:
            nearest = self._session.nearest(self, vector, limit, None)
        else:
            nearest = self._nearest_of(vector, limit, self.vector_ids_of(only))
        rows = self.chunks_with_vectors(nearest)
        return {chunk: nearest[v] for chunk, document, v in rows if only is None or document in only}

    def _admitted(self, filters: Filters | None) -> set[int] | None:
        """Ids of the documents that the filters admit; None for all."""
        if filters is None:
            return None
        if self._cached.records is None:
            self._cached.records = self.records()
        return {record.id for record in self._cached.records if filters.admit(record)}

    def _nearest_of(self, vector: Vectors, limit: int, vector_ids: list[int]) -> dict[int, float]:
        """Cosines of the nearest of the given vectors by id; a small number of them is compared without FAISS."""
        if len(vector_ids) > _COMPARED_ONE_BY_ONE:
            return self._session.nearest(self, vector, limit, vector_ids)
        ids, vectors = self.vectors_of(vector_ids)
        cosines = vectors.reshape(len(ids), len(vector)) @ vector  # also when there are none
        best = np.argsort(-cosines, kind="stable")[:limit]
        return {ids[position]: float(cosines[position]) for position in best}


def _phrases(text: str) -> list[str]:
    """A text cut into phrases of about equally many words."""
    words = text.replace('"', " ").replace("\0", " ").split()
    count = min(-(-len(words) // _PHRASE_WORDS), _PHRASES)
    bounds = [len(words) * number // count for number in range(count + 1)] if count else []
    return [" ".join(words[a:b][: 2 * _PHRASE_WORDS]) for a, b in pairwise(bounds)]
