"""Names of documents, as people give and read them: paths, or addresses where several documents share a path."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Iterable, Sequence

from index import CollectionError, DocumentRecord

LEFT_OUT = "…/"  # before the end of an address


def names_by_address(records: Sequence[DocumentRecord]) -> dict[str, str]:
    """The name of each document, by its address: its path, or the address itself where others have the same path."""
    uses = Counter(record.path for record in records)
    return {record.address: record.path if uses[record.path] == 1 else record.address for record in records}


def page_names(records: Sequence[DocumentRecord]) -> dict[str, str]:
    """The name of each document on the page, by its address: its path, or "…/" and the end of its address.

    The latter is for documents whose path others have too, and is as long as it must be, to show little of the server.
    """
    uses = Counter(record.path for record in records)
    shared = [record.address for record in records if uses[record.path] > 1]
    endings = Counter(ending for address in shared for ending in _endings(address))
    return {
        record.address: record.path
        if uses[record.path] == 1
        else next((one for one in _endings(record.address) if endings[one] == 1), record.address)
        for record in records
    }


def addressed(names: Iterable[str], records: Sequence[DocumentRecord]) -> frozenset[str]:
    """Names of the page as filters take them: those with "…/" become addresses, if there is such a document."""
    by_name = {name: address for address, name in page_names(records).items()}
    return frozenset(by_name.get(name, name) if name.startswith(LEFT_OUT) else name for name in names)


def _endings(address: str) -> list[str]:
    """The last two parts of an address, the last three and so on, each after what is left out."""
    parts = [part for part in address.split("/") if part]
    return [LEFT_OUT + "/".join(parts[start:]) for start in range(max(len(parts) - 2, 0), -1, -1)]


def addresses_of(records: Sequence[DocumentRecord], names: Iterable[str]) -> frozenset[str]:
    """The addresses of the documents with these paths, addresses or glob patterns of paths.

    Raises ``CollectionError`` for a name that no document has.
    """
    found: set[str] = set()
    for name in names:
        matching = {record.address for record in records if name in (record.path, record.address)} or {
            record.address for record in records if fnmatch.fnmatchcase(record.path, name)
        }
        if not matching:
            raise CollectionError(f"no document matches {name}: `quoth documents` lists their paths")
        found |= matching
    return frozenset(found)


def members_named(members: Iterable[str], records: Sequence[DocumentRecord], names: Iterable[str]) -> frozenset[str]:
    """Those ``members``, given by address, that have one of the names; their documents may have left the index.

    Raises ``CollectionError`` for a name that no member has.
    """
    paths = {record.address: record.path for record in records}
    found: set[str] = set()
    for name in names:
        matching = {one for one in members if _is_named(one, paths.get(one), name)}
        if not matching:
            raise CollectionError(f"no document of the collection matches {name}")
        found |= matching
    return frozenset(found)


def _is_named(address: str, path: str | None, name: str) -> bool:
    if name in (address, path) or fnmatch.fnmatchcase(path or address, name):
        return True
    return path is None and address.endswith(f"/{name}")
