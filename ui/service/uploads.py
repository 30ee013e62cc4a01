"""Uploaded files: stored in a folder beside the index, and indexed a batch at a time."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from index import (
    DocumentRecord,
    IndexLockedError,
    NoDocumentsError,
    QuothError,
    make_folder,
    open_private,
    supported_suffixes,
    sync_folder,
)
from ui.errors import ForeignDocumentError, UploadError

if TYPE_CHECKING:
    from ui.service.rebuilds import Build

LONGEST_NAME = 150  # in UTF-8 bytes; file systems allow 255
BLOCK_BYTES = 1 << 20
EXPIRY_SECONDS = 24 * 3600  # after which a batch that was never indexed is deleted
IDLE_SECONDS = 3600  # after which it is deleted when there is no room for others
FILE_OVERHEAD = 10_000  # bytes that each waiting file counts for, however small it is
# Folders in a batch, which last until the index is in step; no upload has a name without a suffix.
REPLACED = "replaced"  # of the uploads that the batch replaces
REMOVED = "removed"  # of an upload that is being removed

Indexed = Callable[[], Mapping[str, str]]  # returns the sha256 of each upload in the index, by name


class Uploads:
    """The folder of uploaded files beside an index."""

    def __init__(self, location: Path, *, most_bytes: int, waiting_bytes: int = 2 * 10**9) -> None:
        """``most_bytes`` limits one file, ``waiting_bytes`` all files together that wait to be indexed."""
        self.folder = location.resolve() / "uploads"
        self._most_bytes, self._waiting_bytes = most_bytes, waiting_bytes

    def store(self, name: str, content: BinaryIO, folder: Path) -> str:
        """Write a file into ``folder``, replacing one of the same name; returns its name. Raises ``UploadError``."""
        checked = checked_name(name)
        for place in (self.folder.parent, self.folder):
            make_folder(place)
        left = self._left()
        make_folder(folder)
        partial = self._unused_path()
        with self.lock(), _temporary(partial):
            with open(partial, "xb", opener=open_private) as file:
                for block in self._blocks(content, left):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(folder / checked)
        return checked

    @contextmanager
    def removing(self, record: DocumentRecord, indexed: Indexed) -> Iterator[None]:
        """Delete a document's file before the ``with`` block, which rebuilds.

        An error in the block restores the file, unless the index is without the document by then.

        Raises ``ForeignDocumentError`` for a document that is not an upload.
        """
        if not self.contains(record):
            raise ForeignDocumentError(f"{record.path} was not uploaded: delete it from {record.source}, then rebuild")
        target, batch = self.folder / checked_name(record.path), self.folder / f".batch-{secrets.token_hex(16)}"
        with self.lock():
            backup = batch / REMOVED / target.name
            backup.parent.mkdir(parents=True, mode=0o700)
            try:
                with suppress(FileNotFoundError):
                    target.replace(backup)
                yield
            except BaseException:
                with suppress(QuothError):  # the index cannot be asked now: ``recover`` will
                    self._recover(batch, indexed())
                    self.forget([batch])
                raise
            self.forget([batch])

    def recover(self, indexed: Indexed) -> list[Path]:
        """Restore the uploads whose replacement or removal was interrupted, by a kill or an error, and not indexed.

        Returns the batches that were at work, for ``index_again``. Raises ``IndexLockedError``
        while another service replaces uploads, and what ``indexed`` raises; then nothing is lost.
        """
        if not self._interrupted():
            return []
        try:
            with self.lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
                batches = self._interrupted()
                known = indexed() if batches else {}
                for batch in batches:
                    self._recover(batch, known)
                sync_folder(self.folder)
                return batches
        except BlockingIOError as error:
            raise IndexLockedError("files are being uploaded or replaced: wait for that to end") from error

    def index_again(self, batches: Iterable[Path], build: Build) -> None:
        """Index the uploads after ``recover``, and forget the batches that it returned. Raises as ``build``."""
        with suppress(NoDocumentsError):  # the only one was removed
            build([self.folder])
        self.forget(batches)

    def forget(self, batches: Iterable[Path]) -> None:
        """Delete batches whose files are indexed, or were restored."""
        for batch in batches:
            shutil.rmtree(batch, ignore_errors=True)

    def _interrupted(self) -> list[Path]:
        """The batches that are, or were, at work."""
        return sorted({found.parent for kind in (REPLACED, REMOVED) for found in self.folder.glob(f".batch-*/{kind}")})

    def _recover(self, batch: Path, known: Mapping[str, str]) -> None:
        """Restore each upload unless its replacement or its removal is indexed; then its old file is deleted."""
        for backup in sorted((batch / REPLACED).glob("*")):
            target = self.folder / backup.name
            present = digest_of(target)
            if present is None or present != known.get(backup.name):
                backup.replace(target)
            else:
                backup.unlink()
        for backup in sorted((batch / REMOVED).glob("*")):
            target = self.folder / backup.name
            if known.get(backup.name) == digest_of(backup) and not target.exists():
                backup.replace(target)
            else:
                backup.unlink()

    def clear(self) -> None:
        """Delete the partial files of a killed service, unless another service is using the folder."""
        with suppress(FileNotFoundError, BlockingIOError), self.lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
            for partial in self.folder.glob(".*.part"):
                partial.unlink(missing_ok=True)

    @contextmanager
    def lock(self, kind: int = fcntl.LOCK_SH) -> Iterator[None]:
        """Lock the folder. Writers share the lock; ``clear`` takes it alone."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, kind)
            yield
        finally:
            os.close(folder)

    def contains(self, record: DocumentRecord) -> bool:
        """Whether a document is an upload."""
        return record.source == str(self.folder)

    def among(self, records: Iterable[DocumentRecord]) -> dict[str, str]:
        """The sha256 of those ``records`` that are uploads, by name."""
        return {record.path: record.sha256 for record in records if self.contains(record)}

    def _unused_path(self) -> Path:
        """A path that is not taken, of a file that no build reads."""
        return self.folder / f".{secrets.token_hex(8)}.part"

    def _blocks(self, content: BinaryIO, left: int) -> Iterator[bytes]:
        size = 0
        while block := content.read(BLOCK_BYTES):
            size += len(block)
            if size > self._most_bytes:
                raise UploadError(f"the file is larger than {self._most_bytes / 1e6:,.0f} MB")
            if size > left:
                limit = f"{self._waiting_bytes / 1e6:,.0f} MB (`drop_megabytes`)"
                raise UploadError(
                    f"the files that wait to be indexed may take {limit}: wait for them, then add the rest"
                )
            yield block

    def _left(self) -> int:
        """How many bytes more may wait to be indexed; idle batches are deleted first when there is no more room."""
        self.delete_idle(EXPIRY_SECONDS)
        left = self._waiting_bytes - self._waiting()
        if left < self._most_bytes:
            self.delete_idle(IDLE_SECONDS)
            left = self._waiting_bytes - self._waiting()
        return left

    def _waiting(self) -> int:
        """The bytes of the files that wait to be indexed."""
        files = [file for pattern in (".batch-*/*", ".*.part") for file in self.folder.glob(pattern)]
        return sum(_size(file) for file in files) + FILE_OVERHEAD * len(files)

    def delete_idle(self, seconds: float) -> None:
        """Delete the batches that got no file for so long, except those at work, which may hold the only copies."""
        at_work = self._interrupted()
        for batch in self.folder.glob(".batch-*"):
            with suppress(OSError):
                if time.time() - batch.stat().st_mtime > seconds and batch not in at_work:
                    shutil.rmtree(batch)


def base_name(name: str) -> str:
    """``name`` without folders."""
    return PurePosixPath(name.replace("\\", "/")).name


def checked_name(name: str) -> str:
    """``name`` without folders. Raises ``UploadError`` if an upload may not have it."""
    last = base_name(name)
    suffix = PurePosixPath(last).suffix.lower()
    if suffix not in supported_suffixes():
        supported = ", ".join(sorted(supported_suffixes()))
        raise UploadError(f"files of type {suffix or 'unknown'} cannot be read; these can: {supported}")
    printable = all(unicodedata.category(character)[0] != "C" for character in last)
    if last.startswith((".", "~$")) or not printable or len(last.encode("utf-8", "replace")) > LONGEST_NAME:
        raise UploadError("the file is hidden, or its name is too long or has control characters: rename it")
    return last


@contextmanager
def _temporary(file: Path) -> Iterator[None]:
    """Delete a file, if it exists, at the end of the block."""
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _size(file: Path) -> int:
    with suppress(OSError):
        return file.stat().st_size
    return 0


def digest_of(file: Path) -> str | None:
    """The sha256 of a file; None if there is none."""
    try:
        with file.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    except FileNotFoundError:
        return None
