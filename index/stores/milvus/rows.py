"""Documents and passages as rows of Milvus collections, and back."""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import astuple, dataclass, replace

import numpy as np

from index.errors import IndexDamagedError
from index.stores.base import Passage
from index.stores.checksums import chunk_checksum, document_checksum
from index.stores.document_fields import TableDescription, cells_of, describe_tables, record_fields, restore_document
from index.stores.milvus.client import Row, batches
from index.stores.milvus.schema import TEXT_BYTES, UNUSED_VECTOR
from index.types import Chunk, Document, DocumentRecord, TablePart, TableRows

_PASSAGE_FIELDS_1 = ["id", "document", "ordinal", "start", "stop", "skip", "page", "heading", "title", "text"]
_PASSAGE_FIELDS_2 = [*_PASSAGE_FIELDS_1, "context", "rows"]
_PASSAGE_FIELDS = {1: _PASSAGE_FIELDS_1, 2: _PASSAGE_FIELDS_2, 3: [*_PASSAGE_FIELDS_2, "checksum"]}  # by schema
DOCUMENT_FIELDS = ["id", "source", "path", "sha256", "record"]
_PART_CHARACTERS = TEXT_BYTES // 4  # a code point takes at most four bytes
_CELL_PART_BYTES = 3 * TEXT_BYTES // 4  # as Base64 they are a part of a text
_HEADING_CHARACTERS = 2_000
_RECORD_BYTES = TEXT_BYTES - 1_000  # the rest is for counts and the checksum
_TOO_LONG = "its front matter is too long for the store and was left out"
REMEDY = "run `quoth repair`, then `quoth index`"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as its row describes it: its passages have the ``record.chunk_count`` ids from ``first_chunk`` on.

    Passages of the document with other ids belong to a running or interrupted commit, and are ignored.
    """

    record: DocumentRecord
    first_chunk: int
    text_parts: int
    layout_parts: int
    cell_parts: int = 0
    checksum: int | None = None  # of the whole document; None in collections of older schemas

    def owns(self, chunk_id: int) -> bool:
        """Whether a passage belongs to the present version of the document."""
        return chunk_id in self.chunk_ids()

    def chunk_ids(self) -> range:
        """The ids of its passages, in order."""
        return range(self.first_chunk, self.first_chunk + self.record.chunk_count)

    def text_keys(self) -> list[str]:
        """The keys of the rows that hold its text, in order."""
        return [_part_key(self.record.id, self.first_chunk, "text", n) for n in range(self.text_parts)]

    def layout_keys(self) -> list[str]:
        """The keys of the rows that hold its pages, headings and descriptions of tables, in order."""
        return [_part_key(self.record.id, self.first_chunk, "layout", n) for n in range(self.layout_parts)]

    def part_keys(self) -> list[str]:
        """The keys of all rows that hold its text, pages, headings and tables."""
        return self.text_keys() + self.layout_keys() + self.cell_keys(0, self.cell_parts * _CELL_PART_BYTES)

    def cell_keys(self, start: int, end: int) -> list[str]:
        """The keys of the rows that hold the cells of its tables from the byte ``start`` to the byte ``end``."""
        numbers = range(start // _CELL_PART_BYTES, -(-end // _CELL_PART_BYTES))
        return [_part_key(self.record.id, self.first_chunk, "cells", n) for n in numbers]


def document_rows(document: Document, document_id: int, first_chunk: int, count: int) -> tuple[Row, list[Row]]:
    """The row of a document with ``count`` passages, and the rows of its text, pages, headings and tables.

    Readers see the document as soon as its own row is written, so the other rows must be written first.
    """
    document = _fitting(document)
    tables = describe_tables(document.tables)
    layout = json.dumps([list(map(astuple, items)) for items in (document.pages, document.headings, tables)])
    cells = cells_of(document.tables)
    parts: dict[str, Sequence[Sequence[str]]] = {
        "text": list(batches(document.text, _PART_CHARACTERS)),
        "layout": list(batches(layout, _PART_CHARACTERS)),
        "cells": [
            b64encode(cells[start : start + _CELL_PART_BYTES]).decode()
            for start in range(0, len(cells), _CELL_PART_BYTES)
        ],
    }
    same: Row = {"document": document_id, "first": first_chunk, "unused": UNUSED_VECTOR}
    part_rows: list[Row] = [
        same | {"key": _part_key(document_id, first_chunk, kind, number), "part": part}
        for kind, pieces in parts.items()
        for number, part in enumerate(pieces)
    ]
    fields = record_fields(document, count)
    row = {name: fields.pop(name) for name in ("source", "path", "sha256")}
    locations = [first_chunk, *map(len, parts.values()), document_checksum(document)]
    record = json.dumps([fields, locations], ensure_ascii=False)
    return row | {"id": document_id, "record": record, "unused": UNUSED_VECTOR}, part_rows


def stored_document(row: Row) -> StoredDocument:
    """The document that a row describes, without its text. Raises IndexDamagedError when it cannot be read."""
    try:
        fields, locations = json.loads(row["record"])
        fields |= {name: tuple(fields.get(name, ())) for name in ("warnings", "empty_pages", "left_out")}
        record = DocumentRecord(id=row["id"], path=row["path"], sha256=row["sha256"], source=row["source"], **fields)
        return StoredDocument(record, *locations)
    except (ValueError, TypeError) as error:
        raise IndexDamagedError(
            f"the record of {row['path']} cannot be read ({error}): run `quoth index --rebuild`"
        ) from error


def join_document(stored: StoredDocument, parts: dict[str, str]) -> Document:
    """The whole document, given the parts of its text, pages, headings and tables by their keys.

    Raises IndexDamagedError when it was altered.
    """
    try:
        pages, headings, tables = _layout(stored, parts)
        text = "".join(parts[key] for key in stored.text_keys())
        cells = _cells(stored, parts, 0, stored.cell_parts * _CELL_PART_BYTES)
        document = restore_document(stored.record, text, pages, headings, tables, cells)
        intact = stored.checksum in (None, document_checksum(document))
    except (ValueError, TypeError):
        intact = False
    if not intact:
        raise IndexDamagedError(f"what is stored of {stored.record.path} was altered: {REMEDY}")
    return document


def table_keys(stored: StoredDocument, parts: dict[str, str], rows: TableRows, around: int) -> list[str]:
    """The keys of the cells of a chunk's rows and of ``around`` more, given the document's layout by its keys."""
    return stored.cell_keys(*_layout(stored, parts)[2][rows.table].bytes_of(rows, around))


def join_table_part(stored: StoredDocument, parts: dict[str, str], rows: TableRows, around: int) -> TablePart:
    """The rows of a chunk and ``around`` more, given the document's layout and their cells by their keys."""
    table = _layout(stored, parts)[2][rows.table]
    return table.part(rows, around, _cells(stored, parts, *table.bytes_of(rows, around)))


def _layout(stored: StoredDocument, parts: dict[str, str]) -> tuple[list[Row], list[Row], list[TableDescription]]:
    pages, headings, *tables = json.loads("".join(parts[key] for key in stored.layout_keys()))
    return pages, headings, [TableDescription(*table) for table in (tables[0] if tables else ())]


def _cells(stored: StoredDocument, parts: dict[str, str], start: int, end: int) -> bytes:
    joined = b"".join(b64decode(parts[key]) for key in stored.cell_keys(start, end))
    skipped = start // _CELL_PART_BYTES * _CELL_PART_BYTES
    return joined[start - skipped : end - skipped]


def passage_rows(
    document: Document,
    document_id: int,
    first_chunk: int,
    passages: Sequence[Passage],
    stems: Sequence[Sequence[str]],
    schema: int,
) -> list[Row]:
    """The rows of a document's passages without their vectors, given the stems of each passage's title and words.

    They are for collections of this schema.
    """
    rows: list[Row] = [
        {
            "id": chunk_id,
            "document": document_id,
            "ordinal": passage.chunk.ordinal,
            "start": passage.chunk.start,
            "stop": passage.chunk.end,
            "skip": max(0, document.body_start - passage.chunk.start),
            "page": passage.chunk.page or 0,
            "heading": (passage.chunk.heading or "")[:_HEADING_CHARACTERS],
            "title": document.title,
            "text": passage.chunk.text,
            "key": passage.key.hex(),
            "path": document.path,
            "date": document.date or "",
            "media_type": document.media_type,
            "terms": " ".join(terms)[:TEXT_BYTES],
            "context": passage.chunk.context,
            "rows": ":".join(map(str, astuple(passage.chunk.rows))) if passage.chunk.rows else "",
        }
        for chunk_id, (passage, terms) in enumerate(zip(passages, stems, strict=True), start=first_chunk)
    ]
    return rows if schema < 3 else [row | {"checksum": chunk_checksum(_unchecked_chunk(row))} for row in rows]


def chunk_of(row: Row) -> Chunk:
    """The chunk in a passage's row. Raises IndexDamagedError when it was altered."""
    try:
        chunk = _unchecked_chunk(row)
    except (ValueError, TypeError):
        chunk = None
    if chunk is None or row.get("checksum") not in (None, chunk_checksum(chunk)):
        raise IndexDamagedError(f"passage {row['ordinal']} of document {row['document']} was altered: {REMEDY}")
    return chunk


def _unchecked_chunk(row: Row) -> Chunk:
    position = (row["ordinal"], row["start"], row["stop"])
    rows = TableRows(*map(int, row["rows"].split(":"))) if row.get("rows") else None
    place = (row["page"] or None, row["heading"] or None)
    return Chunk(row["id"], row["document"], *position, row["text"], *place, row.get("context", ""), rows)


def passage_fields(schema: int) -> list[str]:
    """The fields of a passage in collections of this schema."""
    return _PASSAGE_FIELDS[schema]


def keyword_text_of(row: Row) -> str:
    """The text in a passage's row without the head of its document."""
    return str(row["text"][row["skip"] :])


def stored_passage(row: Row) -> Passage:
    """The passage in a row that was fetched with its key and vector."""
    vector = np.asarray(row["vector"], dtype=np.float32)
    return Passage(chunk_of(row), keyword_text_of(row), bytes.fromhex(row["key"]), vector)


def short_key(*parts: str) -> str:
    """A key of 32 characters for values that may be longer than Milvus allows."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _fitting(document: Document) -> Document:
    """The document; without its metadata and most of its warnings if they are too long for a Milvus string."""
    size = len(json.dumps(record_fields(document, 0), ensure_ascii=False).encode())
    if size <= _RECORD_BYTES:
        return document
    return replace(document, metadata={}, warnings=(*document.warnings[:10], _TOO_LONG))


def _part_key(document_id: int, first_chunk: int, kind: str, number: int) -> str:
    return f"{document_id}:{first_chunk}:{kind}:{number}"
