"""An allow-list in front of Gradio: the routes that the page needs, with a schema for each request.

Gradio has about ninety routes. Some read files or fetch URLs, and a value in any request does too if it looks like
Gradio's description of a file. A request that matches no route in ``ALLOWED`` gets 404. Query and body are rebuilt from
the validated schema, so Gradio sees nothing that the schema does not name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.http.limits import JSON_BYTES, TOO_LARGE
from ui.http.problems import problem

READ = frozenset({"GET", "HEAD"})
GRADIO_HEADERS = b"x-gradio-"  # these configure proxies, buckets and tokens; the page sends none

Session = Annotated[str, Field(pattern=r"^[a-z0-9]{1,32}$")]


class NoFields(BaseModel):
    """A query or body that is dropped whole."""


class StreamQuery(BaseModel):
    """The query of the page's event stream."""

    session_hash: Session


# Gradio's text boxes send null until something is written into them.
Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class QuestionBody(BaseModel):
    """A question and its scope; both are plain text."""

    model_config = ConfigDict(strict=True, extra="forbid")

    data: Annotated[list[Text], Field(min_length=2, max_length=2)]
    fn_index: Literal[0]
    session_hash: Session
    trigger_id: Annotated[int, Field(ge=0)] | None = None
    event_data: None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A route of Gradio that the page needs."""

    path: str  # as Gradio declares it
    methods: frozenset[str] = READ
    parameter: str = ""  # a regular expression that its ``{path:path}`` must match
    query: type[BaseModel] = NoFields
    body: type[BaseModel] | None = None

    def matches(self, method: str, path: str) -> bool:
        """Whether a request is for this route."""
        pattern = re.escape(self.path.partition("{")[0]) + self.parameter
        return method in self.methods and re.fullmatch(pattern, path, re.ASCII) is not None


ALLOWED = (
    Route("/"),
    Route("/assets/{path:path}", parameter=r"\w[\w-]*(\.[\w-]+)+"),  # scripts and styles
    Route("/static/{path:path}", parameter=r"js/iframeResizer\.contentWindow\.min\.js"),
    Route("/theme.css"),
    Route("/favicon.ico"),
    Route("/gradio_api/app_id"),  # polled after a lost connection
    Route("/gradio_api/queue/join", frozenset({"POST"}), body=QuestionBody),
    Route("/gradio_api/queue/data", query=StreamQuery),
)


def find_route(method: str, path: str) -> Route | None:
    """The allowed route that a request is for, or None."""
    return next((route for route in ALLOWED if route.matches(method, path)), None)


class GradioGate:
    """ASGI middleware inside Gradio's application: passes on requests to ``ALLOWED`` routes; 404 for others."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on the rebuilt request, or answer with a problem."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        if scope["type"] != "http":
            return
        try:
            rebuilt, body = await _rebuild(scope, receive)
        except HTTPException as refused:
            await problem(refused.status_code, refused.detail)(scope, receive, send)
        else:
            await self.app(rebuilt, _replay(body, receive), send)


async def _rebuild(scope: Scope, receive: Receive) -> tuple[Scope, bytes]:
    """The scope and body to pass on. Raises ``HTTPException`` for a request that is not allowed."""
    route = find_route(scope["method"], scope["path"])
    if route is None:
        raise HTTPException(HTTPStatus.NOT_FOUND, f"There is nothing at {scope['path']}.")
    try:
        query = route.query.model_validate(dict(QueryParams(scope["query_string"])))
        body = route.body.model_validate_json(await _read_body(scope, receive)) if route.body else None
    except ValidationError:
        detail = f"{scope['path']} accepts only the requests that the page itself sends."
        raise HTTPException(HTTPStatus.NOT_FOUND, detail) from None
    content = body.model_dump_json(exclude_unset=True).encode() if body else b""
    query_string = urlencode(query.model_dump()).encode()
    return dict(scope, query_string=query_string, headers=_headers(scope, len(content))), content


def _headers(scope: Scope, length: int) -> list[tuple[bytes, bytes]]:
    """The headers without Gradio's own, for a body of ``length`` bytes."""
    kept = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(GRADIO_HEADERS)]
    headers = MutableHeaders(raw=kept)
    for name in ("content-length", "transfer-encoding", "content-type", "content-encoding"):
        del headers[name]
    if length:
        headers.update({"content-type": "application/json", "content-length": str(length)})
    return headers.raw


async def _read_body(scope: Scope, receive: Receive) -> bytes:
    """The body of a request. Raises ``HTTPException`` if it is too large or the client disconnects."""
    body = bytearray()
    try:
        async for block in Request(scope, receive).stream():
            body += block
            if len(body) > JSON_BYTES:
                raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE.format(JSON_BYTES))
    except ClientDisconnect:
        raise HTTPException(HTTPStatus.BAD_REQUEST, "The client disconnected before it had sent the body.") from None
    return bytes(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives ``body``, then waits for the client to disconnect."""
    given = False

    async def replayed() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": body, "more_body": False}
        while (message := await receive())["type"] == "http.request":
            pass  # the client's own body, which is dropped
        return message

    return replayed
