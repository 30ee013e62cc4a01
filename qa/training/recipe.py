"""The recipe of a training run: all that determines the weights, apart from the data and the initial weights."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

SHARES: Mapping[str, float] = {
    "contrast": 0.75,
    "domains": 0.5,
    "tables:rows": 0.8,
    "tables:other": 0.1,
    "docs": 0.2,
    "squad": 0.2,
    "nq": 0.4,
    "qed": 0.2,
}


@dataclass(frozen=True, slots=True)
class Recipe:
    """The parameters of a run. Shares and probabilities are 0 to 1."""

    # The share of each file that is read; above 1, questions are repeated.
    shares: Mapping[str, float] = field(default_factory=lambda: dict(SHARES))
    minutes: float = 105.0  # the run ends after these, or once it has read its share of the data
    rate: float = 4e-5  # peak learning rate
    warmup: float = 0.04  # share of the run in which the rate rises
    decay: float = 0.01  # AdamW's weight decay
    dropout: float = 0.0
    questions: int = 16  # per step
    together: int = 8  # questions per forward pass
    cropped: float = 2 / 3  # share of the run that reads cropped passages; the remainder reads whole ones
    rest: float = 0.125  # share of answerable questions whose rival is the rest of their own passage
    searched: float = 0.1  # share of answerable questions with a rival found by search, while passages are cropped
    # How many rivals found by search, once passages are whole; one number is drawn for each question.
    rivals: tuple[int, ...] = (0, 1, 1)
    near: float = 0.05  # share of answerable questions that are followed by their near miss
    frozen: int = 4  # lowest layers that are not trained; if any, the embeddings are not either
    tokens: int = 4000  # the most padded tokens of one forward pass
    multiple: int = 32  # the length of inputs is padded to a multiple of this
    average: float = 0.995  # share of the moving average that a step keeps
    kept: float = 0.5  # share of the base's weights in the model that is written, if the base is a reader
    alone: float = 0.5  # weight of the loss within single passages
    seed: int = 43

    @classmethod
    def read(cls, path: Path) -> Recipe:
        """The default recipe, with the values of a JSON file. Raises ``OSError`` and ``ValueError``."""
        given = json.loads(path.read_text(encoding="utf-8"))
        try:
            return replace(cls(), **given | ({"rivals": tuple(given["rivals"])} if "rivals" in given else {}))
        except TypeError as error:
            raise ValueError(f"{path} is not a recipe: {error}") from error


def rate_at(progress: float, recipe: Recipe) -> float:
    """The learning rate when a share of the run is done, 0 to 1: it rises in the warm-up, then falls linearly to 0."""
    if progress < recipe.warmup:
        return recipe.rate * max(progress, 1e-3) / recipe.warmup
    return recipe.rate * max(0.0, 1.0 - progress) / (1.0 - recipe.warmup)
