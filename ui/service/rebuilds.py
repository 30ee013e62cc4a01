"""Bringing the index up to date while it is being asked: one run at a time, in a thread of its own."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from index import BuildReport, Embedder, IndexSettings, Place, Progress, build
from index.errors import IndexLockedError, QuothError, StateError
from ui.service.cpu import Cores, lower_priority

log = logging.getLogger("quoth.rebuilding")

Event = Progress | BuildReport | QuothError
Build = Callable[[Sequence[Path]], BuildReport]
Work = Callable[[Build], BuildReport]

UNTOLD = 1000  # events that wait for a slow listener; past them progress is passed over


class StoppedError(StateError):
    """A rebuild that was told to stop; what it had committed stays."""


class Rebuilds:
    """Runs builds of one index, and knows whether one is running."""

    def __init__(
        self, location: Place, settings: IndexSettings, embedder: Callable[[], Embedder], cores: Cores
    ) -> None:
        """``embedder`` gives the loaded model, so that a build does not load a second one."""
        self._location, self._settings, self._embedder, self._cores = location, settings, embedder, cores
        self._busy = threading.Lock()
        self._stop = threading.Event()

    @property
    def running(self) -> bool:
        """Whether a build is under way."""
        return self._busy.locked()

    def plan(self) -> BuildReport:
        """What a rebuild of the remembered folders would do; changes nothing."""
        return self._build((), dry_run=True, progress=None)

    @contextmanager
    def alone(self) -> Iterator[Build]:
        """Builds in this thread, for as long as nobody else in this process may build.

        Raises ``IndexLockedError`` at once when a build is running; the builds raise it when another process writes.
        """
        self._claim()
        try:
            with self._cores.share(1):
                yield lambda sources: self._build(sources, progress=self._check)
        finally:
            self._busy.release()

    def start(self, work: Work = lambda build: build(())) -> AsyncIterator[Event]:
        """Begin a build that goes on whether it is watched or not: of the remembered folders, or what ``work`` builds.

        Raises ``IndexLockedError`` at once. The events end with its report, or with the error that ended it.
        """
        self._claim()
        listener = Listener()
        threading.Thread(target=self._run, args=(work, listener.tell), name="rebuild").start()
        return listener.events()

    def stop(self) -> None:
        """Let a running build end at its next step."""
        self._stop.set()

    def ended(self, seconds: float) -> bool:
        """Whether no build runs, or the one that does ends within so many seconds."""
        ended = self._busy.acquire(timeout=seconds)
        if ended:
            self._busy.release()
        return ended

    def _claim(self) -> None:
        if not self._busy.acquire(blocking=False):
            raise IndexLockedError("a rebuild is running already: wait until it is done")
        self._stop.clear()

    def _run(self, work: Work, tell: Callable[[Event], None]) -> None:
        def report(step: Progress) -> None:
            self._check(step)
            tell(step)

        lower_priority()
        last: Event = QuothError("the rebuild failed; the server's log has the details")
        try:
            last = work(lambda sources: self._build(sources, progress=report))
        except QuothError as error:
            last = error
        except OSError as error:
            last = QuothError(f"the index could not be written: {error.strerror or error}")
        except Exception:
            log.exception("a rebuild failed")
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


class Listener:
    """Who watches a build from the event loop; one that is slow or gone neither holds it up nor fills the memory."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._events = asyncio.Queue[Event]()
        self._gone = False

    def tell(self, event: Event) -> None:
        """Pass an event on, from any thread."""
        if not self._gone:
            with suppress(RuntimeError):  # the loop is closed: the service ends
                self._loop.call_soon_threadsafe(self._put, event)

    async def events(self) -> AsyncIterator[Event]:
        """The events as they come, up to the one that is no progress."""
        try:
            while isinstance(event := await self._events.get(), Progress):
                yield event
            yield event
        finally:
            self._gone = True

    def _put(self, event: Event) -> None:
        if self._events.qsize() < UNTOLD or not isinstance(event, Progress):
            self._events.put_nowait(event)
