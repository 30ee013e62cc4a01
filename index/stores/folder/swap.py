"""Replacing the index in a folder by one that was built in a subfolder, in one transaction."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from index.errors import IndexMismatchError
from index.fingerprint import FACTS, READABLE, check
from index.reports import OnProgress, Progress
from index.stores.base import Replacement
from index.stores.folder.catalog import Catalog
from index.stores.folder.reader import FolderReader
from index.stores.folder.schema import (
    CATALOG,
    CATALOG_ENDINGS,
    add_tables,
    connect_to_read,
    connect_to_write,
    has_tables,
)
from index.stores.folder.transaction import in_transaction
from index.stores.folder.vectors import remove_other_files, write_file
from index.stores.folder.writer import FolderWriter, locked

BESIDE = "rebuild"  # the subfolder in which the new index is built


class ReplacementWriter(FolderWriter):
    """The writer of an index in a subfolder of the index that it replaces."""

    def __init__(self, connection: sqlite3.Connection, location: Path, *, old_is_readable: bool) -> None:
        super().__init__(connection, location)
        self._old_is_readable = old_is_readable

    def finish(self, progress: OnProgress) -> int:
        """Replace the old index by this one, and return its revision."""
        progress(Progress("swap", 0, 1))
        self.connection.close()
        target = self.location.parent
        if not self._old_is_readable:
            _put_aside(target)
        with closing(connect_to_write(target)) as connection:
            catalog = Catalog(connection)
            _copy_from(self.location, catalog, target)
            progress(Progress("swap", 1, 1))
            revision = catalog.revision()
        shutil.rmtree(self.location)
        return revision


@contextmanager
def open_replacement(location: Path, facts: Mapping[str, str], wait_seconds: float = 0.0) -> Iterator[Replacement]:
    """The right to replace the index in a folder. Raises IndexLockedError."""
    with locked(location, wait_seconds), ExitStack() as opened:
        old = opened.enter_context(closing(connect_to_read(location))) if _is_readable(location) else None
        new = opened.enter_context(closing(_open_beside(location / BESIDE, facts)))
        writer = ReplacementWriter(new, location / BESIDE, old_is_readable=old is not None)
        yield Replacement(FolderReader(old, location) if old else None, writer)


def _open_beside(location: Path, facts: Mapping[str, str]) -> sqlite3.Connection:
    """The catalog that an interrupted rebuild with the same facts left, or a new one."""
    try:
        with closing(connect_to_write(location)) as connection:
            check(Catalog(connection).meta(), facts)
    except sqlite3.OperationalError:
        raise
    except (sqlite3.DatabaseError, IndexMismatchError):
        shutil.rmtree(location)
    return connect_to_write(location)


def _copy_from(source: Path, catalog: Catalog, location: Path) -> None:
    """Replace the content of the catalog at a location by that of the index at ``source``, in one transaction.

    The FAISS file is written before the commit, so that no reader finds the new catalog without it. Documents with
    the same source and path keep their ids; ids are never reused for others.
    """
    connection = catalog.connection
    connection.execute("ATTACH ? AS other", (str(source / CATALOG),))
    try:
        with in_transaction(catalog) as commit:
            connection.execute("PRAGMA defer_foreign_keys = 1")
            if not has_tables(connection):
                add_tables(connection)
            _replace_rows(connection)
            facts = dict(connection.execute("SELECT key, value FROM other.meta"))
            commit.set_meta({key: facts[key] for key in (*FACTS, "dimensions") if key in facts})
            connection.execute("DELETE FROM meta WHERE key LIKE 'vector~_%' ESCAPE '~'")
            described = write_file(location, catalog, catalog.revision() + 1) if catalog.count("vectors") else None
            commit.set_meta(described.as_meta() if described else {})
    finally:
        connection.execute("DETACH other")
    remove_other_files(location, described.name if described else "")


def _replace_rows(connection: sqlite3.Connection) -> None:
    """Replace the rows of every table by those of the attached database, under ids that were never used before."""
    last = dict(connection.execute("SELECT name, seq FROM main.sqlite_sequence"))
    connection.execute("DROP TABLE IF EXISTS temp.ids")
    connection.execute(
        "CREATE TEMP TABLE ids AS SELECT new.id AS new_id, coalesce(old.id, new.id + ?) AS kept "
        "FROM other.documents AS new LEFT JOIN main.documents AS old USING (source, path)",
        (last.get("documents", 0),),
    )
    parts = ("passages", "chunks", "tables", "cells")
    for table in (*parts, "documents", "vectors", "dropped", "failures", "sources", "excluded"):
        connection.execute(f"DELETE FROM main.{table}")
    listed = _columns(connection, "documents", "id")
    last_vector, last_chunk = last.get("vectors", 0), last.get("chunks", 0)
    connection.execute("INSERT INTO main.vectors SELECT id + ?, key, vector FROM other.vectors", (last_vector,))
    connection.execute(
        f"INSERT INTO main.documents (id, {listed}) SELECT kept, {listed} FROM other.documents JOIN ids ON new_id = id"
    )
    listed = _columns(connection, "chunks", "id", "document_id", "vector_id")
    connection.execute(
        f"INSERT INTO main.chunks (id, document_id, vector_id, {listed}) "
        f"SELECT id + ?, kept, vector_id + ?, {listed} FROM other.chunks JOIN ids ON new_id = document_id",
        (last_chunk, last_vector),
    )
    for table in ("tables", "cells"):
        listed = _columns(connection, table, "id", "document_id")
        connection.execute(
            f"INSERT INTO main.{table} (document_id, {listed}) "
            f"SELECT kept, {listed} FROM other.{table} JOIN ids ON new_id = document_id"
        )
    connection.execute(
        "INSERT INTO main.passages (rowid, text, title) SELECT rowid + ?, text, title FROM other.passages",
        (last_chunk,),
    )
    for table in ("failures", "sources", "excluded"):
        connection.execute(f"INSERT INTO main.{table} SELECT * FROM other.{table}")


def _columns(connection: sqlite3.Connection, table: str, *without: str) -> str:
    """The columns of a table for SQL."""
    names = [name for _, name, *_ in connection.execute(f"PRAGMA main.table_info({table})")]
    return ", ".join(f'"{name}"' for name in names if name not in without)


def _is_readable(location: Path) -> bool:
    """Whether there is a catalog that this version can read."""
    try:
        with closing(connect_to_read(location)) as connection:
            return Catalog(connection).meta().get("format") in READABLE
    except sqlite3.DatabaseError:
        return False


def _put_aside(location: Path) -> None:
    """Rename a catalog that cannot be read, so that someone may still recover it."""
    for ending in CATALOG_ENDINGS:
        path = location / f"{CATALOG}{ending}"
        if path.exists():
            path.replace(location / f"catalog.damaged{ending}")
