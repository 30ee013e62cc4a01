"""What keeps an index: the interface that building, searching, checking and copying need, and no more.

``index.stores.folder`` keeps it in a folder, ``index.stores.milvus`` in Milvus; one suite of tests runs over both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from index.embedder import Embedder, Vectors
from index.ranking.terms import Terms
from index.settings import IndexSettings
from index.types import Chunk, Document, DocumentRecord, Failure, Filters, Progress

if TYPE_CHECKING:
    from index.stores.folder.repair import RepairReport
    from index.stores.folder.verify import VerifyReport

OnProgress = Callable[[Progress], None]
Passage = tuple[Chunk, str, bytes]  # a chunk, its words for keyword search, the key of its vector


@dataclass(frozen=True, slots=True)
class StoredPassage:
    """A passage with all that is kept of it, so that it can move without being embedded again."""

    chunk: Chunk
    words: str  # what keyword search sees
    key: bytes  # 16 bytes; equal for passages that are embedded equally
    vector: Vectors  # float32 (dimensions,), of length 1


class Reader(Protocol):
    """Reads of one index."""

    def meta(self) -> dict[str, str]:
        """Everything known of the index as a whole: format, fingerprints, revision; empty before the first commit."""
        ...

    def revision(self) -> int:
        """The number of the last commit; 0 before the first."""
        ...

    def sources(self) -> list[str]:
        """The folders and files that builds look at, as absolute paths."""
        ...

    def excluded(self) -> set[tuple[str, str]]:
        """(source, path) of the files that were taken out and must not come back by themselves."""
        ...

    def count(self, table: str) -> int:
        """How many "documents" or "chunks" there are."""
        ...

    def records(self, ids: Collection[int] | None = None) -> list[DocumentRecord]:
        """Documents without their texts, by path; of all or of the given ids."""
        ...

    def failures(self) -> list[Failure]:
        """Files that could not be read, by path."""
        ...

    def documents(self, ids: Collection[int]) -> dict[int, Document]:
        """Whole documents by id; those that are not there are left out."""
        ...

    def texts(self, ids: Collection[int]) -> dict[int, str]:
        """The canonical texts of documents."""
        ...

    def chunks_of(self, document_id: int) -> list[Chunk]:
        """The passages of a document in order."""
        ...

    def passages_of(self, ids: Collection[int]) -> dict[int, list[StoredPassage]]:
        """The passages of documents in order, with everything that is kept of them, by the ids of the documents."""
        ...


class Snapshot(Reader, Protocol):
    """Reads of one index at one revision, for a question."""

    def passages(self) -> int:
        """How many passages there are."""
        ...

    def document_frequency(self, terms: Collection[str]) -> dict[str, int]:
        """In how many passages each (stemmed) term stands, as exactly as the store knows; absent terms are left out."""
        ...

    def candidates(
        self, vector: Vectors, terms: Terms, limit: int, filters: Filters | None
    ) -> tuple[dict[int, float], dict[int, float]]:
        """Of the chunks that the filters admit ``limit`` by meaning and ``limit`` by words, by chunk id.

        First the cosine of each; then the BM25 scores (higher is better) of those that words propose.
        """
        ...

    def words(self, chunk_ids: Collection[int]) -> dict[int, tuple[str, str]]:
        """(text, title) as the keyword search has them, by chunk id."""
        ...

    def chunks(self, ids: Collection[int]) -> dict[int, Chunk]:
        """Chunks by id, with their words."""
        ...


class Transaction(Protocol):
    """What one commit may change."""

    def set_meta(self, values: Mapping[str, str]) -> None:
        """Set or replace facts about the index as a whole."""
        ...

    def set_sources(self, paths: Iterable[str]) -> None:
        """Replace the folders and files that later builds look at."""
        ...

    def set_excluded(self, files: Iterable[tuple[str, str]]) -> None:
        """Replace the (source, path) of files that must not come back by themselves."""
        ...

    def add_vectors(self, vectors: Mapping[bytes, Vectors]) -> None:
        """Hand in the vectors, under their keys, of passages that are put in this commit."""
        ...

    def put_document(self, document: Document, passages: Sequence[Passage]) -> None:
        """Store a document with its passages; one of the same source and path keeps its id."""
        ...

    def remove_document(self, document_id: int) -> None:
        """Forget a document and its passages."""
        ...

    def move_document(self, document_id: int, source: str, path: str, title: str) -> None:
        """Give a document another path and title; its passages and vectors stay."""
        ...

    def put_failure(self, failure: Failure) -> None:
        """Keep why a file could not be read; the document that it was before leaves the index."""
        ...

    def forget_failures(self, failures: Collection[Failure]) -> None:
        """Forget files that could not be read and are gone."""
        ...


class Writer(Reader, Protocol):
    """An index open for its one writer."""

    def missing(self, keys: Iterable[bytes]) -> list[bytes]:
        """The keys, in order, under which no vector is stored."""
        ...

    def transaction(self) -> AbstractContextManager[Transaction]:
        """All changes inside become the next revision; none of them when an error is raised."""
        ...

    def compact(self, progress: OnProgress) -> None:
        """Make searching quick again after many changes."""
        ...


class Session(Protocol):
    """An index open for reading for as long as it is asked; safe to use from several threads."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Everything inside is of one revision, as far as the store can; follows its writer from call to call."""
        ...

    def bytes_on_disk(self) -> int:
        """What the index takes on disk; 0 when the store does not tell."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class Replacement(Protocol):
    """An index made whole beside the old one, which it then replaces."""

    @property
    def old(self) -> Reader | None:
        """The index to be replaced; None when there is none that can be read."""
        ...

    @property
    def beside(self) -> Path | Store:
        """Where the new one is made; what an interrupted renewal left is still there."""
        ...

    def discard(self) -> None:
        """Drop what is there beside."""
        ...

    def adopt(self, progress: OnProgress) -> int:
        """Put the new one in the old one's place, documents of the same path keeping their ids; its revision."""
        ...


class Store(Protocol):
    """A place that keeps one index."""

    @property
    def name(self) -> str:
        """The place, as a person writes it."""
        ...

    def exists(self) -> bool:
        """Whether there is an index."""
        ...

    def reading(self) -> AbstractContextManager[Reader]:
        """The index for reading, an empty one where there is none yet; writes nothing."""
        ...

    def writing(self, wait_seconds: float = 0.0) -> AbstractContextManager[Writer]:
        """The index for its one writer, made when there is none. Raises IndexLockedError, IndexMismatchError."""
        ...

    def session(self) -> Session:
        """The index for searching. Raises IndexNotFoundError, IndexDamagedError."""
        ...

    def renewal(self, wait_seconds: float = 0.0) -> AbstractContextManager[Replacement]:
        """The right to replace the index. Raises IndexLockedError."""
        ...

    def verify(self) -> VerifyReport:
        """Every promise of the index checked. Raises IndexNotFoundError, IndexDamagedError."""
        ...

    def repair(
        self, settings: IndexSettings, progress: OnProgress, wait_seconds: float, embedder: Embedder | None
    ) -> RepairReport:
        """Mend what can be mended. Raises IndexNotFoundError, IndexLockedError, IndexDamagedError."""
        ...


Place = Path | str | Store  # a folder, an address, or the store itself
