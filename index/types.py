"""The nouns of the index: documents, chunks, hits.

Every offset is a count of Unicode code points into the canonical text of one document, half open: ``text[start:end]``.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paginated document; pages are in order and do not overlap."""

    number: int  # from 1
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that stands in the text at ``start``."""

    level: int  # 1 (outermost) to 6
    title: str
    start: int


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed file and its canonical text, which never changes after loading."""

    path: str  # POSIX, relative to its source folder
    title: str
    text: str
    media_type: str  # "text/plain", "application/pdf", ...
    sha256: str = ""  # hex digest of the file's bytes
    source: str = ""  # absolute path of the source folder; empty when there is none
    date: str | None = None  # ISO 8601: YYYY, YYYY-MM or YYYY-MM-DD
    body_start: int = 0  # text[:body_start] is a head (a date line, front matter): metadata, not prose to quote
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    encoding: str | None = None  # the encoding that a text file was taken to be in
    empty_pages: tuple[int, ...] = ()  # numbers of pages on which there is no text


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """What a store knows of a document, without its text."""

    id: int
    path: str
    title: str
    media_type: str
    sha256: str
    source: str
    date: str | None
    body_start: int
    characters: int
    page_count: int
    chunk_count: int
    metadata: Mapping[str, str]
    warnings: tuple[str, ...]
    encoding: str | None = None
    empty_pages: tuple[int, ...] = ()

    @property
    def address(self) -> str:
        """The path with the source folder before it; unique."""
        return str(Path(self.source, self.path))


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and why, in words for a person."""

    path: str
    source: str
    reason: str
    sha256: str = ""  # of its bytes; empty when they could not be read


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document: ``document.text[start:end] == text``."""

    id: int
    document_id: int
    ordinal: int  # from 0 within the document
    start: int
    end: int
    text: str
    page: int | None = None  # the page on which the chunk starts
    heading: str | None = None  # titles of the enclosing headings, outermost first, joined by " › "


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that search returned, with the scores that ranked it."""

    chunk: Chunk
    document: DocumentRecord
    rank: int  # from 1, by ``score``
    score: float  # higher is better; fused and comparable within one search only, until a reader ranks the hits again
    dense_score: float | None = None  # cosine similarity, -1 to 1
    dense_rank: int | None = None
    keyword_score: float | None = None  # BM25, higher is better
    keyword_rank: int | None = None

    @property
    def head(self) -> int:
        """How much of the chunk's text is its document's head, which is no prose to quote or show."""
        return min(max(0, self.document.body_start - self.chunk.start), len(self.chunk.text))


@dataclass(frozen=True, slots=True)
class Filters:
    """Which documents a search may look at; every given condition must hold."""

    path: str | None = None  # glob over the relative path, as fnmatch
    after: str | None = None  # ISO date, inclusive
    before: str | None = None  # ISO date, inclusive
    media_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()  # relative paths or addresses, of which it must have one; empty: any

    def admit(self, document: DocumentRecord) -> bool:
        """Whether the document meets every condition; one without a date meets no date range."""
        if self.documents and self.documents.isdisjoint((document.path, document.address)):
            return False
        if self.path is not None and not fnmatch.fnmatchcase(document.path, self.path):
            return False
        if self.media_type is not None and document.media_type != self.media_type:
            return False
        if (self.after or self.before) and document.date is None:
            return False
        date = document.date or ""
        if self.after is not None and date < self.after:
            return False
        # A date in 2024-05 is not after 2024-05-31, nor one in 2024 after 2024-12: compare at the shorter precision.
        if self.before is not None and date[: len(self.before)] > self.before:
            return False
        return all(document.metadata.get(key) == value for key, value in self.metadata.items())
