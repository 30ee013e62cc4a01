"""What people mean: which part of the conversation data is set apart, and how well that part is understood.

Half of the records of each file are set apart for measuring; nothing is fitted to them or chosen by them. The rule
depends on the text alone, so that it stays the same when records are added or reordered.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any


def is_set_apart(text: str) -> bool:
    """Whether the record that this text identifies is kept for measuring: every second one, by a hash."""
    return hashlib.sha256(text.encode()).digest()[0] % 2 == 0


def key(record: dict[str, Any]) -> str:
    """The text that identifies a record: the utterance, the question of a pair, or the questions of a dialogue."""
    if "turns" in record:
        return " | ".join(turn["q"] for turn in record["turns"])
    return str(record.get("utterance") or record["question"])


def records(path: Path, *, set_apart: bool) -> list[dict[str, Any]]:
    """The records of a file of JSON lines that are set apart, or the others, which may be fitted to."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [record for record in map(json.loads, lines) if is_set_apart(key(record)) == set_apart]
