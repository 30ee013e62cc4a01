"""Question sheets of a service, asked one after another on one thread while nobody asks a question live."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from index import Filters, QuothError
from qa import (
    Answer,
    Judgement,
    OpenSheet,
    Position,
    Sheet,
    SheetBusyError,
    SheetError,
    SheetFolder,
    SheetNotFoundError,
    begin_sheet,
    checked_name,
    checked_questions,
    fill_sheet,
)
from ui.service.engine import AnswerEngine
from ui.service.question_queue import QuestionQueue

log = logging.getLogger("quoth.sheets")

FAILED = "The sheet could not be asked; the server's log has the details."
MOST_BYTES = 500_000_000  # that all kept sheets may take, so that people who use the page cannot fill the disk
MOST_WAITING = 20  # sheets that wait to be asked


class Sheets:
    """The sheets kept beside an index, and the thread that asks them."""

    def __init__(self, location: Path, engine: AnswerEngine, queue: QuestionQueue) -> None:
        """``location`` is the folder of the index."""
        self.kept = SheetFolder(location)
        self._engine, self._queue = engine, queue
        self._names: deque[str] = deque()  # of the sheets to be asked; the first is being asked
        self._open: OpenSheet | None = None  # the sheet that is being asked
        self._problems: dict[str, str] = {}  # why a sheet was not asked to its end
        self._changed = threading.Condition()
        self._interrupted = threading.Event()  # the asking of the first sheet
        self._closed = False
        self._thread: threading.Thread | None = None

    def start(
        self, name: str, questions: Sequence[str], documents: Sequence[str], *, each: bool, collection: str = ""
    ) -> Sheet:
        """Begin or go on with a sheet, and ask it in the background; returns it as it is now.

        Raises as ``begin_sheet``, ``QuestionError`` and ``SheetBusyError``.
        """
        name, answerer = checked_name(name), self._engine.answerer()
        checked = checked_questions(questions, answerer.settings.question_characters)
        with self._changed:
            if name in self._names:
                raise SheetBusyError(f"the sheet “{name}” is being asked already: wait until that is done, or stop it")
            if len(self._names) >= MOST_WAITING:
                raise SheetBusyError(f"{len(self._names)} sheets wait to be asked already: try again later")
            if self.kept.size() > MOST_BYTES:
                raise SheetError(f"the kept sheets take more than {MOST_BYTES // 10**6} MB: remove some")
            with self.kept.opened(name) as opened:
                begin_sheet(opened, answerer.index, name, checked, documents, each=each, collection=collection)
                begun = opened.sheet
            self._enqueue(name)
        return replace(begun, state="waiting")

    def again(self, name: str) -> Sheet:
        """Ask a kept sheet again, or go on with it. Raises as ``start`` and ``SheetFolder.read``."""
        last = self.kept.read(name)
        return self.start(name, last.questions, last.documents, each=last.each, collection=last.collection)

    def sheet(self, name: str) -> Sheet:
        """A sheet as it is now. Raises as ``SheetFolder.read``."""
        name = checked_name(name)
        with self._changed:
            opened = self._open if self._names and self._names[0] == name else None
            waits = name in self._names
        if opened is not None and opened.exists:
            sheet = opened.sheet
            return replace(sheet, state="asking") if sheet.waiting else sheet
        sheet = self.kept.read(name)
        return replace(sheet, state="waiting") if waits and sheet.waiting else _at_rest(sheet)

    def names(self) -> list[str]:
        """The names of all sheets, in order."""
        return self.kept.names()

    def problem(self, name: str) -> str:
        """Why a sheet was not asked to its end; empty if nothing went wrong."""
        return self._problems.get(name, "")

    def stop(self, name: str) -> None:
        """Stop asking a sheet; its answers stay. Raises as ``SheetFolder.read`` and ``SheetFolder.opened``."""
        name = checked_name(name)
        self._dequeue(name)
        if self.kept.read(name).waiting:
            with self.kept.opened(name) as opened:
                opened.stop(True)

    def remove(self, name: str) -> None:
        """Stop asking a sheet, and delete it. Raises as ``SheetFolder.remove``."""
        name = checked_name(name)
        self._dequeue(name)
        self.kept.remove(name)
        self._problems.pop(name, None)

    def judge(self, name: str, place: Position, verdict: Judgement | None) -> Sheet:
        """Set a verdict on a cell, or take it back. Raises as ``OpenSheet.judge`` and ``SheetFolder.opened``."""
        name = checked_name(name)
        with self._changed:
            if self._open is not None and self._names and self._names[0] == name:
                self._open.judge(place, verdict)
                return self._open.sheet
        if name not in self.kept.names():
            raise SheetNotFoundError(f"there is no sheet “{name}”")
        with self.kept.opened(name) as opened:
            opened.judge(place, verdict)
            return opened.sheet

    def resume(self) -> None:
        """Go on with the sheets that a killed or stopped service was asking, in the background."""
        threading.Thread(target=self._resume, name="sheets left", daemon=False).start()

    def close(self, seconds: float = 60.0) -> None:
        """Stop asking within this time; the next service goes on."""
        with self._changed:
            self._closed = True
            self._interrupted.set()
            self._changed.notify_all()
            thread = self._thread
        if thread is not None:
            thread.join(seconds)

    def _resume(self) -> None:
        for name in self.names():
            with suppress(QuothError):
                if self.kept.read(name).state == "waiting":
                    with self._changed:
                        if name not in self._names:
                            self._enqueue(name)

    def _enqueue(self, name: str) -> None:
        self._problems.pop(name, None)
        self._names.append(name)
        if self._thread is None and not self._closed:
            self._thread = threading.Thread(target=self._run, name="sheets", daemon=False)
            self._thread.start()

    def _dequeue(self, name: str) -> bool:
        """Take a sheet out of those to be asked; waits until it is no longer written to. Whether it was one."""
        with self._changed:
            if name not in self._names:
                return False
            if self._names[0] == name and self._thread is not None:
                self._interrupted.set()
                self._changed.wait_for(lambda: name not in self._names)
            else:
                self._names.remove(name)
            return True

    def _run(self) -> None:
        """Ask the sheets in turn, until there is none."""
        while True:
            with self._changed:
                if self._closed or not self._names:
                    self._thread = None
                    self._changed.notify_all()
                    return
                name = self._names[0]
                self._interrupted.clear()
            try:
                self._ask(name)
            except QuothError as error:
                self._problems[name] = str(error)
            except Exception:
                log.exception("a sheet could not be asked")
                self._problems[name] = FAILED
            finally:
                with self._changed:
                    self._open = None
                    self._names.popleft()
                    self._changed.notify_all()

    def _ask(self, name: str) -> None:
        with self.kept.opened(name) as opened:
            self._open = opened
            fill_sheet(opened, self._engine.answerer().index, self._answer, should_continue=self._may_go_on)

    def _answer(self, question: str, *, filters: Filters | None, should_continue: Callable[[], bool]) -> Answer:
        ask = partial(self._engine.answer, question, filters)
        return self._queue.between_questions(ask, should_continue)

    def _may_go_on(self) -> bool:
        return not self._interrupted.is_set()


def _at_rest(sheet: Sheet) -> Sheet:
    """A sheet that nobody asks in this process; another process may."""
    return replace(sheet, state="stopped") if sheet.waiting else sheet
