"""The library: the documents, how well they could be read, and what a rebuild would change."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Path, Query, UploadFile
from fastapi.responses import HTMLResponse, JSONResponse, PlainTextResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, ConfigDict, Field

from index import (
    BuildReport,
    CollectionDamagedError,
    CollectionNotFoundError,
    Collections,
    Failure,
    IndexNotFoundError,
    NoDocumentsError,
    supported_suffixes,
)
from qa import DocumentCard, PlaceInText
from ui.http.sse import server_sent
from ui.schemas import Date
from ui.service.batches import Batch
from ui.service.rebuilds import Event
from ui.service.service import Served
from ui.service.uploads import base_name
from ui.text import dating
from ui.web.html import render
from ui.web.library.listing import SORTS, Narrowing, Shelf
from ui.web.reading.anchor import Anchor

EVERYTHING = Narrowing()
MAX_NAMES = 10_000  # in one request
Id = Annotated[int, Path(ge=1, le=2**53)]
MAX_ROWS = 200  # searching by name shortens a longer list
MAX_PATHS = 20  # listed under each heading of a plan
OPEN_XML = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "application/epub+zip": "E-book",
    "application/json": "JSON",
    "application/pdf": "PDF",
    "application/rtf": "RTF",
    "application/xml": "XML",
    "application/yaml": "YAML",
    "application/vnd.oasis.opendocument.text": "OpenDocument",
    f"{OPEN_XML}.presentationml.presentation": "Slides",
    f"{OPEN_XML}.spreadsheetml.sheet": "Sheet",
    f"{OPEN_XML}.wordprocessingml.document": "Word",
    "message/rfc822": "Mail",
    "text/csv": "CSV",
    "text/html": "HTML",
    "text/markdown": "Markdown",
    "text/plain": "Text",
}

router = APIRouter(prefix="/ui/library", include_in_schema=False, default_response_class=HTMLResponse)


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """The paths that a rebuild would treat in the same way."""

    name: str
    paths: Sequence[str]


class Narrowed(BaseModel):
    """The query of the list."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=200)] = ""
    folder: Annotated[str, Field(max_length=4096)] = ""
    collection: Annotated[str, Field(max_length=80)] = ""
    media_type: Annotated[str, Field(max_length=200)] = ""
    after: Date | Literal[""] = ""
    before: Date | Literal[""] = ""
    warned: bool = False
    sort: Annotated[str, Field(max_length=20)] = "folder"

    def narrowing(self) -> Narrowing:
        """What the list is narrowed by."""
        return Narrowing(**self.model_dump())


class Names(BaseModel):
    """Names of files that were or are to be uploaded."""

    model_config = ConfigDict(extra="forbid")

    names: Annotated[list[Annotated[str, Field(max_length=4096)]], Field(max_length=MAX_NAMES)]


class Chosen(BaseModel):
    """Documents that were chosen in the list."""

    model_config = ConfigDict(extra="forbid")

    ids: Annotated[list[Annotated[int, Field(ge=1, le=2**53)]], Field(min_length=1, max_length=MAX_NAMES)]


class Upload(BaseModel):
    """What there is of an uploaded file."""

    name: str
    present: bool  # whether a document of this name was uploaded before
    warnings: list[str]  # of that document


@router.get("")
def show_library(service: Served, narrowed: Annotated[Narrowed, Query()]) -> str:
    """The dialog, with the documents that are wanted."""
    kept = service.collections
    try:
        found = service.engine.answerer().index
        records, failures, arrivals = found.documents(), found.failures(), found.arrivals
        added, changed = arrivals.added(), arrivals.changed()
    except IndexNotFoundError:
        records, failures, added, changed = [], [], {}, {}
    shelf = Shelf(
        records,
        uploads=str(service.uploads.folder),
        collections={name: _members(kept, name) for name in kept.names()},
        added=added,
        changed=changed,
    )
    return render_library(shelf, failures, narrowed.narrowing(), megabytes=service.settings.upload_megabytes)


@router.get("/cards/{document_id}")
def show_card(document_id: Id, service: Served) -> str:
    """The card of a document."""
    return render_card(service.cards.card(document_id))


@router.get("/cards/{document_id}/questions")
def show_questions(document_id: Id, service: Served) -> str:
    """Questions that a document answers; empty if there are none."""
    return render("library/card_questions.html", questions=service.cards.questions(document_id))


@router.post("/uploads", response_class=JSONResponse)
def describe_uploads(asked: Names, service: Served) -> list[Upload]:
    """Which uploads of these names there are, and the warnings from reading them."""
    try:
        records = service.engine.answerer().index.documents()
    except IndexNotFoundError:
        records = []
    known = {record.path: record for record in records if service.uploads.contains(record)}
    found = [(name, known.get(base_name(name))) for name in asked.names]
    return [Upload(name=name, present=bool(one), warnings=list(one.warnings if one else ())) for name, one in found]


@router.post("/remove", status_code=HTTPStatus.NO_CONTENT)
def remove_documents(chosen: Chosen, service: Served) -> None:
    """Remove uploaded documents in one build. Raises ``ForeignDocumentError`` if one is no upload."""
    wanted = set(chosen.ids)
    with service.rebuilds.exclusive() as build, ExitStack() as removals:
        for record in service.engine.answerer().index.documents():
            if record.id in wanted:
                removals.enter_context(service.uploads.removing(record, service.uploaded))
        build([service.uploads.folder])


@router.post("/plan")
def show_plan(service: Served) -> str:
    """What a rebuild would change."""
    try:
        return render_plan(service.rebuilds.plan())
    except (IndexNotFoundError, NoDocumentsError):
        return render("library/no_plan.html")


@router.post("/drops/{key}", response_class=PlainTextResponse)
def receive_file(key: str, file: UploadFile, service: Served) -> str:
    """Receive one of the files that were dropped together; returns the name of the document it becomes."""
    return Batch(service.uploads, key).add(file.filename or "", file.file)


@router.delete("/drops/{key}", status_code=HTTPStatus.NO_CONTENT)
def discard_files(key: str, service: Served) -> None:
    """Delete the files received so far."""
    Batch(service.uploads, key).discard()


async def _index_files(key: str, service: Served) -> AsyncIterator[Event]:
    batch = Batch(service.uploads, key)
    return service.rebuilds.start(lambda build: batch.build(build, service.uploaded))


@router.post("/drops/{key}/build", response_class=EventSourceResponse)
async def index_files(events: Annotated[AsyncIterator[Event], Depends(_index_files)]) -> AsyncIterator[ServerSentEvent]:
    """Index the received files in one build; the events are those of a rebuild."""
    async for event in server_sent(events):
        yield event


@router.post("/stop", status_code=HTTPStatus.NO_CONTENT)
def stop_rebuild(service: Served) -> None:
    """Stop a running rebuild; what it has indexed so far stays."""
    service.rebuilds.stop()


def render_library(
    shelf: Shelf, failures: Sequence[Failure], narrowing: Narrowing = EVERYTHING, *, megabytes: int
) -> str:
    """The dialog with the documents that are wanted; ``megabytes`` is the size limit of an upload."""
    listing = shelf.listing(narrowing)
    place = narrowing.collection or (shelf.folder_name(narrowing.folder) if narrowing.folder else "")
    return render(
        "library/list.html",
        shelf=shelf,
        folders=shelf.folders(),
        sizes=shelf.sizes(),
        place=place,
        listing=listing,
        rows=listing.rows[:MAX_ROWS],
        narrowing=narrowing,
        is_narrowed=narrowing not in (Narrowing(sort=narrowing.sort), _place_alone(narrowing)),
        in_one_source=len(shelf.sources) == 1,
        most=MAX_ROWS,
        sorts=SORTS,
        media_types=sorted({one.media_type for one in shelf.records}, key=type_name),
        failures=failures,
        megabytes=megabytes,
        suffixes=sorted(supported_suffixes()),
        type_name=type_name,
        dating=dating,
    )


def _members(kept: Collections, name: str) -> frozenset[str]:
    """The documents of a collection; none if it has been removed or damaged, which asking it reports."""
    with suppress(CollectionNotFoundError, CollectionDamagedError):
        return kept.documents(name)
    return frozenset()


def _place_alone(narrowing: Narrowing) -> Narrowing:
    return Narrowing(folder=narrowing.folder, collection=narrowing.collection, sort=narrowing.sort)


def render_card(card: DocumentCard) -> str:
    """A card; each of its words is a link to its place."""
    record = card.record

    def link(place: PlaceInText) -> str:
        return Anchor.of(record.id, place.start, place.text).href

    return render("library/card.html", card=card, record=record, link=link, type_name=type_name, dating=dating)


def render_plan(report: BuildReport) -> str:
    """What a rebuild would change, with a button to start it if that is anything."""
    plan = report.plan
    groups = (
        PlanGroup("Added", plan.added),
        PlanGroup("Changed", plan.changed),
        PlanGroup("Renamed", tuple(f"{old} → {new}" for old, new in plan.renamed)),
        PlanGroup("Deleted", plan.deleted),
        PlanGroup("Unreadable", tuple(failure.path for failure in plan.failures)),
        PlanGroup("Partly read", tuple(f"{partly.path}: {partly.reason}" for partly in plan.partly_read)),
    )
    return render(
        "library/plan.html",
        changes=not plan.empty or plan.embedder is not None,
        embedder=str(plan.embedder or ""),
        groups=groups,
        most=MAX_PATHS,
        passed_over=str(plan.passed_over),
        unchanged=plan.unchanged,
    )


def type_name(media_type: str) -> str:
    """A short name of a media type, such as "PDF"."""
    return TYPES.get(media_type, media_type)
