"""Watching the folders of an index: what changes there is taken up by itself, while questions are answered."""

from __future__ import annotations

import logging
import threading
from pathlib import Path

from index import DeletionsError, IndexLockedError, QuothError, Store, on_disk
from ui.service.rebuilds import Rebuilds

log = logging.getLogger("quoth.watching")

TICK_MS = 1000  # between two looks at whether to stop
SETTLE_MS = 500  # for which changes are gathered
RETRY_SECONDS = 5.0  # while there is no folder to watch


class Watching:
    """A thread that rebuilds the index when files change."""

    def __init__(self, store: Store, rebuilds: Rebuilds, uploads: Path) -> None:
        """``uploads`` is the folder of uploads, which are indexed as they come."""
        self._store, self._rebuilds, self._uploads = store, rebuilds, uploads
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Take up what has changed, and from now on what changes."""
        self._thread = threading.Thread(target=self._run, name="watching", daemon=False)
        self._thread.start()

    def close(self, seconds: float) -> None:
        """Stop within this time."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                folders = self._folders()
                if folders:
                    self._follow(folders)
                else:
                    self._stop.wait(RETRY_SECONDS)
            except QuothError as error:
                log.warning("the folders cannot be watched now: %s", error)
                self._stop.wait(RETRY_SECONDS)
            except Exception:
                log.exception("watching failed")
                self._stop.wait(RETRY_SECONDS)

    def _follow(self, folders: set[str]) -> None:
        """Rebuild after each change, until the index gets other folders."""
        from watchfiles import watch

        behind = True  # the first tick finds what changed before the watch started
        ticks = watch(
            *folders,
            stop_event=self._stop,
            debounce=SETTLE_MS,
            rust_timeout=TICK_MS,
            yield_on_timeout=True,
            raise_interrupt=False,
        )
        for found in ticks:
            if found or behind:
                behind = not self._update()
            if self._folders() != folders:
                return

    def _update(self) -> bool:
        """Bring the index up to date; whether that is done, and not to be tried again at the next tick."""
        try:
            with self._rebuilds.exclusive() as build:
                report = build(())
        except IndexLockedError:
            return False
        except DeletionsError as refused:  # never done here: nobody is asked, and the disk may come back
            log.warning("%s", refused)
        except QuothError as error:
            log.warning("changes were not taken up: %s", error)
        else:
            if not report.plan.empty:
                plan = report.plan
                counts = len(plan.added), len(plan.changed), len(plan.renamed), len(plan.deleted)
                log.info("taken up: %d added, %d changed, %d renamed, %d deleted", *counts)
        return True

    def _folders(self) -> set[str]:
        """The folders that the index is built from and that exist."""
        with self._store.reader() as reader:
            sources = {on_disk(source) for source in reader.summary().inputs.sources}
        return {str(source) for source in sources if source.exists() and source != self._uploads}
