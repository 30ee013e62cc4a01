"""Asking the cells of a sheet one by one, from where it was left."""

from __future__ import annotations

import datetime
import fnmatch
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Protocol

from index import DocumentIndex, DocumentRecord, Filters, IndexEmptyError, IndexView, Progress, QuestionError
from qa.answerer import Answerer, borrow_answerer, checked_question
from qa.answering.cascade import AbandonedError, never_cancelled
from qa.settings import EnvironmentSettings
from qa.sheets.errors import SheetError
from qa.sheets.open_sheet import OpenSheet
from qa.sheets.sheet import RowHead, Sheet, unasked
from qa.sheets.sheet_file import SheetFolder
from qa.types import Answer

MOST_CELLS = 10_000  # of a sheet


class Ask(Protocol):
    """``Answerer.answer``, or what asks it when it is its turn."""

    def __call__(self, question: str, *, filters: Filters | None, should_continue: Callable[[], bool]) -> Answer:
        """The answer. Raises ``AbandonedError`` once ``should_continue()`` is false."""
        ...


def sheet(
    questions: Iterable[str],
    *,
    index: Path | str | None = None,
    documents: Sequence[str] | str = (),
    collection: str = "",
    each: bool = False,
    name: str = "",
    progress: Callable[[Progress], None] | None = None,
) -> Sheet:
    """Ask every question of the documents whose paths match ``documents`` (glob patterns or paths; default: all).

    With a collection, only of its documents. With ``each``, every document has a row of its own. With a name, the sheet
    is kept in the folder of the index: one that was interrupted goes on, any other is asked again, and what changed is
    marked. ``index`` is as for ``answer``. Raises ``QuothError``: ``QuestionError`` for no question or a wrong one,
    ``SheetError``, ``SheetBusyError``, ``IndexEmptyError``, ``DiskError`` and others.
    """
    patterns = (documents,) if isinstance(documents, str) else tuple(documents)
    with borrow_answerer(index) as answerer:
        if not name:
            opened = OpenSheet()
            return ask_sheet(
                opened, answerer, "", questions, patterns, collection=collection, each=each, progress=progress
            )
        with SheetFolder(_location(index)).opened(name) as kept:
            return ask_sheet(
                kept, answerer, name, questions, patterns, collection=collection, each=each, progress=progress
            )


def ask_sheet(
    opened: OpenSheet,
    answerer: Answerer,
    name: str,
    questions: Iterable[str],
    documents: Sequence[str],
    *,
    each: bool,
    collection: str = "",
    progress: Callable[[Progress], None] | None = None,
) -> Sheet:
    """Begin or go on with a sheet, and ask all of it. Raises as ``sheet``."""
    checked = checked_questions(questions, answerer.settings.question_characters)
    begin_sheet(opened, answerer.index, name, checked, documents, each=each, collection=collection)
    fill_sheet(opened, answerer.index, answerer.answer, progress=progress)
    return opened.sheet


def begin_sheet(
    opened: OpenSheet,
    index: DocumentIndex,
    name: str,
    questions: Sequence[str],
    documents: Sequence[str],
    *,
    each: bool,
    collection: str = "",
) -> None:
    """Make a sheet ready to be asked; the same questions to the same documents go on where they were left.

    Raises ``SheetError`` if no document matches or the sheet is too large, ``IndexEmptyError`` and ``DiskError``.
    """
    last = opened.sheet if opened.exists else None
    asked = (tuple(questions), tuple(documents), collection, each)
    if last and last.waiting and (last.questions, last.documents, last.collection, last.each) == asked:
        if last.state == "stopped":
            opened.stop(False)
        return
    with index.snapshot() as view:
        chosen, revision = chosen_documents(view, documents, collection), view.revision
    heads = [RowHead(key, record.title, record.sha256) for key, record in chosen.items()] if each else None
    cells = len(questions) * len(heads or [None])
    if cells > MOST_CELLS:
        raise SheetError(f"this sheet would have {cells:,} cells, at most {MOST_CELLS:,} are asked: choose fewer")
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    opened.begin(
        unasked(name, questions, documents, heads, revision=revision, asked=now, last=last, collection=collection)
    )


def fill_sheet(
    opened: OpenSheet,
    index: DocumentIndex,
    ask: Ask,
    *,
    should_continue: Callable[[], bool] = never_cancelled,
    progress: Callable[[Progress], None] | None = None,
) -> None:
    """Ask the cells that wait, until ``should_continue`` is false. Raises as ``Answerer.answer``, and ``DiskError``."""
    sheet, patterns = opened.sheet, opened.sheet.documents
    shared = _shared_filters(index, patterns, sheet.collection) if not sheet.each else None
    waiting, total = sheet.waiting, sheet.total
    for number, place in enumerate(waiting, total - len(waiting)):
        if progress:
            progress(Progress("ask", number, total))
        document = sheet.rows[place.row].document
        filters = shared if document is None else Filters(documents=frozenset({document}))
        if not should_continue():
            return
        try:
            answer = ask(sheet.question(place), filters=filters, should_continue=should_continue)
        except AbandonedError:
            return
        opened.answer(place, answer)
    if progress:
        progress(Progress("ask", total, total))


def checked_questions(lines: Iterable[str], longest: int) -> list[str]:
    """The questions in lines of text, each once; lines without words are left out. Raises ``QuestionError``."""
    questions: dict[str, None] = {}
    for number, line in enumerate(lines, 1):
        if any(letter.isalnum() for letter in line):
            try:
                questions[checked_question(line, longest)] = None
            except QuestionError as error:
                raise QuestionError(f"line {number}: {error}") from None
    if not questions:
        raise QuestionError("there is no question: write one a line")
    return list(questions)


def chosen_documents(view: IndexView, patterns: Sequence[str], collection: str = "") -> dict[str, DocumentRecord]:
    """The documents that match a pattern, or all, by path, or by address where several share a path; in order.

    With a collection, those of them that are in it. Raises ``SheetError`` if there is none, ``IndexEmptyError`` if the
    index holds none, and as ``IndexView.resolved``.
    """
    records = view.documents()
    if not records:
        raise IndexEmptyError("the index holds no documents: add some to it")
    among = view.documents(Filters(collection=collection)) if collection else records
    chosen = [record for record in among if not patterns or _matches(record, patterns)]
    if not chosen:
        inside = f" of the collection “{collection}”" if collection else ""
        wanted = f"matches {' or '.join(patterns)}" if patterns else "is in the index"
        raise SheetError(f"no document{inside} {wanted}: `quoth documents` lists their paths")
    shared = Counter(record.path for record in records)
    return {record.path if shared[record.path] == 1 else record.address: record for record in chosen}


def _shared_filters(index: DocumentIndex, patterns: Sequence[str], collection: str) -> Filters | None:
    """The filters of a sheet without a row for each document."""
    if not patterns:
        return Filters(collection=collection) if collection else None
    with index.snapshot() as view:
        chosen = chosen_documents(view, patterns, collection)
    return Filters(documents=frozenset(record.address for record in chosen.values()))


def _matches(record: DocumentRecord, patterns: Sequence[str]) -> bool:
    return any(
        pattern in (record.path, record.address) or fnmatch.fnmatchcase(record.path, pattern) for pattern in patterns
    )


def _location(index: Path | str | None) -> Path:
    """The folder beside which sheets are kept: that of the index, or of the settings if it is in Milvus."""
    own = str(index or "")
    return EnvironmentSettings.read().index if not own or "://" in own or own.endswith(".db") else Path(own)
