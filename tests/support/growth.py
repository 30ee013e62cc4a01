"""How much longer a call takes when its input is doubled."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

LEAST = 0.05  # seconds of processor time that the smaller input takes, unless it reaches MOST
MOST = 300_000  # characters of the smaller input
BEST_OF = 3
GROWTH = 3.0
ATTEMPTS = 3  # because other processes disturb the time


def repeated(unit: str, size: int) -> str:
    """About ``size`` characters of a unit."""
    count = max(1, size // len(unit))
    return "".join(unit.replace("%d", str(number)) for number in range(count)) if "%d" in unit else unit * count


def seconds(work: Callable[[], object]) -> float:
    """The least processor time of some runs."""
    taken = []
    for _ in range(BEST_OF):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


def assert_grows_in_proportion(work: Callable[[int], Callable[[], object]]) -> None:
    """``work`` makes a call whose input has so many characters; doubling that less than triples its time."""
    size = 10_000
    while size < MOST:
        began = time.process_time()
        work(size)()
        if time.process_time() - began >= LEAST:
            break
        size *= 2
    for _ in range(ATTEMPTS):
        once, twice = seconds(work(size)), seconds(work(2 * size))
        if twice < GROWTH * max(once, LEAST / 2):
            return
    pytest.fail(f"{size:,} characters take {once:.2f} s, twice as many {twice:.2f} s")
