"""Document frequencies of terms in an index in Milvus: counted, or estimated from a sample when it is large."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from index.stores.milvus.client import MilvusConnection
from index.stores.milvus.schema import Manifest

_SAMPLE = 4_096  # passages; frequencies in a larger index are estimated from a sample of this size
_MAX_DRIFT = 0.05  # the share of passages that may change before a new sample is drawn


@dataclass(frozen=True, slots=True)
class TermStatistics:
    """How many passages contain each stem, counted over all passages or a sample of them."""

    manifest: Manifest  # of the index at the time of counting
    sampled: int  # passages
    counts: Counter[str]
    average_length: float  # of a passage, in stems

    @classmethod
    def read(cls, connection: MilvusConnection, manifest: Manifest) -> TermStatistics:
        """The statistics of the index in its present state."""
        passages = manifest.collection("passages")
        if manifest.chunks <= _SAMPLE:
            rows = connection.query_all(passages, "", ["terms"])
        else:
            # Some ids belong to no passage, so proportionally more of them are drawn.
            size = min(manifest.next_chunk - 1, round(_SAMPLE * manifest.next_chunk / manifest.chunks))
            ids = random.Random(manifest.next_chunk).sample(range(1, manifest.next_chunk), size)
            rows = connection.query_in(passages, "id", sorted(ids), ["terms"], strong=False)
        stems = [row["terms"].split() for row in rows]
        counts = Counter(stem for passage in stems for stem in set(passage))
        return cls(manifest, len(rows), counts, sum(map(len, stems)) / max(1, len(stems)))

    @property
    def exact(self) -> bool:
        """Whether all passages were counted."""
        return self.sampled >= self.manifest.chunks

    def frequency(self, stem: str, chunks: int) -> int:
        """How many of all ``chunks`` contain the stem: exact when all were counted, else an estimate of at least 1."""
        if self.exact:
            return self.counts[stem]
        return max(1, round(self.counts[stem] * chunks / max(1, self.sampled)))

    def describes(self, manifest: Manifest) -> bool:
        """Whether the statistics are still about right for the index with this manifest."""
        counted = self.manifest
        if self.exact or manifest.generation != counted.generation:
            return (manifest.generation, manifest.revision) == (counted.generation, counted.revision)
        written, growth = manifest.next_chunk - counted.next_chunk, manifest.chunks - counted.chunks
        return max(written, abs(growth)) <= _MAX_DRIFT * counted.chunks
