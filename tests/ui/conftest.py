"""The served page and a browser for the tests of ``ui``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.browser import CHROMIUM, FLAGS, TIMEOUT, Observed, Open, serving


@pytest.fixture(scope="session")
def site(seed_index: Path) -> Iterator[str]:
    """The address of the application over the index of ``seeds/``."""
    with serving(seed_index) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium. Closed after each module: an open one keeps an event loop running in this thread."""
    expect.set_options(timeout=TIMEOUT)
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield opened
        opened.close()


@pytest.fixture
def visit(browser: Browser) -> Iterator[Open]:
    """Opens an address as a new visitor; checks afterwards that pages asked no other server and had no errors."""
    observed = Observed()
    contexts: list[BrowserContext] = []

    def visit(
        address: str,
        *,
        width: int = 1440,
        height: int = 900,
        dark: bool = False,
        path: str = "/",
        broken: bool = False,  # the test stops the server, which makes Gradio's scripts log errors
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            has_touch=width < 500,  # a phone
        )
        context.grant_permissions(["clipboard-read", "clipboard-write"], origin=address)
        contexts.append(context)
        context.set_default_timeout(TIMEOUT)
        (Observed() if broken else observed).watch(context, address)
        page = context.new_page()
        page.goto(address + path)
        page.locator("#question textarea").wait_for()
        return page

    yield visit
    for context in contexts:
        context.close()
    assert observed == Observed()
