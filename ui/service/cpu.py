"""The processor's cores: those who wait for a result use no more threads than there are, all else stands back."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import torch

BACKGROUND = 5  # how much nicer than questions: beside a crowd that never ends it still gets a quarter of a core


@dataclass
class Share:
    """The cores that one thread has for now, of those that it makes use of."""

    most: int
    among: Callable[[], int]
    cores: int = 0


class Cores:
    """The cores that this process may use, lent to those who wait for a result; safe to use from several threads."""

    def __init__(self, total: int | None = None) -> None:
        """``total`` is for those who know better than the operating system."""
        self.total = self._free = total or len(os.sched_getaffinity(0))
        self._wanting = 0  # who have cores or wait for one
        self._changed = threading.Condition()

    @contextmanager
    def share(self, most: int | None = None, among: Callable[[], int] = int) -> Iterator[Share]:
        """Wait for a core, and compute on a fair share of all, or on at most so many.

        ``among`` says how many will ask for a share, where more of them will than have done so.
        """
        share = Share(most or self.total, among)
        with self._changed:
            self._wanting += 1
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._free > 0)
                self.renew(share)
            yield share
        finally:
            with self._changed:
                self._wanting -= 1
                self._lend(share, 0)

    def renew(self, share: Share) -> None:
        """Let the calling thread have what is fair now, more or less than before; for where its work can pause."""
        with self._changed:
            fair = max(1, self.total // max(self._wanting, share.among()))
            self._lend(share, min(share.most, fair, share.cores + self._free))
        use_threads(share.cores)

    def _lend(self, share: Share, cores: int) -> None:
        self._free += share.cores - cores
        share.cores = cores
        self._changed.notify_all()


def lower_priority() -> None:
    """Let the calling thread compute on one core, in time that questions leave; there is no way back.

    (A core taken from the questions for it would halve what two cores answer, for as long as it takes.)
    """
    use_threads(1)
    os.nice(BACKGROUND)


def use_threads(threads: int) -> None:
    """Let models that are run by the calling thread use so many threads; other threads keep what they have."""
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
