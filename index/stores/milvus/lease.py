"""The lease on an index in Milvus: one row that allows one process to write, and expires unless it is renewed.

Milvus has no compare-and-set. A process that finds the lease free writes its own token, waits, and has the lease if the
token is still there. So processes that start at about the same time agree on one of them, unless a write takes longer
than the wait.
"""

from __future__ import annotations

import json
import socket
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

from index.errors import IndexLockedError, StoreUnreachableError
from index.stores.lock_holder import LockHolder
from index.stores.milvus.client import MilvusConnection
from index.stores.milvus.schema import create_key_values, put_values

LEASES = "quoth_lease"
_KEY = "writer"
_EXPIRY_SECONDS = 60.0
_RENEWAL_SECONDS = 15.0
_SETTLE_SECONDS = 0.5


@contextmanager
def hold_lease(connection: MilvusConnection, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lease inside the block. Raises IndexLockedError, which names its holder, after ``wait_seconds``."""
    create_key_values(connection, LEASES)
    token = uuid.uuid4().hex
    deadline = time.monotonic() + wait_seconds
    while (holder := _other_holder(connection)) or not _acquire(connection, token):
        if time.monotonic() >= deadline:
            raise IndexLockedError(
                f"{holder or 'another process'} is writing to {connection.uri}: wait for it to end, or try again later"
            )
        time.sleep(_SETTLE_SECONDS)
    released = threading.Event()
    renewal = threading.Thread(target=_keep_renewing, args=(connection, token, released), name="lease", daemon=True)
    renewal.start()
    try:
        yield
    finally:
        released.set()
        renewal.join()
        connection.delete_in(LEASES, "key", [_KEY])


def _other_holder(connection: MilvusConnection) -> LockHolder | None:
    """The holder; None when there is none, its lease has expired, or it is a process of this machine that has ended."""
    row = connection.get(LEASES, _KEY)
    if row is None:
        return None
    lease = json.loads(row["value"])
    holder = LockHolder(lease["process"], lease["host"], lease["since"])
    ended = holder.host == socket.gethostname() and not _is_running(holder.process)
    return None if ended or lease["until"] < time.time() else holder


def _acquire(connection: MilvusConnection, token: str) -> bool:
    _write_lease(connection, token)
    if not connection.is_file:
        time.sleep(_SETTLE_SECONDS)
    row = connection.get(LEASES, _KEY)
    return row is not None and bool(json.loads(row["value"])["token"] == token)


def _keep_renewing(connection: MilvusConnection, token: str, released: threading.Event) -> None:
    while not released.wait(_RENEWAL_SECONDS):
        try:
            _write_lease(connection, token)
        except StoreUnreachableError:  # the writer's next commit raises it too
            continue


def _write_lease(connection: MilvusConnection, token: str) -> None:
    lease = {"token": token, **asdict(LockHolder.current()), "until": time.time() + _EXPIRY_SECONDS}
    put_values(connection, LEASES, {_KEY: json.dumps(lease)})


def _is_running(process: int) -> bool:
    return Path(f"/proc/{process}").exists() or not Path("/proc").exists()
