"""The source viewer: a document's text with the quote marked in it, or a PDF's pages as pictures."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Query, Response
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse, JSONResponse

from index import Document
from ui.service.engine import WHOLE_DOCUMENTS, AnswerEngine
from ui.tables import ShownTable, shown_table
from ui.text import counted, dating
from ui.web.html import render, spoken_date
from ui.web.reading.anchor import Anchor
from ui.web.reading.contents import outline, page_at
from ui.web.reading.finding import MOST, occurrences
from ui.web.reading.paragraphs import MarkedText, Marks, flowing, split_paragraphs
from ui.web.reading.pdf_page import bookmarks_of, picture_of
from ui.web.reading.source_file import read_original

Offset = Annotated[int, Query(ge=0, le=2**40)]
Id = Annotated[int, PathParameter(ge=0, le=2**53)]
Number = Annotated[int, PathParameter(ge=1, le=2**31)]
Checksum = Annotated[str, Query(pattern="^([0-9a-f]{8})?$")]
Words = Annotated[str, Query(min_length=1, max_length=200)]
VIEWED = 200_000  # characters of a document that are shown at once
PDF, MARKDOWN = "application/pdf", "text/markdown"
HEADING_SIGNS = re.compile(r" {0,3}#{1,6}[ \t]+")
GONE = "The file has changed since it was read, has moved, or is not on this machine any more."


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of the viewer. With an empty ``tag`` it has no text, only the number of a page that begins there."""

    page: int | None  # the number of the page that begins here
    tag: str = ""
    at: int = 0  # where the text starts in the document's
    text: MarkedText = field(default_factory=MarkedText)
    front: bool = False  # stands before the document's body
    table: ShownTable | None = None  # what it is instead of text


def _anchor(document_id: Id, start: Offset = 0, end: Offset = 0, check: Checksum = "") -> Anchor:
    return Anchor(document_id, start, end, check)


At = Annotated[Anchor, Depends(_anchor)]


def router(engine: AnswerEngine) -> APIRouter:
    """The routes for a document's text, its pages as pictures, its outline, its file and words in it."""
    routes = APIRouter(prefix="/ui/source", include_in_schema=False, default_response_class=HTMLResponse)
    opened_files = threading.BoundedSemaphore(WHOLE_DOCUMENTS)  # apart, because a child takes its time with a PDF

    def find(document_id: int) -> Document:
        return engine.answerer().index.document(document_id)

    @routes.get("/{document_id}")
    def source(at: At, text: bool = False) -> str:
        """The document with the quote marked; ``text`` asks for a PDF's text instead of its pages."""
        with engine.whole_documents:
            return render_document(find(at.document), at, as_text=text)

    @routes.get("/{document_id}/pages/{number}")
    def printed(document_id: Id, number: Number, fine: bool = False) -> str:
        """A page of a PDF as a picture under its words; empty if there is no such page."""
        with opened_files:
            return render_page(find(document_id), number, fine=fine)

    @routes.get("/{document_id}/contents")
    def contents(document_id: Id) -> str:
        """The document's outline."""
        with opened_files:
            document = find(document_id)
            content = read_original(document) if document.media_type == PDF else None
            entries = outline(document, bookmarks_of(content) if content else ())
            return render("reading/contents.html", entries=entries)

    @routes.get("/{document_id}/find")
    def hits(document_id: Id, words: Words) -> JSONResponse:
        """Where the document has these words: ``[start, end, page number]`` each, page 0 where it has no pages."""
        with engine.whole_documents:
            document = find(document_id)
            found = [(*span, _page_number(document, span[0])) for span in occurrences(document, words)]
            return JSONResponse({"hits": found, "more": len(found) >= MOST})

    @routes.get("/{document_id}/file")
    def original(document_id: Id) -> Response:
        """The document's file, to be saved: never shown in the page's own origin, since it may hold scripts."""
        with engine.whole_documents:
            document = find(document_id)
            return _download(document.path.rsplit("/", 1)[-1], read_original(document))

    return routes


def _download(name: str, content: bytes | None) -> Response:
    if content is None:
        return HTMLResponse(render("reading/gone.html", words=GONE), status_code=404)
    disposition = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return Response(content, media_type="application/octet-stream", headers=headers)


def render_document(document: Document, anchor: Anchor, *, as_text: bool = False) -> str:
    """The viewer: the document's title and facts, then a PDF's page, or the text with the quote marked if it is there.

    Of a long text, the part around the quote is shown, with links to those before and after.
    """
    first, last = _part(document, anchor.start)
    matches = anchor.matches(document.text)
    marks = Marks.around(document, anchor.start, anchor.end) if matches else Marks.none()
    is_pdf = document.media_type == PDF and bool(document.pages)
    paged = is_pdf and not as_text
    page = page_at(document, anchor.start)
    return render(
        "reading/viewer.html",
        document=document,
        id=anchor.document,
        facts=list(_facts(document)),
        changed=not matches,
        is_pdf=is_pdf,
        page=page.number if paged and page else 0,
        pages=json.dumps([[page.number, page.label or ""] for page in document.pages]) if paged else "",
        marks=marks,
        has_contents=bool(document.headings) or is_pdf,
        part=(first, last),
        earlier=_link(anchor.document, max(0, first - VIEWED // 2)) if first else "",
        later=_link(anchor.document, last + VIEWED // 2) if last < len(document.text) else "",
        paragraphs=() if paged else _paragraphs(document, marks, first, last),
    )


def render_page(document: Document, number: int, *, fine: bool = False) -> str:
    """A page of a PDF as a picture under its words, larger if ``fine``; empty if there is no such page."""
    page = next((page for page in document.pages if page.number == number), None)
    if page is None or document.media_type != PDF:
        return ""
    content = read_original(document)
    text = document.text[page.start : page.end]
    picture = picture_of(content, number, text, fine=fine) if content else None
    return render("reading/page.html", page=page, picture=picture, recognised=bool(text.strip()))


def _facts(document: Document) -> Iterator[str]:
    if document.date:
        words = f"{dating(document.date_source)} {spoken_date(document.date)}"
        yield words[0].upper() + words[1:]
    if document.pages:
        yield counted(len(document.pages), "page")


def _page_number(document: Document, offset: int) -> int:
    page = page_at(document, offset)
    return page.number if page else 0


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
    shown = document.text
    if document.media_type == PDF:
        shown = shown[:first] + flowing(shown[first:last]) + shown[last:]
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
        at = start + (signs.end() if signs else 0)
        marked = marks.apply(shown, at, start + len(text))
        tag = f"h{min(6, heading.level + 2)}" if heading else "p"
        yield Paragraph(page, tag, at, marked, front=end <= document.body_start)
