"""What a terminal is shown of texts that nobody vouches for."""

import io
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from qa import Answer, Citation
from ui.terminal import one_line, place, render_answer, visible

CITATION = Citation(
    document_id=1, path="trips/crew.txt", title="Crew", page=2, heading=None, date="2025-04-08", start=14, end=17,
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
    assert "Crew · page 2 · 2025-04-08 · trips/crew.txt" in _shown(ANSWER)
    assert "high (91%)" in _shown(ANSWER)


def test_every_further_place_is_named():
    other = replace(CITATION, title="Diary", path="Diary", page=None, date=None)
    assert "also stated in Diary\n" in _shown(replace(ANSWER, citations=(CITATION, other)))


def test_a_refusal_says_so():
    assert "I can't find that in the documents." in _shown(replace(ANSWER, found=False, text="", citations=()))


@given(st.text())
def test_nothing_is_left_that_a_terminal_obeys(text: str):
    shown = visible(text)
    assert len(shown) == len(text)
    assert all(
        character in "\n\t" or not ("\0" <= character < " " or "\x7f" <= character < "\xa0") for character in shown
    )


def test_escape_codes_in_a_document_come_out_as_pictures():
    hostile = "\x1b[31mred\x1b]0;title\x07 \u202eevil\x9b2J"
    sentence = hostile + " Kim flew."
    citation = replace(CITATION, title=hostile, sentence=sentence, sentence_start=0, start=len(hostile) + 1)
    shown = _shown(replace(ANSWER, citations=(citation,)))
    assert not {"\x1b", "\x07", "\x9b", "\u202e"} & set(shown)
    assert "␛[31mred" in shown
    assert "␛" in place(citation)


def test_a_title_of_several_lines_is_one_line():
    assert one_line("a\n b\r\n\tc") == "a b␍ c"
