"""The library: what is indexed and how well it could be read, and what a rebuild would change."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator, Iterable, Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, UploadFile
from fastapi.responses import HTMLResponse, PlainTextResponse
from fastapi.sse import EventSourceResponse, ServerSentEvent

from index import BuildReport, DocumentRecord, Failure, IndexNotFoundError, NoDocumentsError, QuothError
from index.loaders import SUFFIXES
from ui.http.documents import tell
from ui.service.drops import Drop
from ui.service.rebuilds import Event
from ui.service.service import Served
from ui.text import counted, one_line
from ui.web.html import spoken_date, text

MOST = 200  # rows shown at once; a name narrows a longer list
PATHS = 20  # paths named under each heading of a plan
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
NONE = "–"
COLUMNS = ("Ask", "Document", "Type", "Pages", "Passages", "Date", "Status")

router = APIRouter(prefix="/ui/library", include_in_schema=False, default_response_class=HTMLResponse)


@router.get("")
def library(service: Served, name: Annotated[str, Query(max_length=200)] = "") -> str:
    """The documents whose title or path contains ``name``."""
    try:
        found = service.engine.answerer().index
        records, failures = found.documents(), found.failures()
    except IndexNotFoundError:
        records, failures = [], []
    except QuothError as problem:
        raise HTTPException(HTTPStatus.CONFLICT, str(problem)) from problem
    removable = frozenset(record.id for record in records if service.uploads.holds(record))
    return page(records, failures, megabytes=service.settings.upload_megabytes, name=name, removable=removable)


@router.post("/plan")
def plan(service: Served) -> str:
    """What a rebuild would do."""
    try:
        return planned(service.rebuilding.plan())
    except (IndexNotFoundError, NoDocumentsError):
        return '<p role="status">There are no folders to look at yet: add a file first.</p>'
    except QuothError as problem:
        raise HTTPException(HTTPStatus.CONFLICT, str(problem)) from problem


@router.post("/drops/{key}", response_class=PlainTextResponse)
def drop(key: str, file: UploadFile, service: Served) -> str:
    """Hand in one file of several that are dropped together; gives the name that it will have."""
    return Drop(service.uploads, key).keep(file.filename or "", file.file)


@router.delete("/drops/{key}", status_code=HTTPStatus.NO_CONTENT)
def give_up(key: str, service: Served) -> None:
    """Forget what was handed in so far."""
    Drop(service.uploads, key).discard()


async def _taken_in(key: str, service: Served) -> AsyncIterator[Event]:
    dropped = Drop(service.uploads, key)
    return service.rebuilding.start(lambda build: dropped.take_in(build, service.uploaded))


@router.post("/drops/{key}/build", response_class=EventSourceResponse)
async def take_in(events: Annotated[AsyncIterator[Event], Depends(_taken_in)]) -> AsyncIterator[ServerSentEvent]:
    """Index everything that was dropped, in one build; the events are those of a rebuild."""
    async for told in tell(events):
        yield told


@router.post("/stop", status_code=HTTPStatus.NO_CONTENT)
def stop(service: Served) -> None:
    """Let a running rebuild end; what it has committed stays."""
    service.rebuilding.stop()


def page(
    records: Sequence[DocumentRecord],
    failures: Sequence[Failure],
    *,
    megabytes: int,
    name: str = "",
    removable: frozenset[int] = frozenset(),
) -> str:
    """The whole dialog."""
    wanted = name.casefold()
    chosen = [one for one in records if wanted in one.title.casefold() or wanted in one.path.casefold()]
    total = f"{counted(len(records), 'document')}, {counted(sum(one.chunk_count for one in records), 'passage')}"
    times = Counter(one.path for one in records)
    named = [(one, one.path if times[one.path] == 1 else one.address) for one in chosen[:MOST]]
    table = _table(named, removable) if chosen else _nothing(records, name)
    more = f"<p>The first {MOST} of {len(chosen):,} are shown: narrow them by name.</p>" if len(chosen) > MOST else ""
    return (
        f'<header><h2 id="library-title">Library</h2><p class="total">{total}</p>'
        '<button type="button" data-do="quality">Quality</button>'
        '<button type="button" data-do="close-library">Close</button></header>'
        f'<div class="body">{_add(megabytes)}'
        '<div class="progress" id="progress" role="status" aria-live="polite"></div>'
        f"{_narrow(records, name) if records else ''}{table}{more}{_failures(failures)}</div>"
    )


def planned(report: BuildReport) -> str:
    """A plan for people, with the button that carries it out when there is something to do."""
    changes = report.plan
    groups = (
        ("Added", changes.added),
        ("Changed", changes.changed),
        ("Renamed", tuple(f"{old} → {new}" for old, new in changes.renamed)),
        ("Deleted", changes.deleted),
        ("Unreadable", tuple(failure.path for failure in changes.failures)),
    )
    listed = "".join(_group(name, paths) for name, paths in groups if paths)
    unchanged = f"<p>{counted(len(changes.unchanged), 'document')} unchanged.</p>"
    if not any(paths for name, paths in groups if name != "Unreadable"):
        return f'<div class="plan"><h3>Everything is up to date</h3>{unchanged}{listed}</div>'
    start = '<p><button type="button" class="button main" data-do="rebuild">Rebuild now</button></p>'
    return f'<div class="plan"><h3>A rebuild would change this</h3>{listed}{unchanged}{start}</div>'


def type_name(media_type: str) -> str:
    """A media type in the words of people."""
    return TYPES.get(media_type, media_type)


def _add(megabytes: int) -> str:
    kinds = ",".join(sorted(SUFFIXES))
    return (
        f'<div class="add" data-drop data-most="{megabytes}"><p><strong>Drop files or a folder here</strong>, or '
        f'<label class="button">choose files<input type="file" data-files multiple accept="{kinds}"></label> '
        '<label class="button">choose a folder<input type="file" data-files webkitdirectory></label></p>'
        f"<p>{', '.join(sorted(kind.lstrip('.') for kind in SUFFIXES))}. "
        f"Up to {megabytes} MB each. They stay on this machine.</p></div>"
    )


def _narrow(records: Sequence[DocumentRecord], name: str) -> str:
    kinds = sorted({one.media_type for one in records}, key=type_name)
    options = "".join(f'<option value="{text(kind)}">{text(type_name(kind))}</option>' for kind in kinds)
    return (
        '<form class="narrow" data-narrow><label>Find by name<input type="search" name="name" data-name '
        f'value="{text(name)}"></label>'
        '<label>Answer only from<select name="media_type">'
        f'<option value="">every type</option>{options}</select></label>'
        '<label>Dated from<input type="date" name="after"></label>'
        '<label>until<input type="date" name="before"></label>'
        '<button type="button" class="check" data-do="plan">Check for changes</button></form>'
    )


def _table(named: Iterable[tuple[DocumentRecord, str]], removable: frozenset[int]) -> str:
    columns = (*COLUMNS, "Actions") if removable else COLUMNS
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    rows = "".join(_row(one, name, removable) for one, name in named)
    return (
        '<p class="ticked" role="status" data-ticked></p>'
        '<div class="scroll documents" tabindex="0" role="group" aria-label="Documents">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _row(record: DocumentRecord, name: str, removable: frozenset[int]) -> str:
    title, path = text(one_line(record.title, 90)), text(one_line(name, 90))
    heading = f'<a href="#source/{record.id}/0-0"><bdi>{title}</bdi></a><br><bdi class="path">{path}</bdi>'
    cells = [
        text(type_name(record.media_type)),
        str(record.page_count or NONE),
        f"{record.chunk_count:,}",
        text(spoken_date(record.date)) if record.date else NONE,
        _status(record),
    ]
    if removable:  # some of them, so that the table has a column for it
        cells.append(_removal(record) if record.id in removable else "")
    columns = zip((*COLUMNS[2:], ""), cells, strict=False)
    rest = "".join(f'<td data-of="{column}"{" data-none" * (cell == NONE)}>{cell}</td>' for column, cell in columns)
    return f'<tr><td>{_choice(record, name)}</td><th scope="row">{heading}</th>{rest}</tr>'


def _status(record: DocumentRecord) -> str:
    report = [f"{record.characters:,} characters"]
    report += [f"read as {record.encoding}"] if record.encoding else []
    report += [f"no text on {counted(len(record.empty_pages), 'page')}"] if record.empty_pages else []
    report += record.warnings
    items = "".join(f"<li>{text(one_line(item, 200))}</li>" for item in report)
    words = counted(len(record.warnings), "warning") if record.warnings else "Read"
    return f"<details><summary>{words}</summary><ul>{items}</ul></details>"


def _choice(record: DocumentRecord, name: str) -> str:
    title = text(one_line(record.title, 60))
    names = f'value="{text(name)}" data-document="{text(record.address)}" data-path="{text(record.path)}"'
    return f'<input type="checkbox" {names} aria-label="Answer only from {title}">'


def _removal(record: DocumentRecord) -> str:
    name = text(one_line(record.title, 60))
    return f'<button type="button" data-do="remove" data-id="{record.id}" aria-label="Remove {name}">Remove</button>'


def _failures(failures: Sequence[Failure]) -> str:
    if not failures:
        return ""
    rows = "".join(
        f'<li><bdi class="path">{text(one_line(one.path))}</bdi>: {text(one_line(one.reason, 300))}</li>'
        for one in failures[:MOST]
    )
    heading = f"<h3>{counted(len(failures), 'file')} could not be read</h3>"
    return f'<section class="unreadable">{heading}<ul>{rows}</ul></section>'


def _nothing(records: Sequence[DocumentRecord], name: str) -> str:
    if records:
        return f'<p class="nothing">No document is called “<bdi>{text(one_line(name))}</bdi>”.</p>'
    return '<p class="nothing">There is nothing here yet. Everything you add can be asked about at once.</p>'


def _group(name: str, paths: Sequence[str]) -> str:
    items = "".join(f"<li><bdi>{text(one_line(path))}</bdi></li>" for path in paths[:PATHS])
    rest = f"<li>and {len(paths) - PATHS:,} more</li>" if len(paths) > PATHS else ""
    return f"<h4>{name}: {len(paths):,}</h4><ul>{items}{rest}</ul>"
