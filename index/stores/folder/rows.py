"""Rows of the catalog as what they stand for; a row that was altered or cannot be read is an error."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from index.embedder import Vectors
from index.errors import IndexDamagedError
from index.stores.checksums import chunk_checksum
from index.types import Chunk, DocumentRecord, TableRows

REMEDY = "run `quoth repair`, then `quoth index`"


@contextmanager
def intact() -> Iterator[None]:
    """Translate errors of decoding a row, as a flipped bit causes them, into IndexDamagedError."""
    try:
        yield
    except (ValueError, TypeError, LookupError) as error:
        raise IndexDamagedError(f"a row of the catalog cannot be read ({error}): {REMEDY}") from error
    except sqlite3.OperationalError as error:
        if "decode to UTF-8" not in str(error):
            raise
        raise IndexDamagedError(f"a text in the catalog cannot be read ({error}): {REMEDY}") from error


def matrix(blobs: Sequence[bytes]) -> Vectors:
    """Stored vectors as float32 (n, dimensions); (0, 0) without any."""
    joined = np.frombuffer(b"".join(blobs), dtype=np.float16)
    return joined.reshape(len(blobs), -1 if blobs else 0).astype(np.float32)


def record_of(row: tuple[Any, ...]) -> DocumentRecord:
    """The record in a row of documents."""
    *plain, metadata, warnings, encoding, empty_pages, date_source, coverage, left_out = row
    lists = (json.loads(metadata), _tuple(warnings), encoding, _tuple(empty_pages))
    return DocumentRecord(*(*plain, *lists, date_source, coverage, _tuple(left_out)))


def _tuple(written: str) -> tuple[Any, ...]:
    """A stored JSON array; most are empty, and reading those costs most of the time of listing many documents."""
    return () if written == "[]" else tuple(json.loads(written))


def chunk_of(row: tuple[Any, ...], text: str) -> Chunk:
    """The chunk in a row that ends with its checksum, which is missing in old catalogs."""
    *values, checksum = row
    chunk = unchecked_chunk(tuple(values), text)
    if checksum is not None and checksum != chunk_checksum(chunk):
        raise IndexDamagedError(f"passage {chunk.ordinal} of document {chunk.document_id} was altered: {REMEDY}")
    return chunk


def unchecked_chunk(row: tuple[Any, ...], text: str) -> Chunk:
    """The chunk in a row without its checksum."""
    *place, page, heading, context, table, first, last = row
    rows = None if table is None else TableRows(table, first, last)
    return Chunk(*(*place, text, page, heading, context, rows))
