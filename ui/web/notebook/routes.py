"""The routes of the notebook, which stays in the browser: its export, and what became of its quotes."""

from __future__ import annotations

import json
from datetime import date
from http import HTTPStatus
from typing import Literal

from fastapi import APIRouter, HTTPException, Response

from index import QuothError
from qa import CitationCheck, check_saved
from ui.service.service import Served
from ui.web.html import render
from ui.web.notebook.markdown import as_markdown
from ui.web.notebook.notes import CheckedPlaces, Notes, described
from ui.web.reading.anchor import Anchor

Kind = Literal["docx", "md", "html"]
TYPES = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "md": "text/markdown; charset=utf-8",
    "html": "text/html; charset=utf-8",
}
CHANGED = {
    "there": "The document has changed, but says the same there.",
    "moved": "The document has changed, and says this in another place.",
    "changed": "The document has changed, and now says something else.",
    "gone": "No document says this any more.",
}

router = APIRouter(prefix="/ui/notebook", include_in_schema=False)


@router.post("/export.{kind}", response_model=None)
def export(kind: Kind, notes: Notes) -> Response:
    """The notes as a file."""
    headers = {"content-disposition": f'attachment; filename="quotes.{kind}"'}
    return Response(exported(kind, notes), media_type=TYPES[kind], headers=headers)


@router.post("/check")
def check(kept: CheckedPlaces, service: Served) -> list[dict[str, str] | None]:
    """For each citation what became of it, in words and with a link; null for one that stands as it was."""
    try:
        return [_became(service, citation) for citation in kept.citations]
    except QuothError as problem:
        raise HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, str(problem)) from problem


def exported(kind: Kind, notes: Notes) -> bytes:
    """The notes as Word, Markdown or HTML."""
    if kind == "docx":
        from ui.web.notebook.word import as_word  # python-docx takes a moment to load

        return as_word(notes)
    if kind == "md":
        return as_markdown(notes).encode(errors="replace")
    page = render("notebook/export.html", notes=notes, described=described, today=date.today().isoformat())
    return page.encode(errors="replace")


def _became(service: Served, citation: dict[str, object]) -> dict[str, str] | None:
    if not citation.get("quote"):
        return None  # kept by a version that did not note its words
    saved = json.dumps({"question": "", "citations": [citation]})
    checked = check_saved(service.engine.answerer().index, saved).citations
    return _told(checked[0]) if checked else None


def _told(check: CitationCheck) -> dict[str, str] | None:
    if check.state == "there" and not check.file_changed:
        return None
    place = check.place
    href = Anchor.of(place.document_id, place.start, place.text).href if place else ""
    return {"state": check.state, "words": CHANGED[check.state], "href": href}
