"""Writing to the index in a folder: one writer at a time."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path

import filelock

from index.errors import IndexLockedError
from index.fingerprint import check_format
from index.reports import OnProgress, Problem, Progress
from index.stores.folder import vectors
from index.stores.folder.reader import FolderReader
from index.stores.folder.repair import discard
from index.stores.folder.schema import CATALOG, connect_to_write, make_folder, remove_catalog, storage
from index.stores.folder.transaction import FolderTransaction, in_transaction
from index.stores.lock_holder import LockHolder

LOCK = "writer.lock"
HOLDER = "writer.json"


class FolderWriter(FolderReader):
    """A catalog and its FAISS file, open for their one writer."""

    _repaired = False  # damage was removed, so the FAISS file must be written again

    def missing(self, keys: Iterable[bytes]) -> list[bytes]:
        """The keys, in order, under which no vector is stored."""
        return [key for key in keys if not self.has_vector(key)]

    def transaction(self, meta: Mapping[str, str] | None = None) -> AbstractContextManager[FolderTransaction]:
        """All changes inside, and the facts ``meta``, become the next revision; none when an error is raised."""
        return in_transaction(self, meta)

    def discard_damage(self, problems: Collection[Problem]) -> list[int]:
        """Remove damaged rows and rewrite the keyword index; returns the ids of the documents to chunk again.

        Raises IndexDamagedError when the database itself is broken.
        """
        self._repaired = True
        return discard(self, self.location, problems)

    def finish(self, progress: OnProgress) -> int:
        """Write the FAISS file again if too much has changed since the last time, and return the revision."""
        if self._repaired:
            self.connection.execute("DELETE FROM vectors WHERE id NOT IN (SELECT vector_id FROM chunks)")
        if self._repaired or (self.count("vectors") and vectors.is_behind(self.location, self)):
            progress(Progress("write", 0, 1))
            described = vectors.write_file(self.location, self, self.revision())
            with in_transaction(self, described.as_meta(), housekeeping=True):
                self.connection.execute("DELETE FROM dropped")
            vectors.remove_other_files(self.location, described.name)
            progress(Progress("write", 1, 1))
        return self.revision()


@contextmanager
def locked(location: Path, wait_seconds: float = 0.0) -> Iterator[None]:
    """Lock an index for writing by one process at a time; creates the folder when it is missing.

    Raises IndexLockedError, which names the holder of the lock, after ``wait_seconds``; DiskError for errors of the
    disk inside the block; IndexDamagedError when the catalog turns out to be broken.
    """
    lock = filelock.FileLock(location / LOCK, mode=0o600)
    holder = location / HOLDER
    with storage(location):
        make_folder(location)
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
def open_writer(location: Path, wait_seconds: float = 0.0) -> Iterator[FolderWriter]:
    """The catalog open for writing, created when there is none, and removed again when nothing was committed.

    Raises as ``locked``, and IndexMismatchError when another version wrote the catalog.
    """
    is_new, is_locked = not location.exists(), False
    try:
        with locked(location, wait_seconds):
            is_locked = True
            with _opened(location) as writer:
                yield writer
    finally:
        if is_new and is_locked and not (location / CATALOG).exists():
            (location / LOCK).unlink(missing_ok=True)
            with suppress(OSError):
                location.rmdir()


@contextmanager
def _opened(location: Path) -> Iterator[FolderWriter]:
    is_new = not (location / CATALOG).exists()
    revision = 0
    try:
        with closing(connect_to_write(location)) as connection:
            writer = FolderWriter(connection, location)
            check_format(writer.meta())
            try:
                yield writer
            finally:
                revision = writer.revision() if is_new else 0
    finally:
        if is_new and not revision:
            remove_catalog(location)


def _described(holder: Path) -> str:
    """The holder of the lock, if its record can be read."""
    try:
        return str(LockHolder(**json.loads(holder.read_text())))
    except (OSError, ValueError, TypeError):
        return "another process"
