"""Documents over HTTP: list, read, upload, remove, plan a rebuild and run it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response, UploadFile
from fastapi.sse import EventSourceResponse, ServerSentEvent
from starlette.exceptions import HTTPException

from index import BuildReport, DeletionsError, DocumentRecord, Progress, UnreadableFileError
from ui.http.openapi import example
from ui.http.problems import EVERYWHERE, responses
from ui.http.sse import server_sent
from ui.schemas import Documents, Rebuild, Stretch
from ui.service.batches import Batch
from ui.service.rebuilds import Event
from ui.service.service import Served

Id = Annotated[int, Path(ge=1, le=2**53, description="The id of a document, from the list of documents.", examples=[1])]
Offset = Annotated[int, Query(ge=0, le=2**53, description="How many documents to skip.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="The most documents to list.")]
Start = Annotated[int, Query(ge=0, le=2**53, description="The first code point, counted from 0.")]
End = Annotated[int | None, Query(ge=0, le=2**53, description="The code point after the last one.")]
LONGEST_STRETCH = 100_000  # code points


router = APIRouter(
    prefix="/v1",
    tags=["documents"],
    responses=responses(*EVERYWHERE, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE),
)
MISSING = responses(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
DISK_FULL = responses(HTTPStatus.INSUFFICIENT_STORAGE)
UPLOAD_ERRORS = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INSUFFICIENT_STORAGE,
)
LOCATION = {"Location": {"description": "The address of the new document.", "schema": {"type": "string"}}}


def _find(document_id: Id, service: Served) -> DocumentRecord:
    for record in service.engine.answerer().index.documents():
        if record.id == document_id:
            return record
    raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no document {document_id}.")


Found = Annotated[DocumentRecord, Depends(_find)]


@router.get("/documents", responses=responses(HTTPStatus.UNPROCESSABLE_ENTITY) | example("documents"))
def list_documents(service: Served, offset: Offset = 0, limit: Limit = 100) -> Documents:
    """List the indexed documents, and the files that could not be read."""
    return Documents.of(service.engine.answerer().index, offset, limit)


@router.get("/documents/{document_id}", responses=MISSING)
def get_document(record: Found) -> DocumentRecord:
    """Describe one document."""
    return record


@router.get("/documents/{document_id}/text", responses=MISSING)
def get_text(record: Found, service: Served, start: Start = 0, end: End = None) -> Stretch:
    """Return a part of a document's text, at most 100,000 code points."""
    with service.engine.whole_documents:
        return Stretch.of(service.engine.answerer().index, record.id, start, end, LONGEST_STRETCH)


@router.post(
    "/documents",
    status_code=HTTPStatus.CREATED,
    responses={201: {"headers": LOCATION}, **responses(*UPLOAD_ERRORS)},
)
def add_document(file: UploadFile, service: Served, response: Response) -> DocumentRecord:
    """Upload a document. It replaces an upload of the same name."""
    with service.rebuilds.exclusive() as build:
        batch = Batch(service.uploads, secrets.token_hex(16))
        name = batch.add(file.filename or "", file.file)
        for failure in batch.build(build, service.uploaded).failures:
            if (failure.source, failure.path) == (str(service.uploads.folder), name):
                raise UnreadableFileError(f"{name}: {failure.reason}")
        records = service.engine.answerer().index.documents()
    added = next(record for record in records if service.uploads.contains(record) and record.path == name)
    response.headers["Location"] = f"/v1/documents/{added.id}"
    return added


@router.delete("/documents/{document_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING | DISK_FULL)
def remove_document(record: Found, service: Served) -> None:
    """Remove an uploaded document. A document in one of the indexed folders is refused: delete its file instead."""
    with service.rebuilds.exclusive() as build, service.uploads.removing(record, service.uploaded):
        build([service.uploads.folder])


@router.post("/plan", responses=example("plan"))
def plan(service: Served) -> BuildReport:
    """Report what a rebuild would change, without changing anything."""
    return service.rebuilds.plan()


async def _started(service: Served, asked: Rebuild | None = None) -> AsyncIterator[Event]:
    """The events of a rebuild that has been planned. Raises ``DeletionsError`` if it may not delete what is gone."""
    events = service.rebuilds.start(allow_deletions=bool(asked and asked.allow_deletions))
    scanning: list[Event] = []
    async for event in events:
        scanning.append(event)
        if isinstance(event, DeletionsError):
            raise event
        if not (isinstance(event, Progress) and event.step == "scan"):
            break
    return _chained(scanning, events)


async def _chained(first: Sequence[Event], rest: AsyncIterator[Event]) -> AsyncIterator[Event]:
    for event in first:
        yield event
    async for event in rest:
        yield event


@router.post(
    "/rebuild",
    response_class=EventSourceResponse,
    responses=responses(HTTPStatus.UNPROCESSABLE_ENTITY) | example("rebuild", "text/event-stream"),
)
async def rebuild(events: Annotated[AsyncIterator[Event], Depends(_started)]) -> AsyncIterator[ServerSentEvent]:
    """Bring the index up to date with its folders. The events are `progress`, then `done` or `failed`.

    Questions are answered meanwhile. The rebuild continues when the client disconnects. If most files of a folder are
    gone, the response is 409 unless `allow_deletions` is true.
    """
    async for event in server_sent(events):
        yield event
