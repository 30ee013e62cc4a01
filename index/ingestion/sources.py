"""Sources: the folders and files that an index is built from, and the files in them."""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from index.errors import SourceNotFoundError, UnreadableFileError
from index.ingestion.leaving_out import FILE, LeavingOut, Patterns
from index.loaders.dispatch import PARSERS, suffix
from index.loaders.files import FileAccessError, as_text, on_disk, open_file
from index.reports import PassedOver
from index.types import Failure

_LINK = "/"  # no suffix
_NAMED = 10  # of the files and folders that patterns leave out
IGNORED_FOLDERS = frozenset({"node_modules", "__pycache__"})


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A file of a supported type; its names are text, as ``index.loaders.files.as_text`` writes them."""

    source: str  # absolute path of its source folder
    path: str  # POSIX, relative to the source
    sha256: str

    @property
    def root(self) -> Path:
        """The source folder on disk."""
        return on_disk(self.source)

    @property
    def place(self) -> Path:
        """The file on disk."""
        return on_disk(self.source, self.path)


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of a source folder that a build reads: all of it, or one file or subfolder."""

    root: Path
    below: str = ""  # the path of the file or subfolder as text, POSIX, relative; empty for all

    @property
    def source(self) -> str:
        """The source folder as text."""
        return as_text(self.root)

    @property
    def place(self) -> Path:
        """The absolute path of this folder or file."""
        return self.root / on_disk(self.below)

    def covers(self, source: str, path: str) -> bool:
        """Whether a document with a source and path is in this scope."""
        return (not self.below or is_at_or_below(path, self.below)) and source == self.source


@dataclass(frozen=True, slots=True)
class Scan:
    """The files of supported types, and those that cannot be opened."""

    files: tuple[SourceFile, ...]
    failures: tuple[Failure, ...]
    unknown: frozenset[tuple[str, str]] = frozenset()  # (source, path) of files and folders that cannot be read now
    passed_over: PassedOver = field(default_factory=PassedOver)
    left_out: frozenset[tuple[str, str]] = frozenset()  # (source, path) of files and folders that patterns leave out

    def leaves_out(self, source: str, path: str) -> bool:
        """Whether a pattern leaves a document's file out, or a folder above it."""
        above = path.split("/")
        return any((source, "/".join(above[:depth])) in self.left_out for depth in range(1, len(above) + 1))

    def may_hold(self, source: str, path: str) -> bool:
        """Whether a document's file may exist although the scan did not see it."""
        return any(source == there and (below == "." or is_at_or_below(path, below)) for there, below in self.unknown)


def is_at_or_below(path: str, place: str) -> bool:
    """Whether a relative path is that of a place or lies below it."""
    return path == place or path.startswith(f"{place}/")


def resolve_scopes(given: Sequence[Path], remembered: Iterable[str], folders: Collection[str] = ()) -> list[Scope]:
    """The scopes of the given paths, by default of all remembered sources.

    A path inside a remembered folder is a part of that source. ``folders`` are the sources of known documents, which
    tell a folder that is gone from a file that is gone. Raises SourceNotFoundError when a path does not exist.
    """
    known = [Scope(on_disk(path)) if path in folders else _scope(on_disk(path)) for path in remembered]
    if not given:
        for scope in known:
            if not scope.root.is_dir():
                raise SourceNotFoundError(
                    f"the folder {scope.source} no longer exists: restore it, or run `quoth remove` on it"
                )
        return known
    roots = [scope.root for scope in known if not scope.below]
    return [_within(roots, path) for path in given]


def _within(folders: list[Path], path: Path) -> Scope:
    if not path.exists():
        raise SourceNotFoundError(f"there is no file or folder {as_text(path)}")
    place = path.resolve()
    for folder in folders:
        if place != folder and place.is_relative_to(folder):
            return Scope(folder, as_text(place.relative_to(folder).as_posix()))
    return _scope(place)


def _scope(place: Path) -> Scope:
    """The scope of a new source: a folder is one itself; for a file, its folder is the source."""
    is_file = place.is_file() or (place.suffix.lower() in PARSERS and not place.is_dir())
    return Scope(place.parent, as_text(place.name)) if is_file else Scope(place)


def scan(scope: Scope, limit: int | None = None, patterns: Patterns | None = None) -> Scan:
    """The files in a scope by path, without hidden files and folders, and without those that patterns leave out.

    Files of more than ``limit`` bytes, links to places outside and folders that cannot be listed are failures.
    """
    source = scope.source
    files: list[SourceFile] = []
    failures: list[Failure] = []
    unknown: set[tuple[str, str]] = set()
    unlisted: list[OSError] = []
    passed: Counter[str] = Counter()
    left_out: list[str] = []
    for path in sorted(_walk(scope, unlisted, passed, left_out, LeavingOut(patterns or Patterns()))):
        relative = as_text(path.relative_to(scope.root).as_posix())
        try:
            files.append(SourceFile(source, relative, _digest(path, scope.root, limit)))
        except SourceNotFoundError:
            continue  # it has just been deleted
        except UnreadableFileError as error:
            failures.append(Failure(relative, source, str(error)))
            if isinstance(error, FileAccessError):
                unknown.add((source, relative))
    for fault in unlisted:
        if isinstance(fault, FileNotFoundError | NotADirectoryError):
            continue  # gone, like any deleted file
        relative = as_text(Path(fault.filename).relative_to(scope.root).as_posix())
        reason = f"the folder cannot be listed, its documents are kept: {fault.strerror or fault}"
        failures.append(Failure(relative, source, reason))
        unknown.add((source, relative))
    links = passed.pop(_LINK, 0)
    ignored = sorted(left_out)
    over = PassedOver(dict(sorted(passed.items())), links, len(ignored), tuple(ignored[:_NAMED]))
    keys = frozenset((source, path.removesuffix("/")) for path in ignored)
    return Scan(tuple(files), tuple(failures), frozenset(unknown), over, keys)


def _walk(
    scope: Scope, unlisted: list[OSError], passed: Counter[str], left_out: list[str], rules: LeavingOut
) -> Iterator[Path]:
    """The files of supported types; errors of listing a folder are appended to ``unlisted``.

    ``passed`` counts the other files by their suffix, and links to folders as ``_LINK``; ``left_out`` gets the paths
    that the rules leave out, of whole folders with a slash at the end. A file that is itself a scope is not left out.
    """
    place = scope.place
    if place.is_file():
        yield place
        return
    for depth in range(len(Path(scope.below).parts)):  # the folders above the scope; the walk enters the others
        above = Path(*Path(scope.below).parts[:depth])
        rules.enter(scope.root / above, "" if depth == 0 else above.as_posix())

    def is_left_out(path: Path, *, is_folder: bool) -> bool:
        relative = as_text(path.relative_to(scope.root).as_posix())
        if not rules.leaves_out(relative, is_folder=is_folder):
            return False
        left_out.append(f"{relative}/" if is_folder else relative)
        return True

    for folder, folders, names in os.walk(place, onerror=unlisted.append):
        if FILE in names:
            own = as_text(Path(folder).relative_to(scope.root).as_posix())
            rules.enter(Path(folder), "" if own == "." else own)
        folders[:] = [
            name
            for name in folders
            if not name.startswith(".")
            and name not in IGNORED_FOLDERS
            and not is_left_out(Path(folder, name), is_folder=True)
        ]
        passed[_LINK] += sum(Path(folder, name).is_symlink() for name in folders)
        for name in names:
            if name.startswith((".", "~$")) or is_left_out(Path(folder, name), is_folder=False):
                continue
            if suffix(name) in PARSERS:
                yield Path(folder, name)
            else:
                passed[as_text(suffix(name))] += 1


def _digest(path: Path, root: Path, limit: int | None) -> str:
    with open_file(path, root, limit=limit) as file:
        try:
            return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise FileAccessError(f"cannot be read: {error.strerror or error}") from error
