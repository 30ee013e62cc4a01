"""Planning a build: the files on disk are compared with the index."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import NoDocumentsError
from index.fingerprint import is_outdated
from index.ingestion.sources import Scan, Scope, SourceFile, resolve_scopes, scan
from index.loaders.dispatch import suffix
from index.reports import OnProgress, Plan, Progress, no_progress
from index.settings import IndexSettings
from index.stores.base import Inputs, Place, Reader
from index.stores.locate import open_store
from index.types import DocumentRecord, Failure

Key = tuple[str, str]  # source, path


@dataclass(frozen=True, slots=True)
class Changes:
    """A plan, and what is needed to apply it."""

    plan: Plan
    scopes: tuple[Scope, ...]
    to_parse: tuple[SourceFile, ...]
    to_move: tuple[tuple[DocumentRecord, SourceFile], ...]
    to_remove: tuple[DocumentRecord, ...]
    sources: tuple[str, ...]  # to remember
    excluded: frozenset[Key]
    new_failures: tuple[Failure, ...]  # files that cannot be opened
    stale_failures: tuple[Failure, ...]  # of files that are gone


def plan(
    sources: Sequence[Path],
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
) -> Plan:
    """What ``build`` would do now; writes nothing and takes no lock.

    Raises SourceNotFoundError, NoDocumentsError.
    """
    with open_store(location, settings).reader() as reader:
        return find_changes(sources, reader, progress or no_progress).plan


def find_changes(given: Sequence[Path], reader: Reader, progress: OnProgress) -> Changes:
    """Scan the given paths, by default the remembered sources, and compare their files with the index.

    Raises SourceNotFoundError, and NoDocumentsError when there are no files and no indexed documents.
    """
    summary = reader.summary()
    inputs = summary.inputs
    scopes = resolve_scopes(given, inputs.sources)
    scanned = _scan(scopes, inputs, progress)
    if not scanned.files and not scanned.failures and not summary.documents:
        where = ", ".join(str(scope.place) for scope in scopes) or "no folder"
        raise NoDocumentsError(f"nothing to index in {where}: there is no file of a supported type")
    known = [record for record in reader.records() if _is_concerned(scopes, record)]
    present = {(file.source, file.path) for file in scanned.files}
    failing = [failure for failure in inputs.failures if _is_concerned(scopes, failure)]
    remembered = [failure for failure in failing if (failure.source, failure.path) in present]
    outdated = is_outdated(summary.meta)
    return _compare(scopes, inputs, scanned, known, (*scanned.failures, *remembered), outdated=outdated)


def _scan(scopes: Sequence[Scope], inputs: Inputs, progress: OnProgress) -> Scan:
    """The files in the scopes without excluded ones; a file that is itself a scope is no longer excluded."""
    excluded = inputs.excluded - {(str(scope.root), scope.below) for scope in scopes if scope.below}
    files: list[SourceFile] = []
    failures: list[Failure] = []
    for done, scope in enumerate(scopes):
        progress(Progress("scan", done, len(scopes), str(scope.place)))
        part = scan(scope)
        files += (file for file in part.files if (file.source, file.path) not in excluded)
        failures += part.failures
    return Scan(tuple(files), tuple(failures))


def _is_concerned(scopes: Sequence[Scope], item: DocumentRecord | Failure) -> bool:
    """Whether a scope covers the item, or is a folder that contains the item's file and replaces its source."""
    if any(scope.covers(item.source, item.path) for scope in scopes):
        return True
    address = Path(item.source, item.path)
    return bool(item.source) and any(address.is_relative_to(scope.root) for scope in scopes if not scope.below)


def _compare(
    scopes: Sequence[Scope],
    inputs: Inputs,
    scanned: Scan,
    known: Iterable[DocumentRecord],
    failures: Sequence[Failure],
    *,
    outdated: bool,
) -> Changes:
    """The changes from the known documents to those of the scanned files; all have changed in an outdated index."""
    old = {(record.source, record.path): record for record in known}
    new = {(file.source, file.path): file for file in scanned.files}
    moves = _moves(
        [record for key, record in old.items() if key not in new], [file for key, file in new.items() if key not in old]
    )
    moved_from, moved_to = {record.id for record, _ in moves}, {(file.source, file.path) for _, file in moves}
    added = [file for key, file in new.items() if key not in old and key not in moved_to]
    kept = [file for key, file in new.items() if key in old]
    changed = [file for file in kept if outdated or old[file.source, file.path].sha256 != file.sha256]
    unchanged = [file for file in kept if not outdated and old[file.source, file.path].sha256 == file.sha256]
    removed = [record for key, record in old.items() if key not in new and record.id not in moved_from]
    failed = {(failure.source, failure.path, failure.sha256) for failure in failures}
    return Changes(
        Plan(
            added=tuple(file.path for file in added if (file.source, file.path, file.sha256) not in failed),
            changed=tuple(file.path for file in changed),
            renamed=tuple((record.path, file.path) for record, file in moves),
            deleted=tuple(record.path for record in removed),
            unchanged=tuple(file.path for file in unchanged),
            failures=tuple(failure for failure in failures if _still_fails(failure, new)),
        ),
        scopes=tuple(scopes),
        to_parse=(*added, *changed),
        to_move=tuple(moves),
        to_remove=tuple(removed),
        sources=_merged(inputs.sources, scopes),
        excluded=inputs.excluded - new.keys(),
        new_failures=tuple(failure for failure in scanned.failures if failure not in inputs.failures),
        stale_failures=tuple(f for f in inputs.failures if _is_stale(f, scopes, new.keys(), scanned.failures)),
    )


def _still_fails(failure: Failure, files: Mapping[Key, SourceFile]) -> bool:
    """Whether a file that could not be read is unchanged, or cannot even be opened."""
    file = files.get((failure.source, failure.path))
    return file is None or file.sha256 == failure.sha256


def _is_stale(failure: Failure, scopes: Sequence[Scope], present: Collection[Key], failing: Sequence[Failure]) -> bool:
    """Whether a scope covers a failure whose file no longer exists."""
    covered = any(scope.covers(failure.source, failure.path) for scope in scopes)
    return covered and (failure.source, failure.path) not in present and failure not in failing


def _moves(gone: list[DocumentRecord], fresh: list[SourceFile]) -> list[tuple[DocumentRecord, SourceFile]]:
    """Documents whose bytes are now at another path with the same suffix, hence parser; each file is used once."""
    unmatched: dict[tuple[str, str], list[SourceFile]] = {}
    for file in reversed(fresh):
        unmatched.setdefault((file.sha256, suffix(file.path)), []).append(file)
    return [(record, files.pop()) for record in gone if (files := unmatched.get((record.sha256, suffix(record.path))))]


def _merged(remembered: Iterable[str], scopes: Sequence[Scope]) -> tuple[str, ...]:
    """The sources to remember: known ones outside the new folders, and new ones outside the known folders."""
    known = {Path(path) for path in remembered}
    new = {scope.place for scope in scopes if not any(scope.place.is_relative_to(path) for path in known)}
    return tuple(sorted(str(path) for path in {k for k in known if not any(k.is_relative_to(n) for n in new)} | new))
