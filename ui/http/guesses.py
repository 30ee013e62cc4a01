"""Slowing down those who guess secrets: an address that was wrong often has to wait before its next guess counts."""

from __future__ import annotations

import ipaddress
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

log = logging.getLogger("quoth.access")

FREE = 10  # wrong secrets of an address before it has to wait
LONGEST_WAIT = 30.0  # seconds; people behind the same address must not be locked out for long
FORGOTTEN_AFTER = 900.0  # seconds without a wrong secret
MOST_ADDRESSES = 10_000  # that are remembered


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

    def wait(self, address: str) -> float:
        """Seconds for which secrets from an address are not looked at."""
        wrong = self._wrong.get(_neighbourhood(address))
        return max(0.0, wrong.wait_until - self._clock()) if wrong else 0.0

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
