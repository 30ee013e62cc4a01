"""Errors as OpenAI's API has them, for its clients: a problem (RFC 9457) with the member ``error`` besides."""

from __future__ import annotations

import json
import re
from http import HTTPStatus

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.http.problems import MEDIA_TYPE

_PATHS = re.compile(r"/v1/(chat/completions|models(/.*)?)", re.DOTALL)


class OpenAIErrors:
    """ASGI middleware: adds ``error`` to the problems of the paths that clients of OpenAI's API use."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        is_theirs = scope["type"] == "http" and _PATHS.fullmatch(scope["path"])
        await self.app(scope, receive, _Sending(send).send if is_theirs else send)


class _Sending:
    """Sends a response; one that is a problem waits until its body is complete."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type") == MEDIA_TYPE:
                self._start = message
                return
        elif message["type"] == "http.response.body" and self._start is not None:
            self._body += message.get("body", b"")
            if message.get("more_body", False):
                return
            body = with_error(self._body)
            MutableHeaders(raw=self._start["headers"])["content-length"] = str(len(body))
            await self._send(self._start)
            message = {"type": "http.response.body", "body": body}
        await self._send(message)


def with_error(body: bytes) -> bytes:
    """The JSON of a problem with the member ``error`` of OpenAI's API."""
    told = json.loads(body)
    is_servers = told["status"] >= HTTPStatus.INTERNAL_SERVER_ERROR
    kind = "server_error" if is_servers else "invalid_request_error"
    code = told["type"].removeprefix("urn:quoth:") if told["type"].startswith("urn:") else None
    error = {"message": told["detail"], "type": kind, "param": None, "code": code}
    return json.dumps(told | {"error": error}, ensure_ascii=False).encode()
