"""The basic types of the index: documents, chunks, hits.

Offsets count Unicode code points in the canonical text of one document; ranges are half open: ``text[start:end]``.
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
    """A heading, and its position in the text."""

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
    body_start: int = 0  # text[:body_start] is the head (a date line, front matter): metadata, never quoted
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    encoding: str | None = None  # the encoding with which a text file was decoded
    empty_pages: tuple[int, ...] = ()  # numbers of the pages without text


@dataclass(frozen=True, slots=True)
class DocumentRecord:
    """A stored document without its text."""

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
        """The source folder and the path in it; unique."""
        return str(Path(self.source, self.path))


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be read, and the reason, written for a person."""

    path: str
    source: str
    reason: str
    sha256: str = ""  # of the file's bytes; empty when they could not be read


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
    score: float  # fused; higher is better; comparable only within one search
    dense_score: float | None = None  # cosine similarity, -1 to 1
    dense_rank: int | None = None
    keyword_score: float | None = None  # BM25, higher is better
    keyword_rank: int | None = None

    @property
    def head(self) -> int:
        """How many characters at the start of the chunk belong to its document's head; never quoted or shown."""
        return min(max(0, self.document.body_start - self.chunk.start), len(self.chunk.text))


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on the documents of a search, all of which must hold."""

    path: str | None = None  # glob over the relative path, with the rules of fnmatch
    after: str | None = None  # ISO date, inclusive
    before: str | None = None  # ISO date, inclusive
    media_type: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()  # relative paths or addresses; empty for any

    def admit(self, document: DocumentRecord) -> bool:
        """Whether a document meets every condition; one without a date is in no date range."""
        if self.documents and self.documents.isdisjoint((document.path, document.address)):
            return False
        if self.path is not None and self.path != document.path and not fnmatch.fnmatchcase(document.path, self.path):
            return False  # a listed path may itself have brackets
        if self.media_type is not None and document.media_type != self.media_type:
            return False
        if (self.after or self.before) and document.date is None:
            return False
        date = document.date or ""
        if self.after is not None and date < self.after:
            return False
        # Dates are compared at the lower precision, so that 2024-05-31 is not after 2024-05.
        if self.before is not None and date[: len(self.before)] > self.before:
            return False
        return all(document.metadata.get(key) == value for key, value in self.metadata.items())
