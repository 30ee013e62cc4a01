"""Files on disk and the index brought together: what is looked at, what differs, what needs no parsing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from index.errors import NoDocumentsError
from index.ingestion.plan import Changes, compare
from index.ingestion.sources import Scan, Scope, SourceFile, scan
from index.loaders.titles import TITLE_SAMPLE, title_from
from index.stores.base import OnProgress, Reader, Writer
from index.types import DocumentRecord, Failure, Progress


def look(places: Sequence[Scope], held: Reader, progress: OnProgress) -> Scan:
    """All files in the scopes, without those that were taken out; an explicitly named one counts as put back."""
    named = {(str(place.root), place.below) for place in places if place.below}
    excluded = held.excluded() - named
    files: list[SourceFile] = []
    failures: list[Failure] = []
    for done, place in enumerate(places):
        progress(Progress("scan", done, len(places), str(place.place)))
        found = scan(place)
        files += (file for file in found.files if (file.source, file.path) not in excluded)
        failures += found.failures
    if not files and not failures and not held.count("documents"):
        where = ", ".join(str(place.place) for place in places) or "no folder at all"
        raise NoDocumentsError(f"nothing to index in {where}: there is no file of a kind that is read")
    return Scan(tuple(files), tuple(failures))


def changes_in(held: Reader, places: Sequence[Scope], looked: Scan) -> Changes:
    """What makes the index match the files in the scopes; documents of sources inside a new one move into it."""
    roots = [place for place in places if not place.below]

    def concerned(item: DocumentRecord | Failure) -> bool:
        own = any(place.covers(item.source, item.path) for place in places)
        return own or (bool(item.source) and any(root.contains(Path(item.source, item.path)) for root in roots))

    known = [record for record in held.records() if concerned(record)]
    failing = {(failure.source, failure.path): failure for failure in held.failures() if concerned(failure)}
    present = {(file.source, file.path) for file in looked.files}
    remembered = [failure for key, failure in failing.items() if key in present]
    return compare(looked.files, known, (*looked.failures, *remembered))


def settle(held: Writer, places: Sequence[Scope], looked: Scan, changes: Changes) -> None:
    """Commit everything that needs no parsing: sources, removals, renames, files that cannot be opened."""
    sources = _merged(held.sources(), places)
    excluded = held.excluded() - {(file.source, file.path) for file in looked.files}
    present = {(file.source, file.path) for file in looked.files}
    known = held.failures()
    stale = [
        failure
        for failure in known
        if any(place.covers(failure.source, failure.path) for place in places)
        and (failure.source, failure.path) not in present
        and failure not in looked.failures
    ]
    fresh = [failure for failure in looked.failures if failure not in known]
    settled = sources == held.sources() and excluded == held.excluded()
    if settled and not (stale or fresh or changes.to_move or changes.to_remove):
        return
    with held.transaction() as commit:
        commit.set_sources(sources)
        commit.set_excluded(excluded)
        commit.forget_failures(stale)
        for record in changes.to_remove:
            commit.remove_document(record.id)
        for record, file in changes.to_move:
            commit.move_document(record.id, file.source, file.path, _moved_title(held, record, file.path))
        for failure in fresh:
            commit.put_failure(failure)


def _merged(remembered: Iterable[str], places: Sequence[Scope]) -> list[str]:
    """The sources to remember: those known that lie in no new folder, and the new ones that lie in no known folder."""
    known = {Path(path) for path in remembered}
    new = {place.place for place in places if not any(place.place.is_relative_to(path) for path in known)}
    return sorted(str(path) for path in {k for k in known if not any(k.is_relative_to(n) for n in new)} | new)


def _moved_title(held: Reader, record: DocumentRecord, path: str) -> str:
    """The title under the new path: another one only if it was made from the old path."""
    body = held.texts([record.id])[record.id][record.body_start :][:TITLE_SAMPLE]
    return title_from(path, body) if record.title == title_from(record.path, body) else record.title
