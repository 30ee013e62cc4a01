"""Further examples for the classifier of utterances: wordings around titles and names of the reader's training sets."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Sequence
from pathlib import Path

from qa.conversation.kinds import Kind

EVERY = 2000  # the most questions of a set, drawn at random, whose titles and names are taken
LONGEST_TITLE = 6  # words
_NAME = re.compile(r"[A-Z][\w.'-]*(?: [A-Z][\w.'-]*){0,2}")
_PARTS = re.compile(r"\s*(?: — |: |›|\(|\))\s*")

WORDINGS = Path(__file__).with_name("wordings.tsv")  # kind and wording; {} stands for a title or a name


def subjects(paths: Sequence[Path], rng: random.Random) -> list[str]:
    """Titles and names that occur in question files, each as it stands or in lower case."""
    found: set[str] = set()
    for path in sorted(paths):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line]
        for row in rng.sample(rows, min(EVERY, len(rows))):
            parts = [part for part in _PARTS.split(row.get("title") or "") if len(part) > 2]
            found.update(part for part in parts[-1:] if len(part.split()) <= LONGEST_TITLE)
            found.update(name for name in _texts(row)[:1] if _NAME.fullmatch(name))
    return [text.lower() if rng.random() < 0.5 else text for text in sorted(found)]


def composed(paths: Sequence[Path], times: int) -> list[tuple[str, Kind]]:
    """Every wording with its kind, ``times`` with another title or name each; always the same ones.

    Raises ``ValueError`` without titles and names.
    """
    rng = random.Random(5)
    about = subjects(paths, rng)
    said: dict[str, Kind] = {}
    for line in WORDINGS.read_text(encoding="utf-8").splitlines():
        kind, wording = line.split("\t")
        for text in rng.sample(about, min(times, len(about)) if "{}" in wording else 1):
            said[wording.replace("{}", text)] = Kind(kind)
    return list(said.items())


def _texts(row: dict[str, object]) -> list[str]:
    answers = row.get("answers")
    return [one if isinstance(one, str) else one["text"] for one in answers] if isinstance(answers, list) else []
