"""What of Gradio is served: the few routes that the page needs, for requests of the shape that the page sends.

Gradio brings some ninety routes, among them ones that read files and ask other servers, and a value that describes a
file makes it do either. So whatever is not in ``NEEDED`` is answered with 404, and what is passed on is not what was
sent: the query and the body are written anew from the fields that a schema names.
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

from ui.limits import JSON_BYTES, TOO_LARGE
from ui.problems import problem

READ = frozenset({"GET", "HEAD"})
OWN_HEADERS = b"x-gradio-"  # by which Gradio is told of proxies, buckets and tokens; the page sends none

Session = Annotated[str, Field(pattern=r"^[a-z0-9]{1,32}$")]


class Nothing(BaseModel):
    """No field at all: whatever is sent is dropped."""


class Stream(BaseModel):
    """The query for the events of one page."""

    session_hash: Session


class Question(BaseModel):
    """The body by which the page asks: two texts, the question and the scope in which it is asked."""

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
        """Whether a request comes by this route."""
        start, parameter, _ = self.path.partition("{")
        named = re.fullmatch(re.escape(start) + (self.name if parameter else ""), path, re.ASCII)
        return method in self.methods and named is not None


NEEDED = (
    Route("/"),
    Route("/assets/{path:path}", name=r"\w[\w-]*(\.[\w-]+)+"),  # scripts and styles
    Route("/static/{path:path}", name=r"js/iframeResizer\.contentWindow\.min\.js"),
    Route("/theme.css"),
    Route("/favicon.ico"),
    Route("/gradio_api/app_id"),  # asked after the connection was lost: whether the server is back
    Route("/gradio_api/queue/join", frozenset({"POST"}), body=Question),
    Route("/gradio_api/queue/data", query=Stream),
)


def needed(method: str, path: str) -> Route | None:
    """The route by which a request comes, if the page needs it."""
    return next((route for route in NEEDED if route.takes(method, path)), None)


class GradioGate:
    """ASGI middleware of Gradio's own application: passes on what the page needs, and answers 404 to all else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through, written anew, or answer with a problem."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            return
        try:
            passed, arriving = await _rewritten(scope, receive)
        except _Refused as refused:
            answer = problem(refused.status, refused.detail)
            await answer(scope, receive, send)
        else:
            await self.app(passed, arriving, send)


class _Refused(Exception):  # noqa: N818 - a request that is turned away is no error of the program
    """The request is not passed on."""

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


async def _rewritten(scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
    """The request as Gradio gets it. Raises ``_Refused``."""
    route = needed(scope["method"], scope["path"])
    if route is None:
        raise _Refused(HTTPStatus.NOT_FOUND, f"There is nothing at {scope['path']}.")
    try:
        query = route.query.model_validate(dict(QueryParams(scope["query_string"])))
        body = route.body.model_validate_json(await _whole(receive)) if route.body else None
    except ValidationError:
        raise _Refused(HTTPStatus.NOT_FOUND, f"{scope['path']} takes what the page sends, and nothing else.") from None
    written = body.model_dump_json(exclude_unset=True).encode() if body else b""
    passed = dict(scope, query_string=urlencode(query.model_dump()).encode(), headers=_headers(scope, len(written)))
    return passed, _Replay(written, receive).receive


def _headers(scope: Scope, length: int) -> list[tuple[bytes, bytes]]:
    """The headers without those that are Gradio's own, for a body of ``length`` bytes."""
    kept = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(OWN_HEADERS)]
    headers = MutableHeaders(raw=kept)
    for name in ("content-length", "transfer-encoding", "content-type", "content-encoding"):
        del headers[name]
    if length:
        headers.update({"content-type": "application/json", "content-length": str(length)})
    return headers.raw


async def _whole(receive: Receive) -> bytes:
    """The body of a request. Raises ``_Refused`` for one that is too large, or whose client has gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise _Refused(HTTPStatus.BAD_REQUEST, "The request ended before its body did.")
        body += message.get("body", b"")
        if len(body) > JSON_BYTES:
            raise _Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, TOO_LARGE.format(JSON_BYTES))
        if not message.get("more_body", False):
            return bytes(body)


class _Replay:
    """Gives a body that is already here, then waits for the client to go away."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body, self._receive = body, receive
        self._given = False

    async def receive(self) -> Message:
        if not self._given:
            self._given = True
            return {"type": "http.request", "body": self._body, "more_body": False}
        while True:
            message = await self._receive()
            if message["type"] != "http.request":  # the body of a request that is to have none is dropped
                return message
