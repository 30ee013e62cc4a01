"""Documents are converted to the fields that stores keep, and back, without loss."""

from __future__ import annotations

from dataclasses import astuple

from index.stores.document_fields import cells_of, describe_tables, record_fields, restore_document
from index.types import Document, DocumentRecord, Heading, Page, Rows, Table

DOCUMENT = Document(
    "notes/a.txt",
    "A title",
    "2024-05-06\nSome words.",
    "text/plain",
    sha256="ab" * 32,
    source="/documents",
    date="2024-05-06",
    body_start=11,
    pages=(Page(1, 0, 22),),
    headings=(Heading(1, "A title", 11),),
    metadata={"author": "Ada"},
    warnings=("a warning",),
    encoding="utf-8",
    empty_pages=(2,),
    date_source="text",
    coverage=0.5,
    left_out=("1 image",),
    tables=(
        Table((("A",), ("B", "C")), Rows.pack(2, [[(0, 4), (5, 7)], [(8, 8), (8, 9)]]), 0, 10, "A caption", 1),
        Table(((),), Rows.pack(1, [[(11, 12)]]), 11, 12),
    ),
)


def test_a_document_is_restored_from_its_record_text_pages_and_headings():
    record = DocumentRecord(id=1, **record_fields(DOCUMENT, 3))
    pages, headings = map(astuple, DOCUMENT.pages), map(astuple, DOCUMENT.headings)
    tables, cells = describe_tables(DOCUMENT.tables), cells_of(DOCUMENT.tables)
    assert restore_document(record, DOCUMENT.text, pages, headings, tables, cells) == DOCUMENT


def test_a_record_counts_characters_pages_and_passages():
    record = DocumentRecord(id=1, **record_fields(DOCUMENT, 3))
    assert (record.characters, record.page_count, record.chunk_count) == (22, 1, 3)
