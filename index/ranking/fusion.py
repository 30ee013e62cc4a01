"""Fusion of two rankings by a weighted sum of z-scores.

Scores of different kinds (cosine, BM25) get one scale by their mean and standard deviation over the candidates. On
questions over Wikipedia paragraphs this ranks the right passage first more often than reciprocal rank fusion.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

# A smaller standard deviation counts as this one, so that differences that say nothing are not scaled up to whole
# deviations: among a handful of passages BM25 scores differ by millionths, and the rows of a table are nearly equally
# near to any question, so that its words must decide.
_LEAST_DENSE_SPREAD, _LEAST_KEYWORD_SPREAD = 0.08, 1e-3
# The nearest passages of a long table are so alike that one which only words find is many deviations below them.
_LOWEST_DENSE = -3.0


def standardise(values: npt.NDArray[np.float64], least: float) -> npt.NDArray[np.float64]:
    """Distances from the mean in standard deviations, of which one is at least ``least``."""
    return (values - values.mean()) / max(values.std(), least) if values.size else values


def fuse(dense: Mapping[int, float], keyword: Mapping[int, float], dense_weight: float) -> list[tuple[int, float]]:
    """Candidates of either side with their fused score, best first; ties go to the lower id.

    Higher is better on both sides. A candidate without a keyword score matched no word, so its score is 0; one without
    a dense score gets the lowest that any other has.
    """
    fused = {
        candidate: dense_weight * dense_score + (1.0 - dense_weight) * keyword_score
        for candidate, (dense_score, keyword_score) in z_scores(dense, keyword).items()
    }
    return in_order(fused)


def z_scores(dense: Mapping[int, float], keyword: Mapping[int, float]) -> dict[int, tuple[float, float]]:
    """The dense z-score, at least -3, and the keyword z-score of every candidate."""
    candidates = sorted({*dense, *keyword})
    lowest = min(dense.values(), default=0.0)
    meaning = np.array([dense.get(candidate, lowest) for candidate in candidates], dtype=np.float64)
    words = np.array([keyword.get(candidate, 0.0) for candidate in candidates], dtype=np.float64)
    dense_score = np.maximum(standardise(meaning, _LEAST_DENSE_SPREAD), _LOWEST_DENSE)
    keyword_score = standardise(words, _LEAST_KEYWORD_SPREAD)
    return dict(zip(candidates, zip(dense_score.tolist(), keyword_score.tolist(), strict=True), strict=True))


def in_order(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    """Candidates with their scores, best first; ties go to the lower id."""
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))


def ranks(scores: Mapping[int, float]) -> dict[int, int]:
    """The rank of each candidate on one side, from 1; ties go to the lower id."""
    return {candidate: rank for rank, (candidate, _) in enumerate(in_order(scores), start=1)}
