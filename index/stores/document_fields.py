"""Conversion of documents to the fields that every store keeps, and back.

The cells of all tables of a document are one sequence of bytes, of which stores can read a part. A table's description
is what else there is to know of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from index.types import Document, DocumentRecord, Heading, Page, Rows, Table, TablePart, TableRows

_SHARED = [field.name for field in fields(Document) if field.name in {f.name for f in fields(DocumentRecord)}]
_CELL_BYTES = 8


@dataclass(frozen=True, slots=True)
class TableDescription:
    """A table without its cells; JSON has all its values."""

    columns: Sequence[Sequence[str]]
    caption: str
    page: int | None
    start: int
    end: int
    length: int  # number of rows
    offset: int  # where its cells start in the bytes of all cells of the document

    @property
    def row_bytes(self) -> int:
        """The size of one row's cells."""
        return _CELL_BYTES * len(self.columns)

    def bytes_of(self, rows: TableRows, around: int) -> tuple[int, int]:
        """Start and end, in the bytes of all cells, of some rows and ``around`` more on either side if there are."""
        first, last = max(0, rows.first - around), min(self.length - 1, rows.last + around)
        return self.offset + first * self.row_bytes, self.offset + (last + 1) * self.row_bytes

    def part(self, rows: TableRows, around: int, cells: bytes) -> TablePart:
        """These rows and ``around`` more, given the cells of all of them."""
        columns, first = tuple(map(tuple, self.columns)), max(0, rows.first - around)
        return TablePart(rows.table, columns, self.caption, self.page, self.length, first, Rows(len(columns), cells))


def describe_tables(tables: Iterable[Table]) -> Iterator[TableDescription]:
    """The descriptions of a document's tables, in order."""
    offset = 0
    for table in tables:
        yield TableDescription(
            table.columns, table.caption, table.page, table.start, table.end, len(table.rows), offset
        )
        offset += len(table.rows.packed)


def cells_of(tables: Iterable[Table]) -> bytes:
    """The cells of all tables of a document."""
    return b"".join(table.rows.packed for table in tables)


def record_fields(document: Document, chunk_count: int) -> dict[str, Any]:
    """The fields of a document's ``DocumentRecord`` but its id, by name."""
    counts = {"characters": len(document.text), "page_count": len(document.pages), "chunk_count": chunk_count}
    return {name: getattr(document, name) for name in _SHARED} | {"metadata": dict(document.metadata)} | counts


def restore_document(
    record: DocumentRecord,
    text: str,
    pages: Iterable[Iterable[Any]],
    headings: Iterable[Iterable[Any]],
    tables: Iterable[TableDescription] = (),
    cells: bytes = b"",
) -> Document:
    """The document with a record's fields, a text, its tables, and pages and headings, each given as its values."""
    shared: dict[str, Any] = {name: getattr(record, name) for name in _SHARED}
    return Document(
        **shared,
        text=text,
        pages=tuple(Page(*page) for page in pages),
        headings=tuple(Heading(*heading) for heading in headings),
        tables=tuple(_table(description, cells) for description in tables),
    )


def _table(description: TableDescription, cells: bytes) -> Table:
    columns = tuple(map(tuple, description.columns))
    size = description.row_bytes * description.length
    packed = cells[description.offset : description.offset + size]
    place = (description.start, description.end, description.caption, description.page)
    return Table(columns, Rows(len(columns), packed), *place)
