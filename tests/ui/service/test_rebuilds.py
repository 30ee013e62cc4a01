"""Rebuilding beside the questions: nobody waits for ever, and nobody who has left is told anything."""

import asyncio
import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from index import BuildReport, Embedder, IndexSettings, Plan, Progress
from index.errors import IndexLockedError, QuothError
from ui.service import rebuilds as rebuilding
from ui.service.cpu import BACKGROUND, Cores
from ui.service.rebuilds import UNTOLD, Listener, Rebuilds

REPORT = BuildReport(Plan(), 1, 1, 1, 0, 0.0)


def _rebuilding(monkeypatch: pytest.MonkeyPatch, build: Callable[..., BuildReport], embedder: Embedder) -> Rebuilds:
    monkeypatch.setattr(rebuilding, "build", build)
    return Rebuilds(Path("nowhere"), IndexSettings(), lambda: embedder, Cores(2))


def test_an_error_that_nobody_foresaw_ends_the_events_and_frees_the_place(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: object, **__: object) -> BuildReport:
        raise RuntimeError("something nobody thought of")

    runs = _rebuilding(monkeypatch, broken, embedder)

    async def watch() -> list:
        return [event async for event in runs.start()]

    for _ in range(2):
        (told,) = asyncio.run(asyncio.wait_for(watch(), 50))
        assert isinstance(told, QuothError)
        assert "nobody" not in str(told)


def _niceness() -> int:
    return os.getpriority(os.PRIO_PROCESS, threading.get_native_id())


def test_a_second_rebuild_is_refused_and_the_first_stands_back_on_one_core(
    embedder: Embedder, monkeypatch: pytest.MonkeyPatch
):
    go, threads, niceness = threading.Event(), [], []

    def slow(*_: object, **__: object) -> BuildReport:
        threads.append(torch.get_num_threads())
        niceness.append(_niceness())
        assert go.wait(50)
        return REPORT

    runs = _rebuilding(monkeypatch, slow, embedder)

    async def watch() -> None:
        events = runs.start()
        with pytest.raises(IndexLockedError), runs.alone():
            pass
        assert not runs.ended(0)
        go.set()
        assert [event async for event in events] == [REPORT]
        assert runs.ended(1)

    asyncio.run(watch())
    assert threads == [1]
    assert niceness == [min(19, _niceness() + BACKGROUND)]


def test_a_listener_that_is_slow_or_gone_does_not_fill_the_memory():
    async def listen() -> None:
        listener = Listener()
        events = listener.events()
        listener.tell(Progress("parse", 0, 0))
        await anext(events)
        for number in range(3 * UNTOLD):
            listener.tell(Progress("parse", number, 0))
        listener.tell(REPORT)
        await asyncio.sleep(0.1)
        told = [event async for event in events]
        assert len(told) == UNTOLD + 1
        assert told[-1] == REPORT
        listener.tell(Progress("parse", 1, 1))
        await asyncio.sleep(0.05)
        assert listener._events.qsize() == 0

    asyncio.run(listen())
