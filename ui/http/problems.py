"""Errors over HTTP: problem details (RFC 9457) with a message for people and nothing internal."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from index import (
    CollectionNotFoundError,
    DiskError,
    DocumentNotFoundError,
    InputError,
    QuothError,
    SetupError,
    StateError,
    StorageError,
)
from qa import SheetNotFoundError
from ui.errors import UnavailableError
from ui.service.question_queue import RETRY_AFTER

log = logging.getLogger("quoth.problems")

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
MEDIA_TYPE = "application/problem+json"
CLIENT_CLOSED_REQUEST = 499  # seen in the log only, as the client has gone; HTTPStatus does not have it

# The first match counts; an error in no group is the server's own fault (500).
STATUSES: tuple[tuple[type[QuothError], HTTPStatus], ...] = (
    (DocumentNotFoundError, HTTPStatus.NOT_FOUND),
    (CollectionNotFoundError, HTTPStatus.NOT_FOUND),
    (SheetNotFoundError, HTTPStatus.NOT_FOUND),
    (DiskError, HTTPStatus.INSUFFICIENT_STORAGE),
    (UnavailableError, HTTPStatus.SERVICE_UNAVAILABLE),
    (StateError, HTTPStatus.CONFLICT),
    (StorageError, HTTPStatus.SERVICE_UNAVAILABLE),
    (InputError, HTTPStatus.UNPROCESSABLE_ENTITY),
    (SetupError, HTTPStatus.SERVICE_UNAVAILABLE),
)

MEANINGS = {
    HTTPStatus.BAD_REQUEST: "The request is malformed, or its host name is not served.",
    HTTPStatus.UNAUTHORIZED: "A token is needed: send `Authorization: Bearer TOKEN`.",
    HTTPStatus.FORBIDDEN: "The request comes from another site's page, or needs the role `admin`.",
    HTTPStatus.NOT_FOUND: "There is no such document, collection or sheet.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many wrong secrets came from this address: wait.",
    HTTPStatus.REQUEST_TIMEOUT: "The request took too long to arrive.",
    HTTPStatus.CONFLICT: "There is no index, or it cannot be used or changed now; `detail` says what to do.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The request is too large.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "The request is invalid; `detail` says what and where.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Too many questions wait, or something is not available; `detail` says what.",
    HTTPStatus.INSUFFICIENT_STORAGE: "The disk is full or failing; nothing was changed.",
}
EVERYWHERE = (
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
)
RETRY = {"Retry-After": {"description": "Seconds after which to try again.", "schema": {"type": "integer"}}}


class Problem(BaseModel):
    """An error as RFC 9457 defines it."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "type": "urn:quoth:QueueFull",
                    "title": "Service Unavailable",
                    "status": 503,
                    "detail": "66 questions are waiting already: try again in a moment",
                }
            ]
        }
    )

    type: str = Field("about:blank", description="The kind of error: urn:quoth:NAME, or about:blank for HTTP's own.")
    title: str = Field(description="The kind of error in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="What went wrong this time, and what to do.")


def responses(*statuses: HTTPStatus) -> dict[int | str, dict[str, object]]:
    """The problems that a route may answer with, for its OpenAPI description."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    retry = {status: {"headers": RETRY} for status in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS)}
    return {s.value: {"description": MEANINGS[s], "content": content, **retry.get(s, {})} for s in statuses}


def problem(
    status: int, detail: str, *, kind: str | None = None, headers: Mapping[str, str] | None = None
) -> JSONResponse:
    """A response with a problem as its body."""
    title = "Client Closed Request" if status == CLIENT_CLOSED_REQUEST else HTTPStatus(status).phrase
    body = Problem(type=f"urn:quoth:{kind}" if kind else "about:blank", title=title, status=status, detail=detail)
    return JSONResponse(body.model_dump(), status, headers=dict(headers or {}), media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Make ``app`` answer every error with a problem."""
    app.exception_handler(QuothError)(_of_quoth)
    app.exception_handler(RequestValidationError)(_of_validation)
    app.exception_handler(HTTPException)(_of_http)


class UnexpectedErrors:
    """ASGI middleware: logs an unexpected error and answers with a problem."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        begun = False

        async def noting_start(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self.app(scope, receive, noting_start)
        except Exception as error:
            log.error("a request failed", exc_info=error)
            if begun or scope["type"] != "http":
                raise  # uvicorn closes the connection, as no second response can be sent
            await _UNEXPECTED(scope, receive, send)


router = APIRouter()


@router.api_route("/healthz", methods=METHODS, include_in_schema=False)
@router.api_route("/readyz", methods=METHODS, include_in_schema=False)
@router.api_route("/metrics", methods=METHODS, include_in_schema=False)
@router.api_route("/mcp", methods=METHODS, include_in_schema=False)
@router.api_route("/v1", methods=METHODS, include_in_schema=False)
@router.api_route("/v1/{path:path}", methods=METHODS, include_in_schema=False)
async def unknown(request: Request) -> None:
    """Answer unknown paths and methods below the service's own, before the page's catch-all route does."""
    near = [route for route in request.app.routes if route.matches(request.scope)[0] is Match.PARTIAL]
    served = [m for m in METHODS if any(r.matches({**request.scope, "method": m})[0] is Match.FULL for r in near)]
    if served:
        raise HTTPException(HTTPStatus.METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(served)})
    raise HTTPException(HTTPStatus.NOT_FOUND, f"There is nothing at {request.url.path}.")


def _of_quoth(_: Request, error: QuothError) -> JSONResponse:
    status = next((s for kind, s in STATUSES if isinstance(error, kind)), HTTPStatus.INTERNAL_SERVER_ERROR)
    headers = {"Retry-After": str(RETRY_AFTER)} if status == HTTPStatus.SERVICE_UNAVAILABLE else None
    return problem(status, str(error), kind=type(error).__name__.removesuffix("Error"), headers=headers)


def _of_validation(_: Request, error: RequestValidationError) -> JSONResponse:
    # The input is not sent back: it may be long, secret or invalid text.
    details = (f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors())
    detail = "; ".join(details).encode("utf-8", "replace").decode()
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, kind="Invalid")


def _of_http(_: Request, error: HTTPException) -> JSONResponse:
    return problem(error.status_code, str(error.detail), headers=error.headers)


_UNEXPECTED = problem(HTTPStatus.INTERNAL_SERVER_ERROR, "Something went wrong; the server's log has the details.")
