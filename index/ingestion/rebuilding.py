"""Rebuilding an index beside the old one, which answers until the new one takes its place at once."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from index import fingerprint
from index.chunking import Chunker
from index.embedder import Embedder
from index.ingestion.building import finish, take_documents, update
from index.ingestion.ingest import Engine, Ingest
from index.reports import BuildReport, OnProgress, Plan, no_progress
from index.settings import IndexSettings
from index.stores.base import Place, Reader, Writer
from index.stores.locate import open_store


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
    """Parse, chunk and embed everything again with the present settings, from ``sources`` and the remembered ones.

    An interrupted rebuild continues where it stopped; until its end the old index stays as it is. Documents that were
    given directly are taken from the old index. A catalog that cannot be read is kept as ``catalog.damaged``.
    Raises as ``build``.
    """
    began = time.monotonic()
    settings = settings or IndexSettings()
    embedder = embedder or Embedder(settings)
    progress = progress or no_progress
    facts = fingerprint.facts_of(embedder, Chunker(embedder.tokenizer, settings.chunk_tokens))
    with open_store(location, settings).replacement(facts, wait_seconds) as replacement:
        old, new = replacement.old, replacement.new
        remembered = [Path(path) for path in old.inputs().sources] if old else []
        ingest = Ingest(new, settings, embedder, no_progress)
        if old:
            _take_over(old, new, ingest)
        wanted = list(dict.fromkeys([*remembered, *(source.resolve() for source in sources)]))
        if old and not wanted:
            return finish(new, Plan(), (), ingest.embedded, progress, began)
        return update(new, wanted, settings, progress, embedder, engine, began)


def _take_over(old: Reader, new: Writer, ingest: Ingest) -> None:
    """Copy what no file tells: which files are excluded, and documents that were given directly."""
    with new.transaction() as transaction:
        transaction.set_inputs(new.inputs().sources, old.inputs().excluded)
    given = (one for record in old.records() if not record.source for one in old.documents([record.id]).values())
    take_documents(given, new, ingest)
