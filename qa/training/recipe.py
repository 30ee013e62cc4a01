"""A training run's recipe: everything that decides the weights, apart from the data and the weights it starts from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

SHARES: Mapping[str, float] = {
    "contrast": 0.6,
    "domains": 0.4,
    "tables:rows": 1.0,
    "tables:other": 0.2,
    "docs": 0.35,
    "squad": 0.35,
    "nq": 0.7,
    "qed": 0.5,
    "fairytaleqa": 0.15,
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """Shares and probabilities are 0 to 1."""

    shares: Mapping[str, float] = field(default_factory=lambda: dict(SHARES))  # of each file; above 1 repeats questions
    minutes: float = 125.0  # the run ends after these, or when it has seen its share of the data once
    rate: float = 4e-5  # peak learning rate
    warmup: float = 0.04  # of the run
    decay: float = 0.01  # AdamW's weight decay
    dropout: float = 0.0
    questions: int = 16  # a step
    together: int = 8  # questions a forward pass
    cropped: float = 2 / 3  # of the run reads cropped passages, what follows reads whole ones
    rest: float = 0.125  # of the answerable questions are read beside the rest of their own passage
    searched: float = 0.1  # of them are read beside a passage that search finds, while passages are cropped
    rivals: tuple[int, ...] = (0, 1, 1)  # passages found by search beside a whole one, drawn from these
    near: float = 0.05  # of the answerable questions are also asked with a near miss
    frozen: int = 4  # layers from below that are not trained, nor the embeddings
    tokens: int = 4000  # padded tokens of one forward pass
    multiple: int = 32  # of tokens, to which inputs are padded
    average: float = 0.995  # how much the moving average keeps at a step
    alone: float = 0.5  # weight of the loss of single passages
    seed: int = 17

    @classmethod
    def read(cls, path: Path) -> Recipe:
        """The recipe with the values of a JSON file in place of its own. Raises ``ValueError`` and ``OSError``."""
        given = json.loads(path.read_text(encoding="utf-8"))
        try:
            return replace(cls(), **given | ({"rivals": tuple(given["rivals"])} if "rivals" in given else {}))
        except TypeError as error:
            raise ValueError(f"{path} is no recipe: {error}") from error


def rate_at(progress: float, recipe: Recipe) -> float:
    """The learning rate at a share of the run, 0 to 1: it rises during the warm-up, then falls linearly to zero."""
    if progress < recipe.warmup:
        return recipe.rate * max(progress, 1e-3) / recipe.warmup
    return recipe.rate * max(0.0, 1.0 - progress) / (1.0 - recipe.warmup)
