"""Rebuilding an index whole, beside the old one, which is answered from until the new one takes its place at once."""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from index.build import BuildReport, build, build_documents
from index.catalog import Catalog
from index.embedder import Embedder
from index.errors import IndexDamagedError, IndexMismatchError
from index.fingerprint import FACTS
from index.ingest import OnProgress, renew_file
from index.schema import CATALOG, FORMAT, connect_to_read, connect_to_write
from index.settings import IndexSettings
from index.types import Progress
from index.write import locked, transaction, writer

BESIDE = "rebuild"  # the folder in the index's folder in which the new one is made


def rebuild(
    sources: Sequence[Path],
    location: Path,
    *,
    settings: IndexSettings | None = None,
    progress: OnProgress | None = None,
    wait_seconds: float = 0.0,
    embedder: Embedder | None = None,
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
    beside = location / BESIDE
    with locked(location, wait_seconds):
        with _old(location) as old:
            try:
                report = _make(beside, old, sources, settings, progress, embedder)
            except (IndexMismatchError, IndexDamagedError):  # left by a rebuild with other settings, or torn
                shutil.rmtree(beside)
                report = _make(beside, old, sources, settings, progress, embedder)
        progress(Progress("swap", 0, 1))
        if old is None:
            _put_aside(location)
        with closing(connect_to_write(location)) as connection:
            catalog = Catalog(connection)
            adopt(catalog, beside)
            progress(Progress("swap", 1, 1))
            renew_file(location, catalog)
            revision = catalog.revision()
        shutil.rmtree(beside)
    return replace(report, revision=revision, seconds=time.monotonic() - began)


def adopt(catalog: Catalog, other: Path) -> None:
    """Replace all that the catalog holds by what the index at ``other`` holds, in one transaction.

    Documents of the same source and path keep their ids; no other id is ever used again.
    """
    connection = catalog.connection
    connection.execute("ATTACH ? AS other", (str(other / CATALOG),))
    try:
        with transaction(catalog) as commit:
            connection.execute("PRAGMA defer_foreign_keys = 1")
            _replace_rows(connection)
            facts = dict(connection.execute("SELECT key, value FROM other.meta"))
            commit.set_meta({key: facts[key] for key in (*FACTS, "dimensions") if key in facts})
            connection.execute("DELETE FROM meta WHERE key LIKE 'vector~_%' ESCAPE '~'")
    finally:
        connection.execute("DETACH other")


def _replace_rows(connection: sqlite3.Connection) -> None:
    last = dict(connection.execute("SELECT name, seq FROM main.sqlite_sequence"))
    connection.execute("DROP TABLE IF EXISTS temp.ids")
    connection.execute(
        "CREATE TEMP TABLE ids AS SELECT new.id AS beside, coalesce(old.id, new.id + ?) AS here "
        "FROM other.documents AS new LEFT JOIN main.documents AS old USING (source, path)",
        (last.get("documents", 0),),
    )
    for table in ("passages", "chunks", "documents", "vectors", "dropped", "failures", "sources", "excluded"):
        connection.execute(f"DELETE FROM main.{table}")
    columns = [name for _, name, *_ in connection.execute("PRAGMA main.table_info(documents)") if name != "id"]
    listed = ", ".join(columns)
    after_vector, after_chunk = last.get("vectors", 0), last.get("chunks", 0)
    connection.execute("INSERT INTO main.vectors SELECT id + ?, key, vector FROM other.vectors", (after_vector,))
    connection.execute(
        f"INSERT INTO main.documents (id, {listed}) SELECT here, {listed} FROM other.documents JOIN ids ON beside = id"
    )
    connection.execute(
        'INSERT INTO main.chunks SELECT id + ?, here, ordinal, start, "end", page, heading, vector_id + ? '
        "FROM other.chunks JOIN ids ON beside = document_id",
        (after_chunk, after_vector),
    )
    connection.execute(
        "INSERT INTO main.passages (rowid, text, title) SELECT rowid + ?, text, title FROM other.passages",
        (after_chunk,),
    )
    for table in ("failures", "sources", "excluded"):
        connection.execute(f"INSERT INTO main.{table} SELECT * FROM other.{table}")


@contextmanager
def _old(location: Path) -> Iterator[Catalog | None]:
    """The catalog to be replaced; None when there is none that can be read."""
    try:
        with closing(connect_to_read(location)) as connection:
            catalog = Catalog(connection)
            usable = catalog.meta().get("format") == str(FORMAT)
            yield catalog if usable else None
    except sqlite3.DatabaseError:
        yield None


def _make(
    beside: Path,
    old: Catalog | None,
    sources: Sequence[Path],
    settings: IndexSettings,
    progress: OnProgress,
    embedder: Embedder,
) -> BuildReport:
    """The new index, complete, at ``beside``."""
    remembered = [Path(path) for path in old.sources()] if old else []
    if old:
        with writer(beside) as catalog, transaction(catalog) as commit:
            commit.set_excluded(old.excluded())
        given = (old.document(record.id) for record in old.records() if not record.source)
        kept = (document for document in given if document is not None)
        report = build_documents(kept, beside, settings=settings, embedder=embedder)
        if not remembered and not sources:
            return report
    wanted = list(dict.fromkeys([*remembered, *(source.resolve() for source in sources)]))
    return build(wanted, beside, settings=settings, progress=progress, embedder=embedder)


def _put_aside(location: Path) -> None:
    """Keep a catalog that cannot be read under another name, so that nothing is lost that someone may yet mend."""
    for ending in ("", "-wal", "-shm"):
        path = location / f"{CATALOG}{ending}"
        if path.exists():
            path.replace(location / f"catalog.damaged{ending}")
