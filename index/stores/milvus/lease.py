"""The right to write to an index in Milvus: one row that its holder renews, and that ends when it no longer does.

Milvus has no compare-and-set. Whoever finds the row free writes its own name, waits, and holds the right if the name is
still there: two that begin within the wait of each other agree on one, unless one's write takes longer than the wait.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import IndexLockedError, StoreUnreachableError
from index.stores.milvus.client import MilvusConnection
from index.stores.milvus.schema import UNUSED, make_values

LEASE = "quoth_lease"
_SECONDS = 60.0  # a holder that was not heard of for so long is gone
_RENEWED_EVERY = 15.0
_SETTLE = 0.5
_KEY = 'key == "writer"'


@contextmanager
def leased(link: MilvusConnection, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the right to write. Raises IndexLockedError, which says who holds it."""
    make_values(link, LEASE)
    token = uuid.uuid4().hex
    deadline = time.monotonic() + wait_seconds
    while (holder := _holder(link)) or not _taken(link, token):
        if time.monotonic() >= deadline:
            raise IndexLockedError(
                f"{holder or 'another process'} is writing to {link.uri}: wait for it to end, or try again later"
            )
        time.sleep(_SETTLE)
    ended = threading.Event()
    renewing = threading.Thread(target=_renew, args=(link, token, ended), name="lease", daemon=True)
    renewing.start()
    try:
        yield
    finally:
        ended.set()
        renewing.join()
        link.delete(LEASE, _KEY)


def _holder(link: MilvusConnection) -> str | None:
    """Who holds the right, in words; None when nobody does, or one who is gone."""
    row = link.get(LEASE, _KEY)
    if row is None:
        return None
    facts = json.loads(row["value"])
    if facts["until"] < time.time() or (facts["host"] == socket.gethostname() and not _lives(facts["process"])):
        return None
    return f"process {facts['process']} on {facts['host']} (since {facts['since']})"


def _taken(link: MilvusConnection, token: str) -> bool:
    _write(link, token)
    if not link.is_file:
        time.sleep(_SETTLE)
    row = link.get(LEASE, _KEY)
    return row is not None and bool(json.loads(row["value"])["token"] == token)


def _renew(link: MilvusConnection, token: str, ended: threading.Event) -> None:
    while not ended.wait(_RENEWED_EVERY):
        try:
            _write(link, token)
        except StoreUnreachableError:  # the next commit says so
            continue


def _write(link: MilvusConnection, token: str) -> None:
    facts = {
        "token": token,
        "process": os.getpid(),
        "host": socket.gethostname(),
        "since": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "until": time.time() + _SECONDS,
    }
    link.put(LEASE, [{"key": "writer", "value": json.dumps(facts), "unused": UNUSED}])


def _lives(process: int) -> bool:
    return Path(f"/proc/{process}").exists() or not Path("/proc").exists()
