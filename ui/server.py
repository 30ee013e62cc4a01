"""The whole application in one process: the page, the HTTP service, and the guards around both."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from types import FrameType

import uvicorn
from fastapi import FastAPI
from starlette.routing import Mount

from index.errors import SetupError
from ui.http import documents, health, problems
from ui.http import questions as api
from ui.http.auth import Access, Gate, trusted_hosts
from ui.http.connection import connections
from ui.http.limits import BodyLimits
from ui.http.openapi import describe
from ui.service import logs
from ui.service.service import Service
from ui.settings import Settings
from ui.web.app import create_app

GRACE = 5  # seconds that answers under way have when the server is told to stop
KEEP_ALIVE = 30  # seconds that a connection may stay open between two requests


class AddressError(SetupError):
    """The address to listen on cannot be had."""


def assemble(service: Service) -> FastAPI:
    """The application over a service. Raises ``AccessError`` when it would be open to a network."""
    settings = service.settings
    gate = Gate.of(settings)
    routers = (health.router, api.router, documents.router, problems.router)
    app = create_app(settings.index, settings=settings, engine=service.engine, ask=service.answer, routers=routers)
    describe(app)
    app.state.service = service
    for served in (app, *(route.app for route in app.routes if isinstance(route, Mount))):
        if isinstance(served, FastAPI):  # Gradio's is one in itself
            problems.install(served)
    # The last added is the first that a request meets.
    app.add_middleware(BodyLimits, most_bytes=settings.upload_megabytes * 10**6, seconds=settings.body_seconds)
    app.add_middleware(Access, gate=gate, hosts=trusted_hosts(settings))
    app.add_middleware(problems.Unforeseen)
    app.add_middleware(logs.RequestLog)
    return app


class Server(uvicorn.Server):
    """uvicorn's server, which tells when it has started and when it begins to stop."""

    def __init__(self, config: uvicorn.Config, *, started: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell_started, self._tell_stopping = started, stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop in order, at once when interrupted a second time.

        uvicorn would raise the signal again at the end, and the process die of it before it has closed the index.
        """
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._tell_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Tell, then finish what is under way."""
        self._tell_stopping()
        await super().shutdown(sockets)


def serve(settings: Settings, started: Callable[[str], None]) -> None:
    """Serve until told to stop; ``started`` gets the URL once requests are answered.

    Raises ``AddressError`` and ``AccessError``.
    """
    service = Service.of(settings)
    app = assemble(service)
    listening = listen(settings.host, settings.port)
    service.uploads.clear()
    logs.configure()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE,
        http=connections(settings.body_seconds),
    )
    server = Server(config, started=lambda: started(address(listening)), stopping=service.rebuilding.stop)
    try:
        server.run(sockets=[listening])
    finally:
        service.close()
    _leave()


def _leave() -> None:
    """End the process where a thread is still inside a model.

    It cannot be told to stop, and the interpreter's own end would abort under it. Whatever it has not committed to the
    index is not there, which is what a rebuild that was cut short promises.
    """
    if threading.active_count() > 1:
        sys.stdout.flush()
        os._exit(0)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ``AddressError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as error:
        another = port + 1 if port < 65535 else 7860
        raise AddressError(f"cannot listen on {host}:{port} ({error.strerror}): try `--port {another}`") from error


def address(listening: socket.socket) -> str:
    """The URL under which a listening socket is reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
