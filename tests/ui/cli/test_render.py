"""Untrusted text as a terminal shows it."""

import io
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from index import Chunk, DocumentRecord, Hit, Plan
from index.reports import PassedOver
from qa import Answer, Citation
from qa.types import Candidate, PassageRead
from tests.support.answers import cell_citation
from ui.cli.render import one_line, render_answer, render_documents, render_hits, render_plan, source
from ui.text import visible

CITATION = Citation(
    document_id=1, path="trips/crew.txt", title="Crew", page=2, heading=None, date="2025-04-08",
    date_source="file", start=14, end=17,
    quote="Kim", sentence="It is known: Kim flew.", sentence_start=1, chunk_start=0, passage=" It is known: Kim flew.",
)  # fmt: skip
ANSWER = Answer("Who?", True, "Kim", 0.91, 0.5, (CITATION,))


def _shown(answer: Answer) -> str:
    console = Console(file=io.StringIO(), width=100, markup=False)
    console.print(render_answer(answer))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_answer_is_marked_in_its_sentence_with_its_place():
    assert "It is known: **Kim** flew." in _shown(ANSWER)
    assert "Crew · page 2 · 2025-04-08 (from the file's name) · trips/crew.txt" in _shown(ANSWER)
    assert "Crew · page 2 · 2025-04-08 · trips" in _shown(
        replace(ANSWER, citations=(replace(CITATION, date_source=None),))
    )
    assert "confident (91%)" in _shown(ANSWER)
    assert "likely (79%)" in _shown(replace(ANSWER, probability=0.799))  # 80% is confident


def test_a_cell_is_shown_in_its_table():
    shown = _shown(replace(ANSWER, text="210", citations=(cell_citation(),)))
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert "**210** Switzerland › Hotel limit" in lines
    assert "Country Allowance › Full day Allowance › Half day Hotel limit" in lines
    assert "Switzerland 64 32 **210***" in lines and "Taiwan 46 23 90" in lines
    assert "row 4 of 7" in lines
    assert not any("Cyprus" in line for line in lines)


def test_every_further_citation_is_named():
    other = replace(CITATION, title="Diary", path="Diary", page=None, date=None)
    assert "also stated in Diary\n" in _shown(replace(ANSWER, citations=(CITATION, other)))


def test_a_refusal_says_so():
    assert "I can't find that in the documents." in _shown(replace(ANSWER, found=False, text="", citations=()))


def test_a_refusal_shows_the_likeliest_words_with_their_probability():
    guess = Candidate(CITATION.quote, 0.41, 1.0, CITATION)
    shown = _shown(replace(ANSWER, found=False, text="", citations=(), candidates=(guess,)))
    assert "which may not answer the question" in shown and f"**{CITATION.quote}**" in shown and "41%" in shown


@given(st.text())
def test_no_control_character_reaches_the_terminal(text: str):
    shown = visible(text)
    assert len(shown) == len(text)
    assert all(
        character in "\n\t" or not ("\0" <= character < " " or "\x7f" <= character < "\xa0") for character in shown
    )


def test_escape_codes_in_a_document_are_shown_as_pictures():
    hostile = "\x1b[31mred\x1b]0;title\x07 \u202eevil\x9b2J"
    sentence = hostile + " Kim flew."
    citation = replace(CITATION, title=hostile, sentence=sentence, sentence_start=0, start=len(hostile) + 1)
    shown = _shown(replace(ANSWER, citations=(citation,)))
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)
    assert "␛[31mred" in shown
    assert "␛" in source(citation)


def test_a_title_of_several_lines_is_one_line():
    assert one_line("a\n b\r\n\tc") == "a b␍ c"


def test_a_nearest_passage_shows_its_sentence_nearest_to_the_question():
    text = "Carp are fish. " * 40 + "The ferry leaves Dagebüll at nine. " + "Owls are birds. " * 40
    near = PassageRead(1, "a.txt", "A", None, None, None, 0, len(text), text, 1.0, 1, 1, None, "")
    refused = replace(ANSWER, question="When does the ferry leave?", found=False, citations=(), passages=(near,))
    shown = " ".join(_shown(refused).split())
    assert "The ferry leaves Dagebüll at nine. Owls are birds." in shown
    assert len(shown) < 500


def test_a_hit_is_shown_without_the_head_of_its_document():
    record = DocumentRecord(1, "a.txt", "A", "text/plain", "", "", "2025-04-08", 17, 40, 0, 1, {}, ())
    hit = Hit(Chunk(1, 1, 0, 0, 40, "date: 2025-04-08\nThe ferry leaves at nine."), record, 1, 0.87)
    console = Console(file=io.StringIO(), width=100, markup=False)
    console.print(render_hits("date?", [hit]))
    assert console.file.getvalue() == "1. A · 2025-04-08 · a.txt  0.87\n   The ferry leaves at nine.\n"


def test_a_plan_counts_the_paths_that_it_does_not_list_and_names_what_is_not_read():
    plan = Plan(tuple(f"{number:02}.txt" for number in range(27)), passed_over=PassedOver({".png": 11, ".dwg": 3}, 1))
    lines = [str(line) for line in render_plan(plan).renderables]
    assert (lines[0], lines[20]) == ("Plan: 27 added", "  added 19.txt")
    assert lines[21:] == ["  and 7 more added", "not read: 14 of other kinds (.dwg 3, .png 11), 1 linked folder"]


def test_the_list_of_documents_fits_a_terminal_of_eighty_columns():
    path = "contracts/2025/the-master-services-agreement-with-halden-and-brightwater-signed.docx"
    record = DocumentRecord(
        1, path, "Master Services Agreement", "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "", "/c", "2025-03-03", 0, 9000, 32, 1200, {}, ("2 images without text",), date_source="file",
    )  # fmt: skip
    console = Console(file=io.StringIO(), width=80, markup=False)
    console.print(render_documents([record], []))
    lines = console.file.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "".join(line.split()[0] for line in lines[1:3]) == path  # folded, not cut
    assert "2025-03-03 (file)" in lines[1] and "1,200" in lines[1]
    assert "  Master Services Agreement" in "\n".join(lines) and "  2 images without text" in "\n".join(lines)
    piped = Console(file=io.StringIO(), width=100_000, markup=False)
    piped.print(render_documents([record], []))
    assert max(map(len, piped.file.getvalue().splitlines())) < len(path) + 60  # filled with no more spaces than needed
