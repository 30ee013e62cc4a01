"""The line at the desk: how many questions are answered at once, how many may wait, and what happens past that.

Both models share the processor's cores. A question alone cannot use all of them all the time, so a few are answered
side by side, each on its share of the threads; more at once would only wait for each other.
"""

from __future__ import annotations

import asyncio
import os
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor

import torch

from index import Filters
from index.errors import QuothError
from qa import Answer
from ui.desk import Desk
from ui.metrics import Metrics

RETRY_AFTER = 1  # seconds after which a client that was turned away may try again


class LineFullError(QuothError):
    """Too many questions are waiting already."""


class Line:
    """A bounded line in front of a desk; safe to use from several threads."""

    def __init__(self, desk: Desk, metrics: Metrics, *, places: int, at_once: int | None = None) -> None:
        """``places`` questions may wait while ``at_once`` (default: one a core) are being answered."""
        cores = len(os.sched_getaffinity(0))
        workers = min(at_once or cores, cores)
        self._desk, self._metrics = desk, metrics
        self._bound = places + workers
        self._inside = 0
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(
            workers, "answer", initializer=use_threads, initargs=(max(1, cores // workers),)
        )
        metrics.watch("line", "Questions waiting or being answered", lambda: self._inside)

    async def answer(self, question: str, filters: Filters | None = None) -> Answer:
        """Wait for a turn and answer. Raises ``LineFullError`` at once when there is no place.

        A caller that is cancelled leaves the line, and its question is not read unless it was being read already.
        """
        return await asyncio.wrap_future(self._enter(question, filters))

    def close(self) -> None:
        """Answer what is being answered, drop what waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _enter(self, question: str, filters: Filters | None) -> Future[Answer]:
        with self._lock:
            if self._inside >= self._bound:
                self._metrics.turned_away()
                raise LineFullError(f"{self._inside} questions are waiting already: try again in a moment")
            self._inside += 1
        future = self._pool.submit(self._turn, question, filters, time.perf_counter())
        future.add_done_callback(self._leave)
        return future

    def _turn(self, question: str, filters: Filters | None, entered: float) -> Answer:
        waited = time.perf_counter() - entered
        try:
            answer = self._desk.answerer().answer(question, filters=filters)
        except Exception:
            self._metrics.failed()
            raise
        self._metrics.answered(answer, waited)
        return answer

    def _leave(self, _: Future[Answer]) -> None:
        with self._lock:
            self._inside -= 1


def use_threads(threads: int) -> None:
    """Let models that are run by the calling thread use so many threads; others keep what they have."""
    torch.set_num_threads(threads)
