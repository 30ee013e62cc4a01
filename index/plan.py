"""What a build will do, before it does it: files on disk against documents in the catalog."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.errors import SourceNotFoundError
from index.loaders import SUFFIXES
from index.types import DocumentRecord, Failure

IGNORED_FOLDERS = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file that could be indexed."""

    source: str  # absolute path of its source folder
    path: str  # POSIX, relative to the source
    sha256: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What differs between the files and the index; paths as they are shown, relative to their source."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()  # (from, to)
    deleted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """A plan with what is needed to carry it out."""

    to_parse: tuple[SourceFile, ...]
    to_move: tuple[tuple[DocumentRecord, SourceFile], ...]
    to_remove: tuple[DocumentRecord, ...]
    plan: Plan


def scan(source: Path) -> tuple[list[SourceFile], list[Failure]]:
    """The files under a source that could be indexed, by path, and those that cannot even be opened.

    A source is a folder, or one file. Hidden files and folders and links that lead out of the folder are passed over,
    the latter with a word. Raises SourceNotFoundError when there is no such path.
    """
    if not source.exists():
        raise SourceNotFoundError(f"there is no file or folder {source}")
    root = source.resolve() if source.is_dir() else source.resolve().parent
    files: list[SourceFile] = []
    failures: list[Failure] = []
    for path in sorted(_walk(root)) if source.is_dir() else [source.resolve()]:
        relative = path.relative_to(root).as_posix()
        if not path.resolve().is_relative_to(root):
            failures.append(Failure(relative, str(root), "a link that leads out of the folder: not followed"))
            continue
        try:
            files.append(SourceFile(str(root), relative, _digest(path)))
        except OSError as error:
            failures.append(Failure(relative, str(root), f"cannot be opened: {error.strerror or error}"))
    return files, failures


def compare(files: Iterable[SourceFile], known: Iterable[DocumentRecord], failures: Iterable[Failure] = ()) -> Changes:
    """The changes that make the known documents those of the files."""
    old: Mapping[tuple[str, str], DocumentRecord] = {(record.source, record.path): record for record in known}
    new = {(file.source, file.path): file for file in files}
    gone = [record for key, record in old.items() if key not in new]
    fresh = [file for key, file in new.items() if key not in old]
    moves = _moves(gone, fresh)
    moved_from, moved_to = {record.id for record, _ in moves}, {id(file) for _, file in moves}
    changed = [file for key, file in new.items() if key in old and old[key].sha256 != file.sha256]
    added = [file for file in fresh if id(file) not in moved_to]
    removed = [record for record in gone if record.id not in moved_from]
    plan = Plan(
        added=tuple(file.path for file in added),
        changed=tuple(file.path for file in changed),
        renamed=tuple((record.path, file.path) for record, file in moves),
        deleted=tuple(record.path for record in removed),
        unchanged=tuple(file.path for key, file in new.items() if key in old and old[key].sha256 == file.sha256),
        failures=tuple(failures),
    )
    return Changes((*added, *changed), tuple(moves), tuple(removed), plan)


def _moves(gone: list[DocumentRecord], fresh: list[SourceFile]) -> list[tuple[DocumentRecord, SourceFile]]:
    """Documents whose bytes are now at another path; each file is taken once, and its ending, the parser, stays."""
    left: dict[tuple[str, str], list[SourceFile]] = {}
    for file in reversed(fresh):
        left.setdefault((file.sha256, _suffix(file.path)), []).append(file)
    return [(record, files.pop()) for record in gone if (files := left.get((record.sha256, _suffix(record.path))))]


def _suffix(path: str) -> str:
    return PurePosixPath(path).suffix.lower()


def _walk(root: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(root):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in IGNORED_FOLDERS]
        for name in names:
            if not name.startswith((".", "~$")) and _suffix(name) in SUFFIXES:
                yield Path(folder, name)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
