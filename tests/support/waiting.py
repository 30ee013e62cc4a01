"""Waiting for conditions that no event announces."""

from __future__ import annotations

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], bool], what: str, *, seconds: float = 120.0) -> None:
    """Return as soon as ``condition`` holds; fail, naming ``what``, when it does not hold in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"timed out after {seconds:g} seconds waiting for {what}"
        time.sleep(0.02)
