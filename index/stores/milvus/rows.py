"""Documents and passages as rows of Milvus, and back."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from index.stores.base import Passage, StoredPassage
from index.stores.milvus.client import Row
from index.stores.milvus.schema import TEXT_BYTES, UNUSED
from index.types import Chunk, Document, DocumentRecord, Failure, Heading, Page

PASSAGE = ["id", "document", "ordinal", "start", "stop", "skip", "page", "heading", "title", "text"]
RECORD = ["id", "source", "path", "sha256", "record"]
_PART = TEXT_BYTES // 4  # code points, of at most four bytes
_HEADING = 2_000  # code points


@dataclass(frozen=True, slots=True)
class Published:
    """A document as its row has it: its ``record.chunk_count`` passages have the ids from ``first`` on.

    Passages of any other id are of a commit that is under way or was interrupted, and count for nothing.
    """

    record: DocumentRecord
    first: int
    text_parts: int
    layout_parts: int

    def owns(self, chunk_id: int) -> bool:
        """Whether a passage is one of the document as it is now."""
        return self.first <= chunk_id < self.first + self.record.chunk_count

    def text_keys(self) -> list[str]:
        """The keys of the parts of its text, in order."""
        return [_part_key(self.record.id, self.first, "text", n) for n in range(self.text_parts)]

    def layout_keys(self) -> list[str]:
        """The keys of the parts of its pages and headings, in order."""
        return [_part_key(self.record.id, self.first, "layout", n) for n in range(self.layout_parts)]


def document_rows(document: Document, document_id: int, first: int, count: int) -> tuple[Row, list[Row]]:
    """The row of a document and those of its text, pages and headings; a reader sees it when the first is written."""
    layout = json.dumps([[astuple(page) for page in document.pages], [astuple(one) for one in document.headings]])
    parts = {"text": list(_parts(document.text)), "layout": list(_parts(layout))}
    texts = [
        {"key": _part_key(document_id, first, kind, n), "document": document_id, "first": first, "part": part}
        for kind, pieces in parts.items()
        for n, part in enumerate(pieces)
    ]
    facts = {
        "title": document.title,
        "media_type": document.media_type,
        "date": document.date,
        "body_start": document.body_start,
        "characters": len(document.text),
        "page_count": len(document.pages),
        "chunk_count": count,
        "metadata": dict(document.metadata),
        "warnings": list(document.warnings),
        "encoding": document.encoding,
        "empty_pages": list(document.empty_pages),
    }
    published = {"first": first, "text_parts": len(parts["text"]), "layout_parts": len(parts["layout"])}
    row = {
        "id": document_id,
        "source": document.source,
        "path": document.path,
        "sha256": document.sha256,
        "record": _within_limit(facts, published),
        "unused": UNUSED,
    }
    return row, [text | {"unused": UNUSED} for text in texts]


def published(row: Row) -> Published:
    """The document of a row."""
    facts, (first, text_parts, layout_parts) = json.loads(row["record"])
    facts["warnings"], facts["empty_pages"] = tuple(facts["warnings"]), tuple(facts["empty_pages"])
    record = DocumentRecord(id=row["id"], path=row["path"], sha256=row["sha256"], source=row["source"], **facts)
    return Published(record, first, text_parts, layout_parts)


def whole(held: Published, text: str, layout: str) -> Document:
    """The document of its row and parts."""
    record = held.record
    pages, headings = json.loads(layout)
    return Document(
        path=record.path,
        title=record.title,
        text=text,
        media_type=record.media_type,
        sha256=record.sha256,
        source=record.source,
        date=record.date,
        body_start=record.body_start,
        pages=tuple(Page(*page) for page in pages),
        headings=tuple(Heading(*heading) for heading in headings),
        metadata=record.metadata,
        warnings=record.warnings,
        encoding=record.encoding,
        empty_pages=record.empty_pages,
    )


def passage_rows(
    document: Document, document_id: int, first: int, passages: Sequence[Passage], terms: Sequence[Sequence[str]]
) -> list[Row]:
    """The rows of a document's passages, without their vectors; ``terms`` are the stems of titles and words."""
    return [
        {
            "id": first + place,
            "document": document_id,
            "ordinal": chunk.ordinal,
            "start": chunk.start,
            "stop": chunk.end,
            "skip": max(0, document.body_start - chunk.start),
            "page": chunk.page or 0,
            "heading": (chunk.heading or "")[:_HEADING],
            "title": document.title,
            "text": chunk.text,
            "key": key.hex(),
            "path": document.path,
            "date": document.date or "",
            "media_type": document.media_type,
            "terms": " ".join(stems)[:TEXT_BYTES],
        }
        for place, ((chunk, _, key), stems) in enumerate(zip(passages, terms, strict=True))
    ]


def chunk_of(row: Row) -> Chunk:
    """The chunk of a passage's row."""
    place = (row["ordinal"], row["start"], row["stop"])
    return Chunk(row["id"], row["document"], *place, row["text"], row["page"] or None, row["heading"] or None)


def words_of(row: Row) -> str:
    """The words of a passage without its document's head."""
    return str(row["text"][row["skip"] :])


def stored(row: Row) -> StoredPassage:
    """The passage of a row that has its key and vector."""
    vector = np.asarray(row["vector"], dtype=np.float32)
    return StoredPassage(chunk_of(row), words_of(row), bytes.fromhex(row["key"]), vector)


def failure_of(value: str) -> Failure:
    """The failure in a fact's value."""
    return Failure(*json.loads(value))


def name_of(*parts: str) -> str:
    """A short name for something with a long one."""
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _within_limit(facts: Row, published: Row) -> str:
    """The facts as JSON; front matter too long for a string of Milvus is left out, and the report says so."""
    places = list(published.values())
    text = json.dumps([facts, places], ensure_ascii=False)
    if len(text.encode()) <= TEXT_BYTES:
        return text
    told = "its front matter is too long for the store and was left out"
    return json.dumps([facts | {"metadata": {}, "warnings": [*facts["warnings"][:10], told]}, places])


def _parts(text: str) -> Iterator[str]:
    for start in range(0, len(text), _PART):
        yield text[start : start + _PART]


def _part_key(document_id: int, first: int, kind: str, number: int) -> str:
    return f"{document_id}:{first}:{kind}:{number}"
