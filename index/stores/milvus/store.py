"""An index in Milvus, for more documents than one machine can keep, or for several servers that share one index.

It differs from an index in a folder, because Milvus has no transactions. A document is always seen whole, in its old or
new state, but readers may see some documents of a commit before others; the next writer finishes or undoes an
interrupted commit. A rebuild replaces the index at once. In a cluster, readers see a write after a moment. A lease
allows one writing process at a time; many can read. A Milvus Lite file can be open in one process only, unless it is
served.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from index.errors import IndexMismatchError, IndexNotFoundError
from index.fingerprint import check
from index.reports import OnProgress, Progress
from index.stores.base import EmptyReader, Reader, Replacement
from index.stores.milvus.client import MilvusConnection, is_file
from index.stores.milvus.lease import hold_lease
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.schema import (
    CURRENT,
    MANIFESTS,
    NEXT,
    SCHEMA,
    Manifest,
    create_generation,
    create_key_values,
    delete_manifest,
    drop_other_generations,
    load_generation,
    read_manifest,
    write_manifest,
)
from index.stores.milvus.search import MilvusSession, MilvusSnapshot
from index.stores.milvus.writer import MilvusWriter


class MilvusStore:
    """The index in one database of a Milvus server, or in one Milvus Lite file."""

    def __init__(self, uri: str, token: str = "", seconds: float = 30.0) -> None:
        self._uri, self._token, self._seconds = uri, token, seconds
        self._lock = threading.Lock()
        self._session: MilvusSession | None = None

    @property
    def name(self) -> str:
        """The address."""
        return self._uri

    def exists(self) -> bool:
        """Whether there is an index with at least one commit."""
        with suppress(IndexNotFoundError), closing(self._connect_to_index()):
            return True
        return False

    def identity(self) -> Hashable:
        """The address, because each snapshot reads the present index; None for a missing file."""
        return None if self._is_missing_file() else self._uri

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """The index for reading, an empty one where there is none."""
        if self._is_missing_file():
            yield EmptyReader()
            return
        with closing(self._connect()) as connection:
            manifest = read_manifest(connection, CURRENT)
            if manifest is None:
                yield EmptyReader()
                return
            load_generation(connection, manifest)
            yield MilvusReader(connection)

    def snapshot(self) -> AbstractContextManager[MilvusSnapshot]:
        """The index for searching."""
        return self._open_session().snapshot()

    @contextmanager
    def writer(self, wait_seconds: float = 0.0) -> Iterator[MilvusWriter]:
        """The index for its one writer, created when there is none."""
        with closing(self._connect()) as connection, hold_lease(connection, wait_seconds):
            manifest = _manifest_for_writing(connection, CURRENT, Manifest(generation=1))
            following = read_manifest(connection, NEXT) or manifest
            drop_other_generations(connection, {manifest.generation, following.generation})
            yield MilvusWriter(connection, CURRENT)

    @contextmanager
    def replacement(self, facts: Mapping[str, str], wait_seconds: float = 0.0) -> Iterator[Replacement]:
        """The right to replace the index by a new generation."""
        with closing(self._connect()) as connection, hold_lease(connection, wait_seconds):
            manifest = _manifest_for_writing(connection, CURRENT, Manifest(generation=1))
            _drop_other_settings(connection, manifest, facts)
            # Ids continue after those of the replaced index, so that none is used twice.
            following = Manifest(
                manifest.generation + 1, next_document=manifest.next_document, next_chunk=manifest.next_chunk
            )
            _manifest_for_writing(connection, NEXT, following)
            old = MilvusReader(connection)
            yield Replacement(old if manifest.revision else None, ReplacementWriter(connection, NEXT, old))

    def close(self) -> None:
        """Close the connection; the next snapshot opens another one."""
        with self._lock:
            if self._session is not None:
                self._session.close()
            self._session = None

    def _open_session(self) -> MilvusSession:
        with self._lock:
            if self._session is None:
                self._session = MilvusSession(self._connect_to_index())
            return self._session

    def _connect_to_index(self) -> MilvusConnection:
        """A connection to an index that has a commit. Raises IndexNotFoundError."""
        if not self._is_missing_file():
            connection = self._connect()
            with ExitStack() as on_failure:
                on_failure.callback(connection.close)
                manifest = read_manifest(connection, CURRENT)
                if manifest is not None and manifest.revision:
                    on_failure.pop_all()
                    return connection
        raise IndexNotFoundError(f"there is no index at {self._uri}: run `quoth index FOLDER` to make one")

    def _is_missing_file(self) -> bool:
        return is_file(self._uri) and not Path(self._uri).exists()

    def _connect(self) -> MilvusConnection:
        return MilvusConnection(self._uri, self._token, self._seconds)


class ReplacementWriter(MilvusWriter):
    """Writes the next generation of an index while the present one is read."""

    def finish(self, progress: OnProgress) -> int:
        """Replace the index by this generation; the old one can still be read until the next writer drops it."""
        super().finish(progress)
        progress(Progress("swap", 0, 1))
        revision = max(MilvusReader(self.connection).manifest().revision, self.manifest().revision) + 1
        write_manifest(self.connection, CURRENT, replace(self.manifest(), revision=revision))
        delete_manifest(self.connection, NEXT)
        progress(Progress("swap", 1, 1))
        return revision


def _drop_other_settings(connection: MilvusConnection, current: Manifest, facts: Mapping[str, str]) -> None:
    """Drop the generation that an interrupted rebuild with other settings left."""
    interrupted = read_manifest(connection, NEXT)
    try:
        check(dict(interrupted.meta) if interrupted else {}, facts)
    except IndexMismatchError:
        delete_manifest(connection, NEXT)
        drop_other_generations(connection, {current.generation})


def _manifest_for_writing(connection: MilvusConnection, key: str, first: Manifest) -> Manifest:
    """The manifest under a key, or ``first``, which is then written; creates and loads its collections."""
    create_key_values(connection, MANIFESTS)
    existing = read_manifest(connection, key)
    if existing and existing.schema != SCHEMA and not existing.revision:  # made by an older version, and empty
        first, existing = replace(first, generation=existing.generation + 1), None
    manifest = existing or first
    create_generation(connection, manifest, manifest.dimensions)
    if existing is None:
        write_manifest(connection, key, manifest)
    load_generation(connection, manifest)
    return manifest
