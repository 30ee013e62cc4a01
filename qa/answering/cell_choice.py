"""The choice among the cells of a table: what rows and headers add to the reader's margin of each cell. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from qa.answering.likeness import FloatArray, Likeness


@dataclass(frozen=True, slots=True)
class CellChoice:
    """Weights, in logits, of a cell's likenesses to the question; ``qa.training.fit_cells`` fits them.

    ``base`` is taken away from their sum, so that the margins of right cells are on average the reader's own, and
    comparable with those of spans outside tables.
    """

    row: float = 0.0
    header: float = 0.0
    meaning: float = 0.0
    base: float = 0.0

    def priors(self, likeness: Likeness) -> FloatArray:
        """What is added to the margin of each cell, (rows, columns)."""
        columns = self.header * likeness.headers + self.meaning * likeness.meanings
        priors: FloatArray = self.row * likeness.rows + columns - self.base
        return priors
