"""The library: what is indexed, how well it could be read, and what a rebuild would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, UploadFile
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from index import (
    BuildReport,
    DocumentRecord,
    Failure,
    IndexNotFoundError,
    NoDocumentsError,
    QuothError,
    supported_suffixes,
)
from ui.http.sse import server_sent
from ui.service.rebuilds import Event
from ui.service.service import Served
from ui.service.uploads import Batch
from ui.text import counted
from ui.web.html import render

MOST = 200  # rows shown at once; a name narrows a longer list
MOST_PATHS = 20  # named under each heading of a plan
OPEN_XML = "application/vnd.openxmlformats-officedocument"
TYPES = {
    "application/epub+zip": "E-book",
    "application/json": "JSON",
    "application/pdf": "PDF",
    "application/rtf": "RTF",
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
class Row:
    """A document in the table: the name it is chosen by, and what was noticed when it was read."""

    record: DocumentRecord
    name: str  # its path, or its address where others have the same path
    remarks: list[str]


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """The paths that a rebuild would treat alike."""

    name: str
    paths: Sequence[str]


@router.get("")
def show_library(service: Served, name: Annotated[str, Query(max_length=200)] = "") -> str:
    """The documents whose title or path contains ``name``."""
    try:
        found = service.engine.answerer().index
        records, failures = found.documents(), found.failures()
    except IndexNotFoundError:
        records, failures = [], []
    except QuothError as problem:
        raise HTTPException(HTTPStatus.CONFLICT, str(problem)) from problem
    removable = frozenset(record.id for record in records if service.uploads.contains(record))
    megabytes = service.settings.upload_megabytes
    return render_library(records, failures, megabytes=megabytes, name=name, removable=removable)


@router.post("/plan")
def show_plan(service: Served) -> str:
    """What a rebuild would do."""
    try:
        return render_plan(service.rebuilds.plan())
    except (IndexNotFoundError, NoDocumentsError):
        return render("no_plan.html")
    except QuothError as problem:
        raise HTTPException(HTTPStatus.CONFLICT, str(problem)) from problem


@router.post("/drops/{key}", response_class=PlainTextResponse)
def receive_file(key: str, file: UploadFile, service: Served) -> str:
    """Receive one of several files that were dropped together; returns the name that it will have."""
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
    """Index all the files received, in one build; the events are those of a rebuild."""
    async for event in server_sent(events):
        yield event


@router.post("/stop", status_code=HTTPStatus.NO_CONTENT)
def stop_rebuild(service: Served) -> None:
    """Stop a running rebuild; what it has committed stays."""
    service.rebuilds.stop()


def render_library(
    records: Sequence[DocumentRecord],
    failures: Sequence[Failure],
    *,
    megabytes: int,
    name: str = "",
    removable: frozenset[int] = frozenset(),
) -> str:
    """The whole dialog, with the documents whose title or path contains ``name``.

    ``removable`` are the ids of documents that can be removed; ``megabytes`` is the largest size of an upload.
    """
    wanted = name.casefold()
    matching = [one for one in records if wanted in one.title.casefold() or wanted in one.path.casefold()]
    return render(
        "library.html",
        records=records,
        rows=_rows(records, matching[:MOST]),
        matching=len(matching),
        most=MOST,
        media_types=sorted({one.media_type for one in records}, key=type_name),
        failures=failures,
        megabytes=megabytes,
        name=name,
        removable=removable,
        suffixes=sorted(supported_suffixes()),
        type_name=type_name,
    )


def render_plan(report: BuildReport) -> str:
    """What a rebuild would change, with the button that starts it when there is something to do."""
    plan = report.plan
    groups = (
        PlanGroup("Added", plan.added),
        PlanGroup("Changed", plan.changed),
        PlanGroup("Renamed", tuple(f"{old} → {new}" for old, new in plan.renamed)),
        PlanGroup("Deleted", plan.deleted),
        PlanGroup("Unreadable", tuple(failure.path for failure in plan.failures)),
    )
    changes = any((plan.added, plan.changed, plan.renamed, plan.deleted))
    return render("plan.html", changes=changes, groups=groups, most=MOST_PATHS, unchanged=plan.unchanged)


def type_name(media_type: str) -> str:
    """A media type in plain words."""
    return TYPES.get(media_type, media_type)


def _rows(records: Iterable[DocumentRecord], shown: Iterable[DocumentRecord]) -> list[Row]:
    times = Counter(one.path for one in records)
    return [Row(one, one.path if times[one.path] == 1 else one.address, list(_remarks(one))) for one in shown]


def _remarks(record: DocumentRecord) -> Iterator[str]:
    yield f"{record.characters:,} characters"
    if record.encoding:
        yield f"read as {record.encoding}"
    if record.empty_pages:
        yield f"no text on {counted(len(record.empty_pages), 'page')}"
    yield from record.warnings
