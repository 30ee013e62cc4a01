"""Documents over HTTP: list, look at, hand in, take out, plan a rebuild and run it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, UploadFile
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from index import BuildReport, DocumentRecord, Failure, Progress
from index.errors import QuothError, UnreadableFileError
from ui.problems import responses
from ui.rebuilding import Event
from ui.service import Served

Id = Annotated[int, Path(ge=1, le=2**53, description="The id of a document, as the list has it.")]
Offset = Annotated[int, Query(ge=0, le=2**53)]
Limit = Annotated[int, Query(ge=1, le=1000)]
LONGEST_STRETCH = 100_000


class Documents(BaseModel):
    """Some of the documents, by path, and every file that could not be read."""

    documents: list[DocumentRecord]
    failures: list[Failure]
    total: int = Field(description="How many documents there are in all.")
    revision: int


class Stretch(BaseModel):
    """Code points ``start`` to ``end`` of a document's text: what a citation points at."""

    document_id: int
    start: int
    end: int
    text: str


router = APIRouter(prefix="/v1", tags=["documents"], responses=responses(HTTPStatus.CONFLICT))
MISSING = responses(HTTPStatus.NOT_FOUND, HTTPStatus.UNPROCESSABLE_ENTITY)


def _known(document_id: Id, service: Served) -> DocumentRecord:
    for record in service.desk.answerer().index.documents():
        if record.id == document_id:
            return record
    raise HTTPException(HTTPStatus.NOT_FOUND, f"There is no document {document_id}.")


Known = Annotated[DocumentRecord, Depends(_known)]


@router.get("/documents", responses=responses(HTTPStatus.UNPROCESSABLE_ENTITY))
def documents(service: Served, offset: Offset = 0, limit: Limit = 100) -> Documents:
    """List what is indexed and what could not be."""
    index = service.desk.answerer().index
    records = index.documents()
    chosen = records[offset : offset + limit]
    return Documents(documents=chosen, failures=index.failures(), total=len(records), revision=index.revision)


@router.get("/documents/{document_id}", responses=MISSING)
def document(record: Known) -> DocumentRecord:
    """Report on one document."""
    return record


@router.get("/documents/{document_id}/text", responses=MISSING)
def text(record: Known, service: Served, start: Offset = 0, end: Offset | None = None) -> Stretch:
    """Give a stretch of a document's text, at most 100,000 code points of it."""
    whole = service.desk.answerer().index.text(record.id)
    first = min(start, len(whole))
    last = max(first, min(len(whole) if end is None else end, len(whole), first + LONGEST_STRETCH))
    return Stretch(document_id=record.id, start=first, end=last, text=whole[first:last])


@router.post(
    "/documents",
    status_code=HTTPStatus.CREATED,
    responses=responses(HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
)
def add(file: UploadFile, service: Served) -> DocumentRecord:
    """Hand in a document; one of the same name is replaced."""
    uploads = service.uploads
    with service.rebuilding.alone() as build:
        try:
            with uploads.saving(file.filename or "", file.file) as saved:
                for failure in build([uploads.folder]).failures:
                    if (failure.source, failure.path) == (str(uploads.folder), saved.name):
                        raise UnreadableFileError(f"{saved.name}: {failure.reason}")
        except UnreadableFileError:
            build([uploads.folder])  # what was there before is there again
            raise
        records = service.desk.answerer().index.documents()
    return next(record for record in records if uploads.holds(record) and record.path == saved.name)


@router.delete("/documents/{document_id}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
def remove(record: Known, service: Served) -> None:
    """Take out a document that was handed in; one that lies in somebody's folder is removed there."""
    with service.rebuilding.alone() as build, service.uploads.removing(record):
        build([service.uploads.folder])


@router.post("/plan")
def plan(service: Served) -> BuildReport:
    """Say what a rebuild would do, and change nothing."""
    return service.rebuilding.plan()


async def _begun(service: Served) -> AsyncIterator[Event]:
    return service.rebuilding.start()


@router.post("/rebuild", response_class=EventSourceResponse)
async def rebuild(events: Annotated[AsyncIterator[Event], Depends(_begun)]) -> AsyncIterator[ServerSentEvent]:
    """Bring the index up to date with its folders: events `progress`, then `done` or `failed`.

    It goes on when nobody listens any more, and questions are answered meanwhile.
    """
    async for event in events:
        if isinstance(event, QuothError):
            yield ServerSentEvent(event="failed", data={"detail": str(event)})
        else:
            yield ServerSentEvent(event="progress" if isinstance(event, Progress) else "done", data=asdict(event))
