"""Writing: one writer at a time, every change in one transaction that counts the revision."""

from __future__ import annotations

import datetime
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import filelock

from index.catalog import Catalog
from index.commit import Commit
from index.errors import IndexDamagedError, IndexLockedError
from index.schema import connect_to_write

LOCK = "writer.lock"


@contextmanager
def writer(location: Path, wait_seconds: float = 0.0) -> Iterator[Catalog]:
    """The catalog open for writing, the only such in any process; made when there is none.

    Raises IndexLockedError when another writer stays longer than ``wait_seconds``, IndexDamagedError when the file
    is not a catalog.
    """
    location.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(location / LOCK)
    try:
        with lock.acquire(timeout=wait_seconds):
            try:
                connection = connect_to_write(location)
            except sqlite3.DatabaseError as error:
                raise IndexDamagedError(f"{location} does not hold a readable catalog: {error}") from error
            with closing(connection):
                yield Catalog(connection)
    except filelock.Timeout as error:
        raise IndexLockedError(f"another process is writing to {location}: wait for it or try again") from error


@contextmanager
def transaction(catalog: Catalog, *, housekeeping: bool = False) -> Iterator[Commit]:
    """All writes inside become visible together, as the next revision; none of them when an error is raised.

    Housekeeping changes nothing that a reader sees and keeps the revision.
    """
    connection = catalog.connection
    connection.execute("BEGIN IMMEDIATE")
    try:
        commit = Commit(connection)
        yield commit
        commit.drop_loose_vectors()
        if not housekeeping:
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            commit.set_meta({"revision": str(catalog.revision() + 1), "updated": now})
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise
