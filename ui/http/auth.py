"""Access control: the host names that are served, the pages that may send requests, and the secrets."""

from __future__ import annotations

import base64
import binascii
import hashlib
import ipaddress
import secrets
from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.errors import AccessError
from ui.http.problems import problem
from ui.settings import ServerSettings

PUBLIC_PATHS = frozenset({"/healthz", "/readyz"})  # they tell only whether the service works, and its revision
API_PATHS = ("/v1/", "/metrics")  # here the challenge asks for a token; elsewhere browsers ask for a password
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CORS_PREFIX = b"access-control-"  # Gradio sets these headers so that any site's page may read its responses
OWN_SITES = frozenset({"same-origin", "none"})  # Sec-Fetch-Site of the page's requests, and of an address typed in
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


def is_loopback(host: str) -> bool:
    """Whether an address is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def trusted_hosts(settings: ServerSettings) -> list[str]:
    """The host names that are served.

    Another site can make its own name resolve to this machine (DNS rebinding); its page's requests then carry that
    name. They cannot carry the secret, so every name is served when a secret is required and no names are set.
    """
    if settings.trusted_hosts:
        return [*LOOPBACK_NAMES, *settings.trusted_hosts]
    return [*LOOPBACK_NAMES, settings.host] if is_loopback(settings.host) else ["*"]


class Credentials:
    """The token and the passwords; with neither, every request is admitted."""

    def __init__(self, token: str | None, passwords: Mapping[str, str]) -> None:
        self._token = None if token is None else _digest(token)
        self._passwords = {user: _digest(password) for user, password in passwords.items()}
        self._no_password = _digest(secrets.token_hex())

    @classmethod
    def of(cls, settings: ServerSettings) -> Credentials:
        """The secrets in the settings. Raises ``AccessError`` if there are none but other machines can connect."""
        token = settings.token.get_secret_value().strip() if settings.token else None
        passwords = read_passwords(settings.password_file) if settings.password_file else {}
        if not (token or passwords or is_loopback(settings.host)):
            raise AccessError(
                f"{settings.host} can be reached from other machines: set QUOTH_TOKEN to a long random text, "
                "or QUOTH_PASSWORD_FILE to a file of user:password lines"
            )
        return cls(token, passwords)

    def admit(self, authorization: str) -> bool:
        """Whether an Authorization header holds a valid secret; compared in constant time."""
        if self._token is None and not self._passwords:
            return True
        scheme, _, value = authorization.partition(" ")
        if scheme.lower() == "bearer":
            return self._token is not None and secrets.compare_digest(_digest(value.strip()), self._token)
        return scheme.lower() == "basic" and self._is_valid(*_decode(value))

    def _is_valid(self, user: str, password: str) -> bool:
        """Whether it is the user's password, or for an unknown user the token, so that browsers can use it too."""
        known = self._passwords.get(user, self._token) or self._no_password
        return secrets.compare_digest(_digest(password), known)


def read_passwords(file: Path) -> dict[str, str]:
    """Passwords by user, from a file of user:password lines. Raises ``AccessError``."""
    try:
        if file.stat().st_mode & 0o077:
            raise AccessError(f"other users of this machine can read {file}: run `chmod 600 {file}`")
        lines = [line for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise AccessError(f"the password file {file} cannot be read: {error.strerror}") from error
    pairs = [line.partition(":") for line in lines]
    if not pairs or not all(user and password for user, _, password in pairs):
        raise AccessError(f"{file} must hold lines of the form user:password")
    return {user: password for user, _, password in pairs}


class Access:
    """ASGI middleware: refuses requests with unknown host names, from other sites' pages, or without a secret."""

    def __init__(self, app: ASGIApp, credentials: Credentials, hosts: Sequence[str]) -> None:
        """``hosts`` are the host names that are served, or patterns of them."""
        self.app = app
        self.credentials = credentials
        self.hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request through, or answer with a problem."""
        if scope["type"] != "http":
            if scope["type"] != "websocket":  # WebSockets are not served
                await self.app(scope, receive, send)
        elif refusal := self._refusal(scope["method"], scope["path"], Headers(scope=scope)):
            await refusal(scope, receive, send)
        else:
            await self.app(scope, receive, _without_cors(send))

    def _refusal(self, method: str, path: str, headers: Headers) -> Response | None:
        host = headers.get("host", "")
        if not any(fnmatchcase(_name(host), pattern.lower()) for pattern in self.hosts):
            detail = f"The host name {_name(host)!r} is not served: add it to the setting `trusted_hosts`."
            return problem(HTTPStatus.BAD_REQUEST, detail)
        origin = headers.get("origin")
        foreign_write = method not in SAFE_METHODS and origin is not None and origin.partition("://")[2] != host
        if foreign_write or (_is_cross_site(headers) and not _opens_page(method, path, headers)):
            return problem(HTTPStatus.FORBIDDEN, "This request comes from another site's page.")
        if path in PUBLIC_PATHS or self.credentials.admit(_utf8(headers.get("authorization", ""))):
            return None
        challenge = 'Bearer realm="Quoth"' if path.startswith(API_PATHS) else 'Basic realm="Quoth", charset="UTF-8"'
        return problem(
            HTTPStatus.UNAUTHORIZED,
            "A secret is needed: send `Authorization: Bearer TOKEN`.",
            headers={"WWW-Authenticate": challenge},
        )


def _is_cross_site(headers: Headers) -> bool:
    """Whether a browser says that another site's page sent the request; programs and old browsers do not say."""
    return not OWN_SITES.issuperset(headers.getlist("sec-fetch-site"))


def _opens_page(method: str, path: str, headers: Headers) -> bool:
    """Whether a person followed a link to the page."""
    navigates = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
    return method in SAFE_METHODS and path == "/" and navigates


def _without_cors(send: Send) -> Send:
    """``send`` without the headers that would let other sites' pages read the response."""

    async def send_without_cors(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = message.get("headers", ())
            kept = [header for header in headers if not header[0].lower().startswith(CORS_PREFIX)]
            message = {**message, "headers": kept}
        await send(message)

    return send_without_cors


def _utf8(header: str) -> str:
    """A header as UTF-8, which clients send; Starlette has decoded it as Latin-1."""
    return header.encode("latin-1", "replace").decode("utf-8", "replace")


def _name(host: str) -> str:
    """The name in a Host header: without its port, or the brackets of an IPv6 address."""
    try:
        return urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).digest()


def _decode(credentials: str) -> tuple[str, str]:
    try:
        user, _, password = base64.b64decode(credentials, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password
