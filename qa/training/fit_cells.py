"""Fit the choice among the cells of a table: the weights of the likenesses to rows and headers beside the margin.

A logistic regression over pairs (RankNet, Burges et al. 2005): for each question with an answer, the right cell against
each of the wrong cells with the largest margins. Its weights are divided by that of the margin, so that the choice adds
logits to the reader's own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index import Chunk, Embedder, TablePart
from qa.answering.cell_choice import CellChoice
from qa.answering.retrieval import header_cosines
from qa.answering.table_match import TableMatch
from qa.evaluation.questions import GoldQuestion
from qa.evaluation.row_tables import tables_in_rows
from qa.reader.reader import Reader
from qa.reader.windows import Passage

RIVALS = 12  # wrong cells of each question


@dataclass(frozen=True, slots=True, eq=False)
class CellCases:
    """The cells of one question's table: (n, 4) margin and likenesses to row, header, meaning; (n,) which are right."""

    features: npt.NDArray[np.float64]
    right: npt.NDArray[np.bool_]

    def chosen(self, choice: CellChoice) -> bool:
        """Whether the cell that a reader with this choice prefers is right."""
        weights = np.array([1.0, choice.row, choice.header, choice.meaning])
        return bool(self.right[int((self.features @ weights).argmax())])


def cell_cases(reader: Reader, embedder: Embedder, questions: Iterable[GoldQuestion]) -> list[CellCases]:
    """The cases of the answerable questions on tables in the form ``rows`` whose answer is a cell.

    The reader must return the spans of all cells.
    """
    found = (_cases(reader, embedder, one) for one in questions if one.answers and one.context)
    return [cases for cases in found if cases is not None and 0 < cases.right.sum() < len(cases.right)]


def fit_choice(cases: Sequence[CellCases]) -> CellChoice:
    """The weights that rank the right cells first, and the base at which right cells keep their mean margin."""
    from sklearn.linear_model import LogisticRegression

    differences = np.concatenate([_differences(one) for one in cases])
    signs = np.r_[np.ones(len(differences)), np.zeros(len(differences))]
    fitted = LogisticRegression(fit_intercept=False).fit(np.r_[differences, -differences], signs)
    margin, *weights = fitted.coef_[0].tolist()
    row, header, meaning = (round(weight / margin, 2) for weight in weights)
    likenesses = np.stack([one.features[one.right][0, 1:] for one in cases]).mean(axis=0)
    return CellChoice(row, header, meaning, round(float(likenesses @ (row, header, meaning)), 2))


def share_right(cases: Sequence[CellCases], choice: CellChoice) -> float:
    """The share of the questions whose preferred cell is right, 0 to 1."""
    return float(np.mean([one.chosen(choice) for one in cases]))


def _cases(reader: Reader, embedder: Embedder, question: GoldQuestion) -> CellCases | None:
    text = question.context or ""
    tables = tables_in_rows(text)
    if len(tables) != 1:
        return None
    part = TablePart.of(tables[0], 0, 0, len(tables[0].rows) - 1)
    cosines = header_cosines(embedder, question.question, {0: part})[0]
    match = TableMatch.of(question.question, Chunk(0, 0, 0, 0, len(text), text), part, CellChoice(), cosines)
    spans = reader.read(question.question, [Passage(text, question.title, cells=match.cells)])
    features, right = [], []
    for span in spans:
        likeness = match.likeness_at(span.start)
        if likeness is not None:
            features.append((span.margin, *likeness))
            right.append(any(span.start < end and start < span.end for start, end in question.spans))
    return CellCases(np.array(features).reshape(-1, 4), np.array(right, dtype=np.bool_))


def _differences(cases: CellCases) -> npt.NDArray[np.float64]:
    """The features of the right cell minus those of its rivals, (rivals, 4); cells are in order of their margins."""
    differences: npt.NDArray[np.float64] = cases.features[cases.right][0] - cases.features[~cases.right][:RIVALS]
    return differences
