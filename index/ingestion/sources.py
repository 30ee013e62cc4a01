"""Sources: the folders and files that an index is built from, and the files in them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import SourceNotFoundError
from index.loaders.dispatch import LINK_OUTSIDE, PARSERS, suffix
from index.types import Failure

IGNORED_FOLDERS = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a supported type."""

    source: str  # absolute path of its source folder
    path: str  # POSIX, relative to the source
    sha256: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a source folder that a build reads: all of it, or one file or subfolder."""

    root: Path
    below: str = ""  # the path of the file or subfolder, POSIX, relative; empty for all

    @property
    def place(self) -> Path:
        """The absolute path of this folder or file."""
        return self.root / self.below

    def covers(self, source: str, path: str) -> bool:
        """Whether a document with a source and path is in this scope."""
        return source == str(self.root) and (not self.below or path == self.below or path.startswith(f"{self.below}/"))


@dataclass(frozen=True, slots=True)
class Scan:
    """The files of supported types, and those that cannot be opened."""

    files: tuple[SourceFile, ...]
    failures: tuple[Failure, ...]


def resolve_scopes(given: Sequence[Path], remembered: Iterable[str]) -> list[Scope]:
    """The scopes of the given paths, by default of all remembered sources.

    A path inside a remembered folder is a part of that source. Raises SourceNotFoundError when a path does not exist.
    """
    known = [_scope(Path(path)) for path in remembered]
    if not given:
        for scope in known:
            if not scope.root.is_dir():
                raise SourceNotFoundError(
                    f"the folder {scope.root} no longer exists: restore it, or run `quoth remove` on it"
                )
        return known
    folders = [scope.root for scope in known if not scope.below]
    return [_within(folders, path) for path in given]


def _within(folders: list[Path], path: Path) -> Scope:
    if not path.exists():
        raise SourceNotFoundError(f"there is no file or folder {path}")
    place = path.resolve()
    for folder in folders:
        if place != folder and place.is_relative_to(folder):
            return Scope(folder, place.relative_to(folder).as_posix())
    return _scope(place)


def _scope(place: Path) -> Scope:
    """The scope of a new source: a folder is one itself; for a file, its folder is the source."""
    return Scope(place.parent, place.name) if place.is_file() or place.suffix.lower() in PARSERS else Scope(place)


def scan(scope: Scope) -> Scan:
    """The files in a scope by path, without hidden files and folders; links to places outside are failures."""
    files: list[SourceFile] = []
    failures: list[Failure] = []
    source = str(scope.root)
    for path in sorted(_walk(scope.place)):
        relative = path.relative_to(scope.root).as_posix()
        if not path.resolve().is_relative_to(scope.root):
            failures.append(Failure(relative, source, LINK_OUTSIDE))
            continue
        try:
            files.append(SourceFile(source, relative, _digest(path)))
        except OSError as error:
            failures.append(Failure(relative, source, f"cannot be opened: {error.strerror or error}"))
    return Scan(tuple(files), tuple(failures))


def _walk(place: Path) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for folder, folders, names in os.walk(place):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in IGNORED_FOLDERS]
        for name in names:
            path = Path(folder, name)
            if not name.startswith((".", "~$")) and suffix(name) in PARSERS and (path.is_file() or path.is_symlink()):
                yield path


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
