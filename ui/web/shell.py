"""The page around Gradio's question box, and the Content-Security-Policy that limits what it may run and load.

Gradio's page has inline scripts and styles, generated for every request. The policy allows each by the hash of its
text, so it needs neither 'unsafe-inline' nor 'unsafe-eval' for them, and no script in a document ever runs.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from markupsafe import Markup
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.web.html import render

STATIC = Path(__file__).parent.parent / "static"
GRADIO = re.compile(r"<gradio-app.*?</gradio-app>", re.DOTALL)
HEAD = re.compile(r"</head>")
SHARING_META = re.compile(r"\s*<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>")  # link to pictures on Gradio's site
MANIFEST = re.compile(r"\s*<link\s+rel=\"manifest\"[^>]*>")  # for an installable app, which this page is not
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
INLINE_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)

# Style attributes are allowed because Svelte sets them, and the boxes on a picture of a page have them.
POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)


def frame_page(page: str) -> str:
    """Gradio's page with our frame around its app. Raises ``ValueError`` if the page has another structure."""
    app = GRADIO.search(page)
    if app is None or HEAD.search(page) is None:
        raise ValueError("Gradio's page has changed: no <gradio-app> or no </head> in it")
    frame = render("frame.html", gradio=Markup(app.group()))  # noqa: S704 (Gradio's own element)
    framed = page[: app.start()] + frame + page[app.end() :]
    return HEAD.sub(
        lambda found: render("head.html") + found.group(), MANIFEST.sub("", SHARING_META.sub("", framed)), count=1
    )


def policy(page: str = "") -> str:
    """The Content-Security-Policy that allows exactly the inline scripts and styles of ``page``."""
    return POLICY.format(scripts=_hashes(INLINE_SCRIPT, page), styles=_hashes(INLINE_STYLE, page))


def _hashes(inline: re.Pattern[str], page: str) -> str:
    digests = (hashlib.sha256(found.encode()).digest() for found in inline.findall(page))
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


class PageShell:
    """ASGI middleware: frames Gradio's page, and puts the policy on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; only the page itself is buffered until it is complete."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Response(send, framed=scope["path"] == "/").send)


class _Response:
    """Sends a response on with the policy; with ``framed``, an HTML page is buffered, framed and sent at once."""

    def __init__(self, send: Send, *, framed: bool) -> None:
        self._send = send
        self._framed = framed
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if self._framed and headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
            _set_security_headers(headers, policy())
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)
            return
        await self._send(message)

    async def _finish(self, start: Message) -> None:
        page = frame_page(self._body.decode())
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(page.encode()))
        _set_security_headers(headers, policy(page))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": page.encode()})


def _set_security_headers(headers: MutableHeaders, content_policy: str) -> None:
    headers.setdefault("content-security-policy", content_policy)  # the evaluation's report has its own
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "no-referrer"
