"""The routes of an application, those of mounted applications included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from starlette.routing import BaseRoute


def walked(routes: Iterable[Any]) -> Iterator[tuple[str, BaseRoute | None]]:
    """The path of each route and the route itself, those of included routers too."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from walked(route.effective_candidates())
        else:
            yield route.path, getattr(route, "original_route", route)
