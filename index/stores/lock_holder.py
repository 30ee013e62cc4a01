"""The process that holds the right to write to an index, as a store records it for those who wait."""

from __future__ import annotations

import datetime
import os
import socket
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LockHolder:
    """A process, its host, and since when it holds the right (ISO 8601, UTC)."""

    process: int
    host: str
    since: str

    @classmethod
    def current(cls) -> LockHolder:
        """This process, from now on."""
        return cls(os.getpid(), socket.gethostname(), utc_now())

    def __str__(self) -> str:
        return f"process {self.process} on {self.host} (since {self.since})"


def utc_now() -> str:
    """The date and time in UTC as ISO 8601, to the second."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
