"""Planning a build: the files on disk are compared with the index."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import DeletionsError, NoDocumentsError
from index.fingerprint import is_outdated, reading_of
from index.ingestion.leaving_out import Patterns
from index.ingestion.sources import Scan, Scope, SourceFile, resolve_scopes, scan
from index.loaders.description.dating import date_in_name
from index.loaders.dispatch import suffix
from index.loaders.files import as_text, on_disk
from index.reports import EmbedderChange, MassDeletion, OnProgress, PartlyRead, PassedOver, Plan, Progress, no_progress
from index.settings import IndexSettings
from index.stores.base import Inputs, Place, Reader, Summary
from index.stores.locate import open_store
from index.types import DocumentRecord, Failure

Key = tuple[str, str]  # source, path
FEW = 10  # documents that a build may always delete, unless nothing is left of their source


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
    stale_failures: tuple[Failure, ...]  # of files that are gone, or can be read again
    out_of_reach: tuple[DocumentRecord, ...] = ()  # whose files cannot be read now; they are kept
    patterns: str = ""  # what the index is to remember of the patterns that leave files out
    records: tuple[DocumentRecord, ...] = ()  # all documents of the index before these changes
    reading: str = ""  # how failing files were read this time, to be remembered; empty when not all were

    @property
    def moves(self) -> dict[str, str]:
        """The new address of each document that is moved, by its old one."""
        return {record.address: str(Path(file.source, file.path)) for record, file in self.to_move}

    def check_deletions(self) -> None:
        """Raise DeletionsError if the plan deletes most documents of a source."""
        if self.plan.mass_deletions:
            gone = " and ".join(map(str, self.plan.mass_deletions))
            raise DeletionsError(
                f"the files of {gone} are gone: if they are only out of reach, make them available again; "
                "if they were deleted, repeat with `--allow-deletions` (over HTTP: `allow_deletions`)"
            )


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
    settings = settings or IndexSettings()
    with open_store(location, settings).reader() as reader:
        return find_changes(sources, reader, settings, progress or no_progress).plan


def find_changes(given: Sequence[Path], reader: Reader, settings: IndexSettings, progress: OnProgress) -> Changes:
    """Scan the given paths, by default the remembered sources, and compare their files with the index.

    Raises SourceNotFoundError, and NoDocumentsError when there are no files and no indexed documents.
    """
    summary, records = reader.summary(), reader.records()
    inputs = summary.inputs
    scopes = resolve_scopes(given, inputs.sources, {record.source for record in records})
    patterns = Patterns.of(settings, summary.meta)
    scanned = _scan(scopes, inputs, settings.file_megabytes * 1_000_000, patterns, progress)
    if not scanned.files and not scanned.failures and not records:
        where = ", ".join(as_text(scope.place) for scope in scopes) or "no folder"
        others = f" (not read: {scanned.passed_over})" if scanned.passed_over else ""
        raise NoDocumentsError(f"nothing to index in {where}: there is no file of a supported type{others}")
    known = [record for record in records if _is_concerned(scopes, record)]
    present = {(file.source, file.path) for file in scanned.files}
    failing = [failure for failure in inputs.failures if _is_concerned(scopes, failure)]
    remembered = [failure for failure in failing if (failure.source, failure.path) in present]
    reading = reading_of(settings)
    outdated = is_outdated(summary.meta)
    changes = _compare(scopes, inputs, scanned, known, (*scanned.failures, *remembered), outdated=outdated)
    again = {file for file in changes.to_parse if _was_named(scopes, file)}
    if summary.meta.get("reading", reading) != reading:
        again.update(changes.to_parse)
    failed = {(failure.source, failure.path, failure.sha256) for failure in remembered}
    to_parse = [f for f in changes.to_parse if f in again or (f.source, f.path, f.sha256) not in failed]
    planned = replace(changes.plan, embedder=_embedder_change(summary, settings.embedder))
    reading = "" if given and inputs.sources else reading
    noted = replace(changes, records=tuple(records), patterns=patterns.as_meta(), reading=reading)
    return replace(noted, plan=planned, to_parse=tuple(to_parse))


def _embedder_change(summary: Summary, configured: str) -> EmbedderChange | None:
    """What another embedding model than that of the index costs; None for the same, or without passages."""
    built = summary.meta.get("embedder", configured)
    return EmbedderChange(built, configured, summary.chunks) if built != configured and summary.chunks else None


def _was_named(scopes: Iterable[Scope], file: SourceFile) -> bool:
    """Whether a file is itself a scope, so that it is parsed again even if that failed before."""
    return any((scope.source, scope.below) == (file.source, file.path) for scope in scopes)


def _scan(scopes: Sequence[Scope], inputs: Inputs, limit: int, patterns: Patterns, progress: OnProgress) -> Scan:
    """The files in the scopes without excluded ones; a file that is itself a scope is no longer excluded."""
    excluded = inputs.excluded - {(scope.source, scope.below) for scope in scopes if scope.below}
    files: list[SourceFile] = []
    failures: list[Failure] = []
    unknown: set[Key] = set()
    left_out: set[Key] = set()
    passed_over = PassedOver()
    for done, scope in enumerate(scopes):
        progress(Progress("scan", done, len(scopes), as_text(scope.place)))
        part = scan(scope, limit, patterns)
        files += (file for file in part.files if (file.source, file.path) not in excluded)
        failures += part.failures
        unknown |= part.unknown
        passed_over += part.passed_over
        left_out |= part.left_out
    return Scan(tuple(files), tuple(failures), frozenset(unknown), passed_over, frozenset(left_out))


def _is_concerned(scopes: Sequence[Scope], item: DocumentRecord | Failure) -> bool:
    """Whether a scope covers the item, or is a folder that contains the item's file and replaces its source."""
    if any(scope.covers(item.source, item.path) for scope in scopes):
        return True
    folders = [scope.root for scope in scopes if not scope.below]
    return bool(item.source and folders) and any(map(on_disk(item.source, item.path).is_relative_to, folders))


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
    missing = [record for key, record in old.items() if key not in new]
    hidden = {record.id: record for record in missing if scanned.may_hold(record.source, record.path)}
    gone = [record for record in missing if record.id not in hidden]
    moves = _moves(gone, [file for key, file in new.items() if key not in old])
    moved_from, moved_to = {record.id for record, _ in moves}, {(file.source, file.path) for _, file in moves}
    removed = [record for record in gone if record.id not in moved_from]
    lost = [record for record in removed if not scanned.leaves_out(record.source, record.path)]
    added = [file for key, file in new.items() if key not in old and key not in moved_to]
    kept = {key: file for key, file in new.items() if key in old}
    changed = [file for key, file in kept.items() if outdated or old[key].sha256 != file.sha256]
    unchanged = {key: file for key, file in kept.items() if not outdated and old[key].sha256 == file.sha256}
    failed = {(failure.source, failure.path, failure.sha256) for failure in failures}
    return Changes(
        Plan(
            added=tuple(file.path for file in added if (file.source, file.path, file.sha256) not in failed),
            changed=tuple(file.path for file in changed),
            renamed=tuple((record.path, file.path) for record, file in moves),
            deleted=tuple(record.path for record in removed),
            unchanged=tuple(file.path for file in unchanged.values()),
            failures=tuple(failure for failure in failures if _still_fails(failure, new)),
            mass_deletions=tuple(mass_deletions(scopes, old, lost)),
            passed_over=scanned.passed_over,
            partly_read=PartlyRead.among(old[key] for key in unchanged),
        ),
        scopes=tuple(scopes),
        to_parse=(*added, *changed),
        to_move=tuple(moves),
        to_remove=tuple(removed),
        out_of_reach=tuple(hidden.values()),
        sources=_merged(inputs.sources, scopes),
        excluded=inputs.excluded - new.keys(),
        new_failures=tuple(failure for failure in scanned.failures if failure not in inputs.failures),
        stale_failures=tuple(
            f for f in inputs.failures if _is_stale(f, scopes, new.keys() - unchanged.keys(), scanned.failures)
        ),
    )


def mass_deletions(
    scopes: Sequence[Scope], known: Iterable[Key], removed: Iterable[DocumentRecord]
) -> Iterator[MassDeletion]:
    """The sources of which more than half and more than ten documents go, or whose folder is found empty."""
    documents, deleted = Counter(source for source, _ in known), Counter(record.source for record in removed)
    files = {scope.source for scope in scopes if scope.below}  # sources of which only a part was scanned
    for source, gone in deleted.items():
        most = gone > FEW and 2 * gone > documents[source]
        if most or (gone == documents[source] and (source not in files or _is_empty(source))):
            yield MassDeletion(source, gone, documents[source])


def _is_empty(source: str) -> bool:
    """Whether a folder holds nothing at all, like a mount point without its disk."""
    try:
        return next(on_disk(source).iterdir(), None) is None
    except OSError:
        return True


def _still_fails(failure: Failure, files: Mapping[Key, SourceFile]) -> bool:
    """Whether a file that could not be read is unchanged, or cannot even be opened."""
    file = files.get((failure.source, failure.path))
    return file is None or file.sha256 == failure.sha256


def _is_stale(failure: Failure, scopes: Sequence[Scope], present: Collection[Key], failing: Sequence[Failure]) -> bool:
    """Whether a scope covers a failure whose file is not among those ``present`` or failing."""
    covered = any(scope.covers(failure.source, failure.path) for scope in scopes)
    return covered and (failure.source, failure.path) not in present and failure not in failing


def _moves(gone: list[DocumentRecord], fresh: list[SourceFile]) -> list[tuple[DocumentRecord, SourceFile]]:
    """Documents whose bytes are now at another path with the same suffix, hence parser; each file is used once.

    A name with another date is another document, whose own date may be that one.
    """
    unmatched: dict[tuple[str, str, str | None], list[SourceFile]] = {}
    for file in reversed(fresh):
        unmatched.setdefault((file.sha256, suffix(file.path), date_in_name(file.path)), []).append(file)
    keys = ((record, (record.sha256, suffix(record.path), date_in_name(record.path))) for record in gone)
    return [(record, files.pop()) for record, key in keys if (files := unmatched.get(key))]


def _merged(remembered: Iterable[str], scopes: Sequence[Scope]) -> tuple[str, ...]:
    """The sources to remember: known ones outside the new folders, and new ones outside the known folders."""
    known = {on_disk(path) for path in remembered}
    new = {scope.place for scope in scopes if not any(scope.place.is_relative_to(path) for path in known)}
    return tuple(
        sorted(as_text(path) for path in {k for k in known if not any(k.is_relative_to(n) for n in new)} | new)
    )
