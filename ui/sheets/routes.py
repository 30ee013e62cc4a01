"""Question sheets over HTTP: ``/v1/sheets``."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path, Query, Response

from ui.http.problems import EVERYWHERE, responses
from ui.schemas import SheetQuestions, SheetState
from ui.service.service import Served

Name = Annotated[str, Path(max_length=80, description="The name of a sheet.", examples=["Key terms"])]
Delete = Annotated[bool, Query(description="Delete the sheet and its answers too.")]
LOCATION = {"Location": {"description": "The address of the sheet.", "schema": {"type": "string"}}}

router = APIRouter(
    prefix="/v1/sheets",
    tags=["sheets"],
    responses=responses(
        *EVERYWHERE,
        HTTPStatus.CONFLICT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.INSUFFICIENT_STORAGE,
    ),
)
MISSING = responses(HTTPStatus.NOT_FOUND)


@router.get("")
def list_sheets(service: Served) -> list[str]:
    """List the names of the kept sheets."""
    return service.sheets.names()


@router.post(
    "",
    status_code=HTTPStatus.ACCEPTED,
    responses={
        202: {"headers": LOCATION},
        # The collection that is named may be missing.
        **responses(HTTPStatus.NOT_FOUND, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.REQUEST_ENTITY_TOO_LARGE),
    },
)
def ask_sheet(asked: SheetQuestions, service: Served, response: Response) -> SheetState:
    """Ask a sheet of questions in the background, and keep the answers by its name.

    A sheet that was stopped goes on. Any other of this name is asked again, and what changed since is marked.
    """
    sheet = service.sheets.start(
        asked.name, asked.questions, asked.patterns(), each=asked.each, collection=asked.collection
    )
    response.headers["Location"] = f"/v1/sheets/{quote(sheet.name, safe='')}"
    return SheetState.of(sheet)


@router.get("/{name}", responses=MISSING)
def get_sheet(name: Name, service: Served) -> SheetState:
    """Return a sheet as far as it is asked."""
    sheet = service.sheets.sheet(name)
    return SheetState.of(sheet, service.sheets.problem(sheet.name))


@router.delete("/{name}", status_code=HTTPStatus.NO_CONTENT, responses=MISSING)
def cancel_sheet(name: Name, service: Served, delete: Delete = False) -> None:
    """Cancel a sheet: stop asking it; what was answered stays, and the same questions go on from there.

    With ``delete=true`` the sheet and its answers are deleted too.
    """
    if delete:
        service.sheets.remove(name)
    else:
        service.sheets.stop(name)
