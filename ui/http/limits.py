"""A request's body may be so large, and take so long to arrive."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.http.problems import problem

JSON_BYTES = 64 * 1024  # a question and its filters
FORM_BYTES = 64 * 1024  # what a form adds to the file that it carries
UPLOADING = ("/v1/documents", "/ui/library/drops/", "/ui/quality")
TOO_LARGE = "The request is larger than {:,} bytes."
FILE_TOO_LARGE = "The file is larger than {:,.0f} MB, the setting `upload_megabytes`."


class BodyLimits:
    """ASGI middleware: refuses a body that is too large (413) and waits no longer for one that is too slow (408)."""

    def __init__(self, app: ASGIApp, *, most_bytes: int, seconds: float) -> None:
        """``most_bytes`` is for files that are handed in; all else that is taken is JSON, and short."""
        self.app = app
        self.most_bytes = most_bytes + FORM_BYTES
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through, or answer with a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        carries_file = scope["path"].startswith(UPLOADING)
        limit = self.most_bytes if carries_file else JSON_BYTES
        too_large = FILE_TOO_LARGE.format((limit - FORM_BYTES) / 1e6) if carries_file else TOO_LARGE.format(limit)
        declared = Headers(scope=scope).get("content-length", "0")
        if declared.isdecimal() and int(declared) > limit:
            refusal = problem(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, too_large)
            await refusal(scope, receive, send)
        else:
            await self.app(scope, _Body(receive, limit, self.seconds, too_large).receive, send)


class _Body:
    """One body on its way in."""

    def __init__(self, receive: Receive, limit: int, seconds: float, too_large: str) -> None:
        self._receive, self._left, self._too_large = receive, limit, too_large
        self._deadline = asyncio.get_running_loop().time() + seconds
        self._arrived = False

    async def receive(self) -> Message:
        if self._arrived:  # what is waited for now is that the client goes away
            return await self._receive()
        try:
            async with asyncio.timeout_at(self._deadline):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(HTTPStatus.REQUEST_TIMEOUT, "The request took too long to arrive.") from None
        self._left -= len(message.get("body", b""))
        if self._left < 0:
            raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, self._too_large)
        self._arrived = not message.get("more_body", False)
        return message
