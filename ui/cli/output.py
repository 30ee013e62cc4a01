"""The output of every command: results on stdout, progress and errors on stderr, and the exit code."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, is_dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, TextIO

from index import QuestionError, QuothError

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from index import Progress


class Exit(IntEnum):
    """Exit codes of every command; ``quoth --help`` lists them."""

    DONE = 0
    NOT_FOUND = 1  # the documents do not hold the answer, or a check found damage
    USAGE = 2  # the command line, a setting or the question is wrong
    ERROR = 3  # anything else failed


_UNLIMITED = 10_000  # columns
STEPS = {"scan": "Looking for documents", "parse": "Reading", "embed": "Embedding", "write": "Writing", "ask": "Asking"}


def emit(result: object, view: Callable[[], RenderableType], *, as_json: bool, indent: int | None = 2) -> None:
    """Print ``result`` on stdout: one JSON document (on one line without an indent), or ``view()`` for a person."""
    if as_json:
        sys.stdout.write(to_json(result, indent) + "\n")
        sys.stdout.flush()
        return
    _console(sys.stdout).print(view())


def replace_unprintable() -> None:
    """Let the streams replace what the console's encoding lacks, read or written, instead of ending with an error."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def note(view: RenderableType) -> None:
    """Print something beside the result, on stderr."""
    _console(sys.stderr).print(view)


def _console(stream: TextIO) -> Console:
    """A console for a stream, which wraps lines and tables only if the stream is a terminal."""
    from rich.console import Console

    plain = not stream.isatty()
    width = _UNLIMITED if plain else None
    return Console(file=stream, highlight=False, markup=False, emoji=False, soft_wrap=plain, width=width)


def to_json(result: object, indent: int | None = 2) -> str:
    """``result`` as JSON; dataclasses become objects, paths become strings."""
    return json.dumps(result, ensure_ascii=False, indent=indent, default=_plain)


def _plain(value: object) -> Any:
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else str(value)


def complain(error: QuothError, *, as_json: bool) -> Exit:
    """Print an error on stderr, and as JSON on stdout if asked to; returns the exit code."""
    from ui.errors import SettingsError
    from ui.text import visible

    message = visible(str(error))
    if as_json:
        sys.stdout.write(to_json({"error": {"type": type(error).__name__, "message": message}}) + "\n")
    sys.stderr.write(f"quoth: {message}\n")
    return Exit.USAGE if isinstance(error, QuestionError | SettingsError) else Exit.ERROR


@contextmanager
def progress() -> Iterator[Callable[[Progress], None] | None]:
    """A function that reports to a progress bar on stderr; None if stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, SpinnerColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn())
    with Bar(*columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None)

        def report(step: Progress) -> None:
            bar.update(task, description=STEPS.get(step.step, step.step), completed=step.done, total=step.total or None)

        yield report
