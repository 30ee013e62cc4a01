"""The addresses at which processes listen, read from /proc."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path

_LISTEN = "0A"


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
