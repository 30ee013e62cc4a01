"""Conversion of documents to the fields that every store keeps, and back."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from index.types import Document, DocumentRecord, Heading, Page

_SHARED = [field.name for field in fields(Document) if field.name in {f.name for f in fields(DocumentRecord)}]


def record_fields(document: Document, chunk_count: int) -> dict[str, Any]:
    """The fields of a document's ``DocumentRecord`` but its id, by name."""
    counts = {"characters": len(document.text), "page_count": len(document.pages), "chunk_count": chunk_count}
    return {name: getattr(document, name) for name in _SHARED} | {"metadata": dict(document.metadata)} | counts


def restore_document(
    record: DocumentRecord, text: str, pages: Iterable[Iterable[Any]], headings: Iterable[Iterable[Any]]
) -> Document:
    """The document with a record's fields, a text, and pages and headings, each given as its field values."""
    shared: dict[str, Any] = {name: getattr(record, name) for name in _SHARED}
    return Document(
        **shared,
        text=text,
        pages=tuple(Page(*page) for page in pages),
        headings=tuple(Heading(*heading) for heading in headings),
    )
