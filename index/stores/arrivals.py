"""When documents came into an index and when their files last changed, kept in its folder by their addresses.

A convenience for lists: without the file, or where it cannot be written, the dates are unknown and all else works.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from index.settings import IndexSettings
from index.stores.base import Reader, Store
from index.stores.folder.store import FolderStore
from index.stores.named_files import write_whole
from index.types import DocumentRecord

FILE = "arrivals.json"
log = logging.getLogger("quoth.arrivals")
Dates = Mapping[str, str]


class Arrivals:
    """The days on which documents were added and changed, beside an index."""

    def __init__(self, location: Path) -> None:
        """``location`` is the folder of the index."""
        self._path = location / FILE

    @classmethod
    def beside(cls, store: Store, settings: IndexSettings) -> Arrivals:
        """Those of an index in this store: in its own folder, or for Milvus in the folder of the settings."""
        return cls(store.location if isinstance(store, FolderStore) else settings.index)

    def added(self) -> Dates:
        """The day on which each document was added, ISO 8601, by address; unknown ones are left out."""
        return self._read()[0]

    def changed(self) -> Dates:
        """The day on which the file of a document was last replaced by another, by address."""
        return self._read()[1]

    @contextmanager
    def noting(self, before: Sequence[DocumentRecord], reader: Reader) -> Iterator[None]:
        """Note what the block adds, changes and moves in the index that ``reader`` reads, from ``before``."""
        try:
            yield
        finally:
            self._note(before, reader.records())

    def _note(self, before: Sequence[DocumentRecord], after: Sequence[DocumentRecord]) -> None:
        today = date.today().isoformat()
        old = {record.id: record for record in before}
        added, changed = map(dict, self._read())
        present = {record.address: record for record in after}
        for address, record in present.items():
            known = old.get(record.id)
            if known is None:
                added[address] = today
            elif (known.source, known.path) != (record.source, record.path):  # moved
                for dates in (added, changed):
                    if known.address in dates:
                        dates[address] = dates[known.address]
            if known is not None and known.sha256 != record.sha256:
                changed[address] = today
        kept = [{address: day for address, day in one.items() if address in present} for one in (added, changed)]
        if kept == list(self._read()):
            return
        content = json.dumps(dict(zip(("added", "changed"), kept, strict=True)), ensure_ascii=False)
        try:
            write_whole(self._path, content.encode())
        except OSError as error:
            log.warning("the dates of arrival were not written: %s", error)

    def _read(self) -> tuple[Dates, Dates]:
        try:
            kept = json.loads(self._path.read_bytes())
            return dict(kept["added"]), dict(kept["changed"])
        except (OSError, ValueError, KeyError, TypeError):
            return {}, {}
