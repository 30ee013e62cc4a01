"""An index in a folder: the catalog and its FAISS file, for the documents of one machine."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from index.errors import DocumentNotFoundError, IndexChangedError, IndexNotFoundError, InputError, StorageError
from index.stores.base import EmptyReader, Reader, Replacement
from index.stores.folder.reader import FolderReader
from index.stores.folder.schema import CATALOG, connect_to_read, frozen_state, has_changed, is_made, storage
from index.stores.folder.snapshot import FolderSession, FolderSnapshot
from index.stores.folder.swap import open_replacement
from index.stores.folder.writer import FolderWriter, open_writer

# What reading a mixture of two revisions may raise: rows that are damaged, that are missing, or that make no sense.
_OF_MIXTURES = (StorageError, DocumentNotFoundError, sqlite3.Error, LookupError, ValueError)


class FolderStore:
    """A folder that keeps an index."""

    def __init__(self, location: Path) -> None:
        self.location = location
        self._lock = threading.Lock()
        self._session: FolderSession | None = None

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.location)

    def exists(self) -> bool:
        """Whether the folder holds a catalog."""
        return (self.location / CATALOG).is_file()

    def identity(self) -> tuple[int, int] | None:
        """The device and inode of the catalog file; an index keeps its file for its whole life, also when rebuilt."""
        try:
            status = (self.location / CATALOG).stat()
        except OSError:
            return None
        return status.st_dev, status.st_ino

    @contextmanager
    def reader(self) -> Iterator[Reader]:
        """The catalog for reading, an empty reader where there is none."""
        if not self.exists():
            yield EmptyReader()
            return
        unchanged = self._unchanged(frozen_state(self.location))
        with unchanged, storage(self.location), closing(connect_to_read(self.location)) as connection:
            connection.execute("BEGIN")
            yield FolderReader(connection, self.location) if is_made(connection) else EmptyReader()

    @contextmanager
    def snapshot(self) -> Iterator[FolderSnapshot]:
        """The catalog for searching, at its last revision."""
        session = self._open_session()
        with self._unchanged(session.frozen):
            try:
                with session.snapshot() as snapshot:
                    yield snapshot
            except sqlite3.DatabaseError:
                with storage(self.location):
                    raise

    def writer(self, wait_seconds: float = 0.0) -> AbstractContextManager[FolderWriter]:
        """The catalog for its one writer, created when there is none."""
        return open_writer(self.location, wait_seconds)

    def replacement(self, facts: Mapping[str, str], wait_seconds: float = 0.0) -> AbstractContextManager[Replacement]:
        """The right to replace the index by one that is built in a subfolder."""
        return open_replacement(self.location, facts, wait_seconds)

    def close(self) -> None:
        """Close the files; the next snapshot opens them again."""
        with self._lock:
            if self._session is not None:
                self._session.close()
            self._session = None

    @contextmanager
    def _unchanged(self, frozen: tuple[int, int] | None) -> Iterator[None]:
        """Raise IndexChangedError at the end of the block when a catalog that was read as if it never changed did.

        What was read in the block, without an error too, may be a mixture of two revisions. Errors that this cannot
        explain stay as they are.
        """
        changed = IndexChangedError(f"the index at {self.location} was changed while it was read: repeat")
        try:
            yield
        except _OF_MIXTURES as error:
            if not isinstance(error, InputError) and has_changed(self.location, frozen):
                raise changed from error
            raise
        if has_changed(self.location, frozen):
            raise changed

    def _missing(self) -> str:
        return f"there is no index at {self.location}: run `quoth index FOLDER` to make one"

    def _open_session(self) -> FolderSession:
        """The session of the present catalog; that of another catalog, which was there before, is closed."""
        identity = self.identity()
        with self._lock:
            session = self._session
            if session is not None and (session.identity != identity or has_changed(self.location, session.frozen)):
                session.close()
                self._session = None
            if identity is None:
                raise IndexNotFoundError(self._missing())
            if self._session is None:
                with storage(self.location):
                    session = FolderSession(self.location, identity)
                    if not session.has_catalog:
                        session.close()
                        raise IndexNotFoundError(self._missing())
                    self._session = session
            return self._session
