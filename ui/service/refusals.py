"""Questions that no document answered: kept beside the index once that is allowed, and grouped by what they ask."""

from __future__ import annotations

import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index import make_folder

FILE = "refused.jsonl"
MAX_BYTES = 5_000_000  # in the file, so that people who ask cannot fill the disk
MOST_GROUPED = 1000  # different questions, the latest
ALIKE = 0.6  # the least mean cosine between the questions of two groups that are one


@dataclass(frozen=True, slots=True)
class RefusedGroup:
    """Questions that ask for the same, the most typical one first, each with how often it was asked."""

    questions: tuple[tuple[str, int], ...]
    last: str  # the one that was asked last

    @property
    def count(self) -> int:
        """How often any of them was asked."""
        return sum(count for _, count in self.questions)

    @property
    def name(self) -> str:
        """The most typical wording."""
        return self.questions[0][0]


class Refusals:
    """The refused questions of one index. They are kept while their file exists, which ``allow`` makes."""

    def __init__(self, location: Path) -> None:
        """``location`` is the folder of the index."""
        self._file = location / FILE
        self._lock = threading.Lock()
        self._grouped: tuple[int, list[RefusedGroup]] = (0, [])  # of how many questions, and their groups

    @property
    def allowed(self) -> bool:
        """Whether refused questions are kept."""
        return self._file.is_file()

    def allow(self) -> None:
        """Keep refused questions from now on."""
        make_folder(self._file.parent)  # it is missing when the index is in Milvus
        self._file.touch(mode=0o600)

    def forget(self) -> None:
        """Delete what was kept, and keep nothing from now on."""
        with self._lock:
            self._file.unlink(missing_ok=True)
            self._grouped = (0, [])

    def add(self, question: str) -> None:
        """Keep a question, if that is allowed and the file is not full."""
        line = json.dumps({"question": question, "at": datetime.now(UTC).isoformat(timespec="seconds")})
        with self._lock:  # as in ``forget``, after which no file may come back
            if not self.allowed:
                return
            with self._file.open("a", encoding="utf-8") as kept:
                if kept.tell() < MAX_BYTES:
                    kept.write(line + "\n")

    def questions(self) -> list[str]:
        """All that were kept, in the order in which they were asked."""
        if not self.allowed:
            return []
        lines = self._file.read_text(encoding="utf-8").splitlines()
        return [str(json.loads(line)["question"]) for line in lines if line]

    def groups(self, encode: Callable[[Sequence[str]], NDArray[np.float32]]) -> list[RefusedGroup]:
        """The questions grouped, the group that was asked most often first; ``encode`` gives vectors of length 1."""
        asked = [" ".join(question.split()) for question in self.questions()]
        if not asked or self._grouped[0] == len(asked):
            return self._grouped[1] if asked else []
        counts: Counter[str] = Counter(asked)
        latest = list(dict.fromkeys(reversed(asked)))[:MOST_GROUPED]
        vectors = encode(latest)
        grouped = [_group(members, latest, vectors, counts) for members in alike(vectors, ALIKE)]
        self._grouped = (len(asked), sorted(grouped, key=lambda group: -group.count))
        return self._grouped[1]


def alike(vectors: NDArray[np.float32], least: float) -> list[list[int]]:
    """The positions of vectors of length 1, float32 (n, dimensions), in groups.

    The two groups whose members are most alike on the average (cosine) become one, as long as it is ``least`` or more.
    """
    count = len(vectors)
    groups: dict[int, list[int]] = {at: [at] for at in range(count)}
    mean = vectors @ vectors.T
    np.fill_diagonal(mean, -1)
    while count > 1:
        first, second = divmod(int(mean.argmax()), len(vectors))
        if mean[first, second] < least:
            break
        one, other = len(groups[first]), len(groups[second])
        mean[first] = (one * mean[first] + other * mean[second]) / (one + other)
        mean[:, first] = mean[first]
        mean[first, first] = -1
        mean[second] = mean[:, second] = -1
        groups[first] += groups.pop(second)
        count -= 1
    return list(groups.values())


def _group(
    members: Sequence[int], questions: Sequence[str], vectors: NDArray[np.float32], counts: Counter[str]
) -> RefusedGroup:
    weights = np.array([counts[questions[at]] for at in members], dtype=np.float32)
    typical = vectors[list(members)] @ (weights @ vectors[list(members)])  # how near each is to all that were asked
    order = [members[at] for at in np.argsort(-typical, kind="stable")]
    last = questions[min(members)]  # the questions are in the order in which they were asked last
    return RefusedGroup(tuple((questions[at], counts[questions[at]]) for at in order), last)
