"""Which process serves: a page that waits for an answer learns by it that its server is gone or another one."""

from __future__ import annotations

import secrets

from fastapi import APIRouter
from fastapi.responses import PlainTextResponse


def router() -> APIRouter:
    """The route that names this process."""
    routes = APIRouter(prefix="/ui/process", include_in_schema=False)
    name = secrets.token_hex(8)

    @routes.get("", response_class=PlainTextResponse)
    async def process() -> str:
        """A name that no other process has had; answered without a thread, however busy they are."""
        return name

    return routes
