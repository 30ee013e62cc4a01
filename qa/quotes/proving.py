"""What gave an answer: the index's revision, the reader's weights and the version."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from qa.reader.weights import MANIFEST
from qa.types import Proof


def proof_of(revision: int, reader: Path) -> Proof:
    """The proof of an answer at this revision by the reader in this folder."""
    return Proof(revision, weights_sha256(reader), version("quoth"))


@lru_cache(maxsize=8)
def weights_sha256(reader: Path) -> str:
    """The sha256 of what ``sha256sum reader-*.safetensors`` prints in a reader's folder; "" if it has no weights.

    It is made of the checksums in the folder's manifest, with which the files are compared when they are loaded.
    """
    try:
        files = json.loads((reader / MANIFEST).read_text(encoding="utf-8"))["files"]
    except (OSError, ValueError, KeyError):
        return ""
    return hashlib.sha256("".join(f"{files[name]}  {name}\n" for name in sorted(files)).encode()).hexdigest()
