"""An index in Milvus: for documents that outgrow one machine, or that several servers answer from.

What differs from an index in a folder. Milvus has no transactions: a document is seen whole, as it was or as it is, but
of a commit of several documents some are seen before others, and an interrupted commit is finished or undone by the
next writer. A rebuild replaces the index at once. In a cluster, what was just written is seen after a moment. One
process writes, by a lease; many read. Milvus Lite (a file) is of one process alone, unless its server is started.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from index.embedder import Embedder
from index.errors import IndexNotFoundError
from index.settings import IndexSettings
from index.stores.base import OnProgress, Reader
from index.stores.folder.catalog import Catalog
from index.stores.folder.repair import RepairReport
from index.stores.folder.schema import connect_to_nothing
from index.stores.folder.verify import VerifyReport
from index.stores.milvus.client import MilvusConnection, is_file
from index.stores.milvus.lease import leased
from index.stores.milvus.reader import MilvusReader
from index.stores.milvus.schema import (
    HEADS,
    Head,
    drop_generations,
    drop_head,
    load,
    make_generation,
    make_values,
    read_head,
    write_head,
)
from index.stores.milvus.search import MilvusSession
from index.stores.milvus.verify import check, mend
from index.stores.milvus.writer import MilvusWriter
from index.types import Progress


class MilvusStore:
    """The index of one Milvus (and of one database in it)."""

    def __init__(self, uri: str, token: str = "", seconds: float = 30.0) -> None:
        self._uri, self._token, self._seconds = uri, token, seconds

    @property
    def name(self) -> str:
        """The address."""
        return self._uri

    def exists(self) -> bool:
        """Whether there is an index."""
        if self._is_missing_file():
            return False
        with closing(self._link()) as link:
            return read_head(link, "index") is not None

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The index for reading, an empty one where there is none yet."""
        if self._is_missing_file():
            with closing(connect_to_nothing()) as connection:
                yield Catalog(connection)
            return
        with closing(self._link()) as link:
            head = read_head(link, "index")
            if head is not None:
                load(link, head)
            yield MilvusReader(link)

    @contextmanager
    def writing(self, wait_seconds: float = 0.0) -> Iterator[MilvusWriter]:
        """The index for its one writer, made when there is none."""
        with closing(self._link()) as link, leased(link, wait_seconds):
            head = _head_for_writing(link, "index", Head(generation=1))
            beside = read_head(link, "beside")
            drop_generations(link, {head.generation, *([beside.generation] if beside else [])})
            yield MilvusWriter(link, "index")

    def session(self) -> MilvusSession:
        """The index for searching."""
        if self._is_missing_file():
            raise IndexNotFoundError(f"there is no index at {self._uri}: run `quoth index FOLDER` to make one")
        link = self._link()
        try:
            if read_head(link, "index") is None:
                raise IndexNotFoundError(f"there is no index at {self._uri}: run `quoth index FOLDER` to make one")
            return MilvusSession(link)
        except BaseException:
            link.close()
            raise

    @contextmanager
    def renewal(self, wait_seconds: float = 0.0) -> Iterator[MilvusReplacement]:
        """The right to replace the index."""
        with closing(self._link()) as link, leased(link, wait_seconds):
            head = _head_for_writing(link, "index", Head(generation=1))
            yield MilvusReplacement(link, head)

    def verify(self) -> VerifyReport:
        """Every promise that the rows make, checked."""
        self._must_exist()
        with closing(self._link()) as link:
            held = MilvusReader(link)
            load(link, held.head())
            return check(held)

    def repair(
        self, settings: IndexSettings, progress: OnProgress, wait_seconds: float, embedder: Embedder | None
    ) -> RepairReport:
        """Mend what can be mended from the texts."""
        self._must_exist()
        with self.writing(wait_seconds) as held:
            return mend(held, settings, progress, embedder)

    def _must_exist(self) -> None:
        if not self.exists():
            raise IndexNotFoundError(f"there is no index at {self._uri}")

    def _is_missing_file(self) -> bool:
        return is_file(self._uri) and not Path(self._uri).exists()

    def _link(self) -> MilvusConnection:
        return MilvusConnection(self._uri, self._token, self._seconds)


@dataclass(frozen=True, slots=True)
class _Beside:
    """The index that is made in the next generation; its writer holds the lease already."""

    link: MilvusConnection
    replaces: MilvusReader

    @property
    def name(self) -> str:
        """The address."""
        return self.link.uri

    def exists(self) -> bool:
        """Whether it was begun."""
        return read_head(self.link, "beside") is not None

    @contextmanager
    def reading(self) -> Iterator[MilvusReader]:
        """What there is of it."""
        yield MilvusReader(self.link, "beside")

    @contextmanager
    def writing(self, wait_seconds: float = 0.0) -> Iterator[MilvusWriter]:
        """It for its one writer; ids go on where those of the index that it replaces end."""
        old = self.replaces.head()
        first = Head(old.generation + 1, next_document=old.next_document, next_chunk=old.next_chunk)
        _head_for_writing(self.link, "beside", first)
        yield MilvusWriter(self.link, "beside", self.replaces)

    def session(self) -> MilvusSession:
        """Not needed while it is made."""
        raise IndexNotFoundError("an index is not searched before it is complete")

    def renewal(self, wait_seconds: float = 0.0) -> AbstractContextManager[MilvusReplacement]:
        """Not needed while it is made."""
        raise IndexNotFoundError("an index is not renewed before it is complete")

    def verify(self) -> VerifyReport:
        """What is there, checked."""
        return check(MilvusReader(self.link, "beside"))

    def repair(
        self, settings: IndexSettings, progress: OnProgress, wait_seconds: float, embedder: Embedder | None
    ) -> RepairReport:
        """What is there, mended."""
        with self.writing() as held:
            return mend(held, settings, progress, embedder)


class MilvusReplacement:
    """A next generation, made beside the one that is read, which then replaces it by one row."""

    def __init__(self, link: MilvusConnection, head: Head) -> None:
        self._link = link
        self.old = MilvusReader(link) if head.revision else None
        self.beside = _Beside(link, MilvusReader(link))

    def discard(self) -> None:
        """Drop what is there beside."""
        drop_head(self._link, "beside")
        drop_generations(self._link, {self.beside.replaces.head().generation})

    def adopt(self, progress: OnProgress) -> int:
        """Name the new generation the index; readers that are asking the old one still may, until the next writer."""
        progress(Progress("swap", 0, 1))
        old, new = self.beside.replaces.head(), MilvusReader(self._link, "beside").head()
        revision = max(old.revision, new.revision) + 1
        write_head(self._link, "index", replace(new, revision=revision))
        drop_head(self._link, "beside")
        progress(Progress("swap", 1, 1))
        return revision


def _head_for_writing(link: MilvusConnection, slot: str, first: Head) -> Head:
    """The head of a slot, made when there is none."""
    make_values(link, HEADS)
    head = read_head(link, slot)
    make_generation(link, head or first, int(dict((head or first).meta).get("dimensions", 0)))
    if head is None:
        write_head(link, slot, first)
    load(link, head or first)
    return head or first
