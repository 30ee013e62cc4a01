"""How much longer a call takes when its input is doubled."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

import pytest

LEAST = 0.05  # seconds of processor time that the smaller input takes, unless it reaches MOST
MOST = 300_000  # characters of the smaller input
LONG = {"least": 0.2, "most": 3_000_000}  # the same where there is time
ENOUGH = 1.0  # seconds, more than which it takes only if little text is enough; so a call that takes for ever ends
BEST_OF = 3
GROWTH = 3.0
ATTEMPTS = 3  # because other processes disturb the time


def repeated(unit: str, size: int) -> str:
    """About ``size`` characters of a unit."""
    count = max(1, size // len(unit))
    return "".join(unit.replace("%d", str(number)) for number in range(count)) if "%d" in unit else unit * count


def once_timed(work: Callable[[], object]) -> float:
    """The processor time of one run, without looking for garbage among what other tests keep in memory."""
    gc.freeze()
    try:
        began = time.process_time()
        work()
        return time.process_time() - began
    finally:
        gc.unfreeze()


def seconds(work: Callable[[], object]) -> float:
    """The least processor time of some runs."""
    return min(once_timed(work) for _ in range(BEST_OF))


def assert_grows_in_proportion(
    work: Callable[[int], Callable[[], object]], *, least: float = LEAST, most: int = MOST
) -> None:
    """``work`` makes a call whose input has so many characters; doubling that less than triples its time.

    The smaller input takes ``least`` seconds, unless it has ``most`` characters.
    """
    size = 2_500
    taken = once_timed(work(size))
    while taken > ENOUGH and size > 1_000:
        size //= 2
        taken = once_timed(work(size))
    while taken < least and size < most:
        size *= 2
        taken = once_timed(work(size))
    for _ in range(ATTEMPTS):
        once, twice = seconds(work(size)), seconds(work(2 * size))
        if twice < GROWTH * max(once, least / 2):
            return
    pytest.fail(f"{size:,} characters take {once:.2f} s, twice as many {twice:.2f} s")
