"""An index in a folder: the catalog and its FAISS file, for a machine's own documents."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

from index.embedder import Embedder
from index.errors import IndexDamagedError, IndexNotFoundError
from index.settings import IndexSettings
from index.stores.base import OnProgress
from index.stores.folder.catalog import Catalog
from index.stores.folder.repair import RepairReport, repair_folder
from index.stores.folder.schema import CATALOG, connect_to_nothing, connect_to_read, storage
from index.stores.folder.snapshot import FolderSession
from index.stores.folder.swap import FolderReplacement, renewal
from index.stores.folder.verify import VerifyReport, verify_folder
from index.stores.folder.writer import FolderWriter, writer


class FolderStore:
    """A folder that keeps an index."""

    def __init__(self, location: Path) -> None:
        self.location = location

    @property
    def name(self) -> str:
        """The folder."""
        return str(self.location)

    def exists(self) -> bool:
        """Whether the folder holds a catalog."""
        return (self.location / CATALOG).is_file()

    @contextmanager
    def reading(self) -> Iterator[Catalog]:
        """The catalog for reading; an empty one in memory where there is none yet."""
        with (
            storage(self.location),
            closing(connect_to_read(self.location) if self.exists() else connect_to_nothing()) as connection,
        ):
            yield Catalog(connection)

    def writing(self, wait_seconds: float = 0.0) -> AbstractContextManager[FolderWriter]:
        """The catalog for its one writer, made when there is none."""
        return writer(self.location, wait_seconds)

    def session(self) -> FolderSession:
        """The index for searching."""
        if not self.exists():
            raise IndexNotFoundError(f"there is no index at {self.location}: run `quoth index FOLDER` to make one")
        try:
            return FolderSession(self.location)
        except sqlite3.DatabaseError as error:
            raise IndexDamagedError(f"the catalog in {self.location} cannot be read: {error}") from error

    def renewal(self, wait_seconds: float = 0.0) -> AbstractContextManager[FolderReplacement]:
        """The right to replace the index."""
        return renewal(self.location, wait_seconds)

    def verify(self) -> VerifyReport:
        """Every promise of the catalog and its FAISS file checked."""
        return verify_folder(self.location)

    def repair(
        self, settings: IndexSettings, progress: OnProgress, wait_seconds: float, embedder: Embedder | None
    ) -> RepairReport:
        """Mend what can be mended from the catalog."""
        return repair_folder(self.location, settings, progress, wait_seconds, embedder)
