"""Asking a sheet with the real models."""

from __future__ import annotations

from pathlib import Path

import pytest

import qa
from index import Filters, IndexEmptyError, QuestionError, build
from qa import Answer, Answerer, OpenSheet, Sheet, SheetError, SheetFolder, ask_sheet, begin_sheet, fill_sheet
from qa.sheets.filling import MOST_CELLS, checked_questions
from tests.support.samples.contracts import FEE, NOTICE, write_contracts


def texts(sheet: Sheet) -> dict[str | None, list[str]]:
    return {row.document: [cell.answer.text for cell in row.cells] for row in sheet.rows}


def test_each_document_answers_for_itself_and_what_changed_is_marked(
    library: Answerer, contracts: Path, tmp_path: Path
):
    def ask() -> Sheet:
        return qa.sheet([NOTICE, FEE], index=tmp_path / "index", each=True, name="terms")

    first = ask()
    assert [row.document for row in first.rows] == ["cleaning.md", "guards.md", "hosting.md"]
    said = texts(first)
    assert "2,075" in said["cleaning.md"][1]
    assert "three months" in said["guards.md"][0]
    assert "sixty days" in said["hosting.md"][0]
    assert "1,090" in said["hosting.md"][1]
    assert not first.changed
    for row in first.rows:
        assert {c.path for cell in row.cells for c in cell.answer.citations} <= {row.document}
    write_contracts(contracts, fee="1,180")
    (contracts / "guards.md").unlink()
    build([contracts], tmp_path / "index")
    again = ask()
    assert again.changed
    assert again.revision > first.revision
    hosting = again.rows[1].cells
    assert (hosting[0].change, hosting[1].change, hosting[1].before.text) == (None, "another", said["hosting.md"][1])
    assert (again.rows[2].document, again.rows[2].change, again.rows[2].cells[0].change) == (
        "guards.md",
        "gone",
        "gone",
    )
    assert SheetFolder(tmp_path / "index").read("terms") == again
    assert not ask().changed


def test_without_each_every_question_is_asked_of_the_whole_library_once(library: Answerer):
    sheet = ask_sheet(OpenSheet(), library, "", [FEE, "", FEE, NOTICE], ["hosting*"], each=False)
    assert (sheet.questions, sheet.total) == ((FEE, NOTICE), 2)
    assert {cell.answer.citations[0].path for row in sheet.rows for cell in row.cells} == {"hosting.md"}


def test_an_interrupted_sheet_goes_on_though_the_index_was_rebuilt(library: Answerer, contracts: Path, tmp_path: Path):
    kept, questions = SheetFolder(tmp_path / "index"), [NOTICE, FEE]
    with kept.opened("terms") as opened:
        begin_sheet(opened, library.index, "terms", questions, [], each=True)
        fill_sheet(opened, library.index, library.answer, should_continue=lambda: opened.sheet.done < 2)
    assert (kept.read("terms").state, kept.read("terms").done) == ("waiting", 2)
    (contracts / "guards.md").unlink()
    build([contracts], tmp_path / "index")
    asked: list[str] = []

    def ask(question: str, *, filters: Filters | None, should_continue: object) -> Answer:
        asked.append(question)
        return library.answer(question, filters=filters)

    with kept.opened("terms") as opened:
        begin_sheet(opened, library.index, "terms", questions, [], each=True)
        fill_sheet(opened, library.index, ask)
        assert opened.sheet.state == "done"
    assert asked == questions * 2


def test_questions_without_words_are_left_out_and_long_ones_are_read():
    long = "Why " + "very " * 199 + "so?"
    assert checked_questions(["", "—", " What?  ", "What?", long], 2000) == ["What?", long]


@pytest.mark.parametrize(
    ("lines", "message"), [([], "no question"), ([" ", "***"], "no question"), (["x" * 3000], "line 1")]
)
def test_no_question_and_overlong_ones_are_refused(lines: list[str], message: str):
    with pytest.raises(QuestionError, match=message):
        checked_questions(lines, 2000)


def test_what_cannot_be_asked_is_told_before_anything_is_asked(library: Answerer):
    index = library.index
    with pytest.raises(SheetError, match=r"no document matches x/\*"):
        begin_sheet(OpenSheet(), index, "", ["Why?"], ["x/*"], each=True)
    with pytest.raises(SheetError, match="10,002 cells"):
        begin_sheet(OpenSheet(), index, "", [f"Why {n}?" for n in range(MOST_CELLS // 3 + 1)], [], each=True)


@pytest.mark.parametrize("each", [True, False])
def test_an_empty_library_says_so(library: Answerer, contracts: Path, tmp_path: Path, each: bool):
    for document in contracts.iterdir():
        document.unlink()
    build([contracts], tmp_path / "index", allow_deletions=True)
    with pytest.raises(IndexEmptyError, match="add some"):
        ask_sheet(OpenSheet(), library, "", ["Why?"], [], each=each)
