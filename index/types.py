"""The basic types of the index: documents, chunks, hits.

Offsets count Unicode code points in the canonical text of one document; ranges are half open: ``text[start:end]``.
"""

from __future__ import annotations

import fnmatch
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, overload


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a paginated document; pages are in order and do not overlap."""

    number: int  # from 1
    start: int
    end: int
    label: str | None = None  # the page's printed number ("iv", "13"), where the file says it


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, and its position in the text."""

    level: int  # 1 (outermost) to 6
    title: str
    start: int


class Cell(NamedTuple):
    """The place of a table's cell in the text; an empty cell has no length."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Rows(Sequence[tuple[Cell, ...]]):
    """The rows of a table, each with one cell for each column; packed, because a table can have a million cells."""

    columns: int  # at least 1
    packed: bytes  # start and end of each cell, row by row, as native 32-bit integers

    @classmethod
    def pack(cls, columns: int, rows: Iterable[Iterable[tuple[int, int]]]) -> Rows:
        """Rows of ``columns`` cells each, given as (start, end)."""
        return cls(columns, array("i", (offset for row in rows for cell in row for offset in cell)).tobytes())

    def __len__(self) -> int:
        return len(self.packed) // (8 * self.columns)

    @overload
    def __getitem__(self, position: int) -> tuple[Cell, ...]: ...
    @overload
    def __getitem__(self, position: slice) -> Rows: ...
    def __getitem__(self, position: int | slice) -> tuple[Cell, ...] | Rows:
        """One row; or several, for a slice without a step."""
        size = 8 * self.columns
        if isinstance(position, slice):
            start, stop, _ = position.indices(len(self))
            return Rows(self.columns, self.packed[start * size : stop * size])
        row = range(len(self))[position]
        offsets = array("i", self.packed[row * size : (row + 1) * size])
        return tuple(Cell(offsets[k], offsets[k + 1]) for k in range(0, len(offsets), 2))


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a document; each row is one line of the text, ``Country: Switzerland; Hotel limit (EUR): 210.``."""

    columns: tuple[tuple[str, ...], ...]  # header path of each column, outermost first: ("Budget", "2025")
    rows: Rows  # without header rows; at least one
    start: int  # where the first row's line starts
    end: int  # where the last row's line ends
    caption: str = ""
    page: int | None = None  # the page on which it starts


@dataclass(frozen=True, slots=True)
class TableRows:
    """Which rows of which table a chunk contains."""

    table: int  # position in the document's tables
    first: int  # position of the first row
    last: int  # position of the last row


@dataclass(frozen=True, slots=True)
class TablePart:
    """Consecutive rows of a document's table."""

    table: int  # position in the document's tables
    columns: tuple[tuple[str, ...], ...]  # as in ``Table``
    caption: str
    page: int | None
    length: int  # number of rows of the whole table
    first: int  # position of the first of these rows in the table
    rows: Rows

    @classmethod
    def of(cls, table: Table, number: int, first: int, last: int) -> TablePart:
        """The rows from ``first`` to ``last`` of a document's table with this number."""
        rows = table.rows[first : last + 1]
        return cls(number, table.columns, table.caption, table.page, len(table.rows), first, rows)


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
    body_start: int = 0  # text[:body_start] is the head (a date line): metadata, never quoted
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    encoding: str | None = None  # the encoding with which a text file was decoded
    empty_pages: tuple[int, ...] = ()  # numbers of the pages without text
    tables: tuple[Table, ...] = ()  # in order; they do not overlap
    date_source: str | None = None  # where the date is from: "text", "front matter", "metadata" or "file"
    coverage: float | None = None  # share of the file's characters that the text contains, 0 to 1; None if not counted
    left_out: tuple[str, ...] = ()  # what rules leave out of the text: "3 comments", "1 image without text"


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
    date_source: str | None = None
    coverage: float | None = None
    left_out: tuple[str, ...] = ()

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
    context: str = ""  # caption of its table and the sentence before it; embedded, searched and read, never quoted
    rows: TableRows | None = None  # the table's rows that it contains; None outside tables


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
    media_type: str | None = None  # "application/pdf", or the ending of the file's name: "pdf"
    metadata: Mapping[str, str] = field(default_factory=dict)
    documents: frozenset[str] = frozenset()  # relative paths or addresses; empty for any
    collection: str | None = None  # the name of a collection beside the index
    members: frozenset[str] | None = None  # addresses of its documents, which ``IndexView.resolved`` fills in

    def admit(self, document: DocumentRecord) -> bool:
        """Whether a document meets every condition; one without a date is in no date range.

        Raises ``ValueError`` for a collection whose members are not known yet.
        """
        if self.collection is not None and self.members is None:
            raise ValueError(f"the members of the collection “{self.collection}” are not known: resolve the filters")
        if self.members is not None and document.address not in self.members:
            return False
        if self.documents and self.documents.isdisjoint((document.path, document.address)):
            return False
        if self.path is not None and self.path != document.path and not fnmatch.fnmatchcase(document.path, self.path):
            return False  # a listed path may itself have brackets
        if self.media_type is not None and not self._is_of_type(document):
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

    def _is_of_type(self, document: DocumentRecord) -> bool:
        wanted = self.media_type or ""
        if "/" in wanted:
            return document.media_type == wanted
        return document.path.lower().endswith("." + wanted.lower().removeprefix("."))
