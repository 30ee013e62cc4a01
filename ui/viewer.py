"""The source viewer: a document's own text, the answer marked where it stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import HTMLResponse

from index import Document, QuothError
from ui.desk import Desk
from ui.markup import counted, one_line, spoken_date, text
from ui.passages import Marks, paragraphs

Offset = Annotated[int, Query(ge=0, le=2**40)]


def router(desk: Desk) -> APIRouter:
    """The routes under which the page fetches a document."""
    routes = APIRouter(prefix="/ui/source", include_in_schema=False)

    @routes.get("/{document_id}", response_class=HTMLResponse)
    def source(document_id: int, start: Offset = 0, end: Offset = 0) -> str:
        """The document, ``text[start:end]`` marked."""
        try:
            document = desk.answerer().index.document(document_id)
        except QuothError as problem:
            raise HTTPException(404, str(problem)) from problem
        return page(document, Marks.around(document, start, end))

    return routes


def page(document: Document, marks: Marks) -> str:
    """The whole viewer: what the document is, then its text."""
    return f'{_head(document)}<div class="paper" tabindex="0">{"".join(_body(document, marks))}</div>'


def _head(document: Document) -> str:
    facts = [spoken_date(document.date)] if document.date else []
    facts += [counted(len(document.pages), "page")] if document.pages else []
    facts += [one_line(document.path, 80)]
    return (
        f'<header class="source"><h2 tabindex="-1"><bdi>{text(one_line(document.title))}</bdi></h2>'
        f"<p>{' · '.join(f'<bdi>{text(fact)}</bdi>' for fact in facts)}</p>"
        '<div class="tools">'
        '<button type="button" data-do="step" data-step="-1" aria-label="Previous citation">Previous</button>'
        '<button type="button" data-do="step" data-step="1" aria-label="Next citation">Next</button>'
        '<button type="button" data-do="link-here">Copy link</button>'
        '<button type="button" data-do="close-viewer" aria-label="Close the source">Close</button></div>'
        '<label class="find"><span>Find in this document</span><input type="search" data-find></label></header>'
    )


def _body(document: Document, marks: Marks) -> Iterator[str]:
    pages = {page.start: page.number for page in document.pages}
    headings = {heading.start: heading for heading in document.headings}
    for start, end in paragraphs(document):
        if start in pages:
            yield f'<p class="folio">Page {pages[start]}</p>'
        inner = marks.render(document.text, start, end)
        if not inner.strip():
            continue
        heading = headings.get(start)
        name = f"h{min(6, heading.level + 2)}" if heading else "p"
        yield f'<{name} dir="auto" data-start="{start}">{inner}</{name}>'
