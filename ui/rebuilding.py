"""Bringing the index up to date while it is being asked: one run at a time, in a thread of its own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path

from index import BuildReport, Embedder, IndexSettings, Place, Progress, build
from index.errors import IndexLockedError, QuothError
from ui.line import use_threads

Event = Progress | BuildReport | QuothError


class StoppedError(QuothError):
    """A rebuild that was told to stop; what it had committed stays."""


class Rebuilding:
    """Runs builds of one index, and knows whether one is running."""

    def __init__(self, location: Place, settings: IndexSettings, embedder: Callable[[], Embedder]) -> None:
        """``embedder`` gives the loaded model, so that a build does not load a second one."""
        self._location, self._settings, self._embedder = location, settings, embedder
        self._busy = threading.Lock()
        self._stop = threading.Event()

    @property
    def running(self) -> bool:
        """Whether a build is under way."""
        return self._busy.locked()

    def plan(self) -> BuildReport:
        """What a rebuild of the remembered folders would do; changes nothing. Raises ``IndexLockedError``."""
        return self._build((), dry_run=True, progress=None)

    def now(self, sources: Sequence[Path] = ()) -> BuildReport:
        """Build in this thread. Raises ``IndexLockedError`` when a build is running."""
        self._claim()
        try:
            return self._build(sources, progress=self._check)
        finally:
            self._busy.release()

    def start(self, sources: Sequence[Path] = ()) -> AsyncIterator[Event]:
        """Begin a build that goes on whether it is watched or not. Raises ``IndexLockedError`` at once.

        The events end with its report, or with the error that ended it.
        """
        self._claim()
        loop, events = asyncio.get_running_loop(), asyncio.Queue[Event]()

        def tell(event: Event) -> None:
            loop.call_soon_threadsafe(events.put_nowait, event)

        threading.Thread(target=self._run, args=(sources, tell), name="rebuild", daemon=True).start()
        return _until_the_end(events)

    def stop(self) -> None:
        """Let a running build end at its next step."""
        self._stop.set()

    def _claim(self) -> None:
        if not self._busy.acquire(blocking=False):
            raise IndexLockedError("a rebuild is running already: wait until it is done")
        self._stop.clear()

    def _run(self, sources: Sequence[Path], tell: Callable[[Event], None]) -> None:
        def report(step: Progress) -> None:
            self._check(step)
            tell(step)

        use_threads(1)  # the rest of the cores are for questions
        try:
            last: Event = self._build(sources, progress=report)
        except QuothError as error:
            last = error
        except OSError as error:
            last = QuothError(f"the index could not be written: {error.strerror or error}")
        finally:
            self._busy.release()
        tell(last)

    def _check(self, _: Progress) -> None:
        if self._stop.is_set():
            raise StoppedError("the rebuild was stopped; what it had read so far is kept")

    def _build(
        self, sources: Sequence[Path], *, dry_run: bool = False, progress: Callable[[Progress], None] | None
    ) -> BuildReport:
        return build(
            sources,
            self._location,
            settings=self._settings,
            progress=progress,
            dry_run=dry_run,
            embedder=self._embedder(),
        )


async def _until_the_end(events: asyncio.Queue[Event]) -> AsyncIterator[Event]:
    while True:
        event = await events.get()
        yield event
        if not isinstance(event, Progress):
            return
