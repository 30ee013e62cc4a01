"""Files that people upload: stored in a folder beside the index, and indexed a batch at a time."""

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
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from index import BuildReport, DocumentRecord, supported_suffixes
from ui.errors import ForeignDocumentError, UploadError
from ui.service.rebuilds import Build

LONGEST_NAME = 150  # in UTF-8 bytes; file systems allow 255
BLOCK_BYTES = 1 << 20
KEY = re.compile(r"[0-9a-f]{32}")
EXPIRY_SECONDS = 24 * 3600  # after which a batch that was never indexed is deleted

Indexed = Callable[[], Mapping[str, str]]  # gives the sha256 of each upload in the index, by name


class Uploads:
    """The folder of uploaded files beside an index."""

    def __init__(self, location: Path, *, most_bytes: int) -> None:
        self.folder = location.resolve() / "uploads"
        self._most_bytes = most_bytes

    def store(self, name: str, content: BinaryIO, folder: Path) -> str:
        """Write a file into ``folder``, replacing one of the same name; its name there. Raises ``UploadError``."""
        checked = checked_name(name)
        folder.mkdir(parents=True, exist_ok=True)
        partial = self._unused_path()
        with self.lock(), _temporary(partial):
            with partial.open("xb") as file:
                for block in self._blocks(content):
                    file.write(block)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(folder / checked)
        return checked

    @contextmanager
    def removing(self, record: DocumentRecord) -> Iterator[None]:
        """Delete a document's file; an error in the block restores it.

        Raises ``ForeignDocumentError`` for a document that is not an upload.
        """
        if not self.contains(record):
            raise ForeignDocumentError(f"{record.path} lies in {record.source}: remove it there, then rebuild")
        target = self.folder / checked_name(record.path)
        with self.lock(), self._restored_on_error(target):
            target.unlink(missing_ok=True)
            yield

    def clear(self) -> None:
        """Delete partial files that a killed service left, unless another service is using the folder."""
        with suppress(FileNotFoundError, BlockingIOError), self.lock(fcntl.LOCK_EX | fcntl.LOCK_NB):
            for partial in self.folder.glob(".*.part"):
                partial.unlink(missing_ok=True)

    @contextmanager
    def lock(self, kind: int = fcntl.LOCK_SH) -> Iterator[None]:
        """Lock the folder; all who write files into it share the lock."""
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
        """The sha256 of those documents that are uploads, by name."""
        return {record.path: record.sha256 for record in records if self.contains(record)}

    @contextmanager
    def _restored_on_error(self, target: Path) -> Iterator[None]:
        backup = self._unused_path()
        if target.exists():
            _duplicate(target, backup)
        with _temporary(backup):
            try:
                yield
            except BaseException:
                _restore(target, backup)
                raise

    def _unused_path(self) -> Path:
        """A path that no file has, and that no build reads."""
        return self.folder / f".{secrets.token_hex(8)}.part"

    def _blocks(self, content: BinaryIO) -> Iterator[bytes]:
        size = 0
        while block := content.read(BLOCK_BYTES):
            size += len(block)
            if size > self._most_bytes:
                raise UploadError(f"the file is larger than {self._most_bytes / 1e6:,.0f} MB")
            yield block


class Batch:
    """Files uploaded together under a key that the client chose; no build reads them before ``build`` is called."""

    def __init__(self, uploads: Uploads, key: str) -> None:
        """Raises ``UploadError`` for a malformed key."""
        if not KEY.fullmatch(key):
            raise UploadError("the key of a batch is 32 hexadecimal digits")
        self._uploads = uploads
        self._folder = uploads.folder / f".batch-{key}"
        self._replaced = self._folder / "replaced"  # never the name of an upload: it has no suffix

    def add(self, name: str, content: BinaryIO) -> str:
        """Store a file until the batch is built; the name that it will have then. Raises ``UploadError``."""
        self._delete_expired()
        try:
            return self._uploads.store(name, content, self._folder)
        except UploadError:
            with suppress(OSError):  # the folder holds other files of the batch
                self._folder.rmdir()
            raise

    def build(self, build: Build, indexed: Indexed) -> BuildReport:
        """Index all files of the batch in one build, replacing uploads of the same names; the build's report.

        A file that cannot be read, or that a stopped build did not reach, is deleted, and the upload that it replaced
        is restored. Raises what ``build`` raises, and ``UploadError`` when the batch is empty.
        """
        try:
            names = self._move_in()
            try:
                report = build([self._uploads.folder])
            finally:
                restored = self._move_back(names, indexed())
            if restored:
                build([self._uploads.folder])
            return report
        finally:
            self.discard()

    def discard(self) -> None:
        """Delete the files that were not indexed."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _move_in(self) -> list[str]:
        names = [file.name for file in self._folder.iterdir()] if self._folder.is_dir() else []
        if not names:
            raise UploadError("no file was uploaded")
        self._replaced.mkdir()
        for name in names:
            target = self._uploads.folder / name
            if target.exists():
                target.replace(self._replaced / name)
            (self._folder / name).replace(target)
        return names

    def _move_back(self, names: list[str], indexed: Mapping[str, str]) -> list[str]:
        """Restore what was replaced by files that are not in the index; their names."""
        missing = [name for name in names if indexed.get(name) != _digest(self._uploads.folder / name)]
        for name in missing:
            _restore(self._uploads.folder / name, self._replaced / name)
        return missing

    def _delete_expired(self) -> None:
        for batch in self._uploads.folder.glob(".batch-*"):
            with suppress(OSError):
                if time.time() - batch.stat().st_mtime > EXPIRY_SECONDS:
                    shutil.rmtree(batch)


def checked_name(name: str) -> str:
    """The last component of a file's name, if an upload may have it. Raises ``UploadError``."""
    last = PurePosixPath(name.replace("\\", "/")).name
    suffix = PurePosixPath(last).suffix.lower()
    if suffix not in supported_suffixes():
        raise UploadError(
            f"files of type {suffix or 'unknown'} are not read: {', '.join(sorted(supported_suffixes()))} are"
        )
    printable = all(unicodedata.category(character)[0] != "C" for character in last)
    if last.startswith((".", "~$")) or not printable or len(last.encode("utf-8", "replace")) > LONGEST_NAME:
        raise UploadError("the file's name is hidden, too long or holds control characters: rename it")
    return last


@contextmanager
def _temporary(file: Path) -> Iterator[None]:
    """Delete a file after the block."""
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _duplicate(file: Path, other: Path) -> None:
    try:
        other.hardlink_to(file)
    except OSError:  # not every file system has hard links
        shutil.copyfile(file, other)


def _restore(target: Path, backup: Path) -> None:
    """Put a backup in a file's place; without one, delete the file."""
    if backup.exists():
        backup.replace(target)
    else:
        target.unlink(missing_ok=True)


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
