"""The processor's cores, lent to whoever computes: all together use no more threads than there are."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch


class Cores:
    """The cores that this process may use; safe to use from several threads.

    Questions get what is free; work in the background has one core to itself for as long as it takes. (To let it run at
    a lower priority beside them held the questions up: it has the interpreter's lock while it waits for the processor.)
    """

    def __init__(self, total: int | None = None) -> None:
        """``total`` is for those who know better than the operating system."""
        self.total = self._free = total or len(os.sched_getaffinity(0))
        self._lent = 0
        self._changed = threading.Condition()

    @contextmanager
    def share(self, among: Callable[[], int]) -> Iterator[int]:
        """Wait for a core, and compute on a fair share of all; ``among`` says then how many want one."""
        with self._changed:
            self._changed.wait_for(lambda: self._free > 0)
            mine = min(self._free, max(1, self.total // max(1, among())))
            self._free -= mine
        use_threads(mine)
        try:
            yield mine
        finally:
            self._give_back(mine)

    @contextmanager
    def background(self) -> Iterator[None]:
        """Compute on one core that questions do without meanwhile; on the last one they and the block must agree."""
        with self._changed:
            mine = 1 if self._lent < self.total - 1 else 0
            self._lent += mine
            self._free -= mine  # below nothing until a question is through: it comes before those that wait
            self._changed.wait_for(lambda: self._free >= 0)
        use_threads(1)
        try:
            yield
        finally:
            with self._changed:
                self._lent -= mine
            self._give_back(mine)

    def _give_back(self, cores: int) -> None:
        with self._changed:
            self._free += cores
            self._changed.notify_all()


def use_threads(threads: int) -> None:
    """Let models that are run by the calling thread use so many threads; other threads keep what they have."""
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
