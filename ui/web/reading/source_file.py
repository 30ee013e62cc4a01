"""The file that a document was read from."""

from __future__ import annotations

import hashlib

from index import Document, InputError, on_disk, read_file

LARGEST = 500_000_000  # bytes


def read_original(document: Document) -> bytes | None:
    """The bytes of a document's file; None if it has changed, is too large or outside the document's source folder."""
    if not document.source:
        return None
    file = on_disk(document.source, document.path)
    try:
        content = read_file(file, on_disk(document.source), limit=LARGEST)
    except (InputError, OSError):
        return None
    return content if hashlib.sha256(content).hexdigest() == document.sha256 else None
