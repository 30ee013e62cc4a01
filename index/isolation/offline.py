"""Keeping the process offline: nothing but this machine is reached from Python, unless a setting names it.

No part of Quoth connects to another machine by itself. This makes sure that no library does either. It watches Python's
own sockets; native code is watched where files are parsed (``index.isolation.sandbox``). Programs that import Quoth are
not restricted: only the commands that people start call ``stay_local``.
"""

from __future__ import annotations

import ipaddress
import logging
import sys
from collections.abc import Iterable
from functools import cache
from urllib.parse import urlsplit

log = logging.getLogger("quoth.offline")

_ADDRESS_AT = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1, "socket.getnameinfo": 0}
_HOST_AT = {"socket.getaddrinfo": 0, "socket.gethostbyname": 0, "socket.gethostbyaddr": 0}


class _Guard:
    """An audit hook, which stays for the life of the process, and what it lets through."""

    def __init__(self) -> None:
        self.allowed: set[str] | None = None  # hosts; None for all

    def __call__(self, event: str, arguments: tuple[object, ...]) -> None:
        if self.allowed is None or not (event in _ADDRESS_AT or event in _HOST_AT):
            return
        host = _host(event, arguments)
        if _is_here(host) or host in self.allowed:
            return
        log.error("a connection to %s was refused", host)
        raise PermissionError(f"{event} to {host} is refused: Quoth reaches no other machine than its settings name")


def stay_local(addresses: Iterable[str] = ()) -> None:
    """From now on, refuse connections to other machines than those with these addresses (URLs, or HOST:PORT)."""
    guard = _installed()
    # An address without any is not looked up: the settings are those of one command.
    guard.allowed = {host for address in addresses if (host := _name(address))}
    if guard.allowed:
        guard.allowed |= _resolved(guard.allowed)


@cache
def _installed() -> _Guard:
    """The guard of this process; an audit hook cannot be removed, so there is one."""
    guard = _Guard()
    sys.addaudithook(guard)
    return guard


def _resolved(hosts: Iterable[str]) -> set[str]:
    """The addresses that the hosts have now, because a connection is made to an address."""
    import socket

    found: set[str] = set()
    for host in hosts:
        try:
            found |= {str(entry[4][0]) for entry in socket.getaddrinfo(host, None)}
        except OSError:
            continue  # it cannot be reached either
    return found


def _name(address: str) -> str:
    try:
        return urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""


def _host(event: str, arguments: tuple[object, ...]) -> object:
    if event in _HOST_AT:
        host = arguments[_HOST_AT[event]]
    else:
        address = arguments[_ADDRESS_AT[event]]
        host = address[0] if isinstance(address, tuple) else None  # a path is a socket of this machine
    return host.decode("ascii", "replace") if isinstance(host, bytes) else host


def _is_here(host: object) -> bool:
    if host in (None, "", "localhost"):
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified
