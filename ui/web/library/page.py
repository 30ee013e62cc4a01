"""The library: the documents, how well they could be read, and what a rebuild would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Query, UploadFile
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from index import BuildReport, DocumentRecord, Failure, IndexNotFoundError, NoDocumentsError, supported_suffixes
from ui.http.sse import server_sent
from ui.service.rebuilds import Event
from ui.service.service import Served
from ui.service.uploads import Batch
from ui.text import counted
from ui.web.html import render

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
class Row:
    """A document in the table, with the name to choose it by and remarks from reading it."""

    record: DocumentRecord
    name: str  # its path, or its address if other documents have the same path
    remarks: list[str]


@dataclass(frozen=True, slots=True)
class PlanGroup:
    """The paths that a rebuild would treat in the same way."""

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
    removable = frozenset(record.id for record in records if service.uploads.contains(record))
    megabytes = service.settings.upload_megabytes
    return render_library(records, failures, megabytes=megabytes, name=name, removable=removable)


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
    records: Sequence[DocumentRecord],
    failures: Sequence[Failure],
    *,
    megabytes: int,
    name: str = "",
    removable: frozenset[int] = frozenset(),
) -> str:
    """The dialog, with the documents whose title or path contains ``name``.

    ``removable`` are the ids of the documents that can be removed; ``megabytes`` is the size limit of an upload.
    """
    wanted = name.casefold()
    matching = [one for one in records if wanted in one.title.casefold() or wanted in one.path.casefold()]
    return render(
        "library/list.html",
        records=records,
        rows=_rows(records, matching[:MAX_ROWS]),
        matching=len(matching),
        most=MAX_ROWS,
        media_types=sorted({one.media_type for one in records}, key=type_name),
        failures=failures,
        megabytes=megabytes,
        name=name,
        removable=removable,
        suffixes=sorted(supported_suffixes()),
        type_name=type_name,
    )


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


def _rows(records: Iterable[DocumentRecord], shown: Iterable[DocumentRecord]) -> list[Row]:
    uses = Counter(one.path for one in records)
    return [Row(one, one.path if uses[one.path] == 1 else one.address, list(_remarks(one))) for one in shown]


def _remarks(record: DocumentRecord) -> Iterator[str]:
    yield f"{record.characters:,} characters"
    if record.encoding:
        yield f"read as {record.encoding}"
    if record.empty_pages:
        yield f"no text on {counted(len(record.empty_pages), 'page')}"
    yield from record.warnings
    if record.left_out:
        yield f"left out: {', '.join(record.left_out)}"
