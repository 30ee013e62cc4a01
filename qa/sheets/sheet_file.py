"""Kept sheets: one file each in the folder of the index, written by one process at a time.

The first line is the sheet before it was asked; it is written with the file, which is then put in place whole. Each
further line is appended and synced: an answer, a verdict, or a stop. Every line begins with its checksum. A kill or a
full disk costs at most the line being written; a line that is damaged later counts as not written, so its cell is asked
again.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import FileIO
from pathlib import Path

import filelock
from pydantic import TypeAdapter

from index import DiskError, NamedFiles, write_whole
from qa.sheets.errors import SheetBusyError, SheetDamagedError, SheetError, SheetNotFoundError
from qa.sheets.open_sheet import Entry, OpenSheet, applied
from qa.sheets.sheet import Sheet

FOLDER = "sheets"  # in the folder of the index
_NAMED = NamedFiles("sheet", ".sheet", SheetError)
_SHEET = TypeAdapter(Sheet)
_CHECKSUM = 9  # characters: eight digits and a space


class SheetFile(OpenSheet):
    """A kept sheet, open for the one process that may write to it."""

    def __init__(self, path: Path) -> None:
        super().__init__(_read(path) if path.exists() else None)
        self._path = path
        self._file: FileIO | None = None
        self._length = 0  # bytes up to the end of the last whole line

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            self._file.close()
        self._file = None

    def _replace(self, sheet: Sheet) -> None:
        self.close()
        with _disk(self._path):
            write_whole(self._path, _line(_SHEET.dump_json(sheet)))

    def _append(self, entry: Entry) -> None:
        with _disk(self._path):
            if self._file is None:
                self._file = self._opened()
            try:
                _write(self._file, _line(entry.model_dump_json(exclude_defaults=True).encode()))
                os.fsync(self._file.fileno())
                self._length = self._file.tell()
            except OSError:
                with suppress(OSError):
                    self._file.truncate(self._length)
                self.close()
                raise

    def _opened(self) -> FileIO:
        """The file, open behind its last whole line."""
        file = self._path.open("r+b", buffering=0)
        content = file.readall()
        self._length = content.rfind(b"\n") + 1
        file.truncate(self._length)
        file.seek(self._length)
        return file


class SheetFolder:
    """The sheets that are kept beside an index."""

    def __init__(self, location: Path) -> None:
        """``location`` is the folder of the index; nothing is written until a sheet is."""
        self.folder = location / FOLDER

    def names(self) -> list[str]:
        """The names of all sheets, in order."""
        return sorted(_NAMED.names(self.folder))

    def size(self) -> int:
        """The bytes that all sheets take."""
        return sum(path.stat().st_size for path in self.folder.glob(f"*{_NAMED.ending}"))

    def read(self, name: str) -> Sheet:
        """The sheet as it is now, also while it is asked. Raises ``SheetNotFoundError`` and ``SheetDamagedError``."""
        try:
            return _read(self._path(name))
        except FileNotFoundError:
            raise self._missing(name) from None

    @contextmanager
    def opened(self, name: str) -> Iterator[SheetFile]:
        """The sheet, open for writing, or a new one. Raises as ``read``, ``SheetBusyError`` and ``DiskError``."""
        path = self._path(name)
        with self._locked(name):
            file = SheetFile(path)
            try:
                yield file
            finally:
                file.close()

    def remove(self, name: str) -> None:
        """Delete a sheet. Raises ``SheetNotFoundError``, ``SheetBusyError`` and ``DiskError``."""
        path = self._path(name)
        if not path.exists():
            raise self._missing(name)
        with self._locked(name), _disk(path):
            path.unlink(missing_ok=True)
            path.with_suffix(".lock").unlink(missing_ok=True)

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        path = self._path(name)
        with _disk(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            lock = filelock.FileLock(path.with_suffix(".lock"), mode=0o600)
            try:
                lock.acquire(timeout=0)
            except filelock.Timeout:
                raise SheetBusyError(
                    f"the sheet “{name}” is being asked already: wait until that is done, or take another name"
                ) from None
        try:
            yield
        finally:
            lock.release()

    def _path(self, name: str) -> Path:
        return _NAMED.path(self.folder, name)

    def _missing(self, name: str) -> SheetNotFoundError:
        known = ", ".join(self.names()[:10]) or "none yet"
        return SheetNotFoundError(f"there is no sheet “{name}” (kept: {known})")


def checked_name(name: str) -> str:
    """The name of a sheet, with its white space tidied. Raises ``SheetError``."""
    return _NAMED.checked(name)


def _read(path: Path) -> Sheet:
    with _disk(path):
        first, *others = path.read_bytes().split(b"\n")
    try:
        sheet = _SHEET.validate_json(_checked(first))
    except ValueError:
        raise SheetDamagedError(f"{path} is damaged: remove this sheet, then ask it again") from None
    return applied(sheet, _entries(others))


def _entries(lines: list[bytes]) -> Iterator[Entry]:
    """The entries of the lines that are whole."""
    for line in lines:
        with suppress(ValueError):
            yield Entry.model_validate_json(_checked(line))


def _line(content: bytes) -> bytes:
    return f"{zlib.crc32(content):08x} ".encode() + content + b"\n"


def _write(file: FileIO, content: bytes) -> None:
    """Write all of it; a full disk may take the first part only."""
    left = memoryview(content)
    while left:
        left = left[file.write(left) :]


def _checked(line: bytes) -> bytes:
    """The content of a line. Raises ``ValueError`` if it is not as it was written."""
    content = line[_CHECKSUM:]
    if _line(content)[:-1] != line:
        raise ValueError("the checksum differs")
    return content


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Translate errors of the disk into ``DiskError``."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        raise DiskError(
            f"{path} cannot be read or written: {error.strerror or error}. What was answered before is kept: check "
            "the disk, then do the same again"
        ) from error
