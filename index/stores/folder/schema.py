"""The tables of the catalog, and how to open it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.errors import DiskError, IndexDamagedError

CATALOG = "catalog.sqlite"
CATALOG_ENDINGS = ("", "-wal", "-shm")  # of the files of one SQLite database

KEYWORDS = (
    "CREATE VIRTUAL TABLE passages USING fts5 (text, title, tokenize = 'porter unicode61')",
    "CREATE VIRTUAL TABLE passage_terms USING fts5vocab (passages, row)",
)
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE sources (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    title TEXT NOT NULL,
    media_type TEXT NOT NULL,
    date TEXT,
    body_start INTEGER NOT NULL,
    characters INTEGER NOT NULL,
    page_count INTEGER NOT NULL,
    chunk_count INTEGER NOT NULL,
    encoding TEXT,
    metadata TEXT NOT NULL,
    warnings TEXT NOT NULL,
    empty_pages TEXT NOT NULL,
    pages TEXT NOT NULL,
    headings TEXT NOT NULL,
    text TEXT NOT NULL,
    date_source TEXT,
    coverage REAL,
    left_out TEXT NOT NULL DEFAULT '[]',
    checksum INTEGER,
    UNIQUE (source, path)
);
CREATE INDEX documents_by_content ON documents (sha256);
CREATE TABLE excluded (
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    PRIMARY KEY (source, path)
) WITHOUT ROWID;
CREATE TABLE failures (
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (source, path)
) WITHOUT ROWID;
CREATE TABLE vectors (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    key BLOB NOT NULL UNIQUE,
    vector BLOB NOT NULL
);
CREATE TABLE dropped (vector_id INTEGER PRIMARY KEY);
CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id),
    ordinal INTEGER NOT NULL,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    page INTEGER,
    heading TEXT,
    vector_id INTEGER NOT NULL REFERENCES vectors (id),
    context TEXT NOT NULL DEFAULT '',
    table_number INTEGER,
    first_row INTEGER,
    last_row INTEGER,
    checksum INTEGER,
    UNIQUE (document_id, ordinal)
);
CREATE INDEX chunks_by_vector ON chunks (vector_id);
"""
# The cells of a document's tables, in pieces of equal size, so that the rows of a chunk are read without the others.
CELLS = """
CREATE TABLE tables (
    document_id INTEGER NOT NULL REFERENCES documents (id),
    number INTEGER NOT NULL,
    columns TEXT NOT NULL,
    caption TEXT NOT NULL,
    page INTEGER,
    start INTEGER NOT NULL,
    "end" INTEGER NOT NULL,
    length INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    PRIMARY KEY (document_id, number)
) WITHOUT ROWID;
CREATE TABLE cells (
    id INTEGER PRIMARY KEY,
    document_id INTEGER NOT NULL REFERENCES documents (id),
    number INTEGER NOT NULL,
    piece BLOB NOT NULL,
    UNIQUE (document_id, number)
);
"""
PIECE_BYTES = 32_768
# The columns that format 1 lacks, by table, and what is read instead.
ADDED = {
    "documents": {
        "date_source": "TEXT", "coverage": "REAL", "left_out": "TEXT NOT NULL DEFAULT '[]'",
        "checksum": "INTEGER",
    },
    "chunks": {
        "context": "TEXT NOT NULL DEFAULT ''", "table_number": "INTEGER", "first_row": "INTEGER", "last_row": "INTEGER",
        "checksum": "INTEGER",
    },
}  # fmt: skip


@contextmanager
def storage(location: Path) -> Iterator[None]:
    """Translate errors of the disk into DiskError, and those of a broken catalog into IndexDamagedError."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        if "decode to UTF-8" in str(error):  # a flipped bit in a text
            raise damaged(location, str(error)) from error
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise DiskError(
            f"{location} cannot be read or written: {reason}. What was committed is safe: check the disk, "
            "repeat the command"
        ) from error
    except sqlite3.DatabaseError as error:
        if type(error) is not sqlite3.DatabaseError:  # a violated constraint or misuse, not damage
            raise
        raise damaged(location, str(error)) from error


def damaged(location: Path, detail: str) -> IndexDamagedError:
    """The error for a catalog that cannot be read."""
    return IndexDamagedError(
        f"the catalog in {location} cannot be read ({detail}): run `quoth index --rebuild FOLDER` to build it again"
    )


def frozen_state(location: Path) -> tuple[int, int] | None:
    """The time and the size of a catalog that is read as if it never changed; None for others.

    Without a write-ahead log and without permission to create one, SQLite can read it in no other way, and does not
    notice when its owner changes it.
    """
    path = (location / CATALOG).resolve()
    if os.access(path.parent, os.W_OK) or path.with_name(f"{CATALOG}-wal").exists():
        return None
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def has_changed(location: Path, frozen: tuple[int, int] | None) -> bool:
    """Whether a catalog has changed that is read as if it never did, and had this ``frozen_state`` before."""
    return frozen is not None and frozen_state(location) != frozen


def connect_to_read(location: Path) -> sqlite3.Connection:
    """A connection that cannot write; raises sqlite3.Error when the file is not a database."""
    path = (location / CATALOG).resolve()
    frozen = frozen_state(location) is not None
    uri = f"{path.as_uri()}?mode=ro{'&immutable=1' if frozen else ''}"
    connection = sqlite3.connect(uri, uri=True, check_same_thread=False, isolation_level=None)
    connection.execute("PRAGMA query_only = 1")
    connection.execute("PRAGMA cache_size = -65536")
    return connection


def connect_to_write(location: Path) -> sqlite3.Connection:
    """A connection for the one writer; creates the folder, the file and the tables when they are missing."""
    make_folder(location)
    if not (location / CATALOG).exists():
        _create(location)
    connection = _connected(location / CATALOG)
    if not is_made(connection):
        _make_tables(connection)
    return connection


def make_folder(location: Path) -> None:
    """Make the folder of an index, which only its owner can read, unless it exists."""
    location.mkdir(parents=True, exist_ok=True, mode=0o700)


def is_made(connection: sqlite3.Connection) -> bool:
    """Whether a catalog was finished; one that was killed in the making has no tables."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone() is not None


def _create(location: Path) -> None:
    """Make an empty catalog, which only its owner can read, and put it in place whole."""
    partial = location / f"{CATALOG}.new"
    for ending in CATALOG_ENDINGS:
        partial.with_name(f"{partial.name}{ending}").unlink(missing_ok=True)
    os.close(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))  # its other files get the same rights
    with closing(_connected(partial)) as connection:
        _make_tables(connection)
    partial.replace(location / CATALOG)
    sync_folder(location)


def open_private(path: str, flags: int) -> int:
    """An ``opener`` for ``open``: a new file can be read and written by its owner only."""
    return os.open(path, flags, 0o600)


def sync_folder(location: Path) -> None:
    """Make the renames in a folder survive a loss of power."""
    folder = os.open(location, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _make_tables(connection: sqlite3.Connection) -> None:
    connection.executescript(f"BEGIN IMMEDIATE; {TABLES} {CELLS} {'; '.join(KEYWORDS)}; COMMIT;")


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = 1")
    connection.execute("PRAGMA cache_size = -65536")
    return connection


def has_tables(connection: sqlite3.Connection) -> bool:
    """Whether a catalog has the tables of the present format, not those of format 1."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'cells'").fetchone() is not None


def add_tables(connection: sqlite3.Connection) -> None:
    """Add what the tables of format 1 lack, inside the present transaction."""
    for table, columns in ADDED.items():
        for name, kind in columns.items():
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")
    for statement in filter(str.strip, CELLS.split(";")):
        connection.execute(statement)


def remove_catalog(location: Path) -> None:
    """Remove the files of a catalog."""
    for ending in CATALOG_ENDINGS:
        (location / f"{CATALOG}{ending}").unlink(missing_ok=True)
