"""Two rankings made one: z-scored scores, added with weights.

Scores of different kinds (cosine, BM25) are brought to one scale by their own mean and deviation over the candidates.
Measured against reciprocal rank fusion on questions over Wikipedia paragraphs it puts more right passages first.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

# BM25 in a handful of passages differs by millionths, which say nothing and must not be blown up to whole deviations.
_LEAST_SPREAD = 1e-3


def standardise(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Distances from the mean in standard deviations; zeros where all are as good as equal."""
    spread = values.std() if values.size else 0.0
    return (values - values.mean()) / spread if spread > _LEAST_SPREAD else np.zeros_like(values)


def fuse(dense: Mapping[int, float], keyword: Mapping[int, float], dense_weight: float) -> list[tuple[int, float]]:
    """Candidates of either side with their fused score, best first; ties go to the lower id.

    Higher is better on both sides. A candidate without a keyword score matched no word: its score is 0. One without a
    dense score counts as the least of those that have one.
    """
    fused = {
        candidate: dense_weight * by_meaning + (1.0 - dense_weight) * by_words
        for candidate, (by_meaning, by_words) in z_scores(dense, keyword).items()
    }
    return in_order(fused)


def z_scores(dense: Mapping[int, float], keyword: Mapping[int, float]) -> dict[int, tuple[float, float]]:
    """The standardised score of every candidate on each side."""
    candidates = sorted({*dense, *keyword})
    least = min(dense.values(), default=0.0)
    by_meaning = standardise(np.array([dense.get(candidate, least) for candidate in candidates], dtype=np.float64))
    by_words = standardise(np.array([keyword.get(candidate, 0.0) for candidate in candidates], dtype=np.float64))
    return dict(zip(candidates, zip(by_meaning.tolist(), by_words.tolist(), strict=True), strict=True))


def in_order(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    """Candidates with their scores, best first; ties go to the lower id."""
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def ranks(scores: Mapping[int, float]) -> dict[int, int]:
    """The place of each candidate on one side, from 1; ties go to the lower id."""
    return {candidate: place for place, (candidate, _) in enumerate(in_order(scores), start=1)}
