"""Checksums of what is stored of a document and of each passage, so that an altered row is noticed.

They cover what citations show: text, title, date, pages, headings, metadata and tables. They do not cover the place of
the file, which changes when it is moved.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import astuple

from index.loaders.document_json import document_to_json
from index.types import Chunk, Document


def document_checksum(document: Document) -> int:
    """A signed number of 64 bits."""
    fields = {name: value for name, value in document_to_json(document).items() if name not in ("path", "source")}
    return _checksum(json.dumps(fields, sort_keys=True))


def chunk_checksum(chunk: Chunk) -> int:
    """A signed number of 64 bits; the text is covered by that of the document."""
    place = (chunk.ordinal, chunk.start, chunk.end, chunk.page, chunk.heading, chunk.context)
    return _checksum(repr((*place, astuple(chunk.rows) if chunk.rows else None)))


def _checksum(value: str) -> int:
    return int.from_bytes(hashlib.blake2b(value.encode(), digest_size=8).digest(), "big", signed=True)
