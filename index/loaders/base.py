"""What a parser returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.types import Heading, Page, Table


@dataclass(frozen=True, slots=True)
class Parsed:
    """The canonical text of a file, and its other content under the names of the fields of ``Document``."""

    text: str
    media_type: str
    title: str | None = None
    date: str | None = None
    body_start: int = 0
    pages: tuple[Page, ...] = ()
    headings: tuple[Heading, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    encoding: str | None = None
    empty_pages: tuple[int, ...] = ()
    tables: tuple[Table, ...] = ()
    date_source: str | None = None
    coverage: float | None = None
    left_out: tuple[str, ...] = ()
