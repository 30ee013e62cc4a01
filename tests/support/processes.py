"""Processes of this machine and the addresses at which they listen, read from /proc."""

from __future__ import annotations

import os
import select
import shutil
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

import pytest

_LISTEN = "0A"


def process_tree(process: int) -> set[int]:
    """The ids of a process and of all its descendants."""
    parents = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(status.parent.name)] = int(status.read_text().rpartition(")")[2].split()[1])
        except (OSError, ValueError):  # it ended meanwhile
            continue
    found = {process}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def is_running(process: int) -> bool:
    """Whether a process exists and has not ended; one that has ended but was not yet waited for is not running."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def ends_within(process: int, seconds: float) -> bool:
    """Whether a process, of whatever parent, ends in time."""
    try:
        ended = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([ended], [], [], seconds)[0])
    finally:
        os.close(ended)


def bound_by_permissions() -> list[str]:
    """A prefix for a command, which then runs without root's right to read and write everything."""
    if os.getuid() != 0:
        return []
    if shutil.which("setpriv") is None:
        pytest.skip("root without setpriv cannot give up its rights")
    rights = "-dac_override,-dac_read_search"
    return ["setpriv", f"--bounding-set={rights}", f"--inh-caps={rights}"]


def listening_addresses(processes: set[int]) -> set[IPv4Address | IPv6Address]:
    """The addresses, without ports, at which any of these processes listens."""
    sockets = set(_sockets(processes))
    found = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        for line in Path(table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTEN and fields[9] in sockets:
                words = bytes.fromhex(fields[1].partition(":")[0])  # little-endian, of four bytes each
                found.add(ip_address(b"".join(words[at : at + 4][::-1] for at in range(0, len(words), 4))))
    return found


def is_loopback(address: IPv4Address | IPv6Address) -> bool:
    """Whether no other machine can connect to it."""
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return (mapped or address).is_loopback


def _sockets(processes: set[int]) -> Iterator[str]:
    """The inodes of the sockets that these processes have open."""
    for process in processes:
        with suppress(OSError):  # it ended meanwhile
            for link in list(Path(f"/proc/{process}/fd").iterdir()):
                with suppress(FileNotFoundError):  # it was closed meanwhile
                    name = str(link.readlink())
                    if name.startswith("socket:["):
                        yield name.removeprefix("socket:[").removesuffix("]")
