"""One client's connection: how long it may take to say what it wants, and to take in what it is told."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from http import HTTPStatus

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from ui.http.problems import problem
from ui.service.question_queue import RETRY_AFTER

MOST = 500  # connections at once; a process may usually have 1,024 files open


def connections(waiting_seconds: float) -> type[asyncio.Protocol]:
    """A protocol for uvicorn whose connections wait so long for a request."""
    return type("Connection", (Connection,), {"waiting_seconds": waiting_seconds})


class Connection(H11Protocol):
    """uvicorn's connection, which does not wait for ever, and says why it refuses.

    uvicorn itself waits without end for the rest of a request's head, for a body that nobody reads any more, and for a
    client to take in its response; a few hundred such clients would leave no connection for others.
    """

    waiting_seconds = 60.0  # for a request
    reading_seconds = 30.0  # for a client that leaves its response standing
    _wait: asyncio.TimerHandle | None = None
    _standing: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait, or refuse where there are too many already."""
        super().connection_made(transport)
        if len(self.connections) > MOST:
            retry = {"Retry-After": str(RETRY_AFTER)}
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, f"{MOST} clients are connected already.", retry)
        else:
            self._watch()

    def data_received(self, data: bytes) -> None:
        """Take in a piece of a request."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        super().connection_lost(exc)
        self._wait = _cancelled(self._wait)
        self._standing = _cancelled(self._standing)

    def pause_writing(self) -> None:
        """Begin to wait for the client to read."""
        super().pause_writing()
        self._standing = self._standing or self.loop.call_later(self.reading_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on: it has read."""
        super().resume_writing()
        self._standing = _cancelled(self._standing)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self._refuse(HTTPStatus.BAD_REQUEST, msg)

    def _watch(self) -> None:
        """Let time run while the client owes something: a request's head, or a body after its response."""
        ours, theirs = self.conn.our_state, self.conn.their_state
        owing = theirs is h11.IDLE or (theirs is h11.SEND_BODY and ours in (h11.DONE, h11.MUST_CLOSE))
        if not owing or self.transport.is_closing():
            self._wait = _cancelled(self._wait)
        elif self._wait is None:
            self._wait = self.loop.call_later(self.waiting_seconds, self._waited)

    def _waited(self) -> None:
        self._refuse(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive.")

    def _refuse(self, status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> None:
        """Close the connection, with a problem where no response has begun."""
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            refusal = problem(status, detail, headers={**(headers or {}), "Connection": "close"})
            start = h11.Response(status_code=status, headers=refusal.raw_headers, reason=status.phrase.encode())
            for event in (start, h11.Data(data=bytes(refusal.body)), h11.EndOfMessage()):
                self.transport.write(self.conn.send(event))
        self.transport.close()


def _cancelled(timer: asyncio.TimerHandle | None) -> asyncio.TimerHandle | None:
    if timer is not None:
        timer.cancel()
    return None
