"""A sheet's rows and cells, and what changed between two times of asking."""

from __future__ import annotations

from dataclasses import replace

from qa.sheets.sheet import KEPT_CITATIONS, Position, RowHead, Sheet, unasked
from tests.support.answers import citation, found, refused

FIRST = Position(0, 0)
ROCKET, CUP = "What rocket was used?", "Who won the cup?"


def asked(*texts: str, documents: tuple[str, ...] = ("a.txt",), last: Sheet | None = None) -> Sheet:
    """A sheet with a row a document, in which each document says one of the texts; "" for nothing."""
    heads = [RowHead(document) for document in documents]
    sheet = unasked("s", [ROCKET], [], heads, revision=1, asked="2026-10-03T08:00:00+00:00", last=last)
    answers = (found(citation(f"It was {text}.", text)) if text else refused() for text in texts)
    filled = {place: sheet.cell(place).answered(one) for place, one in zip(sheet.positions, answers, strict=True)}
    return sheet.with_cells(filled)


def changes(sheet: Sheet) -> list[str | None]:
    return [cell.change for row in sheet.rows for cell in row.cells]


def test_nothing_is_changed_the_first_time():
    sheet = asked("Soyuz")
    assert not sheet.changed
    assert (sheet.done, sheet.total) == (1, 1)


def test_another_answer_a_new_one_and_one_that_is_gone_are_told_apart():
    documents = ("a.txt", "b.txt", "c.txt", "d.txt")
    last = asked("Soyuz", "", "Ariane", "Vega", documents=documents)
    again = asked("Falcon", "Atlas", "", "Vega", documents=documents, last=last)
    assert changes(again) == ["another", "new", "gone", None]
    assert again.changed
    assert again.cell(FIRST).before.text == "Soyuz"


def test_line_breaks_in_a_quote_are_no_change():
    assert not asked("Soyuz 2.1a\nrocket", last=asked("Soyuz 2.1a rocket")).changed


def test_what_a_new_document_says_is_new():
    again = asked("Soyuz", "Vega", documents=("a.txt", "b.txt"), last=asked("Soyuz"))
    assert (changes(again), [row.change for row in again.rows]) == ([None, "new"], [None, "new"])


def test_a_document_that_is_gone_keeps_its_row_once_and_is_not_asked():
    last = asked("Soyuz", "Vega", documents=("a.txt", "b.txt"))
    again = asked("Soyuz", last=last)
    assert [(row.document, row.change) for row in again.rows] == [("a.txt", None), ("b.txt", "gone")]
    assert (again.total, changes(again)) == (1, [None, "gone"])
    assert len(asked("Soyuz", last=again).rows) == 1


def test_a_question_that_is_new_is_no_change():
    last = asked("Soyuz")
    sheet = unasked("s", [ROCKET, CUP], [], [RowHead("a.txt")], revision=2, asked="", last=last)
    assert [cell.before is None for cell in sheet.rows[0].cells] == [False, True]


def test_an_interrupted_sheet_compares_with_what_was_answered_before_it():
    interrupted = unasked("s", [ROCKET], [], [RowHead("a.txt")], revision=2, asked="", last=asked("Soyuz"))
    assert changes(asked("Falcon", last=interrupted)) == ["another"]


def test_a_verdict_stays_as_long_as_the_answer_does():
    sheet = asked("Soyuz")
    judged = sheet.with_cells({FIRST: replace(sheet.cell(FIRST), verdict="right")})
    assert asked("Soyuz", last=judged).cell(FIRST).verdict == "right"
    assert asked("Falcon", last=judged).cell(FIRST).verdict is None


def test_without_a_row_for_each_document_there_is_one_for_each_question():
    sheet = unasked("s", [ROCKET, CUP], [], None, revision=1, asked="")
    assert [(row.document, len(row.cells)) for row in sheet.rows] == [(None, 1), (None, 1)]
    assert [sheet.question(place) for place in sheet.positions] == [ROCKET, CUP]


def test_a_cell_keeps_a_few_citations_and_no_passages():
    kept = asked("Soyuz").cell(FIRST).answered(found(*[citation()] * 9)).answer
    assert (len(kept.citations), kept.passages) == (KEPT_CITATIONS, ())
