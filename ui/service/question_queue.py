"""The queue of questions: how many are answered at once, how many may wait, and how each one ends.

Questions are answered in parallel, each on one core, which is faster than one after another on all cores, and faster
than several in one forward pass (tests/benchmarks/reading.py). A question that is alone uses every core, and gives
cores up between two passages when others arrive.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from enum import Enum, auto
from functools import partial
from typing import Generic, Protocol, TypeVar

from index import Filters, Hit
from qa import AbandonedError, Answer, QuoteCheck, Reply, Turn
from ui.errors import QueueFullError
from ui.service.cpu import CpuPool, CpuShare
from ui.service.engine import AnswerEngine
from ui.service.metrics import Metrics

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

RETRY_AFTER = 1  # seconds after which a client whose question was rejected may try again
POLL_SECONDS = 0.01


class State(Enum):
    """The state of a question."""

    WAITING = auto()
    READING = auto()
    ANSWERED = auto()
    FAILED = auto()
    GIVEN_UP = auto()


class Ask(Protocol[T_co]):
    """A call of the engine that can be cancelled."""

    def __call__(self, *, should_continue: Callable[[], bool]) -> T_co:
        """The result. Raises ``AbandonedError`` once ``should_continue()`` is false."""
        ...


class PendingQuestion(Generic[T]):
    """One question, from when it joins the queue until it ends; safe to use from several threads."""

    def __init__(
        self, ask: Ask[T], threads: ThreadPoolExecutor, cpu: CpuPool, contenders: Callable[[], int] = int
    ) -> None:
        """Wait for one of ``threads``, then on it for a share of ``cpu`` (see ``CpuPool.share`` for ``contenders``)."""
        self.state = State.WAITING
        self.waited = 0.0  # seconds before reading began
        self._ask, self._cpu, self._contenders = ask, cpu, contenders
        self._admitted = time.perf_counter()
        self._given_up = threading.Event()
        self.future: Future[T] = threads.submit(self._read)

    async def result(self) -> T:
        """The engine's result or error. Cancelling the caller gives the question up."""
        try:
            return await asyncio.wrap_future(self.future)
        except asyncio.CancelledError:
            self.give_up()
            raise

    def give_up(self) -> None:
        """Do not start reading, or stop before the next passage."""
        self._given_up.set()
        if self.future.cancel():
            self.state = State.GIVEN_UP

    def _read(self) -> T:
        with self._cpu.share(contenders=self._contenders) as share:
            self.state, self.waited = State.READING, time.perf_counter() - self._admitted
            try:
                result = self._ask(should_continue=partial(self._should_continue, share))
            except AbandonedError:
                self.state = State.GIVEN_UP
                raise
            except Exception:
                self.state = State.FAILED
                raise
            self.state = State.ANSWERED
            return result

    def _should_continue(self, share: CpuShare) -> bool:
        """Whether to read another passage. Also adjusts the share, as other questions may have come or ended."""
        self._cpu.rebalance(share)
        return not self._given_up.is_set()


class QuestionQueue:
    """A bounded queue of questions in front of one engine; safe to use from several threads."""

    def __init__(self, engine: AnswerEngine, metrics: Metrics, *, places: int, at_once: int | None = None) -> None:
        """``places`` questions may wait while ``at_once`` (by default one per core) are being answered."""
        self._at_once = min(at_once or engine.cpu.total, engine.cpu.total)
        self._engine, self._metrics = engine, metrics
        self._bound = places + self._at_once
        self._pending = 0
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(self._at_once, "answer")
        metrics.watch("questions_pending", "Questions waiting or being answered", lambda: self._pending)

    async def answer(self, question: str, filters: Filters | None = None) -> Answer:
        """Wait for a core and answer. Raises ``QueueFullError`` at once when the queue is full.

        Cancelling the caller gives the question up: reading does not start, or stops before the next passage.
        """
        pending = self._admit(partial(self._engine.answer, question, filters))
        pending.future.add_done_callback(lambda _: self._count(pending, lambda answer: answer))
        return await pending.result()

    async def converse(self, utterance: str, turns: Sequence[Turn] = (), filters: Filters | None = None) -> Reply:
        """Wait for a core and reply. Errors and cancelling are as in ``answer``."""
        pending = self._admit(partial(self._engine.converse, utterance, turns, filters))
        pending.future.add_done_callback(lambda _: self._count(pending, lambda reply: reply.answer))
        return await pending.result()

    async def search(
        self, question: str, k: int, filters: Filters | None = None, *, rerank: bool = False
    ) -> tuple[list[Hit], int]:
        """Wait for a core and search: the hits and the index's revision. Errors and cancelling are as in ``answer``."""
        return await self._admit(partial(self._engine.search, question, k, filters, rerank=rerank)).result()

    async def check_quote(self, quote: str) -> QuoteCheck:
        """Wait for a core and check a quote. Errors and cancelling are as in ``answer``."""
        return await self._admit(partial(self._engine.check_quote, quote)).result()

    def between_questions(self, ask: Ask[T], should_continue: Callable[[], bool]) -> T:
        """The result of ``ask``, computed on the calling thread while no question waits or is being answered.

        When one comes, it waits between two passages and lends its cores. Raises ``AbandonedError`` once
        ``should_continue`` is false, and what ``ask`` raises.
        """

        def is_wanted() -> bool:
            while self._pending and should_continue():
                with self._engine.cpu.lent(share):
                    self._wait_for_quiet(should_continue)
            self._engine.cpu.rebalance(share)
            return should_continue()

        self._wait_for_quiet(should_continue)
        if not should_continue():
            raise AbandonedError
        with self._engine.cpu.share() as share:
            return ask(should_continue=is_wanted)

    def _wait_for_quiet(self, should_continue: Callable[[], bool]) -> None:
        while self._pending and should_continue():
            time.sleep(POLL_SECONDS)

    def close(self, seconds: float = 60.0) -> None:
        """Give up the waiting questions, and let those being read finish within this time."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        deadline = time.monotonic() + seconds
        while self._pending and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)

    def _admit(self, ask: Ask[T]) -> PendingQuestion[T]:
        with self._lock:
            if self._pending >= self._bound:
                self._metrics.rejected()
                raise QueueFullError(f"{self._pending} questions are waiting already: try again in a moment")
            self._pending += 1
        pending = PendingQuestion(ask, self._threads, self._engine.cpu, self._contenders)
        pending.future.add_done_callback(self._leave)
        return pending

    def _contenders(self) -> int:
        return min(self._pending, self._at_once)

    def _leave(self, _: object) -> None:
        with self._lock:
            self._pending -= 1

    def _count(self, pending: PendingQuestion[T], answer_of: Callable[[T], Answer | None]) -> None:
        if pending.state is State.ANSWERED:
            if (answer := answer_of(pending.future.result())) is not None:
                self._metrics.answered(answer, pending.waited)
        elif pending.state is State.FAILED:
            self._metrics.failed()
