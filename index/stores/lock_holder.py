"""The record of the process that holds a store's writer lock, for the error message of others."""

from __future__ import annotations

import datetime
import os
import socket
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockHolder:
    """A process, its host, and the time since when it holds the lock (ISO 8601, UTC)."""

    process: int
    host: str
    since: str

    @classmethod
    def current(cls) -> LockHolder:
        """This process, since now."""
        return cls(os.getpid(), socket.gethostname(), utc_now())

    def __str__(self) -> str:
        return f"process {self.process} on {self.host} (since {self.since})"


def utc_now() -> str:
    """The date and time in UTC as ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
