"""Errors over HTTP: problem details as of RFC 9457, with a message for a person and nothing of the inside."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from index import errors
from ui.line import RETRY_AFTER, LineFullError
from ui.uploads import ForeignDocumentError, UploadError

log = logging.getLogger(__name__)

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
MEDIA_TYPE = "application/problem+json"

# The first that fits counts; what is not named here is the server's own fault.
STATUSES: tuple[tuple[type[errors.QuothError], HTTPStatus], ...] = (
    (errors.QuestionError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.SourceNotFoundError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.NoDocumentsError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.UnreadableFileError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.IndexNotFoundError, HTTPStatus.CONFLICT),
    (errors.IndexEmptyError, HTTPStatus.CONFLICT),
    (errors.IndexLockedError, HTTPStatus.CONFLICT),
    (ForeignDocumentError, HTTPStatus.CONFLICT),
    (UploadError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (errors.StoreUnreachableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (LineFullError, HTTPStatus.SERVICE_UNAVAILABLE),
)


class Problem(BaseModel):
    """What an error says of itself."""

    type: str = Field("about:blank", description="The kind of error: urn:quoth:NAME, or about:blank for HTTP's own.")
    title: str = Field(description="The kind of error in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong this time, and what to do.")


def responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, object]]:
    """The problems that a route may answer with, as its OpenAPI says them."""
    schema = {"schema": {"$ref": "#/components/schemas/Problem"}}
    return {status.value: {"description": status.phrase, "content": {MEDIA_TYPE: schema}} for status in statuses}


def problem(
    status: HTTPStatus, detail: str, *, kind: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A response that carries a problem."""
    body = Problem(
        type=f"urn:quoth:{kind}" if kind else "about:blank", title=status.phrase, status=status.value, detail=detail
    )
    return JSONResponse(body.model_dump(), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make every error that ``app`` answers with a problem."""
    app.add_exception_handler(errors.QuothError, _of_quoth)
    app.add_exception_handler(RequestValidationError, _of_validation)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_anything)


router = APIRouter()


@router.api_route("/v1/{path:path}", methods=METHODS, include_in_schema=False)
async def unknown(request: Request) -> None:
    """Answer for what is not there, or not with this method, before the page's catch-all does."""
    near = [route for route in request.app.routes if route.matches(request.scope)[0] is Match.PARTIAL]
    served = [m for m in METHODS if any(r.matches({**request.scope, "method": m})[0] is Match.FULL for r in near)]
    if served:
        raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(served)})
    raise HTTPException(HTTPStatus.NOT_FOUND, f"There is nothing at {request.url.path}.")


def _of_quoth(_: Request, error: Exception) -> JSONResponse:
    status = next((s for kind, s in STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    headers = {"Retry-After": str(RETRY_AFTER)} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return problem(status, str(error), kind=type(error).__name__.removesuffix("Error"), headers=headers)


def _of_validation(_: Request, error: Exception) -> JSONResponse:
    # What was sent is not sent back: it may be long, secret, or not even text.
    found = error.errors() if isinstance(error, RequestValidationError) else []
    places = (f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in found)
    detail = "; ".join(places).encode("utf-8", "replace").decode()
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, kind="Invalid")


def _of_http(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    return problem(HTTPStatus(error.status_code), str(error.detail), headers=error.headers)


def _of_anything(_: Request, error: Exception) -> JSONResponse:
    log.error("a request failed", exc_info=error)
    return problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong here; the server's log has the details.")
