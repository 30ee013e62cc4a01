"""The choice among the cells of a table: what rows and headers add to the reader's margin of each cell. Pure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from qa.answering.likeness import FloatArray, Likeness


@dataclass(frozen=True, slots=True)
class CellChoice:
    """Weights, in logits, of a cell's likenesses to the question; ``qa.training.fit_cells`` fits them.

    ``other`` is for each word of the question that only headers of other columns have.
    """

    row: float = 0.0
    header: float = 0.0
    meaning: float = 0.0
    other: float = 0.0

    def priors(self, likeness: Likeness) -> FloatArray:
        """What is added to the margin of each cell, (rows, columns): at most 0.

        It is 0 for the place, empty or not, that resembles the question most. So the margin of an answer in that place
        is the reader's own, and comparable with those of spans outside tables.
        """
        columns = self.header * likeness.headers + self.meaning * likeness.meanings
        weighed = self.row * likeness.rows + columns + self.other * likeness.others
        priors: FloatArray = weighed - weighed.max(initial=-np.inf)
        return priors
