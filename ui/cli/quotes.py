"""``quoth verify-quote``: whether a quote stands in the documents, and whether those of saved answers still do."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ui.cli.options import Index, Json, Store, settings_of
from ui.cli.output import Exit, emit


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command(name="verify-quote")(verify_quote)


def verify_quote(
    context: typer.Context,
    quote: Annotated[str | None, typer.Argument(help="The quote, in quotation marks; - reads it from stdin.")] = None,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Answers saved by `quoth ask --json`: check their citations.", metavar="FILE"),
    ] = None,
    index: Index = None,
    store: Store = None,
    as_json: Json = False,
) -> None:
    """Check a quote word for word, or the citations of saved answers. Exits with 1 when one does not stand there."""
    if (quote is None) == (file is None):
        raise typer.BadParameter("give a quote, or --file with saved answers", param_hint="QUOTE")
    settings = settings_of(context, index=index, store=store)
    from index import DocumentIndex
    from qa import check_quote, check_saved
    from ui.cli.quote_views import render_quote, render_saved

    with DocumentIndex.open(settings=settings) as opened:
        if file is not None:
            saved = check_saved(opened, _read(file))
            emit(saved, lambda: render_saved(saved), as_json=as_json)
            raise typer.Exit(Exit.DONE if saved.intact else Exit.NOT_FOUND)
        checked = check_quote(opened, sys.stdin.read() if quote == "-" else quote or "")
    emit(checked, lambda: render_quote(checked), as_json=as_json)
    raise typer.Exit(Exit.DONE if checked.verbatim else Exit.NOT_FOUND)


def _read(file: Path) -> str:
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{file} cannot be read: {error}", param_hint="--file") from None
