"""The rows of a table in a retrieved passage, and how much the question resembles them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from index import Chunk, TablePart
from qa.answering.cell_choice import CellChoice
from qa.answering.likeness import FloatArray, Likeness, spaced, table_likeness
from qa.answering.tables import place_of
from qa.reader.cells import cell_ranges
from qa.reader.windows import CellRange


@dataclass(frozen=True, slots=True, eq=False)
class TableMatch:
    """The rows of a table that a passage contains, with their likeness to the question.

    ``around`` are the same rows with some before and after them, from which a list of a column's cells is taken.
    """

    part: TablePart
    around: TablePart
    likeness: Likeness
    cells: tuple[CellRange, ...]  # in the passage's text

    @classmethod
    def of(
        cls,
        question: str,
        chunk: Chunk,
        around: TablePart,
        choice: CellChoice,
        cosines: FloatArray | None = None,
    ) -> TableMatch:
        """Match the rows of a chunk, which are among those of ``around``; ``cosines`` as for ``table_likeness``."""
        part = _rows_of(chunk, around)
        texts = [[chunk.text[cell.start - chunk.start : cell.end - chunk.start] for cell in row] for row in part.rows]
        likeness = table_likeness(question, part.columns, texts, cosines)
        priors = choice.priors(likeness)
        cells = [
            found._replace(prior=float(prior))
            for row, of_row in zip(part.rows, priors, strict=True)
            for cell, prior in zip(row, of_row, strict=True)
            for found in cell_ranges(chunk.text, [cell], chunk.start)
        ]
        return cls(part, around, likeness, tuple(cells))

    def likeness_at(self, start: int) -> tuple[float, float, float] | None:
        """The likeness to the row, to the header and to its meaning of the cell at ``start`` in the document."""
        place = place_of(self.part, start)
        if place is None:
            return None
        row, column = place
        found = self.likeness
        return float(found.rows[row, column]), float(found.headers[column]), float(found.meanings[column])

    def header_evidence(self, start: int) -> float:
        """How much less the header of the cell at ``start`` in the document resembles the question than the best does.

        From -2 to 0, of which words and meaning each contribute up to 1: a question that names another column of the
        table is below 0.
        """
        found = self.likeness_at(start)
        return float(np.clip(found[1] - self.likeness.headers.max(initial=0.0) + found[2], -2.0, 0.0)) if found else 0.0

    def column_items(self, question: str, text: str, start: int) -> tuple[str, ...]:
        """The cells, in the column of the cell at ``start``, of all rows that resemble the question as its row does.

        ``text`` is the document's text. Rows of ``around`` count too; empty cells do not.
        """
        place = place_of(self.around, start)
        if place is None:
            return ()
        row, column = place
        texts = [[text[slice(*cell)] for cell in one] for one in self.around.rows]
        alike = table_likeness(question, self.around.columns, texts).rows[:, column]
        chosen = np.flatnonzero(np.isclose(alike, alike[row]))
        return tuple(texts[position][column] for position in chosen if texts[position][column])


def header_texts(columns: Sequence[Sequence[str]]) -> list[str]:
    """The header paths of a table as texts to embed."""
    return [spaced(" › ".join(path)) for path in columns]


def _rows_of(chunk: Chunk, around: TablePart) -> TablePart:
    """The part of ``around`` that a chunk contains."""
    if chunk.rows is None:
        return around
    first, last = chunk.rows.first - around.first, chunk.rows.last - around.first
    return TablePart(
        around.table,
        around.columns,
        around.caption,
        around.page,
        around.length,
        chunk.rows.first,
        around.rows[first : last + 1],
    )
