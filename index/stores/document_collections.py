"""Collections: named sets of documents, kept in the folder of the index by the documents' addresses.

One file each, put in place whole, so that reading needs no lock; changes take one lock, so that none is lost when two
processes make them. A rebuild does not touch them, and an index in Milvus has them in its folder too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import filelock

from index.errors import CollectionDamagedError, CollectionError, CollectionNotFoundError, DiskError, QuothError
from index.settings import IndexSettings
from index.stores.base import Store
from index.stores.folder.schema import make_folder, sync_folder
from index.stores.folder.store import FolderStore
from index.stores.named_files import NamedFiles, write_whole

FOLDER = "collections"  # in the folder of the index
MOST_COLLECTIONS = 1_000
MOST_DOCUMENTS = 100_000  # of one collection
_NAMED = NamedFiles("collection", ".json", CollectionError)
_WAIT_SECONDS = 10.0
log = logging.getLogger("quoth.collections")


class Collections:
    """The collections beside an index; safe to use from several threads and processes."""

    def __init__(self, location: Path) -> None:
        """``location`` is the folder of the index; nothing is written until a collection is made."""
        self._location, self._folder = location, location / FOLDER

    @classmethod
    def beside(cls, store: Store, settings: IndexSettings) -> Collections:
        """Those of an index in this store: in its own folder, or for Milvus in the folder of the settings."""
        return cls(store.location if isinstance(store, FolderStore) else settings.index)

    def names(self) -> list[str]:
        """The names of all collections, in the order of the alphabet."""
        return sorted(_NAMED.names(self._folder), key=lambda name: (name.casefold(), name))

    def documents(self, name: str) -> frozenset[str]:
        """The addresses of a collection's documents, also of those that are not in the index at present.

        Raises CollectionNotFoundError, CollectionDamagedError, and CollectionError for what cannot be a name.
        """
        path = self._path(name)
        with _disk(path):
            try:
                content = path.read_bytes()
            except FileNotFoundError:
                raise self._missing(name) from None
        try:
            listed = json.loads(content)["documents"]
            if not all(isinstance(address, str) for address in listed):
                raise ValueError("an address is no text")
        except (ValueError, KeyError, TypeError):
            raise CollectionDamagedError(f"{path} is damaged: remove the collection, then make it again") from None
        return frozenset(listed)

    def add(self, name: str, addresses: Collection[str]) -> frozenset[str]:
        """Add documents to a collection, which is made if there is none; returns its documents.

        Raises CollectionError, CollectionDamagedError and DiskError.
        """
        return self._change(name, lambda present: present | frozenset(addresses), may_make=True)

    def discard(self, name: str, addresses: Collection[str]) -> frozenset[str]:
        """Take documents out of a collection, which stays even if it is empty; returns its documents.

        Raises as ``documents``, and DiskError.
        """
        return self._change(name, lambda present: present - frozenset(addresses), may_make=False)

    def replace(self, name: str, addresses: Iterable[str]) -> frozenset[str]:
        """Make a collection of exactly these documents, in place of one of this name. Raises as ``add``."""
        wanted = frozenset(addresses)
        with self._locked(name):
            self._write(name, wanted, is_new=not self._path(name).exists())
        return wanted

    def rename(self, name: str, new: str) -> None:
        """Give a collection another name. Raises as ``documents``, and CollectionError if there is one of this name."""
        with self._locked(name):
            old, path = self._path(name), self._path(new)
            if not old.exists():
                raise self._missing(name)
            if path.exists() and path != old:
                raise CollectionError(f"there is a collection “{checked_collection(new)}” already")
            with _disk(path):
                old.replace(path)
                sync_folder(self._folder)

    def remove(self, name: str) -> None:
        """Delete a collection; its documents stay in the index. Raises as ``documents``, and DiskError."""
        path = self._path(name)
        if not path.exists():
            raise self._missing(name)
        with self._locked(name), _disk(path):
            path.unlink(missing_ok=True)

    @contextmanager
    def following(self, moves: Mapping[str, str]) -> Iterator[None]:
        """Keep documents in their collections that the block moves, by their new addresses.

        The new addresses are added before the block and the old ones dropped after it, so that one which is
        interrupted loses none. A collection that cannot be read or written stays as it is.
        """
        if moves:
            self._change_all(lambda present: present | {moves[address] for address in present & moves.keys()})
        yield
        if moves:
            self._change_all(lambda present: present - (moves.keys() - set(moves.values())))

    def _change_all(self, changed: Callable[[frozenset[str]], frozenset[str]]) -> None:
        for name in self.names():
            try:
                self._change(name, changed, may_make=False)
            except QuothError as error:
                log.warning("documents were moved, but the collection “%s” was not changed: %s", name, error)

    def _change(
        self, name: str, changed: Callable[[frozenset[str]], frozenset[str]], *, may_make: bool
    ) -> frozenset[str]:
        if not may_make and not self._path(name).exists():
            raise self._missing(name)
        with self._locked(name):
            is_new = not self._path(name).exists()
            present = frozenset[str]() if is_new and may_make else self.documents(name)
            wanted = changed(present)
            if is_new or wanted != present:
                self._write(name, wanted, is_new=is_new)
        return wanted

    def _write(self, name: str, addresses: frozenset[str], *, is_new: bool) -> None:
        """Put the file of a collection in place whole; the caller has the lock."""
        if len(addresses) > MOST_DOCUMENTS:
            raise CollectionError(f"a collection has at most {MOST_DOCUMENTS:,} documents")
        if is_new and len(self.names()) >= MOST_COLLECTIONS:
            raise CollectionError(f"there are {MOST_COLLECTIONS:,} collections already: remove some")
        path = self._path(name)
        content = json.dumps({"documents": sorted(addresses)}, ensure_ascii=False, indent=1)
        with _disk(path):
            write_whole(path, content.encode())

    @contextmanager
    def _locked(self, name: str) -> Iterator[None]:
        """The right to change collections; one process and thread at a time has it, for moments."""
        path = self._path(name)
        with _disk(path):
            make_folder(self._location)
            make_folder(self._folder)
            lock = filelock.FileLock(self._folder / ".lock", mode=0o600)
            try:
                lock.acquire(timeout=_WAIT_SECONDS)
            except filelock.Timeout:
                raise DiskError(f"{self._folder} has been locked for {_WAIT_SECONDS:.0f} seconds: try again") from None
        try:
            yield
        finally:
            lock.release()

    def _path(self, name: str) -> Path:
        return _NAMED.path(self._folder, name)

    def _missing(self, name: str) -> CollectionNotFoundError:
        known = ", ".join(self.names()[:10]) or "none yet"
        return CollectionNotFoundError(f"there is no collection “{checked_collection(name)}” (there are: {known})")


def checked_collection(name: str) -> str:
    """The name of a collection, with its white space tidied. Raises CollectionError."""
    return _NAMED.checked(name)


@contextmanager
def _disk(path: Path) -> Iterator[None]:
    """Translate errors of the disk into DiskError."""
    try:
        yield
    except OSError as error:
        raise DiskError(f"{path} cannot be read or written: {error.strerror or error}") from error
