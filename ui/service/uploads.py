"""Uploaded files: stored in a folder beside the index, and indexed a batch at a time."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import shutil
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from index import BuildReport, DocumentRecord, make_folder, open_private, supported_suffixes, sync_folder
from ui.errors import ForeignDocumentError, UploadError
from ui.service.rebuilds import Build

LONGEST_NAME = 150  # in UTF-8 bytes; file systems allow 255
BLOCK_BYTES = 1 << 20
KEY = re.compile(r"[0-9a-f]{32}")
EXPIRY_SECONDS = 24 * 3600  # after which a batch that was never indexed is deleted
IDLE_SECONDS = 3600  # after which it is deleted when there is no room for others
FILE_OVERHEAD = 10_000  # bytes that each waiting file counts for, however small it is
REPLACED = "replaced"  # the folder, in a batch, of the uploads that it replaces; no upload has a name without a suffix

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
    def removing(self, record: DocumentRecord) -> Iterator[None]:
        """Delete a document's file before the ``with`` block, which rebuilds; an error in the block restores the file.

        Raises ``ForeignDocumentError`` for a document that is not an upload.
        """
        if not self.contains(record):
            raise ForeignDocumentError(f"{record.path} was not uploaded: delete it from {record.source}, then rebuild")
        target, backup = self.folder / checked_name(record.path), self._unused_path()
        with self.lock(), _temporary(backup):
            with suppress(FileNotFoundError):
                target.replace(backup)
            try:
                yield
            except BaseException:
                _restore(target, backup)
                raise

    def recover(self, indexed: Indexed) -> list[str]:
        """Restore the uploads that a killed service was replacing, unless their replacements are indexed.

        Returns the names of the restored files, which are to be indexed again. Does nothing while another service
        replaces uploads.
        """
        restored: list[str] = []
        with suppress(FileNotFoundError, BlockingIOError), self.lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
            for replaced in sorted(self.folder.glob(f".batch-*/{REPLACED}")):
                known = indexed()
                for backup in sorted(replaced.iterdir()):
                    target = self.folder / backup.name
                    if not target.is_file() or known.get(backup.name) != _digest(target):
                        backup.replace(target)
                        restored.append(backup.name)
                sync_folder(self.folder)
                shutil.rmtree(replaced.parent)
        return restored

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
        """Delete the batches that got no file for so long, except those of which an upload is being replaced."""
        for batch in self.folder.glob(".batch-*"):
            with suppress(OSError):
                if time.time() - batch.stat().st_mtime > seconds and not (batch / REPLACED).exists():
                    shutil.rmtree(batch)


class Batch:
    """Files uploaded together, under a key that the client chooses. They are indexed only when ``build`` is called."""

    def __init__(self, uploads: Uploads, key: str) -> None:
        """Raises ``UploadError`` for a malformed key."""
        if not KEY.fullmatch(key):
            raise UploadError("the key of a batch is 32 hexadecimal digits")
        self._uploads = uploads
        self._folder = uploads.folder / f".batch-{key}"
        self._replaced = self._folder / REPLACED

    def add(self, name: str, content: BinaryIO) -> str:
        """Store a file until the batch is built; returns its name. Raises ``UploadError``."""
        try:
            return self._uploads.store(name, content, self._folder)
        except UploadError:
            with suppress(OSError):  # unless the folder holds other files of the batch
                self._folder.rmdir()
            raise

    def build(self, build: Build, indexed: Indexed) -> BuildReport:
        """Index all files of the batch in one build, replacing uploads of the same names; returns the report.

        A file that cannot be read, or that a stopped build did not reach, is deleted, and the upload that it replaced
        is restored. Raises what ``build`` raises, and ``UploadError`` if the batch is empty.
        """
        try:
            with self._uploads.lock() if self._folder.is_dir() else nullcontext():
                names = self._install()
                try:
                    report = build([self._uploads.folder])
                finally:
                    restored = self._restore_missing(names, indexed())
                if restored:
                    build([self._uploads.folder])
                return report
        finally:
            self.discard()

    def discard(self) -> None:
        """Delete the files of the batch that were not indexed, but never the only copy of an upload."""
        if not self._replaced.exists():
            shutil.rmtree(self._folder, ignore_errors=True)

    def _install(self) -> list[str]:
        names = [file.name for file in self._folder.iterdir()] if self._folder.is_dir() else []
        if not names:
            raise UploadError("no file was uploaded")
        self._replaced.mkdir()
        for name in names:
            target = self._uploads.folder / name
            if target.exists():
                target.replace(self._replaced / name)
            (self._folder / name).replace(target)
        sync_folder(self._replaced)
        sync_folder(self._uploads.folder)
        return names

    def _restore_missing(self, names: list[str], indexed: Mapping[str, str]) -> list[str]:
        """Undo the upload of those ``names`` that are not in the index; returns them."""
        missing = [name for name in names if indexed.get(name) != _digest(self._uploads.folder / name)]
        for name in missing:
            _restore(self._uploads.folder / name, self._replaced / name)
        sync_folder(self._uploads.folder)
        shutil.rmtree(self._replaced)  # what is left there was replaced for good
        return missing


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


def _restore(target: Path, backup: Path) -> None:
    """Replace a file by its backup, or delete it if there is no backup."""
    if backup.exists():
        backup.replace(target)
    else:
        target.unlink(missing_ok=True)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
