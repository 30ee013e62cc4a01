"""An index moved from one store to another without embedding anything again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

from index.errors import IndexMismatchError, IndexNotFoundError
from index.fingerprint import FACTS
from index.ingestion.build import BuildReport
from index.ingestion.plan import Plan
from index.stores.base import OnProgress, Place, Reader, Transaction, Writer
from index.stores.locate import store_at
from index.types import DocumentRecord, Progress

_TOGETHER = 1_000  # passages in one commit


def copy(source: Place, target: Place, *, progress: OnProgress | None = None, wait_seconds: float = 0.0) -> BuildReport:
    """Bring everything at ``source`` into the index at ``target``; documents that are there with the same bytes stay.

    What else the target holds stays too. An interrupted copy goes on where it stopped. Raises IndexNotFoundError,
    IndexLockedError, and IndexMismatchError when the target was made with other settings.
    """
    began = time.monotonic()
    report = progress or (lambda _: None)
    if not store_at(source).exists():
        raise IndexNotFoundError(f"there is no index at {store_at(source).name} to copy")
    with store_at(source).reading() as held, store_at(target).writing(wait_seconds) as taking:
        meta = {key: value for key, value in held.meta().items() if key in (*FACTS, "dimensions")}
        _check(taking.meta(), meta, store_at(target).name)
        known = {(record.source, record.path): record.sha256 for record in taking.records()}
        wanted = [r for r in held.records() if known.get((r.source, r.path)) != r.sha256]
        done = 0
        for some in _batches(wanted):
            with taking.transaction() as change:
                change.set_meta(meta)
                _put(change, held, [record.id for record in some])
            done += len(some)
            report(Progress("copy", done, len(wanted), some[-1].path))
        _rest(held, taking)
        taking.compact(report)
        plan = Plan(
            added=tuple(record.path for record in wanted if (record.source, record.path) not in known),
            changed=tuple(record.path for record in wanted if (record.source, record.path) in known),
        )
        counts = taking.count("documents"), taking.count("chunks")
        return BuildReport(plan, taking.revision(), *counts, embedded=0, seconds=time.monotonic() - began)


def _check(there: dict[str, str], here: dict[str, str], name: str) -> None:
    for key, value in here.items():
        if there.get(key, value) != value:
            raise IndexMismatchError(
                f"the index at {name} has {key} {there[key]}, what is to be copied has {value}: copy to an empty place"
            )


def _batches(records: Sequence[DocumentRecord]) -> Iterator[list[DocumentRecord]]:
    some: list[DocumentRecord] = []
    chunks = 0
    for record in records:
        some.append(record)
        chunks += record.chunk_count
        if chunks >= _TOGETHER or len(some) >= _TOGETHER:
            yield some
            some, chunks = [], 0
    if some:
        yield some


def _put(change: Transaction, held: Reader, ids: list[int]) -> None:
    passages = held.passages_of(ids)
    change.add_vectors({one.key: one.vector for own in passages.values() for one in own})
    for document_id, document in held.documents(ids).items():
        change.put_document(document, [(one.chunk, one.words, one.key) for one in passages[document_id]])


def _rest(held: Reader, taking: Writer) -> None:
    """Sources, what was taken out, and what could not be read."""
    sources, excluded, failures = set(held.sources()), held.excluded(), held.failures()
    fresh = [failure for failure in failures if failure not in taking.failures()]
    if sources <= set(taking.sources()) and excluded <= taking.excluded() and not fresh:
        return
    with taking.transaction() as change:
        change.set_sources(sources | set(taking.sources()))
        change.set_excluded(excluded | taking.excluded())
        for failure in fresh:
            change.put_failure(failure)
