"""Rebuilds while questions are answered: one at a time, and without filling memory for a listener that is gone."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from index import BuildReport, Embedder, IndexLockedError, IndexSettings, Plan, Progress, QuothError
from ui.service import rebuilds
from ui.service.cpu import BACKGROUND_NICENESS, CpuPool
from ui.service.rebuilds import BACKLOG, Listener, Rebuilds

REPORT = BuildReport(Plan(), 1, 1, 1, 0, 0.0)


def _rebuilds(monkeypatch: pytest.MonkeyPatch, build: Callable[..., BuildReport], embedder: Embedder) -> Rebuilds:
    monkeypatch.setattr(rebuilds, "build", build)
    return Rebuilds(Path("nowhere"), IndexSettings(), lambda: embedder, CpuPool(2))


def test_an_unexpected_error_ends_the_events_and_lets_the_next_rebuild_start(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> BuildReport:
        raise RuntimeError("something nobody thought of")

    runs = _rebuilds(monkeypatch, broken, embedder)

    async def watch() -> list:
        return [event async for event in runs.start()]

    for _ in range(2):
        (event,) = asyncio.run(asyncio.wait_for(watch(), 50))
        assert isinstance(event, QuothError)
        assert "nobody" not in str(event)


def _niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_only_one_rebuild_runs_and_on_one_core_at_lower_priority(embedder: Embedder, monkeypatch: pytest.MonkeyPatch):
    go, threads, niceness = threading.Event(), [], []

    def slow(*_: object, **__: object) -> BuildReport:
        threads.append(torch.get_num_threads())
        niceness.append(_niceness())
        assert go.wait(50)
        return REPORT

    runs = _rebuilds(monkeypatch, slow, embedder)

    async def watch() -> None:
        events = runs.start()
        with pytest.raises(IndexLockedError), runs.exclusive():
            pass
        assert not runs.wait(0)
        go.set()
        assert [event async for event in events] == [REPORT]
        assert runs.wait(1)

    asyncio.run(watch())
    assert threads == [1]
    assert niceness == [min(19, _niceness() + BACKGROUND_NICENESS)]


def test_a_listener_that_is_slow_or_gone_does_not_fill_the_memory():
    async def listen() -> None:
        listener = Listener()
        events = listener.events()
        listener.send(Progress("parse", 0, 0))
        await anext(events)
        for number in range(3 * BACKLOG):
            listener.send(Progress("parse", number, 0))
        listener.send(REPORT)
        await asyncio.sleep(0)  # let the loop run scheduled callbacks
        received = [event async for event in events]
        assert len(received) == BACKLOG + 1
        assert received[-1] == REPORT
        listener.send(Progress("parse", 1, 1))
        await asyncio.sleep(0)  # let the loop run scheduled callbacks
        assert listener._events.qsize() == 0

    asyncio.run(listen())
