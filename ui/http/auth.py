"""Access control: the host names that are served, the pages that may send requests, and the secrets."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fnmatch import fnmatchcase
from http import HTTPStatus
from urllib.parse import urlsplit

from anyio import CapacityLimiter
from anyio.to_thread import run_sync
from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.http.credentials import Credentials, is_loopback, user_and_password
from ui.http.guesses import Guesses
from ui.http.problems import problem
from ui.http.proxies import DIRECT_HOST
from ui.http.roles import PUBLIC_PATHS, may
from ui.settings import ServerSettings

API_PATHS = ("/v1/", "/metrics", "/mcp")  # here the challenge asks for a token; elsewhere browsers ask for a password
STORABLE = ("/static/", "/assets/", "/theme.css", "/favicon.ico")  # the page's parts, which hold no documents
FOREIGN = (
    "This request comes from another site's page. If it is your own behind a proxy, add its name to the setting "
    "`trusted_hosts`."
)
HASHED_AT_ONCE = 2  # passwords; each takes 64 MiB
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CORS_PREFIX = b"access-control-"  # Gradio sets these headers so that any site's page may read its responses
OWN_SITES = frozenset({"same-origin", "none"})  # Sec-Fetch-Site of the page's requests, and of an address typed in
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


def trusted_hosts(settings: ServerSettings) -> list[str]:
    """The host names that are served.

    Another site can make its own name resolve to this machine (DNS rebinding); its page's requests then carry that
    name. They cannot carry the secret, so every name is served when a secret is required and no names are set.
    """
    if settings.trusted_hosts:
        return [*LOOPBACK_NAMES, *settings.trusted_hosts]
    return [*LOOPBACK_NAMES, settings.host] if is_loopback(settings.host) else ["*"]


class Access:
    """ASGI middleware: refuses requests with unknown host names, from other sites' pages, or without the right secret.

    What shows documents is not to be stored by browsers and proxies.
    """

    def __init__(
        self, app: ASGIApp, credentials: Credentials, hosts: Sequence[str], public: Sequence[str] = ()
    ) -> None:
        """``hosts`` are the host names that are served, or patterns of them; ``public`` those that the settings name.

        A proxy that does not pass the Host header on shows the page under one of the latter.
        """
        self.app = app
        self.credentials = credentials
        self.hosts = hosts
        self.public = frozenset(name.lower() for name in public)
        self.guesses = Guesses()
        self._hashing = CapacityLimiter(HASHED_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request through, or answer with a problem."""
        if scope["type"] != "http":
            if scope["type"] != "websocket":  # WebSockets are not served
                await self.app(scope, receive, send)
            return
        refusal = self._refusal(scope) or await self._refused_secret(scope)
        send = _hardened(send, scope["path"])
        if refusal:
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _refusal(self, scope: Scope) -> Response | None:
        """Why a request is refused whatever its secret is."""
        headers, method = Headers(scope=scope), scope["method"]
        host = headers.get("host", "")
        for given in {host, scope.get("state", {}).get(DIRECT_HOST, host)}:
            if not any(fnmatchcase(_name(given), pattern.lower()) for pattern in self.hosts):
                detail = f"The host name {_name(given)!r} is not served: add it to the setting `trusted_hosts`."
                return problem(HTTPStatus.BAD_REQUEST, detail)
        foreign_write = method not in SAFE_METHODS and not self._is_own(headers, host)
        if foreign_write or (_is_cross_site(headers) and not _opens_page(method, scope["path"], headers)):
            return problem(HTTPStatus.FORBIDDEN, FOREIGN)
        return None

    def _is_own(self, headers: Headers, host: str) -> bool:
        """Whether a request comes from the page itself or a program, not from another site's page.

        A browser that says so itself (Sec-Fetch-Site) is believed. Behind a proxy that replaces the Host header, the
        page's Origin has a public name of the service instead.
        """
        origin = headers.get("origin")
        if origin is None or headers.getlist("sec-fetch-site") == ["same-origin"]:
            return True
        site = origin.partition("://")[2]
        return site == host or (_name(host) not in self.public and _name(site) in self.public)

    async def _refused_secret(self, scope: Scope) -> Response | None:
        """Why the secret of a request does not admit it."""
        if scope["path"] in PUBLIC_PATHS:
            return None
        authorization = _utf8(Headers(scope=scope).get("authorization", ""))
        address = scope["client"][0] if scope.get("client") else ""
        if wait := self.guesses.wait(address, authorization):
            return _too_many(wait)
        role = self.credentials.quick_role(authorization)
        if role is None and authorization:
            async with self._hashing:
                if wait := self.guesses.wait(address, authorization):  # others were wrong before it was their turn
                    return _too_many(wait)
                role = await run_sync(self.credentials.role, authorization)
                if role is None:
                    self.guesses.count(address, user_and_password(authorization)[0])
        if role is not None and authorization:
            self.guesses.know(address, authorization)
        if role is None:
            is_api = scope["path"].startswith(API_PATHS)
            challenge = 'Bearer realm="Quoth"' if is_api else 'Basic realm="Quoth", charset="UTF-8"'
            detail = "A secret is needed: send `Authorization: Bearer TOKEN`."
            return problem(HTTPStatus.UNAUTHORIZED, detail, headers={"WWW-Authenticate": challenge})
        if not may(role, scope["method"], scope["path"]):
            return problem(HTTPStatus.FORBIDDEN, "This needs the role `admin`; your secret has the role `ask`.")
        return None


def _too_many(wait: float) -> Response:
    retry = {"Retry-After": str(math.ceil(wait))}
    return problem(HTTPStatus.TOO_MANY_REQUESTS, "Too many wrong secrets: wait and try again.", headers=retry)


def _is_cross_site(headers: Headers) -> bool:
    """Whether a browser says that another site's page sent the request; programs and old browsers do not say."""
    return not OWN_SITES.issuperset(headers.getlist("sec-fetch-site"))


def _opens_page(method: str, path: str, headers: Headers) -> bool:
    """Whether a person followed a link to the page."""
    navigates = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return method in SAFE_METHODS and path == "/" and navigates


def _hardened(send: Send, path: str) -> Send:
    """``send`` without the headers that let other sites' pages read the response, and with one against storing it."""

    async def send_hardened(message: Message) -> None:
        if message["type"] == "http.response.start":
            kept = [header for header in message.get("headers", ()) if not header[0].lower().startswith(CORS_PREFIX)]
            if not path.startswith(STORABLE):
                kept = [header for header in kept if header[0].lower() != b"cache-control"]
                kept.append((b"cache-control", b"no-store"))
            message = {**message, "headers": kept}
        await send(message)

    return send_hardened


def _utf8(header: str) -> str:
    """A header as UTF-8, which clients send; Starlette has decoded it as Latin-1."""
    return header.encode("latin-1", "replace").decode("utf-8", "replace")


def _name(host: str) -> str:
    """The name in a Host header: without its port, or the brackets of an IPv6 address."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
