"""The source viewer: a document's text with the quote marked in it, and a PDF's page as a picture."""

from __future__ import annotations

import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse

from index import Document, InputError, Page, on_disk, read_file
from ui.service.engine import AnswerEngine
from ui.tables import ShownTable, shown_table
from ui.text import counted, one_line
from ui.web.html import render, spoken_date
from ui.web.reading.anchor import Anchor
from ui.web.reading.paragraphs import MarkedText, Marks, split_paragraphs
from ui.web.reading.pdf_page import PagePicture, picture_of

Offset = Annotated[int, Query(ge=0, le=2**40)]
Id = Annotated[int, PathParameter(ge=0, le=2**53)]
Checksum = Annotated[str, Query(pattern="^([0-9a-f]{8})?$")]
LARGEST = 500_000_000  # bytes of a PDF of which pages are shown
VIEWED = 200_000  # characters of a document that are shown at once
AT_ONCE = 4  # documents that are read and rendered at the same time
PDF, MARKDOWN = "application/pdf", "text/markdown"
HEADING_SIGNS = re.compile(r" {0,3}#{1,6}[ \t]+")


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the viewer. With an empty ``tag`` it has no text, only the number of a page that begins there."""

    page: int | None  # the number of the page that begins here
    tag: str = ""
    text: MarkedText = field(default_factory=MarkedText)
    front: bool = False  # stands before the document's body
    table: ShownTable | None = None  # what it is instead of text


def _anchor(document_id: Id, start: Offset = 0, end: Offset = 0, check: Checksum = "") -> Anchor:
    return Anchor(document_id, start, end, check)


At = Annotated[Anchor, Depends(_anchor)]


def router(engine: AnswerEngine) -> APIRouter:
    """The routes for a document's text and for pictures of its pages."""
    routes = APIRouter(prefix="/ui/source", include_in_schema=False, default_response_class=HTMLResponse)

    places = threading.BoundedSemaphore(AT_ONCE)

    def find(document_id: int) -> Document:
        return engine.answerer().index.document(document_id)

    @routes.get("/{document_id}")
    def source(at: At) -> str:
        """The document with the quote marked."""
        with places:
            return render_document(find(at.document), at)

    @routes.get("/{document_id}/page")
    def printed(at: At) -> str:
        """A picture of the page on which the quote begins, with boxes around the quote; empty if it is not a PDF's."""
        with places:
            document = find(at.document)
            page = page_at(document, at.start)
            if page is None or document.media_type != PDF or not at.matches(document.text):
                return ""
            return render("reading/page_picture.html", picture=_picture(document, page, at.start, at.end), page=page)

    return routes


def render_document(document: Document, anchor: Anchor) -> str:
    """The viewer: the document's title and facts, then its text with the quote marked, if it is still there.

    Of a long document, the part around the quote is shown, with links to those before and after.
    """
    first, last = _part(document, anchor.start)
    matches = anchor.matches(document.text)
    marks = Marks.around(document, anchor.start, anchor.end) if matches else Marks.none()
    return render(
        "reading/viewer.html",
        document=document,
        facts=list(_facts(document)),
        changed=not matches,
        printed=document.media_type == PDF and marks.end > 0,
        earlier=_link(anchor.document, max(0, first - VIEWED // 2)) if first else "",
        later=_link(anchor.document, last + VIEWED // 2) if last < len(document.text) else "",
        paragraphs=_paragraphs(document, marks, first, last),
    )


def page_at(document: Document, offset: int) -> Page | None:
    """The page that holds the character at ``offset``."""
    return next((page for page in document.pages if page.start <= offset < page.end), None)


def original(document: Document) -> bytes | None:
    """The bytes of a document's file; None if it has changed, is too large or outside the document's source folder."""
    if not document.source:
        return None
    file = on_disk(document.source, document.path)
    try:
        content = read_file(file, on_disk(document.source), limit=LARGEST)
    except (InputError, OSError):
        return None
    return content if hashlib.sha256(content).hexdigest() == document.sha256 else None


def _picture(document: Document, page: Page, start: int, end: int) -> PagePicture | None:
    content = original(document)
    text = document.text[page.start : page.end]
    return picture_of(content, page.number, text, start - page.start, end - page.start) if content else None


def _facts(document: Document) -> Iterator[str]:
    if document.date:
        yield spoken_date(document.date)
    if document.pages:
        yield counted(len(document.pages), "page")
    yield one_line(document.path, 80)


def _link(document_id: int, offset: int) -> str:
    """The link that shows the part of a document around an offset."""
    return Anchor(document_id, offset, offset).href


def _part(document: Document, offset: int) -> tuple[int, int]:
    """The part of a document's text to show, ``offset`` in its middle: about ``VIEWED`` characters, in whole lines.

    A line of more than a quarter of that is cut.
    """
    text = document.text
    if len(text) <= VIEWED:
        return 0, len(text)
    first = max(0, min(offset, len(text)) - VIEWED // 2)
    last = min(len(text), first + VIEWED)
    before, after = text.rfind("\n", max(0, first - VIEWED // 4), first), text.find("\n", last, last + VIEWED // 4)
    return (before + 1 if before >= 0 else first), (after if after >= 0 else last)


def _paragraphs(document: Document, marks: Marks, first: int, last: int) -> Iterator[Paragraph]:
    pages = {page.start: page.number for page in document.pages}
    headings = {heading.start: heading for heading in document.headings}
    tables = iter(document.tables)
    table = next(tables, None)
    done = first  # where the last table ends
    for start, end in split_paragraphs(document, first, last):
        while table and table.end <= start:
            table = next(tables, None)
        page = pages.get(start)
        if start < done:
            continue
        if table and table.start <= start:
            done = table.end
            yield Paragraph(page, table=shown_table(document, table, (marks.start, marks.end), (first, last)))
            continue
        text = document.text[start:end].rstrip()
        if not text:
            yield Paragraph(page)
            continue
        heading = headings.get(start)
        signs = HEADING_SIGNS.match(text) if heading and document.media_type == MARKDOWN else None
        marked = marks.apply(document.text, start + (signs.end() if signs else 0), start + len(text))
        tag = f"h{min(6, heading.level + 2)}" if heading else "p"
        yield Paragraph(page, tag, marked, front=end <= document.body_start)
