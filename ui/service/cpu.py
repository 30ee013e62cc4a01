"""The processor's cores: questions share them, and background work runs at a lower priority."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

BACKGROUND_NICENESS = 5  # above that of questions; under constant load, background work still gets a quarter of a core


@dataclass(slots=True)
class CpuShare:
    """The number of cores that one thread may use at present, at most ``limit``."""

    limit: int
    contenders: Callable[[], int]
    cores: int = 0


class CpuPool:
    """The cores that this process may use, divided among the threads that compute; safe to use from several threads."""

    def __init__(self, total: int | None = None) -> None:
        """``total`` overrides the number of cores that the operating system reports."""
        self.total = self._free = total or len(os.sched_getaffinity(0))
        self._sharing = 0  # threads that have cores or wait for one
        self._changed = threading.Condition()

    @contextmanager
    def share(self, limit: int | None = None, contenders: Callable[[], int] = int) -> Iterator[CpuShare]:
        """Wait for a free core, then compute on a fair share of all cores, or on at most ``limit`` of them.

        ``contenders`` returns how many threads need a share or are about to; what is fair is computed from that number
        if it is larger than the number of threads that have asked.
        """
        share = CpuShare(limit or self.total, contenders)
        with self._changed:
            self._sharing += 1
        try:
            with self._changed:
                self._changed.wait_for(lambda: self._free > 0)
                self.rebalance(share)
            yield share
        finally:
            with self._changed:
                self._sharing -= 1
                self._assign(share, 0)

    def rebalance(self, share: CpuShare) -> None:
        """Resize the calling thread's share to what is fair now; to be called where the computation can pause."""
        with self._changed:
            fair = max(1, self.total // max(self._sharing, share.contenders()))
            self._assign(share, min(share.limit, fair, share.cores + self._free))
        use_threads(share.cores)

    @contextmanager
    def lent(self, share: CpuShare) -> Iterator[None]:
        """Give all cores of the calling thread's share to others inside the block, and wait for a free one after it."""
        with self._changed:
            self._sharing -= 1
            self._assign(share, 0)
        try:
            yield
        finally:
            with self._changed:
                self._sharing += 1
                self._changed.wait_for(lambda: self._free > 0)
                self.rebalance(share)

    def _assign(self, share: CpuShare, cores: int) -> None:
        self._free += share.cores - cores
        share.cores = cores
        self._changed.notify_all()


def lower_priority() -> None:
    """Let the calling thread compute on one core at a lower priority than questions, until it ends.

    The core is not taken from the pool: on two cores, that would halve the rate at which questions are answered.
    """
    use_threads(1)
    os.nice(BACKGROUND_NICENESS)


def use_threads(threads: int) -> None:
    """Set the number of threads that models use when run by the calling thread; other callers are not affected."""
    import torch  # by the first thread that computes, while the page is already served

    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)
