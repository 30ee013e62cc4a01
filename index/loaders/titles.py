"""Titles for documents without a title of their own."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

_MACHINE_NAME = re.compile(r"(?=.*\d)[0-9a-f_\-.]{8,}", re.IGNORECASE)
_WORDS = 10
TITLE_SAMPLE = 500  # characters at the start of the body; a title depends on no others


def title_from(path: str, body: str) -> str:
    """The file's name without its suffix, or the text's first words when the name looks machine-made."""
    stem = PurePosixPath(path).stem
    if not _MACHINE_NAME.fullmatch(stem):
        return " ".join(stem.split()) or path
    words = body[:TITLE_SAMPLE].split()
    return (" ".join(words[:_WORDS]).rstrip(",;:") + ("…" if len(words) > _WORDS else "")) or stem
