"""The processor's cores, of which all who compute together use no more than there are."""

from __future__ import annotations

import os
import sys

import torch

BACKGROUND = 5  # how much nicer than questions: it still gets on when they never end


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))


def use_threads(threads: int) -> None:
    """Let models that are run by the calling thread use so many threads; other threads keep what they have."""
    if torch.get_num_threads() != threads:
        torch.set_num_threads(threads)


def stand_back() -> None:
    """Let the calling thread compute on one core, in time that no question wants; there is no way back."""
    use_threads(1)
    if sys.platform == "linux":  # elsewhere it would be the whole process that stands back
        os.nice(BACKGROUND)
