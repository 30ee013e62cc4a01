"""What the benchmarks share: times, memory, and runs in a process of their own."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def timed(action: Callable[[], object], clock: Callable[[], float] = time.perf_counter) -> float:
    """The seconds that a call takes, by a clock."""
    began = clock()
    action()
    return clock() - began


def peak_megabytes() -> float:
    """The peak resident memory of this process, without that of its parent, which ``getrusage`` includes."""
    return _megabytes("VmHWM", "self")


def resident_megabytes(pid: int | str = "self") -> float:
    """The memory of a process now."""
    return _megabytes("VmRSS", pid)


def _megabytes(field: str, pid: int | str) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return int(status.partition(f"{field}:")[2].split()[0]) * 1024 / 1e6


def in_new_process(function: Callable[..., T], *arguments: object) -> T:
    """The result of a call in a new process, whose memory has nothing of this one's."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def print_machine() -> None:
    """The date, the cores and the load before the first run."""
    print(f"{datetime.date.today()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the first run")
