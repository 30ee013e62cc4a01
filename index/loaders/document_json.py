"""Documents and chunks as JSON, for the pipes between processes."""

from __future__ import annotations

from base64 import b64decode, b64encode
from dataclasses import asdict
from typing import Any

from index.types import Chunk, Document, Heading, Page, Rows, Table, TableRows


def document_to_json(document: Document) -> dict[str, Any]:
    """The document's fields as values that JSON has."""
    fields = asdict(document)
    for table in fields["tables"]:
        table["rows"]["packed"] = b64encode(table["rows"]["packed"]).decode()
    return fields


def document_from_json(fields: dict[str, Any]) -> Document:
    """The document with these fields, which were read from JSON and have lists instead of tuples."""
    fields = dict(fields)
    fields["pages"] = tuple(Page(**page) for page in fields["pages"])
    fields["headings"] = tuple(Heading(**heading) for heading in fields["headings"])
    fields["tables"] = tuple(map(_table, fields["tables"]))
    for name in ("warnings", "empty_pages", "left_out"):
        fields[name] = tuple(fields[name])
    return Document(**fields)


def chunk_from_json(fields: dict[str, Any]) -> Chunk:
    """The chunk with these fields, which were read from JSON."""
    return Chunk(**fields | {"rows": TableRows(**fields["rows"]) if fields["rows"] else None})


def _table(fields: dict[str, Any]) -> Table:
    columns = tuple(map(tuple, fields["columns"]))
    rows = Rows(fields["rows"]["columns"], b64decode(fields["rows"]["packed"]))
    return Table(**fields | {"columns": columns, "rows": rows})
