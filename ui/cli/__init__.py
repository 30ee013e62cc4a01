"""The command line: ``quoth index``, ``quoth ask``, ``quoth chat`` and the rest.

Modules that take long to import (the models, Gradio) are imported by the command that needs them.
"""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import Annotated

import typer

from index.errors import QuothError
from ui.cli import asking, evaluating, indexing, inspecting, serving
from ui.cli.console import complain

EPILOG = "Exit codes: 0 done, 1 not found, 2 wrong usage, 3 it could not be done."

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
        list[str] | None, typer.Option("--set", help="A setting for this command alone.", metavar="NAME=VALUE")
    ] = None,
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Answers questions about your documents in the documents' own words, with the place they stand."""
    if assignments:
        from ui.settings import parse_assignments

        context.obj = parse_assignments(assignments)


for module in (indexing, inspecting, asking, evaluating, serving):
    module.register(app)


def main() -> None:
    """Run the command line; an error that was foreseen becomes a message and an exit code."""
    try:
        app()
    except QuothError as error:
        sys.exit(complain(error, as_json="--json" in sys.argv))
