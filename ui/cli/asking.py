"""Commands that ask: ``quoth ask``."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from ui.cli.console import Exit, emit
from ui.cli.options import After, Before, Index, Json, MediaType, Metadata, PathGlob, Store, filters_of, settings_of


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command()(ask)


def ask(
    context: typer.Context,
    question: Annotated[str, typer.Argument(help="The question, in quotation marks; - reads it from stdin.")],
    index: Index = None,
    store: Store = None,
    path: PathGlob = None,
    after: After = None,
    before: Before = None,
    media_type: MediaType = None,
    metadata: Metadata = None,
    as_json: Json = False,
) -> None:
    """Answer a question out of the index. Exits with 1 when the documents do not hold the answer."""
    settings = settings_of(context, index=index, store=store)
    from qa import Answerer
    from ui.terminal import render_answer

    asked = sys.stdin.read().strip() if question == "-" else question
    answerer = Answerer.open(settings=settings)
    answer = answerer.answer(asked, filters=filters_of(path, after, before, media_type, metadata))
    emit(answer.as_dict(), lambda: render_answer(answer), as_json=as_json)
    raise typer.Exit(Exit.DONE if answer.found else Exit.NOT_FOUND)
