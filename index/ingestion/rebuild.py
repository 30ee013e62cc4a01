"""Rebuilding an index whole, beside the old one, which is answered from until the new one takes its place at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from index.embedder import Embedder
from index.errors import IndexDamagedError, IndexMismatchError
from index.ingestion.build import BuildReport, build, build_documents
from index.ingestion.ingest import Engine
from index.settings import IndexSettings
from index.stores.base import OnProgress, Place, Reader
from index.stores.locate import store_at


def rebuild(
    sources: Sequence[Path],
    location: Place,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
    engine: Engine | None = None,
) -> BuildReport:
    """Parse, chunk and embed everything again, with the settings of now, from ``sources`` and the remembered ones.

    An interrupted rebuild goes on where it stopped; until its end the old index stays as it is. Documents that were
    given directly are taken from the old index. A catalog that cannot be read is put aside as ``catalog.damaged``.
    Raises as ``build``.
    """
    began = time.monotonic()
    settings = settings or IndexSettings()
    embedder = embedder or Embedder(settings)
    progress = progress or (lambda _: None)
    with store_at(location).renewal(wait_seconds) as renewal:
        try:
            report = _make(renewal.beside, renewal.old, sources, settings, progress, embedder, engine)
        except (IndexMismatchError, IndexDamagedError):  # left by a rebuild with other settings, or torn
            renewal.discard()
            report = _make(renewal.beside, renewal.old, sources, settings, progress, embedder, engine)
        revision = renewal.adopt(progress)
    return replace(report, revision=revision, seconds=time.monotonic() - began)


def _make(
    beside: Place,
    old: Reader | None,
    sources: Sequence[Path],
    settings: IndexSettings,
    progress: OnProgress,
    embedder: Embedder,
    engine: Engine | None,
) -> BuildReport:
    """The new index, complete, at ``beside``."""
    remembered = [Path(path) for path in old.sources()] if old else []
    if old:
        with store_at(beside).writing() as held, held.transaction() as commit:
            commit.set_excluded(old.excluded())
        given = (one for r in old.records() if not r.source for one in old.documents([r.id]).values())
        report = build_documents(given, beside, settings=settings, embedder=embedder)
        if not remembered and not sources:
            return report
    wanted = list(dict.fromkeys([*remembered, *(source.resolve() for source in sources)]))
    return build(wanted, beside, settings=settings, progress=progress, embedder=embedder, engine=engine)
