"""Replies as ``quoth chat --terminal`` shows them."""

from __future__ import annotations

import io

from rich.console import Console

from index import DocumentRecord
from qa.conversation.replies import Reply, Summary
from tests.support.answers import citation, found
from ui.cli.terminal import render_reply


def shown(reply: Reply) -> str:
    console = Console(file=io.StringIO(), width=100, markup=False)
    console.print(render_reply(reply))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_completed_question_is_told_and_a_corrected_one_only_by_its_words():
    answer = found(question="What rockett was used?", corrections={"rockett": "rocket"})
    alone = shown(Reply("answer", "What rockett was used?", "What rocket was used?", answer))
    assert "understood as" not in alone and "asked: rocket instead of rockett" in alone
    assert "understood as: What rocket was used?" in shown(Reply("answer", "Which?", "What rocket was used?", answer))


def test_documents_of_one_title_are_told_apart_by_their_paths():
    records = tuple(
        DocumentRecord(n, path, title, "text/plain", "", "", None, 0, 40, 0, 1, {}, ())
        for n, (path, title) in enumerate((("a.txt", "Lease"), ("b.txt", "Lease"), ("c.txt", "Menu")))
    )
    lines = shown(Reply("library", "what is there?", "what is there?", text="3 documents.", documents=records)).split(
        "\n"
    )
    assert lines[1:4] == ["  - Lease (a.txt)", "  - Lease (b.txt)", "  - Menu"]


def test_each_sentence_of_a_summary_has_its_page_and_the_outline_is_shown():
    summary = Summary(3, "flight.txt", "A flight", (citation(page=4),), ("The crew", "Landing"), (), (), ("Kim",))
    said = shown(Reply("summary", "sum up", "sum up", text="What it says.", summary=summary))
    assert "- Soyuz 2.1a (page 4)" in said and "outline: The crew; Landing" in said


def test_example_questions_are_called_so():
    said = shown(Reply("courtesy", "hi", "hi", text="Hello.", examples=("Who is Kim?",)))
    assert said == "Hello.\n  For example:\n  - Who is Kim?\n"
