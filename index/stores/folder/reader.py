"""Reading the index in a folder: its catalog, its size on disk and its soundness."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from pathlib import Path

from index.reports import VerifyReport
from index.stores.base import Summary
from index.stores.folder.catalog import Catalog
from index.stores.folder.schema import damaged
from index.stores.folder.verify import check


class FolderReader(Catalog):
    """A catalog, and the folder it is in."""

    def __init__(self, connection: sqlite3.Connection, location: Path) -> None:
        super().__init__(connection)
        self.location = location

    def summary(self) -> Summary:
        """The index as a whole; its size is that of the folder's files."""
        size = sum(map(_size, self.location.glob("*")))
        counts = self.count("documents"), self.count("chunks")
        return Summary(self.meta(), self.revision(), *counts, size, self.inputs())

    def verify(self) -> VerifyReport:
        """Check that the catalog and its FAISS file are complete and consistent. Raises IndexDamagedError."""
        try:
            return check(self, self.location)
        except sqlite3.DatabaseError as error:
            raise damaged(self.location, str(error)) from error


def _size(path: Path) -> int:
    """The bytes of a file; 0 for a folder, and for a file that a writer has just removed."""
    with suppress(FileNotFoundError):
        return path.stat().st_size if path.is_file() else 0
    return 0
