"""Hits made of the chunks that a search found, in the order of their scores. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.ranking import fusion
from index.types import Chunk, DocumentRecord, Hit

Found = tuple[Chunk, DocumentRecord]


def in_order(fused: list[tuple[int, float]], near: dict[int, float]) -> list[tuple[int, float]]:
    """Chunk ids with their scores, best first: those with a score in ``near``, then the others by their fused score."""
    below = min(near.values(), default=0.0) - (fused[0][1] if fused else 0.0)
    return fusion.in_order(near | {chunk_id: below + score for chunk_id, score in fused if chunk_id not in near})


def ranked_hits(
    found: Mapping[int, Found], dense: dict[int, float], keyword: dict[int, float], best: Sequence[tuple[int, float]]
) -> list[Hit]:
    """The hits of the best chunks, given with their scores; ``dense`` and ``keyword`` are all scores of both kinds."""
    dense_ranks, keyword_ranks = fusion.ranks(dense), fusion.ranks(keyword)
    return [
        Hit(
            *found[chunk_id],
            rank=rank,
            score=score,
            dense_score=dense.get(chunk_id),
            dense_rank=dense_ranks.get(chunk_id),
            keyword_score=keyword.get(chunk_id),
            keyword_rank=keyword_ranks.get(chunk_id),
        )
        for rank, (chunk_id, score) in enumerate(best, start=1)
    ]
