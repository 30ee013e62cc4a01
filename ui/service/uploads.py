"""Files that people hand in: kept in a folder of the index's own, under a name that leads nowhere else."""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from index import DocumentRecord, supported_suffixes
from index.errors import InputError

LONGEST_NAME = 150  # in UTF-8 bytes; file systems take 255
PIECE = 1 << 20


class UploadError(InputError):
    """A file that is not taken: its name, its type or its size."""


class ForeignDocumentError(UploadError):
    """A document that was not handed in here, but lies in a folder of somebody's."""


class Uploads:
    """The folder of uploaded files beside an index."""

    def __init__(self, location: Path, *, most_bytes: int) -> None:
        self.folder = location.resolve() / "uploads"
        self._most_bytes = most_bytes

    def store(self, name: str, content: BinaryIO, folder: Path) -> str:
        """Keep a file in ``folder``, in place of one of the same name; gives its name there. Raises ``UploadError``."""
        checked = checked_name(name)
        folder.mkdir(parents=True, exist_ok=True)
        partial = self._spare()
        with self.busy(), _temporary(partial):
            with partial.open("xb") as file:
                for piece in self._pieces(content):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(folder / checked)
        return checked

    @contextmanager
    def removing(self, record: DocumentRecord) -> Iterator[None]:
        """Delete the file of a document; an error in the block leaves the folder as it was.

        Raises ``ForeignDocumentError`` for one that was not handed in here.
        """
        if not self.holds(record):
            raise ForeignDocumentError(f"{record.path} lies in {record.source}: remove it there, then rebuild")
        target = self.folder / checked_name(record.path)
        with self.busy(), self._undone_by_an_error(target):
            target.unlink(missing_ok=True)
            yield

    @contextmanager
    def _undone_by_an_error(self, target: Path) -> Iterator[None]:
        """Have a file again as it is now when the block raises."""
        before = self._spare()
        if target.exists():
            _duplicate(target, before)
        with _temporary(before):
            try:
                yield
            except BaseException:
                before.replace(target) if before.exists() else target.unlink(missing_ok=True)
                raise

    def clear(self) -> None:
        """Delete what a service that was killed left half done, unless another one is at work in the folder."""
        with suppress(FileNotFoundError, BlockingIOError), self.busy(fcntl.LOCK_EX | fcntl.LOCK_NB):
            for left in self.folder.glob(".*.part"):
                left.unlink(missing_ok=True)

    @contextmanager
    def busy(self, lock: int = fcntl.LOCK_SH) -> Iterator[None]:
        """Hold a lock on the folder, shared by those who work in it."""
        folder = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.flock(folder, lock)
            yield
        finally:
            os.close(folder)

    def _spare(self) -> Path:
        """A name that nobody has, and that no build reads."""
        return self.folder / f".{secrets.token_hex(8)}.part"

    def _pieces(self, content: BinaryIO) -> Iterator[bytes]:
        size = 0
        while piece := content.read(PIECE):
            size += len(piece)
            if size > self._most_bytes:
                raise UploadError(f"the file is larger than {self._most_bytes / 1e6:,.0f} MB")
            yield piece

    def holds(self, record: DocumentRecord) -> bool:
        """Whether a document was handed in here."""
        return record.source == str(self.folder)

    def among(self, records: Iterable[DocumentRecord]) -> dict[str, str]:
        """The sha256 of those that were handed in here, by name."""
        return {record.path: record.sha256 for record in records if self.holds(record)}


@contextmanager
def _temporary(file: Path) -> Iterator[None]:
    """A file that is gone after the block."""
    try:
        yield
    finally:
        file.unlink(missing_ok=True)


def _duplicate(file: Path, other: Path) -> None:
    try:
        other.hardlink_to(file)
    except OSError:  # not on every file system
        shutil.copyfile(file, other)


def checked_name(name: str) -> str:
    """The last part of a file's name, if it can be one of ours. Raises ``UploadError``."""
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
