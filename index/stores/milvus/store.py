"""An index in Milvus: for documents that outgrow one machine, or that several servers answer from.

What differs from an index in a folder. Milvus has no transactions: a document is seen whole, as it was or as it is, but
of a commit of several documents some are seen before others, and an interrupted commit is finished or undone by the
next writer. A rebuild replaces the index at once. In a cluster, what was just written is seen after a moment. One
process writes, by a lease; many read. Milvus Lite (a file) is of one process alone, unless its server is started.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from index.embedder import Embedder
from index.errors import IndexNotFoundError
from index.settings import IndexSettings
from index.stores.base import OnProgress, Reader
from index.stores.folder.catalog import Catalog
from index.stores.folder.repair import RepairReport
from index.stores.folder.schema import connect_to_nothing
from index.stores.folder.verify import VerifyReport
from index.stores.milvus.client import MilvusConnection, is_file
from index.stores.milvus.lease import hold_lease
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.schema import (
    CURRENT,
    MANIFESTS,
    NEXT,
    Manifest,
    create_generation,
    create_key_values,
    delete_manifest,
    drop_other_generations,
    load_generation,
    read_manifest,
    write_manifest,
)
from index.stores.milvus.search import MilvusSession
from index.stores.milvus.verify import check, mend
from index.stores.milvus.writer import MilvusWriter
from index.types import Progress


class MilvusStore:
    """The index of one Milvus (and of one database in it)."""

    def __init__(self, uri: str, token: str = "", seconds: float = 30.0) -> None:
        self._uri, self._token, self._seconds = uri, token, seconds

    @property
    def name(self) -> str:
        """The address."""
        return self._uri

    def exists(self) -> bool:
        """Whether there is an index."""
        if self._is_missing_file():
            return False
        with closing(self._connect()) as connection:
            return read_manifest(connection, CURRENT) is not None

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The index for reading, an empty one where there is none yet."""
        if self._is_missing_file():
            with closing(connect_to_nothing()) as connection:
                yield Catalog(connection)
            return
        with closing(self._connect()) as connection:
            manifest = read_manifest(connection, CURRENT)
            if manifest is not None:
                load_generation(connection, manifest)
            yield MilvusReader(connection)

    @contextmanager
    def writing(self, wait_seconds: float = 0.0) -> Iterator[MilvusWriter]:
        """The index for its one writer, made when there is none."""
        with closing(self._connect()) as connection, hold_lease(connection, wait_seconds):
            manifest = _manifest_for_writing(connection, CURRENT, Manifest(generation=1))
            beside = read_manifest(connection, NEXT)
            drop_other_generations(connection, {manifest.generation, *([beside.generation] if beside else [])})
            yield MilvusWriter(connection, CURRENT)

    def session(self) -> MilvusSession:
        """The index for searching."""
        if self._is_missing_file():
            raise IndexNotFoundError(f"there is no index at {self._uri}: run `quoth index FOLDER` to make one")
        connection = self._connect()
        try:
            if read_manifest(connection, CURRENT) is None:
                raise IndexNotFoundError(f"there is no index at {self._uri}: run `quoth index FOLDER` to make one")
            return MilvusSession(connection)
        except BaseException:
            connection.close()
            raise

    @contextmanager
    def renewal(self, wait_seconds: float = 0.0) -> Iterator[MilvusReplacement]:
        """The right to replace the index."""
        with closing(self._connect()) as connection, hold_lease(connection, wait_seconds):
            manifest = _manifest_for_writing(connection, CURRENT, Manifest(generation=1))
            yield MilvusReplacement(connection, manifest)

    def verify(self) -> VerifyReport:
        """Every promise that the rows make, checked."""
        self._must_exist()
        with closing(self._connect()) as connection:
            held = MilvusReader(connection)
            load_generation(connection, held.manifest())
            return check(held)

    def repair(
        self, settings: IndexSettings, progress: OnProgress, wait_seconds: float, embedder: Embedder | None
    ) -> RepairReport:
        """Mend what can be mended from the texts."""
        self._must_exist()
        with self.writing(wait_seconds) as held:
            return mend(held, settings, progress, embedder)

    def _must_exist(self) -> None:
        if not self.exists():
            raise IndexNotFoundError(f"there is no index at {self._uri}")

    def _is_missing_file(self) -> bool:
        return is_file(self._uri) and not Path(self._uri).exists()

    def _connect(self) -> MilvusConnection:
        return MilvusConnection(self._uri, self._token, self._seconds)


@dataclass(frozen=True, slots=True)
class _Beside:
    """The index that is made in the next generation; its writer holds the lease already."""

    connection: MilvusConnection
    replaces: MilvusReader

    @property
    def name(self) -> str:
        """The address."""
        return self.connection.uri

    def exists(self) -> bool:
        """Whether it was begun."""
        return read_manifest(self.connection, NEXT) is not None

    @contextmanager
    def reading(self) -> Iterator[MilvusReader]:
        """What there is of it."""
        yield MilvusReader(self.connection, NEXT)

    @contextmanager
    def writing(self, wait_seconds: float = 0.0) -> Iterator[MilvusWriter]:
        """It for its one writer; ids go on where those of the index that it replaces end."""
        old = self.replaces.manifest()
        first = Manifest(old.generation + 1, next_document=old.next_document, next_chunk=old.next_chunk)
        _manifest_for_writing(self.connection, NEXT, first)
        yield MilvusWriter(self.connection, NEXT, self.replaces)

    def session(self) -> MilvusSession:
        """Not needed while it is made."""
        raise IndexNotFoundError("an index is not searched before it is complete")

    def renewal(self, wait_seconds: float = 0.0) -> AbstractContextManager[MilvusReplacement]:
        """Not needed while it is made."""
        raise IndexNotFoundError("an index is not renewed before it is complete")

    def verify(self) -> VerifyReport:
        """What is there, checked."""
        return check(MilvusReader(self.connection, NEXT))

    def repair(
        self, settings: IndexSettings, progress: OnProgress, wait_seconds: float, embedder: Embedder | None
    ) -> RepairReport:
        """What is there, mended."""
        with self.writing() as held:
            return mend(held, settings, progress, embedder)


class MilvusReplacement:
    """A next generation, made beside the one that is read, which then replaces it by one row."""

    def __init__(self, connection: MilvusConnection, manifest: Manifest) -> None:
        self._connection = connection
        self.old = MilvusReader(connection) if manifest.revision else None
        self.beside = _Beside(connection, MilvusReader(connection))

    def discard(self) -> None:
        """Drop what is there beside."""
        delete_manifest(self._connection, NEXT)
        drop_other_generations(self._connection, {self.beside.replaces.manifest().generation})

    def adopt(self, progress: OnProgress) -> int:
        """Name the new generation the index; readers that are asking the old one still may, until the next writer."""
        progress(Progress("swap", 0, 1))
        old, new = self.beside.replaces.manifest(), MilvusReader(self._connection, NEXT).manifest()
        revision = max(old.revision, new.revision) + 1
        write_manifest(self._connection, CURRENT, replace(new, revision=revision))
        delete_manifest(self._connection, NEXT)
        progress(Progress("swap", 1, 1))
        return revision


def _manifest_for_writing(connection: MilvusConnection, slot: str, first: Manifest) -> Manifest:
    """The head of a slot, made when there is none."""
    create_key_values(connection, MANIFESTS)
    manifest = read_manifest(connection, slot)
    create_generation(connection, manifest or first, (manifest or first).dimensions)
    if manifest is None:
        write_manifest(connection, slot, first)
    load_generation(connection, manifest or first)
    return manifest or first
