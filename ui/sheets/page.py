"""The page's view of sheets: all of them, one as a table that fills, and one cell in full."""

from __future__ import annotations

import hashlib
import json
from http import HTTPStatus
from typing import Annotated, Any, Literal
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, PlainTextResponse
from pydantic import BaseModel, ConfigDict, Field

from index import QuothError
from qa import Citation, Position, Sheet, SheetCell, SheetError
from ui.service.service import Served
from ui.sheets.export import KINDS, exported
from ui.sheets.form import MOST_LISTED, named, render_form
from ui.sheets.lines import cell_line, cell_lines
from ui.web.html import render
from ui.web.reading.anchor import Anchor
from ui.web.turns.answer_html import SURE, QuoteCard, record

WORDS = {".xlsx": "Excel workbook", ".csv": "CSV", ".html": "Web page", ".json": "JSON"}
TABS = {"all": "All", "changed": "Changed", "unsure": "Unsure", "unsaid": "Not said"}

Name = Annotated[str, Path(max_length=80)]
Number = Annotated[int, Path(ge=0, le=10**6)]

router = APIRouter(prefix="/ui/sheets", include_in_schema=False, default_response_class=HTMLResponse)


class Form(BaseModel):
    """The form of a sheet."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, Field(max_length=80)]
    questions: Annotated[str, Field(max_length=200_000)]
    documents: Annotated[list[Annotated[str, Field(max_length=4096)]], Field(max_length=MOST_LISTED)] = []
    collection: Annotated[str, Field(max_length=80)] = ""
    each: bool = False
    new: bool = True  # whether the name must be a new one


class Judged(BaseModel):
    """A person's verdict on a cell."""

    model_config = ConfigDict(extra="forbid")

    verdict: Literal["right", "wrong"]


@router.get("")
def show_sheets(service: Served) -> str:
    """All sheets, and the form of a new one."""
    return render_form(service, None)


@router.post("", status_code=HTTPStatus.ACCEPTED, response_class=PlainTextResponse)
def start(form: Form, service: Served) -> str:
    """Ask the sheet of a form; returns its address. Raises ``SheetError`` if a new sheet has the name of another."""
    name = " ".join(form.name.split())
    if form.new and name in service.sheets.names():
        raise SheetError(f"there is a sheet “{name}” already: take another name")
    questions, documents = form.questions.splitlines(), named(service, form.documents)
    sheet = service.sheets.start(name, questions, documents, each=form.each, collection=form.collection)
    return _address(sheet)


@router.get("/{name}")
def show(name: Name, service: Served) -> str:
    """A sheet as it is now."""
    sheet = service.sheets.sheet(name)
    running, waiting = sheet.state in ("asking", "waiting"), sheet.waiting
    by_place = {one.place: one for one in cell_lines(sheet, _nowhere)}
    return render(
        "sheet/board.html",
        sheet=sheet,
        lines=[[by_place[Position(r, c)] for c in range(len(row.cells))] for r, row in enumerate(sheet.rows)],
        address=_address(sheet),
        asked_rows=sum(row.change != "gone" for row in sheet.rows),
        running=running,
        reading=waiting[0] if sheet.state == "asking" and waiting else None,
        after=sheet.total - len(waiting) if waiting else sheet.total,
        counts=_counts(sheet),
        problem=service.sheets.problem(sheet.name),
        stale=_is_stale(service, sheet),
        tabs=TABS,
        kinds=WORDS,
    )


@router.get("/{name}/progress", response_model=None)
def progress(name: Name, service: Served, after: Annotated[int, Query(ge=0, le=10**6)] = 0) -> Response:
    """The cells that were asked after the first ``after`` ones, and the one that is being read."""
    sheet = service.sheets.sheet(name)
    waiting = sheet.waiting
    reached = sheet.positions.index(waiting[0]) if waiting else sheet.total
    reading = waiting[0] if sheet.state == "asking" and waiting else None
    places = [*sheet.positions[after:reached], *([reading] if reading else [])]
    cells = [{"row": at.row, "column": at.column, "html": _cell(sheet, at, at == reading)} for at in places]
    news = {
        "state": sheet.state,
        "problem": service.sheets.problem(sheet.name),
        "done": sheet.done,
        "total": sheet.total,
        "counts": _counts(sheet),
        "after": reached,
        "cells": cells,
    }
    return Response(json.dumps(news), media_type="application/json")


@router.get("/{name}/form")
def edit(name: Name, service: Served) -> str:
    """The form of a sheet that is there."""
    return render_form(service, service.sheets.sheet(name))


@router.get("/{name}/cells/{row}/{column}")
def read_cell(name: Name, row: Number, column: Number, service: Served) -> str:
    """A cell in full."""
    return _pane(service.sheets.sheet(name), Position(row, column))


@router.post("/{name}/cells/{row}/{column}")
def judge(name: Name, row: Number, column: Number, judged: Judged, service: Served) -> str:
    """Say whether a cell is right; returns the cell."""
    place = Position(row, column)
    return _cell(service.sheets.judge(name, place, judged.verdict), place, reading=False)


@router.post("/{name}/again", status_code=HTTPStatus.NO_CONTENT)
def ask_again(name: Name, service: Served) -> None:
    """Ask a sheet again, or go on with one that was stopped."""
    service.sheets.again(name)


@router.post("/{name}/stop", status_code=HTTPStatus.NO_CONTENT)
def stop(name: Name, service: Served) -> None:
    """Stop asking; the answers stay."""
    service.sheets.stop(name)


@router.delete("/{name}", status_code=HTTPStatus.NO_CONTENT)
def remove(name: Name, service: Served) -> None:
    """Stop asking, and delete the sheet."""
    service.sheets.remove(name)


@router.get("/{name}/export{kind}", response_model=None)
def export(name: Name, kind: str, request: Request, service: Served) -> Response:
    """The sheet as a file, with links to this service."""
    sheet = service.sheets.sheet(name)
    content = exported(sheet, kind, lambda cited: f"{request.base_url}{_anchor(cited)}")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{quote(sheet.name + kind, safe='')}"}
    return Response(content, media_type=KINDS[kind], headers=headers)


def _cell(sheet: Sheet, place: Position, reading: bool) -> str:
    title = not sheet.each
    return render("sheet/one_cell.html", line=cell_line(sheet, place, _nowhere), reading=reading, title=title)


def _pane(sheet: Sheet, place: Position) -> str:
    cell = _found(sheet, place)
    answer = cell.answer
    cards = [QuoteCard.of(cited) for cited in answer.citations] if answer and answer.found else []
    other = answer.disagreement if answer else None
    question = sheet.question(place)
    key = json.dumps([sheet.name, sheet.rows[place.row].document, question])
    return render(
        "sheet/pane.html",
        question=question,
        title=sheet.rows[place.row].title,
        cell=cell,
        answer=answer,
        sure=SURE[answer.confidence] if answer else "",
        cards=cards,
        disagreement=QuoteCard.of(other.citation) if other else None,
        guess=QuoteCard.of(answer.guess.citation) if answer and answer.guess else None,
        record=json.dumps(record(answer), ensure_ascii=False) if answer else "",
        turn=hashlib.sha256(key.encode()).hexdigest()[:32],
    )


def _found(sheet: Sheet, place: Position) -> SheetCell:
    try:
        return sheet.cell(place)
    except IndexError:
        raise SheetError("the sheet has no such cell any more") from None


def _address(sheet: Sheet) -> str:
    """The name as it stands in addresses."""
    return quote(sheet.name, safe="")


def _counts(sheet: Sheet) -> dict[str, int]:
    """How many cells each tab shows."""
    cells = [cell for row in sheet.rows for cell in row.cells]
    answers: list[Any] = [cell.answer for cell in cells if cell.answer]
    return {
        "all": len(cells),
        "changed": sum(cell.change is not None for cell in cells),
        "unsure": sum(answer.found and answer.confidence == "unsure" for answer in answers),
        "unsaid": sum(not answer.found for answer in answers),
    }


def _is_stale(service: Served, sheet: Sheet) -> bool:
    """Whether the index has changed since the sheet was asked."""
    try:
        return service.engine.answerer().index.revision != sheet.revision
    except QuothError:
        return False


def _anchor(cited: Citation) -> str:
    return Anchor.of(cited.document_id, cited.start, cited.quote).href


def _nowhere(_: Citation) -> str:
    """No link: the cell opens its pane."""
    return ""
