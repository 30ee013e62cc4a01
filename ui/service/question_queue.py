"""The line at the desk: how many questions are answered at once, how many may wait, and what happens past that.

Questions that wait are answered side by side, each on a core of its own: on the cores of one processor that is quicker
than one after another on all of them, and than reading several in one forward pass (tests/benchmarks/reading.py). A
question that nobody else waits with has all the cores, until between two passages somebody does.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from index import Filters, Hit
from index.errors import StateError
from qa import Answer
from qa.answering.cascade import AbandonedError
from ui.service.cpu import Share
from ui.service.engine import AnswerEngine
from ui.service.metrics import Metrics

T = TypeVar("T")

RETRY_AFTER = 1  # seconds after which a client that was turned away may try again


class QueueFullError(StateError):
    """Too many questions are waiting already."""


class QuestionQueue:
    """A bounded line in front of a desk; safe to use from several threads."""

    def __init__(self, engine: AnswerEngine, metrics: Metrics, *, places: int, at_once: int | None = None) -> None:
        """``places`` questions may wait while ``at_once`` (default: one a core) are being answered."""
        self._at_once = min(at_once or engine.cores.total, engine.cores.total)
        self._engine, self._metrics = engine, metrics
        self._bound = places + self._at_once
        self._inside = 0
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(self._at_once, "answer")
        metrics.watch("questions_pending", "Questions waiting or being answered", lambda: self._inside)

    async def answer(self, question: str, filters: Filters | None = None) -> Answer:
        """Wait for a turn and answer. Raises ``QueueFullError`` at once when there is no place.

        A caller that is cancelled leaves the line: its question is not read, or no further where it was being read.
        """
        entered = time.perf_counter()

        def turn(should_continue: Callable[[], bool]) -> Answer:
            waited = time.perf_counter() - entered
            try:
                answer = self._engine.answer(question, filters, should_continue)
            except AbandonedError:
                raise
            except Exception:
                self._metrics.failed()
                raise
            self._metrics.answered(answer, waited)
            return answer

        return await self._in_turn(turn)

    async def search(
        self, question: str, k: int, filters: Filters | None = None, *, rerank: bool = False
    ) -> tuple[list[Hit], int]:
        """Wait for a turn and search: the hits, and the revision of the index. Raises and may be left as ``answer``."""
        return await self._in_turn(
            lambda should_continue: self._engine.search(
                question, k, filters, rerank=rerank, should_continue=should_continue
            )
        )

    def close(self, seconds: float = 60.0) -> None:
        """Drop what waits, and give what is being answered so much time to end."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        deadline = time.monotonic() + seconds
        while self._inside and time.monotonic() < deadline:
            time.sleep(0.01)

    async def _in_turn(self, turn: Callable[[Callable[[], bool]], T]) -> T:
        """What a turn comes to, which may ask between two passages whether it is wanted still."""
        left = threading.Event()

        def take(share: Share) -> T:
            def should_continue() -> bool:
                self._engine.cores.renew(share)  # for those who have come or gone meanwhile
                return not left.is_set()

            return turn(should_continue)

        try:
            return await asyncio.wrap_future(self._enter(take))
        except asyncio.CancelledError:
            left.set()
            raise

    def _enter(self, turn: Callable[[Share], T]) -> Future[T]:
        with self._lock:
            if self._inside >= self._bound:
                self._metrics.turned_away()
                raise QueueFullError(f"{self._inside} questions are waiting already: try again in a moment")
            self._inside += 1
        future = self._pool.submit(self._take, turn)
        future.add_done_callback(self._leave)
        return future

    def _take(self, turn: Callable[[Share], T]) -> T:
        with self._engine.cores.share(among=lambda: min(self._inside, self._at_once)) as share:
            return turn(share)

    def _leave(self, _: Future[T]) -> None:
        with self._lock:
            self._inside -= 1
