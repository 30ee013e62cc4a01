"""In how many passages of an index in Milvus words stand: counted, or estimated from a sample when it is large."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from index.stores.milvus.client import MilvusConnection, Row, among
from index.stores.milvus.schema import Head

_SAMPLE = 4_096  # passages from which frequencies are estimated
_SAMPLE_PAGE = 1_024
_DRIFT = 0.05  # of the passages, that may come or go before the sample is drawn again


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """In how many of some passages each stem stands."""

    head: Head  # of the index when they were counted
    counted: int  # passages that were looked at
    counts: Counter[str]
    words: float  # in a passage, on average

    @property
    def exact(self) -> bool:
        """Whether every passage was looked at."""
        return self.counted >= self.head.chunks

    def of(self, stem: str, chunks: int) -> int:
        """In how many passages of the whole index the stem stands, about; exact when all were looked at."""
        if self.exact:
            return self.counts[stem]
        return max(1, round(self.counts[stem] * chunks / max(1, self.counted)))

    def still_of(self, head: Head) -> bool:
        """Whether they are about those of the index that it has become."""
        if self.exact or head.generation != self.head.generation:
            return (head.generation, head.revision) == (self.head.generation, self.head.revision)
        written, more = head.next_chunk - self.head.next_chunk, head.chunks - self.head.chunks
        return max(written, abs(more)) <= _DRIFT * self.head.chunks


def frequencies(link: MilvusConnection, head: Head) -> TermStatistics:
    """Those of the index as it is now."""
    passages = head.collection("passages")
    if head.chunks <= _SAMPLE:
        rows = link.every(passages, "", ["terms"])
    else:
        # Ids that were never published or are gone are missed, which does no harm.
        wanted = min(head.next_chunk - 1, round(_SAMPLE * head.next_chunk / head.chunks))
        ids = random.Random(head.next_chunk).sample(range(1, head.next_chunk), wanted)
        rows = []
        for place in range(0, len(ids), _SAMPLE_PAGE):
            some = among("id", sorted(ids[place : place + _SAMPLE_PAGE]))
            rows += link.query(passages, some, ["terms"], strong=False)
    return _counted(head, rows)


def _counted(head: Head, rows: list[Row]) -> TermStatistics:
    counts: Counter[str] = Counter()
    words = 0
    for row in rows:
        stems = row["terms"].split()
        words += len(stems)
        counts.update(set(stems))
    return TermStatistics(head, len(rows), counts, words / max(1, len(rows)))
