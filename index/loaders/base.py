"""What a parser returns for the bytes of a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from index.types import Heading, Page


@dataclass(frozen=True, slots=True)
class Parsed:
    """The canonical text of a file, and what else the parser found in it."""

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
