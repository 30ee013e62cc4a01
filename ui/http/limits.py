"""Limits on clients: the size of a request, the time it may take to arrive, and the number of connections."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Mapping
from http import HTTPStatus

import h11
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.http.problems import problem
from ui.http.proxies import Network, is_within
from ui.http.roles import PUBLIC_PATHS
from ui.service.question_queue import RETRY_AFTER

JSON_BYTES = 64 * 1024  # a question and its filters
FORM_BYTES = 64 * 1024  # more than a form adds to the file in it
UPLOAD_PATHS = ("/v1/documents", "/ui/library/drops/", "/ui/quality")
LARGER = {
    "/ui/notebook/": 4_000_000,  # about a thousand quotes with their sources
    "/v1/chat/completions": 1_000_000,  # a long conversation, which its client sends whole each time
}
TOO_LARGE = "The request is larger than {:,} bytes."
FILE_TOO_LARGE = "The file is larger than {:,.0f} MB, the setting `upload_megabytes`."
TOO_SLOW = "The request took too long to arrive."
MAX_CONNECTIONS = 500  # well below 1,024, the usual limit of open files
MAX_PER_ADDRESS = 100  # of them; a trusted proxy, which speaks for many people, may have all
HEALTH_RESERVE = 20  # connections beyond the limit that are answered for health checks alone
TOO_MANY = "{} clients are connected already."


class BodyLimits:
    """ASGI middleware: refuses a body that is too large (413) or arrives too slowly (408)."""

    def __init__(self, app: ASGIApp, *, most_bytes: int, seconds: float) -> None:
        """``most_bytes`` is the limit for an uploaded file; others are JSON, as large as their path allows."""
        self.app = app
        self.most_bytes = most_bytes + FORM_BYTES
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through, or answer with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        is_upload = scope["path"].startswith(UPLOAD_PATHS)
        most = next((most for path, most in LARGER.items() if scope["path"].startswith(path)), JSON_BYTES)
        limit = self.most_bytes if is_upload else most
        too_large = FILE_TOO_LARGE.format((limit - FORM_BYTES) / 1e6) if is_upload else TOO_LARGE.format(limit)
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            refusal = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large)
            await refusal(scope, receive, send)
        else:
            await self.app(scope, _Body(receive, limit, self.seconds, too_large).receive, send)


class _Body:
    """Receives a request's body until it is complete, too large or too late."""

    def __init__(self, receive: Receive, limit: int, seconds: float, too_large: str) -> None:
        self._receive, self._left, self._too_large = receive, limit, too_large
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._complete = False

    async def receive(self) -> Message:
        if self._complete:  # the next message says that the client has disconnected
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW) from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._too_large)
        self._complete = not message.get("more_body", False)
        return message


def connection_class(request_seconds: float, proxies: tuple[Network, ...] = ()) -> type[asyncio.Protocol]:
    """The protocol class for uvicorn whose connections wait this many seconds for a request.

    Addresses of ``proxies`` may have more connections than others.
    """
    return type("Connection", (Connection,), {"request_seconds": request_seconds, "proxies": proxies})


class HealthOnly:
    """ASGI application for a connection beyond the limit: health checks pass, everything else is refused (503)."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a health check through."""
        if scope["type"] == "http" and scope["path"] not in PUBLIC_PATHS:
            headers = {"Retry-After": str(RETRY_AFTER), "Connection": "close"}
            refusal = problem(HTTPStatus.SERVICE_UNAVAILABLE, TOO_MANY.format(MAX_CONNECTIONS), headers=headers)
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)


class Connection(H11Protocol):
    """uvicorn's HTTP/1.1 connection with time limits; what it refuses is answered with a problem.

    uvicorn itself waits forever for the rest of a request's headers, for a body that no route reads, and for a client
    to read its response, so a few hundred idle clients would use up all connections.
    """

    request_seconds = 60.0  # within which a request must arrive
    response_seconds = 30.0  # a client may stop reading its response for this long
    proxies: tuple[Network, ...] = ()
    _request_timer: asyncio.TimerHandle | None = None
    _response_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Start the timer, or refuse the connection when there are too many."""
        super().connection_made(transport)
        _send_at_once(transport)
        retry = {"Retry-After": str(RETRY_AFTER)}
        if self._from_same_address() > MAX_PER_ADDRESS:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, "Your address has too many connections already.", retry)
        elif len(self.connections) > MAX_CONNECTIONS + HEALTH_RESERVE:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, TOO_MANY.format(MAX_CONNECTIONS), retry)
        else:
            if len(self.connections) > MAX_CONNECTIONS:
                self.app = HealthOnly(self.app)
            self._set_timer()

    def _from_same_address(self) -> int:
        """How many connections the client's address has; 0 for a trusted proxy."""
        if self.client is None or is_within(self.client[0], self.proxies):
            return 0
        clients = (getattr(one, "client", None) for one in self.connections)
        return sum(client is not None and client[0] == self.client[0] for client in clients)

    def data_received(self, data: bytes) -> None:
        """Handle a part of a request, and start or stop the timer."""
        super().data_received(data)
        self._set_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """Cancel all timers."""
        super().connection_lost(exc)
        self._request_timer = _cancelled(self._request_timer)
        self._response_timer = _cancelled(self._response_timer)

    def pause_writing(self) -> None:
        """Close the connection unless the client reads on in time."""
        super().pause_writing()
        self._response_timer = self._response_timer or self.loop.call_later(self.response_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Stop the timer: the client has read."""
        super().resume_writing()
        self._response_timer = _cancelled(self._response_timer)

    def send_400_response(self, msg: str) -> None:
        """Answer input that is not HTTP with a problem."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _set_timer(self) -> None:
        """Run the timer while a request's headers are awaited, or the rest of a body that is already answered."""
        ours, theirs = self.conn.our_state, self.conn.their_state
        awaited = theirs is h11.IDLE or (theirs is h11.SEND_BODY and ours in (h11.DONE, h11.MUST_CLOSE))
        if not awaited or self.transport.is_closing():
            self._request_timer = _cancelled(self._request_timer)
        elif self._request_timer is None:
            self._request_timer = self.loop.call_later(
                self.request_seconds, self._refuse, HTTPStatus.REQUEST_TIMEOUT, TOO_SLOW
            )

    def _refuse(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        """Close the connection, after a problem if no response has begun."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            refusal = problem(status, detail, headers={**(headers or {}), "Connection": "close"})
            start = h11.Response(status_code=status, headers=refusal.raw_headers, reason=status.phrase.encode())
            for event in (start, h11.Data(data=bytes(refusal.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
        self.transport.close()


def _send_at_once(transport: asyncio.Transport) -> None:
    """Switch Nagle's algorithm off, which delays the end of every response by 40 ms on a connection that is kept.

    asyncio does so only for sockets that say that their protocol is TCP, which accepted ones need not.
    """
    connection = transport.get_extra_info("socket")
    if connection is not None and connection.family in (socket.AF_INET, socket.AF_INET6):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    if timer is not None:
        timer.cancel()
    return None
