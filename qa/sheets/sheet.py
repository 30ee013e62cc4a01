"""Question sheets: documents down, questions across, an answer in each cell, and what changed since the last time.

Without a row for each document there is a row for each question, asked of the whole library. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal, NamedTuple

from qa.types import Answer

Change = Literal["new", "gone", "another"]
Judgement = Literal["right", "wrong"]
State = Literal["waiting", "asking", "stopped", "done"]

KEPT_CITATIONS = 3  # of each answer


class Position(NamedTuple):
    """The place of a cell, both numbers from 0."""

    row: int
    column: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """What a cell said when its sheet was asked the last time."""

    text: str = ""  # empty if the documents did not say
    sentence: str = ""  # around it
    title: str = ""  # of the document
    page: int | None = None
    asked: str = ""  # when, as in ``Sheet``


@dataclass(frozen=True, slots=True)
class SheetCell:
    """The answer to one question, with a person's verdict on it."""

    answer: Answer | None = None  # None until it is asked; never with the passages that were read
    verdict: Judgement | None = None
    change: Change | None = None  # since the last time: said now, said no longer, or another answer
    before: Earlier | None = None  # None if this question was not in the sheet

    def answered(self, answer: Answer) -> SheetCell:
        """The cell with its answer. A verdict on the same answer stays."""
        change = _change(self.before, answer)
        verdict = self.verdict if change is None else None
        return replace(self, answer=_without_passages(answer), change=change, verdict=verdict)

    def as_earlier(self, asked: str) -> Earlier | None:
        """What is kept of the cell for the next time, if it was asked at ``asked``."""
        if self.answer is None:
            return self.before
        if not self.answer.found:
            return Earlier(asked=asked)
        cited = self.answer.citations[0]
        return Earlier(self.answer.text, cited.sentence, cited.title, cited.page, asked)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """The cells of one document, one for each question; or the one cell of a question to the whole library."""

    document: str | None  # its path, or its address where several share the path; None for the whole library
    title: str
    sha256: str  # hex digest of the document's file when the asking began; empty for the whole library
    cells: tuple[SheetCell, ...]
    change: Literal["new", "gone"] | None = None  # of the document; the cells of one that is gone are not asked


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of answers, as far as it is filled."""

    name: str  # empty if it is not kept
    questions: tuple[str, ...]
    documents: tuple[str, ...]  # paths or glob patterns; empty for all documents
    each: bool  # whether each document has a row of its own
    rows: tuple[SheetRow, ...]
    revision: int  # of the index when the asking began
    asked: str  # when the asking began: ISO 8601, UTC, to the second
    state: State = "waiting"
    collection: str = ""  # that the documents are of; empty for any

    @property
    def positions(self) -> list[Position]:
        """The cells that are asked, in the order of asking."""
        asked = ((number, row) for number, row in enumerate(self.rows) if row.change != "gone")
        return [Position(number, column) for number, row in asked for column in range(len(row.cells))]

    @property
    def waiting(self) -> list[Position]:
        """The cells that are still to be asked, in the order of asking."""
        return [place for place in self.positions if self.cell(place).answer is None]

    @property
    def total(self) -> int:
        """How many cells are asked in all."""
        return len(self.positions)

    @property
    def done(self) -> int:
        """How many of them have been asked."""
        return self.total - len(self.waiting)

    @property
    def changed(self) -> bool:
        """Whether a row or a cell differs from the last time."""
        return any(row.change or any(cell.change for cell in row.cells) for row in self.rows)

    def cell(self, place: Position) -> SheetCell:
        """One cell. Raises ``IndexError``."""
        return self.rows[place.row].cells[place.column]

    def question(self, place: Position) -> str:
        """The question of a cell."""
        return self.questions[place.column if self.each else place.row]

    def with_cells(self, cells: Mapping[Position, SheetCell]) -> Sheet:
        """The sheet with these cells instead of its own."""
        rows = list(self.rows)
        for number in {place.row for place in cells}:
            own = (cells.get(Position(number, at), cell) for at, cell in enumerate(rows[number].cells))
            rows[number] = replace(rows[number], cells=tuple(own))
        return replace(self, rows=tuple(rows))

    def as_dict(self) -> dict[str, Any]:
        """Plain values only, for JSON."""
        return {
            "name": self.name,
            "state": self.state,
            "done": self.done,
            "total": self.total,
            "revision": self.revision,
            "asked": self.asked,
            "each": self.each,
            "documents": list(self.documents),
            "collection": self.collection,
            "questions": list(self.questions),
            "rows": [asdict(row) for row in self.rows],
        }


@dataclass(frozen=True, slots=True)
class RowHead:
    """A row before it is asked."""

    document: str | None
    title: str = ""
    sha256: str = ""


def unasked(
    name: str,
    questions: Sequence[str],
    documents: Sequence[str],
    heads: Sequence[RowHead] | None,
    *,
    revision: int,
    asked: str,
    last: Sheet | None = None,
    collection: str = "",
) -> Sheet:
    """A sheet to be asked, whose cells know what those of ``last`` said.

    ``heads`` are the rows, one a document; None for one row a question over the whole library. Documents of ``last``
    that are gone come after the others.
    """
    before = _Before(last)
    if heads is None:
        rows = [SheetRow(None, "", "", (before.cell(None, question),)) for question in questions]
    else:
        rows = [_row(head, questions, before) for head in heads]
        rows += before.gone({head.document for head in heads}, questions)
    each = heads is not None
    return Sheet(name, tuple(questions), tuple(documents), each, tuple(rows), revision, asked, collection=collection)


def _row(head: RowHead, questions: Sequence[str], before: _Before) -> SheetRow:
    cells = tuple(before.cell(head.document, question) for question in questions)
    new = before.each and head.document not in before.documents
    return SheetRow(head.document, head.title, head.sha256, cells, "new" if new else None)


class _Before:
    """The cells of the last time by document and question."""

    def __init__(self, last: Sheet | None) -> None:
        self._last = last
        self.each = last is not None and last.each
        self._cells: dict[tuple[str | None, str], SheetCell] = dict(_by_question(last)) if last else {}
        self.documents = {row.document for row in last.rows if row.change != "gone"} if last else set()

    def cell(self, document: str | None, question: str) -> SheetCell:
        """An unasked cell that knows what it said. In a new document, a question of the last time had no answer."""
        if self._last is None:
            return SheetCell()
        cell = self._cells.get((document, question))
        if cell is not None:
            return SheetCell(verdict=cell.verdict, before=cell.as_earlier(self._last.asked))
        known = self.each and document not in self.documents and question in self._last.questions
        return SheetCell(before=Earlier(asked=self._last.asked)) if known else SheetCell()

    def gone(self, present: set[str | None], questions: Sequence[str]) -> Iterator[SheetRow]:
        """The rows of the documents that are gone; their cells are gone if they said anything."""
        for row in self._last.rows if self._last and self.each else ():
            if row.document in present or row.change == "gone":
                continue
            cells = (self.cell(row.document, question) for question in questions)
            marked = (replace(one, change="gone" if one.before and one.before.text else None) for one in cells)
            yield replace(row, cells=tuple(marked), change="gone")


def _by_question(sheet: Sheet) -> Iterator[tuple[tuple[str | None, str], SheetCell]]:
    for number, row in enumerate(sheet.rows):
        if row.change != "gone":
            for column, cell in enumerate(row.cells):
                yield (row.document, sheet.question(Position(number, column))), cell


def _change(before: Earlier | None, answer: Answer) -> Change | None:
    """What differs; white space does not count."""
    if before is None or before.text.split() == answer.text.split():
        return None
    if not before.text:
        return "new"
    return "another" if answer.found else "gone"


def _without_passages(answer: Answer) -> Answer:
    """What a sheet keeps of an answer: a few citations, or the best guess of a refusal."""
    guesses = () if answer.found else answer.candidates[:1]
    return replace(answer, passages=(), candidates=guesses, citations=answer.citations[:KEPT_CITATIONS])
