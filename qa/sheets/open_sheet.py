"""A sheet that is being asked or judged, with every change as an entry that can be written down."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

from pydantic import BaseModel

from qa.sheets.errors import SheetError, SheetNotFoundError
from qa.sheets.sheet import Judgement, Position, Sheet, SheetCell, State
from qa.types import Answer


class Entry(BaseModel):
    """A line after the first: the answer or the verdict of a cell, or whether a person stopped the asking."""

    row: int = 0
    column: int = 0
    answer: Answer | None = None
    verdict: Judgement | None = None
    judged: bool = False  # whether the verdict is meant, which may be none
    stopped: bool | None = None


class OpenSheet:
    """A sheet that is being asked or judged; safe to use from several threads. This one is kept in memory only."""

    def __init__(self, sheet: Sheet | None = None) -> None:
        self._sheet = sheet
        self._changing = threading.Lock()

    @property
    def exists(self) -> bool:
        """Whether it was begun."""
        return self._sheet is not None

    @property
    def sheet(self) -> Sheet:
        """The sheet as it is now. Raises ``SheetNotFoundError`` before it was begun."""
        if self._sheet is None:
            raise SheetNotFoundError("this sheet was not begun")
        return self._sheet

    def begin(self, sheet: Sheet) -> None:
        """Replace the sheet by one that is to be asked. Raises ``DiskError``; then the old one stays."""
        with self._changing:
            self._replace(sheet)
            self._sheet = sheet

    def answer(self, place: Position, answer: Answer) -> None:
        """Fill a cell. Raises ``DiskError``; then the cell stays empty."""
        kept = self.sheet.cell(place).answered(answer)
        self._change(Entry(row=place.row, column=place.column, answer=kept.answer))

    def judge(self, place: Position, verdict: Judgement | None) -> None:
        """Set a person's verdict on a cell, or take it back. Raises ``DiskError`` and ``SheetError``."""
        if not _has(self.sheet, place) or self.sheet.cell(place).answer is None:
            raise SheetError("this cell has no answer yet, so it cannot be called right or wrong")
        self._change(Entry(row=place.row, column=place.column, verdict=verdict, judged=True))

    def stop(self, stopped: bool) -> None:
        """Note whether a person stopped the asking; it is then not resumed by itself. Raises ``DiskError``."""
        self._change(Entry(stopped=stopped))

    def _change(self, entry: Entry) -> None:
        with self._changing:
            self._append(entry)
            self._sheet = applied(self.sheet, [entry])

    def _replace(self, sheet: Sheet) -> None:
        pass

    def _append(self, entry: Entry) -> None:
        pass


def applied(sheet: Sheet, entries: Iterable[Entry]) -> Sheet:
    """The sheet after these entries; any for a cell that it does not have are passed over."""
    cells: dict[Position, SheetCell] = {}
    stopped = sheet.state == "stopped"
    for entry in entries:
        place = Position(entry.row, entry.column)
        if entry.stopped is not None:
            stopped = entry.stopped
        elif _has(sheet, place):
            cell = cells.get(place) or sheet.cell(place)
            judged = replace(cell, verdict=entry.verdict) if entry.judged else cell
            cells[place] = cell.answered(entry.answer) if entry.answer else judged
    filled = sheet.with_cells(cells)
    unfinished: State = "stopped" if stopped else "waiting"
    return replace(filled, state=unfinished if filled.waiting else "done")


def _has(sheet: Sheet, place: Position) -> bool:
    return 0 <= place.row < len(sheet.rows) and 0 <= place.column < len(sheet.rows[place.row].cells)
