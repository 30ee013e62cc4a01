"""The protocols of a store: only what building, searching, checking and copying an index need.

``index.stores.folder`` keeps an index in a folder, ``index.stores.milvus`` in Milvus; one test suite covers both.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from index.embedder import Vectors
from index.ranking.terms import Terms
from index.reports import OnProgress, Problem, VerifyReport
from index.types import Chunk, Document, DocumentRecord, Failure, Filters, TablePart


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk with everything that is stored for it."""

    chunk: Chunk
    words: str  # the text that keyword search covers
    key: bytes  # 16 bytes; equal for passages with equal embeddings
    vector: Vectors | None = None  # float32 (dimensions,), of length 1; None when the key already has a stored one


@dataclass(frozen=True, slots=True)
class Inputs:
    """What builds read: sources, excluded files, and the files that could not be read."""

    sources: tuple[str, ...] = ()  # absolute paths of folders and files, in order
    excluded: frozenset[tuple[str, str]] = frozenset()  # (source, path) of removed files, which builds skip
    failures: tuple[Failure, ...] = ()  # files that could not be read, by path


@dataclass(frozen=True, slots=True)
class Summary:
    """An index as a whole."""

    meta: Mapping[str, str] = field(default_factory=dict)  # format, embedder, chunking, dimensions, updated
    revision: int = 0  # the number of the last commit; 0 before the first
    documents: int = 0
    chunks: int = 0
    bytes_on_disk: int = 0  # 0 when unknown
    inputs: Inputs = Inputs()


class Reader(Protocol):
    """Reads of one index."""

    def summary(self) -> Summary:
        """The index as a whole."""

    def records(self, ids: Collection[int] | None = None) -> list[DocumentRecord]:
        """Documents without their texts, by path; of all or of the given ids."""

    def documents(self, ids: Collection[int]) -> dict[int, Document]:
        """Whole documents by id; unknown ids are left out."""

    def passages(self, ids: Collection[int]) -> dict[int, list[Passage]]:
        """The passages of documents in order, with their vectors, by document id."""

    def verify(self) -> VerifyReport:
        """Check that the stored data is complete and consistent; changes nothing."""


class Snapshot(Reader, Protocol):
    """Reads and searches of one index at one revision."""

    def document_frequency(self, terms: Collection[str]) -> dict[str, int]:
        """How many passages contain each (stemmed) term, exactly or estimated; terms in none are left out."""

    def candidates(
        self, vector: Vectors, terms: Terms, limit: int, filters: Filters | None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """The best ``limit`` chunks by meaning and the best ``limit`` by words, among those that the filters admit.

        Returns two mappings by chunk id: the cosines of all of them, and the BM25 scores (higher is better) of those
        that were found by words.
        """

    def chunks(self, ids: Collection[int]) -> dict[int, Chunk]:
        """Chunks by id; unknown ids are left out."""

    def by_words(self, text: str, terms: Terms, limit: int) -> list[int]:
        """Ids of at most ``limit`` chunks that share words with a text, best first; ``terms`` are those of the text.

        A store that can find the words as they follow one another puts such chunks first.
        """

    def keyword_texts(self, limit: int) -> list[str]:
        """The texts and titles of at most ``limit`` passages, as keyword search covers them."""

    def table_parts(self, chunk_ids: Collection[int], around: int = 0) -> dict[int, TablePart]:
        """The table rows in chunks, and ``around`` more on either side if there are, by chunk id.

        Chunks outside tables are left out.
        """


class Transaction(Protocol):
    """What one commit may change."""

    def set_inputs(self, sources: Iterable[str], excluded: Iterable[tuple[str, str]]) -> None:
        """Replace the folders and files that later builds read, and the (source, path) of the files they skip."""

    def put(self, item: Document | Failure, passages: Sequence[Passage] = ()) -> None:
        """Store what a file was read as, a document with its passages or a failure, in place of what was there.

        A document of the same source and path keeps its id. A failure removes it, unless the failure has no ``sha256``:
        then the file could not be opened, and what it holds is unknown.
        """

    def move_document(self, document_id: int, source: str, path: str, title: str) -> None:
        """Give a document another path and title; its passages and vectors stay."""

    def remove(self, document_ids: Collection[int] = (), failures: Collection[Failure] = ()) -> None:
        """Remove documents with their passages, and the records of unreadable files that no longer exist."""


class Writer(Reader, Protocol):
    """An index open for its one writer."""

    def missing(self, keys: Iterable[bytes]) -> list[bytes]:
        """The keys, in order, under which no vector is stored."""

    def transaction(self, meta: Mapping[str, str] | None = None) -> AbstractContextManager[Transaction]:
        """All changes inside become the next revision; none of them when an error is raised.

        ``meta`` sets or replaces facts about the index as a whole.
        """

    def discard_damage(self, problems: Collection[Problem]) -> list[int]:
        """Remove the damaged data that the problems name; returns the ids of the documents to chunk again.

        Raises IndexDamagedError when the store itself is broken.
        """

    def finish(self, progress: OnProgress) -> int:
        """Prepare what was written for fast searches, and return the revision.

        For a replacement, this also replaces the old index; documents with the same path keep their ids.
        """


@dataclass(frozen=True, slots=True)
class Replacement:
    """A new index that is built beside the old one."""

    old: Reader | None  # None when there is no readable one
    new: Writer  # takes the place of the old one when it finishes


class Store(Protocol):
    """A place that keeps one index."""

    @property
    def name(self) -> str:
        """The place, as a person writes it."""

    def exists(self) -> bool:
        """Whether there is an index."""

    def identity(self) -> Hashable:
        """A value that changes when the index is replaced, so that it must be opened again; None without an index."""

    def reader(self) -> AbstractContextManager[Reader]:
        """The index for reading, an empty one where there is none; writes nothing. Raises IndexDamagedError."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """The index for searching, at its last revision; for one thread, while others have their own.

        Connections are kept for the next snapshot until ``close``. Raises IndexNotFoundError, IndexDamagedError.
        """

    def writer(self, wait_seconds: float = 0.0) -> AbstractContextManager[Writer]:
        """The index for its one writer, created when there is none; a new one without a commit is removed again.

        Raises IndexLockedError, IndexMismatchError, IndexDamagedError.
        """

    def replacement(self, facts: Mapping[str, str], wait_seconds: float = 0.0) -> AbstractContextManager[Replacement]:
        """The right to replace the index. The new one starts with what an interrupted rebuild with equal facts left.

        Raises IndexLockedError.
        """

    def close(self) -> None:
        """Close files and connections; the next snapshot opens them again."""


class EmptyReader:
    """The reader of a place without an index: revision 0, and nothing in it."""

    def summary(self) -> Summary:
        """Revision 0."""
        return Summary()

    def records(self, ids: Collection[int] | None = None) -> list[DocumentRecord]:
        """No documents."""
        return []

    def documents(self, ids: Collection[int]) -> dict[int, Document]:
        """No documents."""
        return {}

    def passages(self, ids: Collection[int]) -> dict[int, list[Passage]]:
        """No passages."""
        return {}

    def verify(self) -> VerifyReport:
        """A report on nothing, without problems."""
        return VerifyReport(0, 0, 0, 0, ())


Place = Path | str | Store  # a folder, an address, or the store itself
