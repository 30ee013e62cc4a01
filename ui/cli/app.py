"""The command line, ``quoth``: its global options and all its commands.

Modules that are slow to import (the models, Gradio) are imported inside the commands that need them.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from index import QuothError
from ui.cli import ask, collection, evaluate, index, inspect, quotes, serve, sheet
from ui.cli.options import CONFIG
from ui.cli.output import complain, replace_unprintable

EPILOG = "Exit codes: 0 done, 1 not found, 2 wrong usage, 3 failed."

app = typer.Typer(
    name="quoth", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None
)


def _show_version(asked: bool) -> None:
    if asked:
        typer.echo(f"quoth {version('quoth')}")
        raise typer.Exit


@app.callback(epilog=EPILOG)
def quoth(
    context: typer.Context,
    assignments: Annotated[
        list[str] | None,
        typer.Option("--set", help="Change a setting for this command; repeatable.", metavar="NAME=VALUE"),
    ] = None,
    config: Annotated[
        Path | None,
        typer.Option("--config", help="A file with settings. [quoth.toml of the current folder]", metavar="FILE"),
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Answers questions about your documents in the documents' own words, with citations."""
    context.meta[CONFIG] = config
    if assignments:
        from ui.settings import parse_assignments

        context.obj = parse_assignments(assignments)


def _assignments_first(arguments: list[str]) -> list[str]:
    """The arguments with every ``--set NAME=VALUE`` moved before the command, where Typer expects it."""
    end = arguments.index("--") if "--" in arguments else len(arguments)
    first: list[str] = []
    rest: list[str] = []
    given = iter(arguments[:end])
    for argument in given:
        if argument == "--set":
            first += [argument, *islice(given, 1)]
        else:
            (first if argument.startswith("--set=") else rest).append(argument)
    return [*first, *rest, *arguments[end:]]


for module in (index, inspect, collection, ask, sheet, quotes, evaluate, serve):
    module.register(app)


def main() -> None:
    """Run the command line; a ``QuothError`` becomes a message and an exit code."""
    replace_unprintable()
    try:
        app(_assignments_first(sys.argv[1:]))
    except QuothError as error:
        sys.exit(complain(error, as_json="--json" in sys.argv))
