"""The outline of a document: the bookmarks of a PDF, else the headings."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from index import Document, Page
from ui.web.reading.pdf_page import Bookmark

MOST = 2000  # entries
DEEPEST = 4  # levels that are indented


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the outline; ``level`` is from 1, ``at`` an offset into the document's text."""

    level: int
    title: str
    at: int
    page: Page | None = None


def outline(document: Document, bookmarks: tuple[Bookmark, ...] = ()) -> list[Entry]:
    """The document's outline, outermost entries at level 1: by its ``bookmarks``, or by its headings without them."""
    entries = list(_by_bookmarks(document, bookmarks)) or list(_by_headings(document))
    top = min((entry.level for entry in entries), default=1)
    return [Entry(min(entry.level - top + 1, DEEPEST), entry.title, entry.at, entry.page) for entry in entries[:MOST]]


def page_at(document: Document, offset: int) -> Page | None:
    """The page that holds the character at ``offset``; the one before it, for an offset between two pages."""
    after = bisect_right(document.pages, offset, key=lambda page: page.start)
    return document.pages[max(0, after - 1)] if document.pages else None


def _by_bookmarks(document: Document, bookmarks: tuple[Bookmark, ...]) -> Iterator[Entry]:
    pages = {page.number: page for page in document.pages}
    for bookmark in bookmarks:
        page = pages.get(bookmark.page)
        if page is not None and bookmark.title.strip():
            found = document.text.find(bookmark.title.strip(), page.start, page.end)
            yield Entry(bookmark.level, bookmark.title, page.start if found < 0 else found, page)


def _by_headings(document: Document) -> Iterator[Entry]:
    for heading in document.headings:
        page = page_at(document, heading.start) if document.pages else None
        yield Entry(heading.level, heading.title, heading.start, page)
