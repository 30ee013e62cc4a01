"""What a reverse proxy says of a request: the visitor's address, the public name and scheme, and the path it cut off.

Anyone can send such headers, so only those of the proxies in the setting ``trusted_proxies`` are believed. All are
removed before the application sees the request, because Gradio would believe any.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

FORWARDED = (b"forwarded", b"x-forwarded-", b"x-real-ip", b"x-original-")
PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)+", re.ASCII)
PROTOCOLS = frozenset({"http", "https"})
DIRECT_HOST = "direct_host"  # in the scope's state: the Host header that the proxy itself sent

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def networks(names: Iterable[str]) -> tuple[Network, ...]:
    """The networks with these addresses, such as ``10.0.0.0/8``. Raises ``ValueError``."""
    return tuple(ipaddress.ip_network(name, strict=False) for name in names)


def is_within(address: str, trusted: Iterable[Network]) -> bool:
    """Whether an address lies in one of the networks."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None) or parsed
    return any(mapped in network for network in trusted)


class TrustedProxies:
    """ASGI middleware: applies the headers of trusted proxies to the scope, and removes everybody's."""

    def __init__(self, app: ASGIApp, trusted: Iterable[Network]) -> None:
        self.app = app
        self.trusted = tuple(trusted)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through."""
        if scope["type"] == "http":
            scope = self._rewritten(scope)
        await self.app(scope, receive, send)

    def _rewritten(self, scope: Scope) -> Scope:
        headers = Headers(scope=scope)
        kept = [(name, value) for name, value in scope["headers"] if not name.lower().startswith(FORWARDED)]
        rewritten = dict(scope, headers=kept)
        address = scope["client"][0] if scope.get("client") else ""
        if not is_within(address, self.trusted):
            return rewritten
        if visitor := self._visitor(headers.getlist("x-forwarded-for")):
            rewritten["client"] = (visitor, 0)
        if (protocol := _last(headers, "x-forwarded-proto").lower()) in PROTOCOLS:
            rewritten["scheme"] = protocol
        if host := _last(headers, "x-forwarded-host"):
            rewritten["headers"] = [(b"host", host.encode("latin-1")), *(h for h in kept if h[0].lower() != b"host")]
            rewritten["state"] = {**scope.get("state", {}), DIRECT_HOST: headers.get("host", "")}
        if PREFIX.fullmatch(prefix := _last(headers, "x-forwarded-prefix").rstrip("/")):
            rewritten["root_path"] = prefix
            if scope["path"].startswith(f"{prefix}/"):  # the proxy passed the whole path on
                rewritten["path"] = scope["path"][len(prefix) :]
        return rewritten

    def _visitor(self, forwarded: list[str]) -> str:
        """The last address that no trusted proxy has; those before it may be invented."""
        for address in reversed([part.strip() for value in forwarded for part in value.split(",")]):
            if not is_within(address, self.trusted):
                return address if _is_address(address) else ""
        return ""


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _last(headers: Headers, name: str) -> str:
    """The value that the nearest proxy gave."""
    values = headers.getlist(name)
    return values[-1].rpartition(",")[2].strip() if values else ""
