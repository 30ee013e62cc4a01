"""No connection but to this machine.

Python imports a module of this name by itself at start, so a subprocess whose PYTHONPATH names this folder is under
guard from its first line. The processes that Quoth starts ignore PYTHONPATH; they forbid themselves every connection
(``index.isolation.children``). What was tried is kept in ``attempts``, and in the file that
``OFFLINE_LOG`` names, since code that expects a network to be missing swallows the error.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path

attempts: list[str] = []
ADDRESS_AT = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
HOST_AT = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0}


class NetworkForbiddenError(BaseException):
    """A connection to another machine was tried; no ``except Exception`` hides it."""


def _is_here(host: object) -> bool:
    if host in (None, "", "localhost", b"localhost"):
        return True
    try:
        name = host.decode() if isinstance(host, bytes) else str(host)
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _host(event: str, arguments: tuple[object, ...]) -> object:
    if event in HOST_AT:
        return arguments[HOST_AT[event]]
    address = arguments[ADDRESS_AT[event]]
    return address[0] if isinstance(address, tuple) else None  # a path is a socket of this machine


def _guard(event: str, arguments: tuple[object, ...]) -> None:
    if event not in ADDRESS_AT and event not in HOST_AT:
        return
    host = _host(event, arguments)
    if _is_here(host):
        return
    attempts.append(f"{event} {host}")
    if log := os.environ.get("OFFLINE_LOG"):
        with Path(log).open("a", encoding="utf-8") as file:
            file.write(attempts[-1] + "\n")
    raise NetworkForbiddenError(attempts[-1])


sys.addaudithook(_guard)
