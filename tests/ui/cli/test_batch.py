"""``quoth ask --file``: questions come and answers go line by line, however many there are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer

from qa import Answerer
from ui.cli.batch import answer_lines, lines_of
from ui.cli.output import Exit


def test_each_answer_is_printed_before_the_next_question_is_read(
    answerer: Answerer, capsys: pytest.CaptureFixture[str]
):
    printed: list[dict[str, object]] = []

    def lines() -> Iterator[str]:
        yield '{"question": "What rocket was used?", "id": 7}\n'
        printed.append(json.loads(capsys.readouterr().out))
        yield "\n"
        yield '"Who won the 2022 World Cup?"\n'
        printed.append(json.loads(capsys.readouterr().out))

    assert answer_lines(answerer, lines(), None, as_json=True) is Exit.DONE
    assert [(line["id"], line["found"]) for line in printed] == [(7, True), (None, False)]
    assert "Soyuz" in str(printed[0]["text"])


def test_a_line_that_cannot_be_asked_is_told_and_the_rest_goes_on(
    answerer: Answerer, capsys: pytest.CaptureFixture[str]
):
    lines = ["no JSON", '{"id": 1}', '{"question": " ? ", "id": 2}', '{"question": "What rocket was used?", "id": 3}']
    assert answer_lines(answerer, lines, None, as_json=True) is Exit.USAGE
    out, err = capsys.readouterr()
    told = [json.loads(line) for line in out.splitlines()]
    assert [(line["id"], "error" in line) for line in told] == [(None, True), (None, True), (2, True), (3, False)]
    assert [line["line"] for line in told[:3]] == [1, 2, 3]
    assert "line 1: this line is not JSON" in err


def test_for_a_person_each_answer_stands_below_its_question(answerer: Answerer, capsys: pytest.CaptureFixture[str]):
    answer_lines(answerer, ['"What rocket was used?"'], None, as_json=False)
    assert capsys.readouterr().out.startswith("What rocket was used?\n")


def test_a_file_that_is_not_there_is_wrong_usage(tmp_path: Path):
    with pytest.raises(typer.BadParameter, match="cannot be read"):
        lines_of(tmp_path / "questions.jsonl")
