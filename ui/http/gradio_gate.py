"""An allow-list in front of Gradio: the routes that the page needs, with a schema for each request.

Gradio brings about ninety routes; some read files or fetch URLs, and so does any value that looks like a file. Requests
that match no route in ``NEEDED`` get 404. Query and body are rebuilt from the validated schema, so Gradio never sees
anything else.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import MutableHeaders, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.http.limits import JSON_BYTES, TOO_LARGE
from ui.http.problems import problem

READ = frozenset({"GET", "HEAD"})
GRADIO_HEADERS = b"x-gradio-"  # set proxies, buckets and tokens; the page sends none

Session = Annotated[str, Field(pattern=r"^[a-z0-9]{1,32}$")]


class Nothing(BaseModel):
    """No fields: everything sent is dropped."""


class Stream(BaseModel):
    """The query of the page's event stream."""

    session_hash: Session


class Question(BaseModel):
    """The body of a question: the question and its scope, both text."""

    model_config = ConfigDict(strict=True, extra="forbid")

    data: Annotated[list[str], Field(min_length=2, max_length=2)]
    fn_index: Literal[0]
    session_hash: Session
    trigger_id: Annotated[int, Field(ge=0)] | None = None
    event_data: None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A route of Gradio that the page needs."""

    path: str  # as Gradio writes it
    methods: frozenset[str] = READ
    name: str = ""  # what its ``{path:path}`` may be, as a regular expression
    query: type[BaseModel] = Nothing
    body: type[BaseModel] | None = None

    def takes(self, method: str, path: str) -> bool:
        """Whether a request matches this route."""
        start, parameter, _ = self.path.partition("{")
        named = re.fullmatch(re.escape(start) + (self.name if parameter else ""), path, re.ASCII)
        return method in self.methods and named is not None


NEEDED = (
    Route("/"),
    Route("/assets/{path:path}", name=r"\w[\w-]*(\.[\w-]+)+"),  # scripts and styles
    Route("/static/{path:path}", name=r"js/iframeResizer\.contentWindow\.min\.js"),
    Route("/theme.css"),
    Route("/favicon.ico"),
    Route("/gradio_api/app_id"),  # polled after a lost connection
    Route("/gradio_api/queue/join", frozenset({"POST"}), body=Question),
    Route("/gradio_api/queue/data", query=Stream),
)


def needed(method: str, path: str) -> Route | None:
    """The matching route, or None."""
    return next((route for route in NEEDED if route.takes(method, path)), None)


class GradioGate:
    """ASGI middleware inside Gradio's application: passes on the routes in ``NEEDED``, answers 404 to the rest."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on one rebuilt request, or answer with a problem."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            passed, arriving = await _rewritten(scope, receive)
        except _RefusedError as refused:
            answer = problem(refused.status, refused.detail)
            await answer(scope, receive, send)
        else:
            await self.app(passed, arriving, send)


class _RefusedError(Exception):
    """The request is not passed on."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


async def _rewritten(scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
    """The rebuilt request. Raises ``_RefusedError``."""
    route = needed(scope["method"], scope["path"])
    if route is None:
        raise _RefusedError(HTTPStatus.NOT_FOUND, f"There is nothing at {scope['path']}.")
    try:
        query = route.query.model_validate(dict(QueryParams(scope["query_string"])))
        body = route.body.model_validate_json(await _whole(receive)) if route.body else None
    except ValidationError:
        raise _RefusedError(
            HTTPStatus.NOT_FOUND, f"{scope['path']} takes what the page sends, and nothing else."
        ) from None
    written = body.model_dump_json(exclude_unset=True).encode() if body else b""
    passed = dict(scope, query_string=urlencode(query.model_dump()).encode(), headers=_headers(scope, len(written)))
    return passed, _Replay(written, receive).receive


def _headers(scope: Scope, length: int) -> list[tuple[bytes, bytes]]:
    """The headers without Gradio's own, for a body of ``length`` bytes."""
    kept = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(GRADIO_HEADERS)]
    headers = MutableHeaders(raw=kept)
    for name in ("content-length", "transfer-encoding", "content-type", "content-encoding"):
        del headers[name]
    if length:
        headers.update({"content-type": "application/json", "content-length": str(length)})
    return headers.raw


async def _whole(receive: Receive) -> bytes:
    """The body of a request. Raises ``_RefusedError`` if it is too large or the client disconnects."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _RefusedError(HTTPStatus.BAD_REQUEST, "The request ended before its body did.")
        body += message.get("body", b"")
        if len(body) > JSON_BYTES:
            raise _RefusedError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE.format(JSON_BYTES))
        if not message.get("more_body", False):
            return bytes(body)


class _Replay:
    """Replays a body already received, then waits for the client to disconnect."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body, self._receive = body, receive
        self._given = False

    async def receive(self) -> Message:
        if not self._given:
            self._given = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        while True:
            message = await self._receive()
            if message["type"] != "http.request":  # an unexpected body is dropped
                return message
