"""The lease on an index in Milvus: who may write, and when a lease ends without being released."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from index import IndexLockedError
from index.stores.lock_holder import LockHolder

pytest.importorskip("pymilvus")

from index.stores.milvus.client import MilvusConnection
from index.stores.milvus.lease import LEASES, hold_lease
from index.stores.milvus.schema import create_key_values, put_values


@pytest.fixture
def connection(tmp_path: Path) -> Iterator[MilvusConnection]:
    opened = MilvusConnection(str(tmp_path / "index.db"))
    yield opened
    opened.close()


def _leave_lease(connection: MilvusConnection, holder: LockHolder, seconds: float) -> None:
    """A lease that another process holds for some seconds from now."""
    lease = {"token": "another", **asdict(holder), "until": time.time() + seconds}
    create_key_values(connection, LEASES)
    put_values(connection, LEASES, {"writer": json.dumps(lease)})


def test_a_lease_of_another_host_is_respected_and_its_holder_named(connection: MilvusConnection):
    _leave_lease(connection, LockHolder(77, "elsewhere", "2024-05-06T07:08:09+00:00"), 60)
    with (
        pytest.raises(IndexLockedError, match=r"process 77 on elsewhere \(since 2024-05-06T07:08:09\+00:00\)"),
        hold_lease(connection),
    ):
        pass


def test_an_expired_lease_is_taken_over(connection: MilvusConnection):
    _leave_lease(connection, LockHolder(77, "elsewhere", "2024-05-06T07:08:09+00:00"), -1)
    with hold_lease(connection):
        assert connection.get(LEASES, "writer") is not None


def test_the_lease_of_a_process_that_has_ended_is_taken_over_before_it_expires(connection: MilvusConnection):
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        pass
    _leave_lease(connection, replace(LockHolder.current(), process=ended.pid), 60)
    with hold_lease(connection):
        assert connection.get(LEASES, "writer") is not None


def test_a_released_lease_leaves_no_row(connection: MilvusConnection):
    with hold_lease(connection):
        pass
    assert connection.get(LEASES, "writer") is None
