"""Encoded data in cells and values: images and files as Base64 or hexadecimal digits, which nobody reads."""

from __future__ import annotations

import re

_SHORTEST = 120  # characters; keys, checksums and identifiers are shorter
_ENCODED = re.compile(r"(?:data:[\w.+-]+/[\w.+-]+(?:;[\w=.+-]+)*,)?[A-Za-z0-9+/_-]{100,}={0,2}")


def is_encoded(value: str) -> bool:
    """Whether a value is encoded data and not text."""
    return len(value) >= _SHORTEST and _ENCODED.fullmatch("".join(value.split())) is not None


def encoded_cells(count: int) -> tuple[str, ...]:
    """What is left out, for ``Document.left_out``: ``("2 cells of encoded data",)``; nothing for 0."""
    return (f"{count} cell{'s' if count > 1 else ''} of encoded data",) if count else ()
