"""Many questions of a file, answered one after another: each is read, answered and printed before the next."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Group
from rich.text import Text

from index import QuestionError
from ui.cli.output import Exit, emit, note
from ui.cli.render import one_line, render_answer

if TYPE_CHECKING:
    from index import Filters
    from qa import Answerer


@dataclass(frozen=True, slots=True)
class AskedLine:
    """A line of a file of questions."""

    question: str
    id: object = None  # as the file has it

    @classmethod
    def of(cls, line: str) -> AskedLine:
        """The question in a line of JSON. Raises ``QuestionError`` if it has none."""
        try:
            value = json.loads(line)
        except (ValueError, RecursionError):
            raise QuestionError("this line is not JSON") from None
        fields = value if isinstance(value, dict) else {"question": value}
        if not isinstance(fields.get("question"), str):
            raise QuestionError('this line has no question: write {"question": "..."} or "..."')
        return cls(fields["question"], fields.get("id"))


def answer_lines(answerer: Answerer, lines: Iterable[str], filters: Filters | None, *, as_json: bool) -> Exit:
    """Answer and print the question of each line; a line that cannot be asked is told, and the rest goes on."""
    ending = Exit.DONE
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        asked = AskedLine("")
        try:
            asked = AskedLine.of(line)
            answer = answerer.answer(asked.question, filters=filters)
        except QuestionError as error:
            ending = Exit.USAGE
            note(Text(f"line {number}: {error}"))
            if as_json:
                told = {"type": type(error).__name__, "message": str(error)}
                emit({"id": asked.id, "line": number, "error": told}, Text, as_json=True, indent=None)
            continue
        shown = Group(Text(one_line(asked.question), style="bold underline"), render_answer(answer))
        emit({"id": asked.id} | answer.as_dict(), lambda view=shown: view, as_json=as_json, indent=None)  # type: ignore[misc]
    return ending


def lines_of(file: Path) -> Iterator[str]:
    """The lines of a file, or of standard input for ``-``, one by one. Raises ``BadParameter`` without such a file."""
    if str(file) == "-":
        return iter(sys.stdin)
    try:
        return iter(file.open(encoding="utf-8", errors="replace"))
    except OSError as error:
        raise typer.BadParameter(f"{file} cannot be read: {error.strerror}", param_hint="--file") from None
