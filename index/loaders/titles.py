"""Titles for documents that have none of their own."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_MACHINE_NAME = re.compile(r"(?=.*\d)[0-9a-f_\-.]{8,}", re.IGNORECASE)
_WORDS = 10
LOOKED_AT = 500  # characters of the body, at most


def title_from(path: str, body: str) -> str:
    """The file's name without its ending; the first words of the text where the name was made by a machine."""
    stem = PurePosixPath(path).stem
    if not _MACHINE_NAME.fullmatch(stem):
        return " ".join(stem.split()) or path
    words = body[:LOOKED_AT].split()
    return (" ".join(words[:_WORDS]).rstrip(",;:") + ("…" if len(words) > _WORDS else "")) or stem
