"""The application on a port of this machine, and a real browser in front of it."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from ui.server import assemble
from ui.service.service import Service
from ui.settings import load_settings

PATIENCE = 120_000  # ms: a busy machine takes its time; a page that is right does not get wrong by it
expect.set_options(timeout=PATIENCE)
WIDTHS = (1440, 1024, 390)
CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@contextmanager
def serving(location: Path, *, port: int = 0, **settings: object) -> Iterator[str]:
    """Serve the application over an index; gives its address."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        service = Service.of(load_settings({"index": location, **settings}))
        config = uvicorn.Config(assemble(service), log_level="warning", timeout_graceful_shutdown=1)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        while not server.started:
            time.sleep(0.02)
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(10)
            service.close()


@pytest.fixture(scope="session")
def site(seed_index: Path) -> Iterator[str]:
    """The application over the index of ``seeds/``."""
    with serving(seed_index) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium. Closed after each module: an open one keeps an event loop running in this thread."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@dataclass
class Seen:
    """What a page did that nobody asked for."""

    requests: list[str] = field(default_factory=list)  # to other servers
    errors: list[str] = field(default_factory=list)  # of scripts, and what the policy stopped
    dialogs: list[str] = field(default_factory=list)

    def watch(self, context: BrowserContext, own: str) -> None:
        """Note everything that pages of this context do."""
        context.on("request", lambda r: None if _is_own(r.url, own) else self.requests.append(r.url))
        context.on("weberror", lambda e: self.errors.append(str(e.error)))
        context.on("console", lambda m: self.errors.append(m.text) if _is_wrong(m.type, m.text) else None)
        context.on("dialog", lambda d: (self.dialogs.append(d.message), d.dismiss()))


def _is_own(url: str, own: str) -> bool:
    return url.startswith((own + "/", "data:", "blob:"))


def _is_wrong(kind: str, words: str) -> bool:
    # The browser notes every answer that is not 2xx, those that a test asks for too.
    return kind == "error" and not words.startswith("Failed to load resource")


Open = Callable[..., Page]


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Open an address as a new person; afterwards nothing may have been asked of others, nor gone wrong."""
    seen = Seen()
    contexts: list[BrowserContext] = []

    def visit(
        address: str,
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        path: str = "/",
        broken: bool = False,  # the test takes the server away, of which Gradio's scripts complain
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=width < 500,  # a phone
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        (Seen() if broken else seen).watch(context, address)
        page = context.new_page()
        page.goto(address + path)
        page.locator("#question textarea").wait_for()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert seen == Seen()


def ask(page: Page, question: str) -> None:
    """Type a question, press Enter, and wait for what comes of it."""
    before = page.locator("#log article").count()
    page.locator("#question textarea").fill(question)
    page.keyboard.press("Enter")
    page.locator(f"#log article:not(.pending):nth-of-type({before + 1})").wait_for()


def is_sound(page: Page) -> None:
    """Axe finds nothing serious in either theme at any width, and nothing is wider than the page."""
    for width, theme in product(WIDTHS, ("light", "dark")):
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme)
        findings = Axe().run(page).response["violations"]
        serious = [
            (width, theme, finding["id"], [node["html"][:200] for node in finding["nodes"]])
            for finding in findings
            if finding["impact"] in ("serious", "critical")
        ]
        assert not serious
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("stream.scrollWidth <= stream.clientWidth")  # no long word or title widens it
