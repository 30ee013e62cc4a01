"""The page around Gradio: our own frame about its question box, and a policy that lets nothing else run or load.

Gradio's page has inline scripts and a style sheet, made anew for every request. Each is allowed by the hash of its
text, so the policy needs neither 'unsafe-inline' nor 'unsafe-eval' for them, and what a document brings never runs.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

STATIC = Path(__file__).parent / "static"
GRADIO = re.compile(r"<gradio-app.*?</gradio-app>", re.DOTALL)
HEAD = re.compile(r"</head>")
SHARING = re.compile(r"\s*<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*>")  # addresses of Gradio's own pictures
MANIFEST = re.compile(r"\s*<link\s+rel=\"manifest\"[^>]*>")  # of an app to install, which this page is not
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
INLINE_STYLE = re.compile(r"<style[^>]*>(.*?)</style>", re.DOTALL)

# Attributes alone may hold styles: Svelte sets them, and so do the boxes on a printed page.
POLICY = (
    "default-src 'none'; script-src 'self'{scripts}; style-src 'self'{styles}; style-src-attr 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; manifest-src 'self'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'; object-src 'none'"
)


def dress(page: str) -> str:
    """Gradio's page with our frame around its app. Raises ``ValueError`` when it is not the page we know."""
    app = GRADIO.search(page)
    if app is None or HEAD.search(page) is None:
        raise ValueError("Gradio's page has changed: no <gradio-app> or no </head> in it")
    frame = (STATIC / "frame.html").read_text(encoding="utf-8").replace("<!-- gradio -->", app.group())
    head = (STATIC / "head.html").read_text(encoding="utf-8")
    framed = page[: app.start()] + frame + page[app.end() :]
    return HEAD.sub(lambda found: head + found.group(), MANIFEST.sub("", SHARING.sub("", framed)), count=1)


def policy(page: str = "") -> str:
    """The Content-Security-Policy under which ``page`` works and nothing that is not in it runs."""
    return POLICY.format(scripts=_hashes(INLINE_SCRIPT, page), styles=_hashes(INLINE_STYLE, page))


def _hashes(inline: re.Pattern[str], page: str) -> str:
    digests = (hashlib.sha256(found.encode()).digest() for found in inline.findall(page))
    return "".join(f" 'sha256-{base64.b64encode(digest).decode()}'" for digest in digests)


class Page:
    """ASGI middleware: dresses Gradio's page, and puts the policy on every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request through; only the page itself is held back until it is whole."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        await self.app(scope, receive, _Dressing(send, whole=scope["path"] == "/").send)


class _Dressing:
    """Sends one response on, with the policy; a whole HTML page is collected, framed and sent at once."""

    def __init__(self, send: Send, *, whole: bool) -> None:
        self._send = send
        self._whole = whole
        self._start: Message | None = None
        self._body = b""

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if self._whole and headers.get("content-type", "").startswith("text/html"):
                self._start = message
                return
            _protect(headers, policy())
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)
            return
        await self._send(message)

    async def _finish(self, start: Message) -> None:
        page = dress(self._body.decode())
        headers = MutableHeaders(scope=start)
        headers["content-length"] = str(len(page.encode()))
        _protect(headers, policy(page))
        await self._send(start)
        await self._send({"type": "http.response.body", "body": page.encode()})


def _protect(headers: MutableHeaders, content_policy: str) -> None:
    headers.setdefault("content-security-policy", content_policy)  # a page of its own may bring its own
    headers["x-content-type-options"] = "nosniff"
    headers["referrer-policy"] = "no-referrer"
