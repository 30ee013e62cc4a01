"""A build's progress as server-sent events."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import asdict

from fastapi.sse import ServerSentEvent

from index import Progress, QuothError
from ui.service.rebuilds import Event


async def server_sent(events: AsyncIterator[Event]) -> AsyncIterator[ServerSentEvent]:
    """A build's events by name: ``progress``, then ``done`` with the report or ``failed`` with the reason."""
    async for event in events:
        if isinstance(event, QuothError):
            yield ServerSentEvent(event="failed", data={"detail": str(event)})
        else:
            yield ServerSentEvent(event="progress" if isinstance(event, Progress) else "done", data=asdict(event))
