"""The same tools over HTTP, at ``/mcp``: streamable HTTP without sessions, each request with one JSON response.

The protocol's package takes seconds to import, so that is done when the first client comes. Who may use the tools is
decided before a request comes here, as for every route.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from anyio.to_thread import run_sync
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Route
from starlette.types import Message, Receive, Scope, Send

from ui.service.service import Service

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"


class McpEndpoint:
    """An ASGI application for the tools of a service. A client that leaves gives its question up."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._starting = asyncio.Lock()
        self._manager: StreamableHTTPSessionManager | None = None
        self._task: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle a request."""
        async with self._starting:
            if self._manager is None or self._task is None or self._task.done():
                self._manager = await self._started()
        request = Request(scope, receive)
        try:
            body = await request.body()
        except ClientDisconnect:
            return
        handling = asyncio.ensure_future(self._manager.handle_request(scope, _replayed(body), send))
        left = asyncio.ensure_future(receive())  # after the body, the client's leaving is all that can be received
        try:
            await asyncio.wait({handling, left}, return_when=asyncio.FIRST_COMPLETED)
            if handling.done():
                handling.result()
        finally:
            left.cancel()
            handling.cancel()  # which gives its question up, where the client has left
            await asyncio.wait({handling})

    async def _started(self) -> StreamableHTTPSessionManager:
        """A running manager of requests; it runs until the service's event loop ends."""
        manager = await run_sync(self._made)
        running = asyncio.Event()
        self._task = asyncio.create_task(_run(manager, running), name="mcp")
        await running.wait()
        return manager

    def _made(self) -> StreamableHTTPSessionManager:
        from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
        from mcp.server.transport_security import TransportSecuritySettings

        from ui.agents.tools import create_server

        server = create_server(self._service)
        return StreamableHTTPSessionManager(
            app=server._lowlevel_server,
            json_response=True,
            stateless=True,
            # Host names and origins are checked for all routes.
            security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )


def mcp_route(service: Service) -> Route:
    """The route of the tools. Without sessions there is no stream to open by GET and nothing to DELETE."""
    return Route(PATH, endpoint=McpEndpoint(service), methods=["POST"], include_in_schema=False)


def _replayed(body: bytes) -> Receive:
    """A ``receive`` that gives a body which was received before, and nothing more."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        if messages:
            return messages.pop()
        never: asyncio.Future[Message] = asyncio.get_running_loop().create_future()
        return await never

    return replayed


async def _run(manager: StreamableHTTPSessionManager, running: asyncio.Event) -> None:
    async with manager.run():
        running.set()
        await asyncio.Event().wait()
