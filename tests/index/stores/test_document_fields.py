"""Documents are converted to the fields that stores keep, and back, without loss."""

from __future__ import annotations

from dataclasses import astuple

from index.stores.document_fields import record_fields, restore_document
from index.types import Document, DocumentRecord, Heading, Page

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
)


def test_a_document_is_restored_from_its_record_text_pages_and_headings():
    record = DocumentRecord(id=1, **record_fields(DOCUMENT, 3))
    pages, headings = map(astuple, DOCUMENT.pages), map(astuple, DOCUMENT.headings)
    assert restore_document(record, DOCUMENT.text, pages, headings) == DOCUMENT


def test_a_record_counts_characters_pages_and_passages():
    record = DocumentRecord(id=1, **record_fields(DOCUMENT, 3))
    assert (record.characters, record.page_count, record.chunk_count) == (22, 1, 3)
