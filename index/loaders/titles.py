"""Titles for documents that declare none."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_MACHINE_NAME = re.compile(r"(?=.*\d)[0-9a-f_\-.]{8,}", re.IGNORECASE)
_WORDS = 10
TITLE_SAMPLE = 500  # characters of the body that a title can depend on


def title_from(path: str, body: str) -> str:
    """The file's name without its ending, or the first words of the text when a machine made the name."""
    stem = PurePosixPath(path).stem
    if not _MACHINE_NAME.fullmatch(stem):
        return " ".join(stem.split()) or path
    words = body[:TITLE_SAMPLE].split()
    return (" ".join(words[:_WORDS]).rstrip(",;:") + ("…" if len(words) > _WORDS else "")) or stem
