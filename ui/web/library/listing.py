"""What the library lists: documents narrowed and sorted, the folders that they lie in, and their collections. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from index import DocumentRecord, Filters
from ui.service.naming import page_names
from ui.text import counted

SORTS = {"folder": "folder", "title": "title", "dated": "date", "added": "last added", "pages": "pages"}
UPLOADS = "Added here"  # what the folder of uploads is called


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a person narrowed the list by; it narrows no answer."""

    name: str = ""  # part of the title or path
    folder: str = ""  # the key of a folder, as in ``Folder``
    collection: str = ""
    media_type: str = ""
    after: str = ""
    before: str = ""
    warned: bool = False  # only documents with warnings
    sort: str = "folder"

    @property
    def is_dated(self) -> bool:
        """Whether it is narrowed by date, which leaves out documents without one."""
        return bool(self.after or self.before)


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder of the tree."""

    key: str  # the number of its source and its path in it; no address of the server
    name: str
    documents: int  # in it and below
    folders: tuple[Folder, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """A document in the list, with the name to choose it by and remarks from reading it."""

    record: DocumentRecord
    name: str  # its path, or its address if other documents have the same path
    remarks: list[str]
    added: str = ""  # ISO 8601
    changed: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """The documents as they are listed."""

    rows: Sequence[Row]
    warned: int  # documents with warnings among those of the place, whatever else narrows the list
    undated: int  # documents that are left out only because they have no date
    total: int  # documents of the place: the folder or collection


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that the index holds, to be listed in parts."""

    records: Sequence[DocumentRecord]
    uploads: str = ""  # the source folder of uploads
    collections: Mapping[str, frozenset[str]] = field(default_factory=dict)  # addresses by name
    added: Mapping[str, str] = field(default_factory=dict)  # ISO dates by address
    changed: Mapping[str, str] = field(default_factory=dict)

    @property
    def sources(self) -> list[str]:
        """The source folders, that of uploads last."""
        return sorted({record.source for record in self.records}, key=lambda source: (source == self.uploads, source))

    def folders(self) -> tuple[Folder, ...]:
        """The tree of folders: those of the only source, or one for each source."""
        numbers = {source: number for number, source in enumerate(self.sources)}
        paths: list[list[str]] = [[] for _ in numbers]
        for record in self.records:
            paths[numbers[record.source]].append(record.path)
        if len(paths) == 1:
            return _folders("0", "", paths[0])
        names = _source_names(self.sources, self.uploads)
        return tuple(
            Folder(f"{number}", names[source], len(paths[number]), _folders(f"{number}", "", paths[number]))
            for source, number in numbers.items()
        )

    def folder_name(self, key: str) -> str:
        """The name of a folder by its key; empty if there is none."""
        number, _, path = key.partition("/")
        sources = self.sources
        if not number.isdigit() or int(number) >= len(sources):
            return ""
        return PurePosixPath(path).name or _source_names(sources, self.uploads)[sources[int(number)]]

    def listing(self, narrowing: Narrowing) -> Listing:
        """The documents that are listed, sorted."""
        place = [record for record in self.records if self._is_in_place(record, narrowing)]
        found = [record for record in place if _is_wanted(record, narrowing)]
        undated = 0
        if narrowing.is_dated:
            anytime = replace(narrowing, after="", before="")
            undated = sum(record.date is None and _is_wanted(record, anytime) for record in place)
        names = page_names(self.records)
        rows = [self._row(record, names[record.address]) for record in self._sorted(found, narrowing.sort)]
        return Listing(rows, sum(bool(record.warnings) for record in place), undated, len(place))

    def sizes(self) -> dict[str, int]:
        """How many documents of the index each collection has, by name."""
        present = {record.address for record in self.records}
        return {name: len(members & present) for name, members in self.collections.items()}

    def _is_in_place(self, record: DocumentRecord, narrowing: Narrowing) -> bool:
        if narrowing.collection and record.address not in self.collections.get(narrowing.collection, ()):
            return False
        if not narrowing.folder:
            return True
        number, _, path = narrowing.folder.partition("/")
        sources = self.sources
        if not number.isdigit() or int(number) >= len(sources) or record.source != sources[int(number)]:
            return False
        return not path or record.path.startswith(f"{path}/")

    def _sorted(self, records: Sequence[DocumentRecord], sort: str) -> list[DocumentRecord]:
        by_path = sorted(records, key=lambda record: (record.path.casefold(), record.source))
        keys: dict[str, Callable[[DocumentRecord], Any]] = {
            "title": lambda record: record.title.casefold(),
            "dated": lambda record: record.date or "",
            "added": lambda record: (self.added.get(record.address, ""), record.id),
            "pages": lambda record: record.page_count,
        }
        return sorted(by_path, key=keys[sort], reverse=sort != "title") if sort in keys else by_path

    def _row(self, record: DocumentRecord, name: str) -> Row:
        address = record.address
        return Row(record, name, list(_remarks(record)), self.added.get(address, ""), self.changed.get(address, ""))


def _is_wanted(record: DocumentRecord, narrowing: Narrowing) -> bool:
    wanted = narrowing.name.casefold()
    if wanted not in record.title.casefold() and wanted not in record.path.casefold():
        return False
    if narrowing.warned and not record.warnings:
        return False
    filters = Filters(
        after=narrowing.after or None, before=narrowing.before or None, media_type=narrowing.media_type or None
    )
    return filters.admit(record)


def _folders(key: str, above: str, paths: Sequence[str]) -> tuple[Folder, ...]:
    """The folders directly below one, by name; ``paths`` are relative to it."""
    below: dict[str, list[str]] = {}
    for path in paths:
        name, slash, rest = path.partition("/")
        if slash:
            below.setdefault(name, []).append(rest)
    found = []
    for name in sorted(below, key=str.casefold):
        place = f"{above}/{name}"
        found.append(Folder(f"{key}{place}", name, len(below[name]), _folders(key, place, below[name])))
    return tuple(found)


def _source_names(sources: Sequence[str], uploads: str) -> dict[str, str]:
    """A short name of each source; folders of the same name have the one above in theirs."""
    names = {source: PurePosixPath(source).name or source or "Without a folder" for source in sources}
    uses = Counter(names.values())
    for source, name in names.items():
        if source == uploads:
            names[source] = UPLOADS
        elif uses[name] > 1:
            names[source] = "/".join(PurePosixPath(source).parts[-2:])
    return names


def _remarks(record: DocumentRecord) -> Iterator[str]:
    yield f"{record.characters:,} characters, {counted(record.chunk_count, 'passage')}"
    if record.encoding:
        yield f"read as {record.encoding}"
    if record.empty_pages:
        yield f"no text on {counted(len(record.empty_pages), 'page')}"
    yield from record.warnings
    if record.left_out:
        yield f"left out: {', '.join(record.left_out)}"
