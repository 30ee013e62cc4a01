"""The source viewer: a document's text with the quote marked in it, and a PDF's page as a picture."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import HTMLResponse

from index import Document, Page
from ui.service.engine import AnswerEngine
from ui.tables import ShownTable, shown_table
from ui.text import counted, one_line
from ui.web.anchor import Anchor
from ui.web.html import render, spoken_date
from ui.web.paragraphs import MarkedText, Marks, split_paragraphs
from ui.web.pdf_page import PagePicture, picture_of

Offset = Annotated[int, Query(ge=0, le=2**40)]
Checksum = Annotated[str, Query(pattern="^([0-9a-f]{8})?$")]
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


def _anchor(document_id: int, start: Offset = 0, end: Offset = 0, check: Checksum = "") -> Anchor:
    return Anchor(document_id, start, end, check)


At = Annotated[Anchor, Depends(_anchor)]


def router(engine: AnswerEngine) -> APIRouter:
    """The routes for a document's text and for pictures of its pages."""
    routes = APIRouter(prefix="/ui/source", include_in_schema=False, default_response_class=HTMLResponse)

    def find(document_id: int) -> Document:
        return engine.answerer().index.document(document_id)

    @routes.get("/{document_id}")
    def source(at: At) -> str:
        """The document with the quote marked."""
        return render_document(find(at.document), at)

    @routes.get("/{document_id}/page")
    def printed(at: At) -> str:
        """A picture of the page on which the quote begins, with boxes around the quote; empty if it is not a PDF's."""
        document = find(at.document)
        page = page_at(document, at.start)
        if page is None or document.media_type != PDF or not at.matches(document.text):
            return ""
        return render("page_picture.html", picture=_picture(document, page, at.start, at.end), page=page)

    return routes


def render_document(document: Document, anchor: Anchor) -> str:
    """The viewer: the document's title and facts, then its text with the quote marked, if it is still there."""
    matches = anchor.matches(document.text)
    marks = Marks.around(document, anchor.start, anchor.end) if matches else Marks.none()
    return render(
        "viewer.html",
        document=document,
        facts=list(_facts(document)),
        changed=not matches,
        printed=document.media_type == PDF and marks.end > 0,
        paragraphs=_paragraphs(document, marks),
    )


def page_at(document: Document, offset: int) -> Page | None:
    """The page that holds the character at ``offset``."""
    return next((page for page in document.pages if page.start <= offset < page.end), None)


def original(document: Document) -> Path | None:
    """The file that a document was read from; None if it has changed or is outside the document's source folder."""
    if not document.source:
        return None
    folder = Path(document.source).resolve()
    file = (folder / document.path).resolve()
    if not (file.is_relative_to(folder) and file.is_file()):
        return None
    with file.open("rb") as opened:
        unchanged = hashlib.file_digest(opened, "sha256").hexdigest() == document.sha256
    return file if unchanged else None


def _picture(document: Document, page: Page, start: int, end: int) -> PagePicture | None:
    file = original(document)
    text = document.text[page.start : page.end]
    return picture_of(file, page.number, text, start - page.start, end - page.start) if file else None


def _facts(document: Document) -> Iterator[str]:
    if document.date:
        yield spoken_date(document.date)
    if document.pages:
        yield counted(len(document.pages), "page")
    yield one_line(document.path, 80)


def _paragraphs(document: Document, marks: Marks) -> Iterator[Paragraph]:
    pages = {page.start: page.number for page in document.pages}
    headings = {heading.start: heading for heading in document.headings}
    tables = {table.start: table for table in document.tables}
    done = 0  # where the last table ends
    for start, end in split_paragraphs(document):
        page = pages.get(start)
        if start < done:
            continue
        if table := tables.get(start):
            done = table.end
            yield Paragraph(page, table=shown_table(document, table, marks.start, marks.end))
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
