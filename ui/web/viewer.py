"""The source viewer: a document's own text, the answer marked where it stands, and a PDF's page as it was printed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query
from fastapi.responses import HTMLResponse

from index import Document, Page, QuothError
from ui.service.engine import AnswerEngine
from ui.text import counted, one_line
from ui.web.anchor import Place
from ui.web.html import spoken_date, text
from ui.web.passages import Marks, paragraphs
from ui.web.pdf_page import Box, PagePicture, picture_of

Offset = Annotated[int, Query(ge=0, le=2**40)]
Check = Annotated[str, Query(pattern="^([0-9a-f]{8})?$")]
PDF, MARKDOWN = "application/pdf", "text/markdown"
SIGNS = re.compile(r" {0,3}#{1,6}[ \t]+")  # of a heading, whose looks say the same
CHANGED = "This document has changed since it was quoted. The words are no longer at their place, so nothing is marked."
UNDRAWN = (
    "The page cannot be drawn: its file has changed, moved, or is damaged. The text below is what was read from it."
)


def _place(document_id: int, start: Offset = 0, end: Offset = 0, check: Check = "") -> Place:
    return Place(document_id, start, end, check)


At = Annotated[Place, Depends(_place)]


def router(engine: AnswerEngine) -> APIRouter:
    """The routes under which the page fetches a document and its pages."""
    routes = APIRouter(prefix="/ui/source", include_in_schema=False, default_response_class=HTMLResponse)

    def find(document_id: int) -> Document:
        try:
            return engine.answerer().index.document(document_id)
        except QuothError as problem:
            raise HTTPException(404, str(problem)) from problem

    @routes.get("/{document_id}")
    def source(at: At) -> str:
        """The document with the place marked."""
        return whole(find(at.document), at)

    @routes.get("/{document_id}/page")
    def printed(at: At) -> str:
        """The page on which a place begins, as a picture with the place's boxes; empty for what has no pages."""
        document = find(at.document)
        page = page_at(document, at.start)
        if page is None or document.media_type != PDF or not at.stands_in(document.text):
            return ""
        return _picture(document, page, at.start, at.end)

    return routes


def whole(document: Document, place: Place) -> str:
    """The whole viewer: what the document is, then its text, the place marked if it is still there."""
    stands = place.stands_in(document.text)
    marks = Marks.around(document, place.start, place.end) if stands else Marks.none()
    changed = "" if stands else f'<p class="changed" role="status">{CHANGED}</p>'
    printed = '<div class="printed" data-printed></div>' if document.media_type == PDF and marks.end else ""
    body = "".join(_body(document, marks))
    return f'{_head(document)}<div class="paper" tabindex="0">{changed}{printed}{body}</div>'


def page_at(document: Document, place: int) -> Page | None:
    """The page that holds the character at ``place``."""
    return next((page for page in document.pages if page.start <= place < page.end), None)


def original(document: Document) -> Path | None:
    """The file that a document was read from, as long as it is still that file, inside its source folder."""
    if not document.source:
        return None
    folder = Path(document.source).resolve()
    file = (folder / document.path).resolve()
    if not (file.is_relative_to(folder) and file.is_file()):
        return None
    with file.open("rb") as opened:
        unchanged = hashlib.file_digest(opened, "sha256").hexdigest() == document.sha256
    return file if unchanged else None


def _picture(document: Document, page: Page, start: int, end: int) -> str:
    file = original(document)
    words = document.text[page.start : page.end]
    drawn = picture_of(file, page.number, words, start - page.start, end - page.start) if file else None
    return f'<p class="undrawn">{UNDRAWN}</p>' if drawn is None else _figure(drawn, page)


def _figure(drawn: PagePicture, page: Page) -> str:
    note = "" if drawn.boxes else ". The place could not be found exactly on the picture, so nothing is marked on it"
    return (
        f'<figure><div class="sheet"><img src="data:image/png;base64,{drawn.png}" width="{drawn.width}" '
        f'height="{drawn.height}" alt="Page {page.number} as it was printed">'
        f"{''.join(map(_outline, drawn.boxes))}</div><figcaption>Page {page.number}{note}</figcaption></figure>"
    )


def _outline(box: Box) -> str:
    sides = {"left": box.left, "top": box.top, "width": box.width, "height": box.height}
    return f'<i class="box" style="{";".join(f"{side}:{part:.3%}" for side, part in sides.items())}"></i>'


def _head(document: Document) -> str:
    facts = [spoken_date(document.date)] if document.date else []
    facts += [counted(len(document.pages), "page")] if document.pages else []
    facts += [one_line(document.path, 80)]
    return (
        f'<header class="about"><h2 tabindex="-1"><bdi>{text(one_line(document.title))}</bdi></h2>'
        '<button type="button" class="close" data-do="close-viewer" aria-label="Close the source">Close</button>'
        f'<p class="facts">{" · ".join(f"<bdi>{text(fact)}</bdi>" for fact in facts)}</p>'
        '<div class="bar"><button type="button" data-do="step" data-step="-1">Previous</button>'
        '<button type="button" data-do="step" data-step="1">Next</button>'
        '<button type="button" data-do="link-here">Copy link</button>'
        '<input type="search" data-find placeholder="Find in this document" aria-label="Find in this document">'
        '<span class="found" data-found role="status"></span></div></header>'
    )


def _body(document: Document, marks: Marks) -> Iterator[str]:
    pages = {page.start: page.number for page in document.pages}
    headings = {heading.start: heading for heading in document.headings}
    for start, end in paragraphs(document):
        if start in pages:
            yield f'<p class="folio">Page {pages[start]}</p>'
        words = document.text[start:end].rstrip()
        if not words:
            continue
        heading = headings.get(start)
        signs = SIGNS.match(words) if heading and document.media_type == MARKDOWN else None
        inner = marks.render(document.text, start + (signs.end() if signs else 0), start + len(words))
        name = f"h{min(6, heading.level + 2)}" if heading else "p"
        kind = ' class="front"' if end <= document.body_start else ""
        yield f'<{name} dir="auto"{kind}>{inner}</{name}>'
