"""Replacing the index in a folder at once by one that was built beside it."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from index.errors import IndexMismatchError
from index.fingerprint import FACTS, FORMAT, check
from index.reports import OnProgress, Progress
from index.stores.base import Replacement
from index.stores.folder.catalog import Catalog
from index.stores.folder.reader import FolderReader
from index.stores.folder.schema import CATALOG, CATALOG_ENDINGS, connect_to_read, connect_to_write
from index.stores.folder.transaction import in_transaction
from index.stores.folder.vectors import remove_other_files, write_file
from index.stores.folder.writer import FolderWriter, locked

BESIDE = "rebuild"  # the folder, inside the index's folder, in which the new one is built


class ReplacementWriter(FolderWriter):
    """An index in a folder inside the one that it replaces."""

    def __init__(self, connection: sqlite3.Connection, location: Path, *, keeps_old: bool) -> None:
        super().__init__(connection, location)
        self._keeps_old = keeps_old

    def finish(self, progress: OnProgress) -> int:
        """Put this index in the old one's place, and return its revision."""
        progress(Progress("swap", 0, 1))
        self.connection.close()
        replaced = self.location.parent
        if not self._keeps_old:
            _put_aside(replaced)
        with closing(connect_to_write(replaced)) as connection:
            catalog = Catalog(connection)
            adopt(catalog, replaced, self.location)
            progress(Progress("swap", 1, 1))
            revision = catalog.revision()
        shutil.rmtree(self.location)
        return revision


@contextmanager
def open_replacement(location: Path, facts: Mapping[str, str], wait_seconds: float = 0.0) -> Iterator[Replacement]:
    """The right to replace the index in a folder. Raises IndexLockedError."""
    with locked(location, wait_seconds), ExitStack() as opened:
        old = _readable(location)
        if old:
            opened.enter_context(closing(old))
        new = opened.enter_context(closing(_beside(location / BESIDE, facts)))
        yield Replacement(
            FolderReader(old, location) if old else None,
            ReplacementWriter(new, location / BESIDE, keeps_old=old is not None),
        )


def _beside(location: Path, facts: Mapping[str, str]) -> sqlite3.Connection:
    """The catalog that an interrupted rebuild left, if it was made with the same settings; else a new one."""
    try:
        connection = connect_to_write(location)
        try:
            check(Catalog(connection).meta(), facts)
            return connection
        except BaseException:
            connection.close()
            raise
    except sqlite3.OperationalError:
        raise
    except (sqlite3.DatabaseError, IndexMismatchError):
        shutil.rmtree(location)
        return connect_to_write(location)


def adopt(catalog: Catalog, location: Path, other: Path) -> None:
    """Replace all that the catalog at a location holds by what the index at ``other`` holds, in one transaction.

    The FAISS file is written inside it, so that no reader finds the new catalog without one. Documents of the same
    source and path keep their ids; ids are never reused for others.
    """
    connection = catalog.connection
    connection.execute("ATTACH ? AS other", (str(other / CATALOG),))
    try:
        with in_transaction(catalog) as commit:
            connection.execute("PRAGMA defer_foreign_keys = 1")
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


def _readable(location: Path) -> sqlite3.Connection | None:
    """The catalog to replace; None when there is none that can be read."""
    try:
        connection = connect_to_read(location)
    except sqlite3.DatabaseError:
        return None
    try:
        usable = Catalog(connection).meta().get("format") == str(FORMAT)
    except sqlite3.DatabaseError:
        usable = False
    if usable:
        return connection
    connection.close()
    return None


def _put_aside(location: Path) -> None:
    """Keep a catalog that cannot be read under another name: someone may still recover it."""
    for ending in CATALOG_ENDINGS:
        path = location / f"{CATALOG}{ending}"
        if path.exists():
            path.replace(location / f"catalog.damaged{ending}")
