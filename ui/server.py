"""Serving the chat and the HTTP service with uvicorn."""

from __future__ import annotations

import socket
from collections.abc import Callable

import uvicorn

from index.errors import QuothError
from ui.settings import Settings


class AddressError(QuothError):
    """The address to listen on cannot be had."""


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


class Server(uvicorn.Server):
    """uvicorn's server, which tells when it has started."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], None]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, then tell."""
        await super().startup(sockets)
        if self.started:
            self._tell()


def serve(settings: Settings, started: Callable[[str], None]) -> None:
    """Serve until interrupted; ``started`` gets the URL once requests are answered. Raises ``AddressError``."""
    listening = listen(settings.host, settings.port)
    from ui.app import create_app

    config = uvicorn.Config(
        create_app(settings.index, settings=settings), log_level="warning", timeout_graceful_shutdown=8
    )
    Server(config, lambda: started(address(listening))).run(sockets=[listening])
