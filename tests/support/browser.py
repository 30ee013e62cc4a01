"""The application on a port of this machine, and a real browser in front of it."""

from __future__ import annotations

import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, Page

from tests.support.waiting import wait_until
from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

TIMEOUT = 120_000  # ms: long, because a busy machine must not fail a correct page
WIDTHS = (1440, 1024, 390)
NARROWEST = 320  # pixels
CHROMIUM = shutil.which("chromium-headless-shell") or "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)

Open = Callable[..., Page]


@contextmanager
def serving(location: Path, *, port: int = 0, **settings: object) -> Iterator[str]:
    """Serve the application over an index; gives its address."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        service = Service.of(load_settings({"index": location, **settings}))
        config = uvicorn.Config(assemble(service), log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        # Not a daemon: the threads that it starts would be daemons too, and one that is inside torch when the
        # interpreter ends aborts the process (CPython before 3.14, gh-87135).
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=False)
        thread.start()
        wait_until(lambda: server.started, "the server's start")
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
            service.close()


@dataclass
class Observed:
    """What pages did that no test asked for."""

    requests: list[str] = field(default_factory=list)  # to other servers
    errors: list[str] = field(default_factory=list)  # of scripts, and what the policy blocked
    dialogs: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext, own: str) -> None:
        """Record everything that pages of this context do."""
        context.on("request", lambda r: None if _is_own(r.url, own) else self.requests.append(r.url))
        context.on("weberror", lambda e: self.errors.append(str(e.error)))
        context.on("console", lambda m: self.errors.append(m.text) if _is_error(m.type, m.text) else None)
        context.on("dialog", lambda d: (self.dialogs.append(d.message), d.dismiss()))


def _is_own(url: str, own: str) -> bool:
    return url.startswith((own + "/", "data:", "blob:"))


def _is_error(kind: str, words: str) -> bool:
    # The browser logs every response that is not 2xx, including those a test asks for.
    return kind == "error" and not words.startswith("Failed to load resource")


def ask(page: Page, question: str) -> None:
    """Type a question when the last one is answered, press Enter, and wait for its turn to end."""
    page.locator("body:not(.waiting)").wait_for()
    before = page.locator("#log article").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(f"#log article:not(.pending):nth-of-type({before + 1})").wait_for()


def export_conversation(page: Page) -> None:
    """Press "Export as Markdown" of the conversation that is open."""
    if not page.locator("#conversations").is_visible():
        page.get_by_role("button", name="Conversations").click()
    page.locator("#conversations li:has([aria-current]) summary").click()
    page.get_by_role("button", name="Export as Markdown").click()


def assert_accessible(page: Page) -> None:
    """Axe finds nothing serious as the page is, and nothing is wider than the page at any width.

    ``tests/benchmarks/service/page_views.py`` asks axe at every width and in both themes.
    """
    findings = Axe().run(page).response["violations"]
    serious = [
        (finding["id"], [node["html"][:200] for node in finding["nodes"]])
        for finding in findings
        if finding["impact"] in ("serious", "critical")
    ]
    assert not serious
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("stream.scrollWidth <= stream.clientWidth")  # no long word or title widens it
    page.set_viewport_size({"width": NARROWEST, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= NARROWEST
