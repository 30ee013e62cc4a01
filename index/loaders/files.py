r"""Files on disk: their names as text, and opening them without waiting and without following links out of a folder.

A file's name is a sequence of bytes that need not be UTF-8. As text, each byte that is not is written ``\xNN``, so
that the name can be stored, sent as JSON and shown; ``on_disk`` gives the bytes back. A name that contains such a group
itself has its backslash written ``\x5c``.
"""

from __future__ import annotations

import os
import re
import stat
from io import BufferedReader
from pathlib import Path

from index.errors import SourceNotFoundError, UnreadableFileError

LINK_OUTSIDE = "a link to a place outside the folder: not followed"
NOT_A_FILE = "a pipe, a socket or a device, not a file"
_ESCAPED = re.compile(r"\\x([0-9a-f]{2})")


class FileAccessError(UnreadableFileError):
    """A file could not be opened or read at this time, which says nothing about its content."""


def as_text(path: Path | str) -> str:
    r"""A path as text without lone surrogates: bytes that are not UTF-8 become ``\xNN``."""
    literal = _ESCAPED.sub(lambda found: rf"\x5cx{found[1]}", os.fspath(path))
    return literal.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def on_disk(*parts: str) -> Path:
    """The path of the file or folder with these names, as ``as_text`` wrote them."""
    return Path(*(_ESCAPED.sub(lambda found: os.fsdecode(bytes([int(found[1], 16)])), part) for part in parts))


def open_file(path: Path, root: Path | None = None, *, limit: int | None = None) -> BufferedReader:
    """A regular file of at most ``limit`` bytes, open for reading; never waits for a pipe or a device.

    Raises SourceNotFoundError when there is none, FileAccessError when it cannot be opened now, and UnreadableFileError
    when it is too large, not a file, or a link to a place outside ``root``.
    """
    if root is not None and not _is_within(path, root):
        raise UnreadableFileError(LINK_OUTSIDE)
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        if path.is_symlink():
            raise UnreadableFileError("a link to a file that does not exist") from error
        raise SourceNotFoundError(f"there is no file {as_text(path)}") from error
    except OSError as error:
        raise _refusal(path, error) from error
    file = open(descriptor, "rb")  # noqa: SIM115, PTH123 (the caller closes it)
    status = os.fstat(descriptor)
    fault = _fault(status, limit)
    if fault:
        file.close()
        raise UnreadableFileError(fault)
    return file


def read_file(path: Path, root: Path | None = None, *, limit: int | None = None) -> bytes:
    """The bytes of a file; raises as ``open_file``."""
    with open_file(path, root, limit=limit) as file:
        try:
            content = file.read() if limit is None else file.read(limit + 1)
        except OSError as error:
            raise FileAccessError(f"cannot be read: {error.strerror or error}") from error
    if limit is not None and len(content) > limit:  # it has grown since it was opened
        raise UnreadableFileError(_too_large(limit))
    return content


def _is_within(path: Path, root: Path) -> bool:
    """Whether a path leads to a place inside a folder after every link is followed."""
    return Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root))


def _refusal(path: Path, error: OSError) -> UnreadableFileError:
    if path.is_symlink() and not path.exists():
        return UnreadableFileError("a link that leads back to itself")
    if stat.S_ISSOCK(path.stat().st_mode):
        return UnreadableFileError(NOT_A_FILE)
    return FileAccessError(f"cannot be opened: {error.strerror or error}")


def _fault(status: os.stat_result, limit: int | None) -> str:
    """Why a file with this status is not read; empty when it is."""
    if not stat.S_ISREG(status.st_mode):
        return NOT_A_FILE
    return _too_large(limit) if limit is not None and status.st_size > limit else ""


def _too_large(limit: int) -> str:
    return f"larger than {limit // 1_000_000} MB (`file_megabytes`)"
