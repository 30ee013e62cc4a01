"""What a build will do, before it does it: files on disk against documents in the catalog."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from index.ingestion.sources import SourceFile
from index.loaders.dispatch import suffix
from index.types import DocumentRecord, Failure


@dataclass(frozen=True, slots=True)
class Plan:
    """What differs between the files and the index; paths as they are shown, relative to their source."""

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()  # (from, to)
    deleted: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    failures: tuple[Failure, ...] = ()  # known before parsing: what could not be opened, and what failed last time

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.added or self.changed or self.renamed or self.deleted)


@dataclass(frozen=True, slots=True)
class Changes:
    """A plan with what is needed to carry it out."""

    to_parse: tuple[SourceFile, ...]
    to_move: tuple[tuple[DocumentRecord, SourceFile], ...]
    to_remove: tuple[DocumentRecord, ...]
    plan: Plan


def compare(files: Iterable[SourceFile], known: Iterable[DocumentRecord], failures: Sequence[Failure] = ()) -> Changes:
    """The changes that make the known documents those of the files."""
    old: Mapping[tuple[str, str], DocumentRecord] = {(record.source, record.path): record for record in known}
    new = {(file.source, file.path): file for file in files}
    gone = [record for key, record in old.items() if key not in new]
    fresh = [file for key, file in new.items() if key not in old]
    moves = _moves(gone, fresh)
    moved_from, moved_to = {record.id for record, _ in moves}, {(file.source, file.path) for _, file in moves}
    changed = [file for key, file in new.items() if key in old and old[key].sha256 != file.sha256]
    added = [file for file in fresh if (file.source, file.path) not in moved_to]
    removed = [record for record in gone if record.id not in moved_from]
    failed = {(failure.source, failure.path, failure.sha256) for failure in failures}
    plan = Plan(
        added=tuple(file.path for file in added if (file.source, file.path, file.sha256) not in failed),
        changed=tuple(file.path for file in changed),
        renamed=tuple((record.path, file.path) for record, file in moves),
        deleted=tuple(record.path for record in removed),
        unchanged=tuple(file.path for key, file in new.items() if key in old and old[key].sha256 == file.sha256),
        failures=tuple(failure for failure in failures if _still_fails(failure, new)),
    )
    return Changes((*added, *changed), tuple(moves), tuple(removed), plan)


def _still_fails(failure: Failure, files: Mapping[tuple[str, str], SourceFile]) -> bool:
    """Whether a file that could not be read is unchanged since, or cannot even be opened."""
    file = files.get((failure.source, failure.path))
    return file is None or file.sha256 == failure.sha256


def _moves(gone: list[DocumentRecord], fresh: list[SourceFile]) -> list[tuple[DocumentRecord, SourceFile]]:
    """Documents whose bytes are now at another path; each file is taken once, and its ending, the parser, stays."""
    left: dict[tuple[str, str], list[SourceFile]] = {}
    for file in reversed(fresh):
        left.setdefault((file.sha256, suffix(file.path)), []).append(file)
    return [(record, files.pop()) for record in gone if (files := left.get((record.sha256, suffix(record.path))))]
