"""Documents over HTTP: list, look at, hand in, take out, plan a rebuild and run it."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response, UploadFile
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from index import BuildReport, DocumentIndex, DocumentRecord, Failure, Progress
from index.errors import QuothError, UnreadableFileError
from ui.http import openapi_examples as examples
from ui.http.problems import EVERYWHERE, responses
from ui.service.drops import Drop
from ui.service.rebuilds import Event
from ui.service.service import Served

Id = Annotated[int, Path(ge=1, le=2**53, description="The id of a document, as the list has it.", examples=[1])]
Offset = Annotated[int, Query(ge=0, le=2**53, description="How many documents to pass over.")]
Limit = Annotated[int, Query(ge=1, le=1000, description="How many documents to list at most.")]
Start = Annotated[int, Query(ge=0, le=2**53, description="The first code point, counted from 0.")]
End = Annotated[int | None, Query(ge=0, le=2**53, description="The code point after the last one.")]
LONGEST_STRETCH = 100_000


class Documents(BaseModel):
    """Some of the documents, by path, and every file that could not be read."""

    documents: list[DocumentRecord]
    failures: list[Failure]
    total: int = Field(description="How many documents there are in all.")
    revision: int

    @classmethod
    def of(cls, index: DocumentIndex, offset: int, limit: int) -> Documents:
        """At most ``limit`` documents after the first ``offset``."""
        records = index.documents()
        chosen = records[offset : offset + limit]
        return cls(documents=chosen, failures=index.failures(), total=len(records), revision=index.revision)


class Stretch(BaseModel):
    """Code points ``start`` to ``end`` of a document's text: what a citation points at."""

    document_id: int
    start: int
    end: int
    text: str

    @classmethod
    def of(cls, index: DocumentIndex, document_id: int, start: int, end: int | None, longest: int) -> Stretch:
        """A stretch that lies in the text, of at most ``longest`` code points. Raises ``DocumentNotFoundError``."""
        whole = index.text(document_id)
        first = min(start, len(whole))
        last = max(first, min(len(whole) if end is None else end, len(whole), first + longest))
        return cls(document_id=document_id, start=first, end=last, text=whole[first:last])


router = APIRouter(
    prefix="/v1",
    tags=["documents"],
    responses=responses(*EVERYWHERE, HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE),
)
MISSING = responses(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)
NO_ROOM = responses(HTTPStatus.INSUFFICIENT_STORAGE)
HANDING_IN = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    HTTPStatus.UNPROCESSABLE_ENTITY,
    HTTPStatus.INSUFFICIENT_STORAGE,
)
LOCATION = {"Location": {"description": "Where the document is.", "schema": {"type": "string"}}}


def _known(document_id: Id, service: Served) -> DocumentRecord:
    for record in service.engine.answerer().index.documents():
        if record.id == document_id:
            return record
    raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no document {document_id}.")


Known = Annotated[DocumentRecord, Depends(_known)]


@router.get("/documents", responses=responses(HTTPStatus.UNPROCESSABLE_ENTITY) | examples.of(examples.DOCUMENTS))
def list_documents(service: Served, offset: Offset = 0, limit: Limit = 100) -> Documents:
    """List what is indexed and what could not be."""
    return Documents.of(service.engine.answerer().index, offset, limit)


@router.get("/documents/{document_id}", responses=MISSING)
def get_document(record: Known) -> DocumentRecord:
    """Report on one document."""
    return record


@router.get("/documents/{document_id}/text", responses=MISSING)
def get_text(record: Known, service: Served, start: Start = 0, end: End = None) -> Stretch:
    """Give a stretch of a document's text, at most 100,000 code points of it."""
    return Stretch.of(service.engine.answerer().index, record.id, start, end, LONGEST_STRETCH)


@router.post(
    "/documents",
    status_code=HTTPStatus.CREATED,
    responses={201: {"headers": LOCATION}, **responses(*HANDING_IN)},
)
def add_document(file: UploadFile, service: Served, response: Response) -> DocumentRecord:
    """Hand in a document; one of the same name is replaced."""
    with service.rebuilding.alone() as build:
        drop = Drop(service.uploads, secrets.token_hex(16))
        name = drop.keep(file.filename or "", file.file)
        for failure in drop.take_in(build, service.uploaded).failures:
            if (failure.source, failure.path) == (str(service.uploads.folder), name):
                raise UnreadableFileError(f"{name}: {failure.reason}")
        records = service.engine.answerer().index.documents()
    added = next(record for record in records if service.uploads.holds(record) and record.path == name)
    response.headers["Location"] = f"/v1/documents/{added.id}"
    return added


@router.delete("/documents/{document_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING | NO_ROOM)
def remove_document(record: Known, service: Served) -> None:
    """Take out a document that was handed in; one that lies in somebody's folder is removed there."""
    with service.rebuilding.alone() as build, service.uploads.removing(record):
        build([service.uploads.folder])


@router.post("/plan", responses=examples.of(examples.PLANNED))
def plan(service: Served) -> BuildReport:
    """Say what a rebuild would do, and change nothing."""
    return service.rebuilding.plan()


async def _begun(service: Served) -> AsyncIterator[Event]:
    return service.rebuilding.start()


@router.post(
    "/rebuild", response_class=EventSourceResponse, responses=examples.of(examples.EVENTS, "text/event-stream")
)
async def rebuild(events: Annotated[AsyncIterator[Event], Depends(_begun)]) -> AsyncIterator[ServerSentEvent]:
    """Bring the index up to date with its folders: events `progress`, then `done` or `failed`.

    It goes on when nobody listens any more, and questions are answered meanwhile.
    """
    async for told in tell(events):
        yield told


async def tell(events: AsyncIterator[Event]) -> AsyncIterator[ServerSentEvent]:
    """A build's events as they are sent."""
    async for event in events:
        if isinstance(event, QuothError):
            yield ServerSentEvent(event="failed", data={"detail": str(event)})
        else:
            yield ServerSentEvent(event="progress" if isinstance(event, Progress) else "done", data=asdict(event))
