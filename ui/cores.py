"""The processor's cores: those who wait for a result use no more threads than there are, all else stands back."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

BACKGROUND = 5  # how much nicer than questions: beside a crowd that never ends it still gets a quarter of a core


class Cores:
    """The cores that this process may use, lent to those who wait for a result; safe to use from several threads."""

    def __init__(self, total: int | None = None) -> None:
        """``total`` is for those who know better than the operating system."""
        self.total = self._free = total or len(os.sched_getaffinity(0))
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
            with self._changed:
                self._free += mine
                self._changed.notify_all()


def stand_back() -> None:
    """Let the calling thread compute on one core, in time that questions leave; there is no way back.

    (A core taken from the questions for it would halve what two cores answer, for as long as it takes.)
    """
    use_threads(1)
    os.nice(BACKGROUND)


def use_threads(threads: int) -> None:
    """Let models that are run by the calling thread use so many threads; other threads keep what they have."""
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
