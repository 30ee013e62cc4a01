"""The whole application in one process: the page and the HTTP service behind authentication and limits."""

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

from ui.agents import completions
from ui.agents.openai_errors import OpenAIErrors
from ui.agents.over_http import mcp_route
from ui.errors import AddressError
from ui.http import collection_routes, documents, health, problems, questions
from ui.http.auth import Access, trusted_hosts
from ui.http.credentials import Credentials
from ui.http.limits import BodyLimits, connection_class
from ui.http.openapi import describe
from ui.http.proxies import TrustedProxies, networks
from ui.service import logs
from ui.service.service import Service
from ui.settings import Settings
from ui.sheets import page, routes
from ui.web.app import create_app
from ui.web.notebook import routes as notebook

GRACE_SECONDS = 5  # for requests in progress to finish when the server stops
KEEP_ALIVE_SECONDS = 30  # for which an idle connection stays open between two requests


def assemble(service: Service) -> FastAPI:
    """The application over a service. Raises ``AccessError`` when it would serve a network without a secret."""
    settings = service.settings
    credentials = Credentials.of(settings)
    modules = (health, questions, completions, documents, collection_routes, routes, problems, page, notebook)
    routers = [module.router for module in modules]
    app = create_app(
        settings.index,
        engine=service.engine,
        refusals=service.refusals,
        ask=service.answer,
        converse=service.converse,
        routers=routers,
    )
    app.router.routes.insert(0, mcp_route(service))  # before the page, which takes all remaining paths
    describe(app)
    app.state.service = service
    for served in (app, *(route.app for route in app.routes if isinstance(route, Mount))):
        if isinstance(served, FastAPI):  # Gradio's is a FastAPI application too
            problems.install(served)
    # Middleware added last runs first.
    app.add_middleware(BodyLimits, most_bytes=settings.upload_megabytes * 10**6, seconds=settings.body_seconds)
    app.add_middleware(Access, credentials=credentials, hosts=trusted_hosts(settings), public=settings.trusted_hosts)
    app.add_middleware(problems.UnexpectedErrors)
    app.add_middleware(OpenAIErrors)
    app.add_middleware(logs.RequestLog)
    app.add_middleware(TrustedProxies, trusted=networks(settings.trusted_proxies))
    return app


class Server(uvicorn.Server):
    """uvicorn's server with callbacks for when it has started and when it begins to stop."""

    def __init__(self, config: uvicorn.Config, *, started: Callable[[], None], stopping: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_started, self._on_stopping = started, stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Stop gracefully, or at once when interrupted a second time.

        uvicorn's own method raises the signal again at the end, which would end the process before the index is closed.
        """
        self.force_exit = self.should_exit and sig == signal.SIGINT
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then call ``started``."""
        await super().startup(sockets)
        if self.started:
            self._on_started()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Call ``stopping``, then finish the requests in progress."""
        self._on_stopping()
        await super().shutdown(sockets)


def serve(settings: Settings, started: Callable[[str], None], log_level: str = "INFO", *, watch: bool = False) -> None:
    """Serve until asked to stop; ``started`` gets the URL once requests are answered.

    ``log_level`` is "INFO", which logs every request and answer, or "WARNING". With ``watch``, changes in the folders
    of the index are taken up by themselves. Raises ``AddressError`` and ``AccessError``.
    """
    service = Service.of(settings)
    app = assemble(service)
    listening = listen(settings.host, settings.port)
    logs.configure(log_level)
    service.recover_uploads()
    service.sheets.resume()
    if watch:
        service.watching.start()
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        http=connection_class(settings.body_seconds, networks(settings.trusted_proxies)),
    )
    server = Server(config, started=lambda: started(address(listening)), stopping=service.rebuilds.stop)
    try:
        server.run(sockets=[listening])
    finally:
        service.close()
    _exit_without_waiting()


def _exit_without_waiting() -> None:
    """End the process when a thread is still loading or running a model, which cannot be interrupted.

    The interpreter would wait for such a thread. As a daemon it would not, but then the process aborts: CPython before
    3.14 ends a daemon thread by pthread_exit when it next needs the GIL (gh-87135), and inside torch that happens in a
    C++ destructor which must not unwind (pybind11's gil_scoped_release). No committed data is lost.
    """
    if threading.active_count() > 1:
        sys.stdout.flush()
        os._exit(0)


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises ``AddressError``."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=1024)
    except OSError as error:
        another = port + 1 if port < 65535 else 7860
        raise AddressError(f"cannot listen on {host}:{port} ({error.strerror}): try `--port {another}`") from error


def address(listening: socket.socket) -> str:
    """The URL under which a listening socket is reached."""
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
