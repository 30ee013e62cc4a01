"""Writing: one writer at a time, every change in one transaction that counts the revision."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import asdict
from pathlib import Path

import filelock

from index import fingerprint
from index.errors import IndexDamagedError, IndexLockedError
from index.stores.base import OnProgress
from index.stores.folder import vectors
from index.stores.folder.catalog import Catalog
from index.stores.folder.schema import connect_to_write, storage
from index.stores.folder.transaction import FolderTransaction
from index.stores.lock_holder import LockHolder, utc_now
from index.types import Progress

LOCK = "writer.lock"
HOLDER = "writer.json"


class FolderWriter(Catalog):
    """A catalog and its FAISS file, open for their one writer."""

    def __init__(self, connection: sqlite3.Connection, location: Path) -> None:
        super().__init__(connection)
        self._location = location

    def missing(self, keys: Iterable[bytes]) -> list[bytes]:
        """The keys, in order, under which no vector is stored."""
        return [key for key in keys if not self.has_vector(key)]

    def transaction(self) -> AbstractContextManager[FolderTransaction]:
        """All changes inside become the next revision; none of them when an error is raised."""
        return transaction(self)

    def compact(self, progress: OnProgress) -> None:
        """Make the FAISS file again when it is behind the catalog."""
        if self.count("vectors") and vectors.is_behind(self._location, self):
            progress(Progress("write", 0, 1))
            renew_file(self._location, self)
            progress(Progress("write", 1, 1))


@contextmanager
def locked(location: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the right to write to an index, which one process has at a time; makes the folder when it is missing.

    Raises IndexLockedError, which says who holds it, when that takes longer than ``wait_seconds``, and StorageError
    for whatever the disk refuses inside.
    """
    lock = filelock.FileLock(location / LOCK)
    holder = location / HOLDER
    with storage(location):
        location.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire(timeout=wait_seconds)
        except filelock.Timeout as error:
            raise IndexLockedError(
                f"{_described(holder)} is writing to {location}: wait for it to end, or try again later"
            ) from error
        try:
            holder.write_text(json.dumps(asdict(LockHolder.current())))
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


@contextmanager
def writer(location: Path, wait_seconds: float = 0.0) -> Iterator[FolderWriter]:
    """The catalog open for writing, the only such in any process; made when there is none.

    Raises IndexLockedError as ``locked``, IndexDamagedError when the file is not a catalog, IndexMismatchError when a
    newer version made it.
    """
    with locked(location, wait_seconds):
        try:
            connection = connect_to_write(location)
        except sqlite3.OperationalError:
            raise
        except sqlite3.DatabaseError as error:
            raise IndexDamagedError(f"{location} does not hold a readable catalog: {error}") from error
        with closing(connection):
            catalog = FolderWriter(connection, location)
            fingerprint.check_format(catalog.meta())
            yield catalog


def _described(holder: Path) -> str:
    """Who holds the lock, as far as it wrote that down."""
    try:
        return str(LockHolder(**json.loads(holder.read_text())))
    except (OSError, ValueError, TypeError):
        return "another process"


@contextmanager
def transaction(catalog: Catalog, *, housekeeping: bool = False) -> Iterator[FolderTransaction]:
    """All writes inside become visible together, as the next revision; none of them when an error is raised.

    Housekeeping changes nothing that a reader sees and keeps the revision.
    """
    connection = catalog.connection
    connection.execute("BEGIN IMMEDIATE")
    try:
        commit = FolderTransaction(connection)
        yield commit
        commit.drop_loose_vectors()
        if not housekeeping:
            commit.set_meta({"revision": str(catalog.revision() + 1), "updated": utc_now()})
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def renew_file(location: Path, catalog: Catalog) -> None:
    """Make the FAISS file of the catalog as it is now, and remove those of other revisions."""
    described = vectors.write_file(location, catalog, catalog.revision())
    with transaction(catalog, housekeeping=True) as commit:
        commit.set_meta(described.as_meta())
        commit.clear_dropped()
    vectors.remove_other_files(location, described.name)
