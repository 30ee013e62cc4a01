"""Slowing down those who guess secrets: an address that was wrong often has to wait before its next guess counts.

Who was right before from the same address is not held up by others there. That a secret was right from another address
does not help: a guess of it would be told at once.
"""

from __future__ import annotations

import hashlib
import ipaddress
import logging
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger("quoth.access")

FREE = 10  # wrong secrets of an address before it has to wait
LONGEST_WAIT = 30.0  # seconds; people behind the same address must not be locked out for long
FORGOTTEN_AFTER = 900.0  # seconds without a wrong secret
MOST_ADDRESSES = 10_000  # that are remembered
MOST_KNOWN = 10_000  # right secrets that are remembered, with their addresses


@dataclass(slots=True)
class Wrong:
    """The wrong secrets of one address."""

    count: int = 0
    last: float = 0.0
    wait_until: float = 0.0


class Guesses:
    """Counts wrong secrets by address; used on the event loop only."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong: dict[str, Wrong] = {}
        self._key = secrets.token_bytes(32)
        self._known: dict[bytes, None] = {}  # keyed digests of right secrets with their addresses, the oldest first

    def wait(self, address: str, authorization: str = "") -> float:
        """Seconds for which a secret from an address is not looked at; 0 for one that was right from there."""
        wrong = self._wrong.get(_neighbourhood(address))
        left = max(0.0, wrong.wait_until - self._clock()) if wrong else 0.0
        return 0.0 if left and self._digest(address, authorization) in self._known else left

    def know(self, address: str, authorization: str) -> None:
        """Note that a secret was right."""
        self._known[self._digest(address, authorization)] = None
        if len(self._known) > MOST_KNOWN:
            del self._known[next(iter(self._known))]

    def count(self, address: str, user: str) -> None:
        """Note a wrong secret, and log it without the secret."""
        now = self._clock()
        neighbourhood = _neighbourhood(address)
        wrong = self._wrong.pop(neighbourhood, None)
        if wrong is None or now - wrong.last > FORGOTTEN_AFTER:
            wrong = Wrong()
        wrong.count, wrong.last = wrong.count + 1, now
        if wrong.count >= FREE:
            wrong.wait_until = now + min(LONGEST_WAIT, 2.0 ** (wrong.count - FREE))
        self._wrong[neighbourhood] = wrong  # the last one is the latest
        if len(self._wrong) > MOST_ADDRESSES:
            del self._wrong[next(iter(self._wrong))]
        fields = {"address": address, "user": user[:100], "wrong": wrong.count}
        log.warning("a wrong secret", extra={"fields": fields})

    def _digest(self, address: str, authorization: str) -> bytes:
        content = f"{_neighbourhood(address)}\0{authorization}".encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, key=self._key).digest()


def _neighbourhood(address: str) -> str:
    """An IPv4 address, or the /64 network of an IPv6 address, all of which one customer has."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        mapped = parsed.ipv4_mapped
        return str(mapped) if mapped else str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
