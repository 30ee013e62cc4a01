"""Bringing the index up to date while questions are answered: one build at a time, on its own thread."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from index import BuildReport, Embedder, IndexLockedError, IndexSettings, Place, Progress, QuothError, build
from ui.errors import RebuildStoppedError
from ui.service.cpu import CpuPool, lower_priority

log = logging.getLogger("quoth.rebuilds")

Event = Progress | BuildReport | QuothError
Build = Callable[[Sequence[Path]], BuildReport]
Work = Callable[[Build], BuildReport]

BACKLOG = 1000  # events kept for a slow listener; further progress events are dropped


class Rebuilds:
    """Runs builds of one index, one at a time."""

    def __init__(
        self, location: Place, settings: IndexSettings, embedder: Callable[[], Embedder], cpu: CpuPool
    ) -> None:
        """``embedder`` returns the embedder that is loaded already, so that a build does not load a second one."""
        self._location, self._settings, self._embedder, self._cpu = location, settings, embedder, cpu
        self._busy = threading.Lock()
        self._stop = threading.Event()

    @property
    def running(self) -> bool:
        """Whether a build is running."""
        return self._busy.locked()

    def plan(self) -> BuildReport:
        """What a rebuild of the index's folders would change; changes nothing."""
        return self._build((), dry_run=True, progress=None)

    @contextmanager
    def exclusive(self) -> Iterator[Build]:
        """A function that builds on this thread; no other build of this process runs meanwhile.

        Raises ``IndexLockedError`` at once if a build is running. The function raises it if another process is writing.
        """
        self._claim()
        try:
            with self._cpu.share(1):
                yield lambda sources: self._build(sources, progress=self._check_stop)
        finally:
            self._busy.release()

    def start(self, work: Work = lambda build: build(()), *, allow_deletions: bool = False) -> AsyncIterator[Event]:
        """Start ``work`` (by default a build of the index's folders) on a thread; returns its events.

        It runs to its end even if nobody reads the events. The last event is the report, or the error that ended the
        build. Raises ``IndexLockedError`` at once if a build is running.
        """
        self._claim()
        listener = Listener()
        threading.Thread(
            target=self._run, args=(work, listener.send, allow_deletions), name="rebuild", daemon=False
        ).start()
        return listener.events()

    def stop(self) -> None:
        """Ask a running build to stop at its next step."""
        self._stop.set()

    def wait(self, seconds: float) -> bool:
        """Wait at most this many seconds for a running build to end; whether it has ended."""
        ended = self._busy.acquire(timeout=seconds)
        if ended:
            self._busy.release()
        return ended

    def _claim(self) -> None:
        if not self._busy.acquire(blocking=False):
            raise IndexLockedError("a rebuild is running already: wait until it is done")
        self._stop.clear()

    def _run(self, work: Work, send: Callable[[Event], None], allow_deletions: bool) -> None:
        def report(step: Progress) -> None:
            self._check_stop(step)
            send(step)

        lower_priority()
        last: Event = QuothError("the rebuild failed; the server's log has the details")
        try:
            last = work(lambda sources: self._build(sources, progress=report, allow_deletions=allow_deletions))
        except QuothError as error:
            last = error
        except OSError as error:
            last = QuothError(f"the index could not be written: {error.strerror or error}")
        except Exception:
            log.exception("a rebuild failed")
        finally:
            self._busy.release()
            send(last)

    def _check_stop(self, _: Progress) -> None:
        if self._stop.is_set():
            raise RebuildStoppedError("the rebuild was stopped; what it has indexed so far is kept")

    def _build(
        self,
        sources: Sequence[Path],
        *,
        dry_run: bool = False,
        progress: Callable[[Progress], None] | None,
        allow_deletions: bool = False,
    ) -> BuildReport:
        # The only folder that is ever named is that of the uploads, from which nobody else deletes files.
        return build(
            sources,
            self._location,
            settings=self._settings,
            progress=progress,
            dry_run=dry_run,
            embedder=self._embedder(),
            allow_deletions=allow_deletions or bool(sources),
        )


class Listener:
    """Passes a build's events to the event loop. A slow or absent reader neither delays the build nor fills memory."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._events = asyncio.Queue[Event]()
        self._closed = False

    def send(self, event: Event) -> None:
        """Pass an event on, from any thread."""
        if not self._closed:
            with suppress(RuntimeError):  # the loop is closed: the service is shutting down
                self._loop.call_soon_threadsafe(self._put, event)

    async def events(self) -> AsyncIterator[Event]:
        """The events as they arrive, up to the first that is not progress, which is the last."""
        try:
            while isinstance(event := await self._events.get(), Progress):
                yield event
            yield event
        finally:
            self._closed = True

    def _put(self, event: Event) -> None:
        if self._events.qsize() < BACKLOG or not isinstance(event, Progress):
            self._events.put_nowait(event)
